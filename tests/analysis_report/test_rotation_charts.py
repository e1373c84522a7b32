"""The charts of a rotation are drawn from a campaign, with its numbers, and only where keys are rotated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context

from analysis.charts import broken_calls, key_ranking
from analysis.charts.base import Chart
from analysis.charts.key_ranking import curve
from analysis.load import Results
from analysis.style import RC
from analysis.summary import summarise
from sim.scenario import Scenario
from tests.support.fake_results import write_results
from tests.support.runs import run
from tests.support.zoo_rotation import key_fleet

TABLES = ("calls", "credentials", "holdings", "requests", "rotations", "requests_per_second")


def _document(**words: Any) -> dict[str, Any]:
    """Ten users with a call a second each, whose keys are rotated every five minutes."""
    key = {"age_s": {"exponential": {"mean": 1e7}}, "rotation": {"period_s": 1e9, "overlap_s": 60, "toil_min": 5}}
    calls = {"kind": "every", "every_s": 1}
    return key_fleet(calls, key, horizon_s=5000, per="client", count=10, **words)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return list(frame.astype(object).where(frame.notna(), None).to_dict("records"))


def _folder(path: Path, documents: dict[str, dict[str, Any]]) -> tuple[Results, dict[str, Any]]:
    scenarios = {name: Scenario.model_validate(document) for name, document in documents.items()}
    frames = {name: run(scenario) for name, scenario in scenarios.items()}
    rows = {name: {table: _records(found[table]) for table in TABLES} for name, found in frames.items()}
    folder = write_results(path, scenarios, lambda strategy, _: rows[strategy])
    summary = summarise(folder)
    return Results(folder), summary


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, dict[str, Any]]:
    campaign = {"order": "exposure", "at_s": 100}
    documents = {
        "late": _document(rotation=campaign, reload={"lag_s": 170}),
        "early": _document(rotation=campaign, reload={"lag_s": 0}),
        "fine": _document(rotation={**campaign, "order": "population", "keys": 4}, reload={"lag_s": 30}),
    }
    return _folder(tmp_path_factory.mktemp("rehearsal") / "run", documents)


def _texts(chart: Chart, results: Results, summary: dict[str, Any]) -> list[str]:
    assert chart.applies(results, summary)
    with rc_context(RC):
        figure = chart.draw(results, summary)
        figure.draw_without_rendering()
    named = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return [*named, *(text.get_text() for axes in figure.axes for text in axes.texts)]


def test_the_broken_calls_of_each_strategy_stand_at_its_bar(rehearsal: tuple[Results, dict[str, Any]]) -> None:
    """Ten rotations: 170 - 60 - 10 s on the old key, 10 s on the new one, none."""
    told = _texts(broken_calls.CHART, *rehearsal)
    assert [text for text in told if text.replace(",", "").isdigit()] == ["1,000", "100", "0"]


def test_the_ranking_reaches_80_percent_where_the_curve_does(rehearsal: tuple[Results, dict[str, Any]]) -> None:
    results, summary = rehearsal
    found = curve(results, "late", best=False)
    assert found is not None
    assert found.goal is not None
    keys, hours = found.goal
    assert hours == pytest.approx(keys * 5 / 60)
    assert found.share[keys] >= 0.8 > found.share[keys - 1]
    assert found.share[-1] == pytest.approx(1)
    assert (np.diff(found.share, 2) <= 1e-12).all(), "the best order removes less and less"
    told = " ".join(_texts(key_ranking.CHART, results, summary)).replace("\n", " ")
    assert f"late: 80 % after {keys} keys" in told


def test_without_a_rotation_there_is_nothing_to_draw(tmp_path: Path) -> None:
    results, summary = _folder(tmp_path / "run", {"still": _document()})
    assert not broken_calls.CHART.applies(results, summary)
    assert key_ranking.CHART.applies(results, summary), "keys can be ranked before anybody rotates them"
