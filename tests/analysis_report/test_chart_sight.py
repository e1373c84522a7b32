"""What an eye would see in a chart: bars within their panel, no empty panel, grey for what is shared, few panels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from analysis.charts import CHARTS, exposure_survival, key_ages, login_burden, served, tradeoff
from analysis.charts.axes import mark_faults
from analysis.load import Results
from analysis.style import RC, SHARED
from tests.support.drawn import cut_off, overlapping


class Run:
    """Scenarios and tables by strategy; what of a run a chart asks for."""

    horizon_s, level, replications = 1000.0, "credentials", 1

    def __init__(self, scenarios: dict[str, dict[str, Any]], tables: dict[str, pd.DataFrame] | None = None) -> None:
        self.scenarios, self.strategies, self.tables = scenarios, list(scenarios), tables or {}
        self.manifest = {"level": self.level, "quotas": []}

    def scenario(self, name: str) -> dict[str, Any]:
        return self.scenarios[name]

    def table(self, table: str, *_: object) -> pd.DataFrame:
        return self.tables[table]


def _drawn(chart: Any, run: Run, summary: dict[str, Any]) -> Figure:
    with rc_context(RC):
        figure: Figure = chart.draw(run, summary)
        figure.canvas.draw()
    return figure


def _people(strategies: str, populations: dict[str, bool], timeline: list[Any] | None = None) -> Run:
    about = {name: {"people": people} for name, people in populations.items()}
    return Run({name: {"populations": about, "timeline": timeline or []} for name in strategies})


def _logins(figures: dict[tuple[str, str], float], kind: str = "interactive") -> dict[str, Any]:
    metric = f"logins.{kind}_per_person_day"
    rows = [
        {"metric": metric, "strategy": one, "selector": {"population": who}, "mean": mean}
        for (one, who), mean in figures.items()
    ]
    return {"metrics": rows, "differences": []}


def test_the_longest_bar_of_any_population_lies_within_its_panel() -> None:
    """Panels of a column share their axis: the last one drawn must not set it for all."""
    run = _people("ab", {"busy": True, "rare": True})
    summary = _logins({("a", "busy"): 2.6, ("b", "busy"): 1, ("a", "rare"): 0.1, ("b", "rare"): 0.1})
    figure = _drawn(login_burden.CHART, run, summary)
    assert len(figure.axes) == 2, "nobody renews silently: no empty panels for that"
    for axes in figure.axes:
        assert axes.get_xlim()[1] > 2.6
    assert cut_off(figure) == []


def test_logins_that_are_the_same_everywhere_are_no_chart() -> None:
    run = _people("ab", {"busy": True})
    assert not login_burden.CHART.applies(run, _logins({("a", "busy"): 0.85, ("b", "busy"): 0.85}))  # type: ignore[arg-type]
    assert login_burden.CHART.applies(run, _logins({("a", "busy"): 0.85, ("b", "busy"): 0.2}))  # type: ignore[arg-type]


def test_a_chart_made_for_the_question_comes_first_and_only_there() -> None:
    turn = login_burden.CHART.turn
    assert turn(_people("a", {"busy": True})) == -1  # type: ignore[arg-type]
    assert turn(_people("a", {"busy": True, "app": False})) == 0  # type: ignore[arg-type]
    assert turn(_people("a", {"busy": True}, [{"outage": "idp"}])) == 0  # type: ignore[arg-type]


def test_thefts_come_last_where_the_scenario_does_not_speak_of_them() -> None:
    silent, told = Run({"a": {"theft": {"places": {}}}}), Run({"a": {"theft": {"places": {"app": {"process": 1}}}}})
    assert [chart.CHART.turn(silent) for chart in (tradeoff, exposure_survival)] == [1, 1]  # type: ignore[arg-type]
    assert [chart.CHART.turn(told) for chart in (tradeoff, exposure_survival)] == [0, 0]  # type: ignore[arg-type]


def _traded(populations: int) -> tuple[Run, dict[str, Any]]:
    """Three strategies that trade exposure for logins, for each of some populations; the last one trades nothing."""
    names = [f"people-of-kind-{n}" for n in range(populations)]
    rows = []
    for place, strategy in enumerate(["keys-as-found", "identity-center-12h", "identity-center-1h"]):
        for who in names:
            theft = {"population": who, "place": "laptop", "thief": "copy"}
            rows.append(
                {"metric": "exposure.mean_s", "strategy": strategy, "selector": theft, "mean": 1e7 / 900**place}
            )
            logins = 0.85 if who == names[-1] else 0.85 * place
            metric = "logins.interactive_per_person_day"
            rows.append({"metric": metric, "strategy": strategy, "selector": {"population": who}, "mean": logins})
    about = {"populations": {who: {"people": True} for who in names}, "theft": {}}
    strategies = dict.fromkeys(str(row["strategy"]) for row in rows)
    return Run({name: about | {"credentials": {name: []}} for name in strategies}), {"metrics": rows}


@pytest.mark.parametrize("populations", [2, 3, 4, 5])
def test_trades_are_drawn_without_a_label_upon_another_and_others_are_left_out(populations: int) -> None:
    run, summary = _traded(populations)
    assert tradeoff.CHART.applies(run, summary)  # type: ignore[arg-type]
    figure = _drawn(tradeoff.CHART, run, summary)
    assert len([axes for axes in figure.axes if axes.get_visible()]) == populations - 1
    assert overlapping(figure) == []
    assert cut_off(figure) == []


def _keys(issued: dict[str, float]) -> Run:
    """Strategies whose 20 keys are as old as said."""
    rows = {
        name: pd.DataFrame(
            {"population": "app", "kind": "access_key", "credential": [f"k{n}" for n in range(20)]}
            | {"issued_at_s": -age * np.arange(1, 21), "held_from_s": 0.0}
        )
        for name, age in issued.items()
    }
    run = Run({name: {"populations": {}, "users": {}} for name in issued})
    run.table = lambda table, strategy, *_: rows[strategy]  # type: ignore[method-assign]
    return run


def test_keys_that_strategies_share_are_grey() -> None:
    figure = _drawn(key_ages.CHART, _keys({"a": 1e6, "b": 1e6, "c": 2e6}), {})
    shared, own = figure.axes
    assert shared.get_title(loc="left") == "a, b"
    assert {to_hex(bar.get_facecolor(), keep_alpha=False).upper() for bar in shared.patches} == {SHARED}
    assert {to_hex(bar.get_facecolor(), keep_alpha=False).upper() for bar in own.patches} != {SHARED}
    (every,) = _drawn(key_ages.CHART, _keys({"a": 1e6, "b": 1e6}), {}).axes
    assert every.get_title(loc="left") == "every strategy"


def test_whoever_is_served_at_the_horizon_is_not_lost_in_the_last_pixel() -> None:
    held = {"population": "app", "client": [0, 1], "slot": 0, "credential": ["x", "y"], "from_s": [0.0, 5.0]}
    tables = {
        "holdings": pd.DataFrame(held | {"to_s": 1000.0, "valid_until_s": 9e9}),
        "credentials": pd.DataFrame({"credential": ["x", "y"], "principal": "role/app", "provider": "chain"}),
    }
    app = {"count": 2, "start": {"at_s": 0}, "people": False, "intended_role": "app", "credentials": "chain"}
    scenario = {"populations": {"app": app}, "timeline": [{"at_s": 3, "restart": "app"}], "credentials": {"chain": ()}}
    run = Run({"a": scenario}, tables)
    lines = _drawn(served.CHART, run, {}).axes[0].lines
    curve = next(line for line in lines if len(line.get_xdata()) > 100)
    assert list(curve.get_ydata())[-1] == 100


def test_a_stuck_metadata_service_is_shaded_like_an_outage() -> None:
    axes = Figure().subplots()
    run = Run({"a": {"timeline": [{"at_s": 10.0, "for_s": 50.0, "imds_stuck": "node"}]}})
    assert list(mark_faults(axes, run, "a", 1.0)) == ["IMDS is stuck"]  # type: ignore[arg-type]
    (span,) = axes.patches
    assert (span.get_x(), span.get_width()) == (10, 50)  # type: ignore[attr-defined]


def test_as_many_panels_as_can_be_seen_and_those_that_tell_most() -> None:
    places = [("app", f"place-{n}") for n in range(9)]
    flat = np.ones(20)
    curves = {
        "a": {key: {"copy": flat} for key in places},
        "b": {key: {"copy": flat * (1 - 0.1 * n)} for n, key in enumerate(places)},
    }
    assert exposure_survival._most_telling(curves, places) == places[3:]


def test_places_with_the_same_curves_share_a_panel_across_populations() -> None:
    flat = np.linspace(1, 0, 20)
    found = {("app", "process"): {"copy": flat}, ("job", "process"): {"copy": flat}, ("app", "image"): {"copy": flat}}
    groups = exposure_survival._alike({"a": found, "b": found}, list(found))
    assert groups == {("app", "process"): ["app · process, image", "job · process"]}


@pytest.fixture(scope="module")
def one_that_never_asks(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return Results(shutil.copytree(folder, tmp_path_factory.mktemp("asks") / "run"))


def test_no_panel_of_requests_is_empty(one_that_never_asks: Results) -> None:
    chart = next(chart for chart in CHARTS if chart.name == "requests-over-time")
    summary = json.loads((one_that_never_asks.folder / "summary.json").read_text())
    with rc_context(RC):
        figure = chart.draw(one_that_never_asks, summary)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert all(axes.patches for axes in shown)
    assert all(axes.get_title(loc="left") in one_that_never_asks.strategies for axes in shown)
