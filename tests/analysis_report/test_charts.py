from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from matplotlib import rc_context
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from analysis.charts import CHARTS
from analysis.charts.axes import bin_width_s, time_unit
from analysis.charts.base import Chart, save
from analysis.load import Results
from analysis.style import RC, looks
from analysis.summary import summarise
from sim.records import Level
from tests.support.drawn import cut_off, overlapping
from tests.support.fake_results import write_fake_results

UNITS = re.compile(r"\((seconds|minutes|hours|days|years|log scale.*|%)\)|/s|/h|per|requests|logins|keys")

ELSEWHERE = {
    "lanes",
    "containment",
    "key-ranking",
    "broken-calls",
    "still-working",
    "working-over-time",
    "privilege",
}
"""Charts of runs of another kind, which have tests of their own."""
_LONG_PATH = "populations.an-application-with-a-long-name.calls.0.length_s.lognormal.median"
COMMON = [chart for chart in CHARTS if chart.name not in ELSEWHERE]


@pytest.fixture(scope="module")
def with_assumptions(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fake folder with a hand-made assumptions.json: one input, moved to both ends."""
    path = shutil.copytree(folder, tmp_path_factory.mktemp("assumed") / "run")
    summary = json.loads((path / "summary.json").read_text())
    base = [{key: row[key] for key in ("metric", "strategy", "selector", "mean")} for row in summary["metrics"]]
    base = [row for row in base if row["mean"] is not None]
    moved = [
        {**row, "path": _LONG_PATH, "end": end, "value": value, "mean": row["mean"] * factor}
        for end, value, factor in (("low", 4, 0.5), ("high", 16, 2.0))
        for row in base
    ]
    inputs = [{"path": "populations.app.count", "value": 8, "low": 4, "high": 16, "note": "", "measure": ""}]
    content = {"schema": 1, "inputs": inputs, "results": moved, "base": base}
    (path / "assumptions.json").write_text(json.dumps(content))
    _start_cold_in_three_accounts(path)
    return path


def _start_cold_in_three_accounts(path: Path) -> None:
    """The application starts within the run, and signed requests are charged to two more accounts."""
    manifest = json.loads((path / "manifest.json").read_text())
    for strategy in manifest["strategies"].values():
        strategy["scenario"]["populations"]["app"]["start"] = {"at_s": 0, "spread_s": 60}
        strategy["scenario"]["accounts"] |= {"hub": {}, "member": {}}
    (path / "manifest.json").write_text(json.dumps(manifest))
    summary = json.loads((path / "summary.json").read_text())
    like = next(row for row in summary["metrics"] if row["metric"] == "requests.peak_rps")
    for load, account in enumerate(("hub", "member", "prod")):
        selector = {"account": account, "quota_group": "signed"}
        more = {"selector": selector, "mean": 100.0 * load + 1, "low": None, "high": None}
        summary["metrics"] += [like | more | {"strategy": strategy} for strategy in manifest["strategies"]]
    (path / "summary.json").write_text(json.dumps(summary))


def drawn(chart: Chart, folder: Path) -> Figure:
    results, summary = loaded(folder)
    assert chart.applies(results, summary)
    with rc_context(RC):
        return chart.draw(results, summary)


def loaded(folder: Path) -> tuple[Results, dict[str, Any]]:
    return Results(folder), json.loads((folder / "summary.json").read_text())


def test_the_page_has_all_charts_in_a_fixed_order() -> None:
    names = [chart.name for chart in COMMON]
    assert len(names) == len(set(names)) >= 12
    assert names[:3] == ["load-by-account", "work-done", "served"]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_chart_says_what_it_asks_and_how_to_read_it(chart: Chart) -> None:
    assert chart.title.endswith("?")
    assert chart.caption.endswith(".")
    assert len(chart.caption) > 80


@pytest.mark.parametrize("chart", COMMON, ids=lambda chart: chart.name)
def test_chart_draws_and_its_axes_have_labels_with_units(chart: Chart, with_assumptions: Path) -> None:
    figure = drawn(chart, with_assumptions)
    visible = [axes for axes in figure.axes if axes.get_visible()]
    assert visible
    assert all(axes.has_data() or axes.texts for axes in visible)
    labels = [label for axes in visible for label in (axes.get_xlabel(), axes.get_ylabel()) if label]
    assert any(axes.get_xlabel() for axes in visible)
    assert all(UNITS.search(label) for label in labels), labels
    assert cut_off(figure) == []
    assert overlapping(figure) == []


@pytest.mark.parametrize("name", ["requests-over-time", "logins", "credential-timelines"])
def test_panel_titles_have_the_colour_of_their_strategy(name: str, with_assumptions: Path) -> None:
    chart = next(chart for chart in CHARTS if chart.name == name)
    results, _ = loaded(with_assumptions)
    styles = looks({strategy: results.scenario(strategy) for strategy in results.strategies})
    figure = drawn(chart, with_assumptions)
    titles = {axes.get_title(loc="left"): axes for axes in figure.axes}
    named = {strategy: titles[strategy] for strategy in styles if strategy in titles}
    assert set(named) | {one for one in styles if one in figure.get_suptitle()} == set(styles)
    assert len(named) > 1
    for strategy, axes in named.items():
        assert to_hex(axes._left_title.get_color()).upper() == styles[strategy].ink  # type: ignore[attr-defined]


def test_the_quota_line_is_drawn_only_where_a_quota_is_known(with_assumptions: Path) -> None:
    chart = next(chart for chart in CHARTS if chart.name == "requests-over-time")
    figure = drawn(chart, with_assumptions)
    lines = [[line for line in axes.lines if list(line.get_ydata()) == [600.0, 600.0]] for axes in figure.axes]
    notes = [" ".join(text.get_text() for text in axes.texts) for axes in figure.axes]
    assert any(lines)
    for found, text in zip(lines, notes, strict=True):
        assert bool(found) == ("quota 600/s" in text)
        assert bool(found) != ("no published quota" in text)


def test_saved_files_are_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    results, summary = loaded(folder)
    chart = next(chart for chart in CHARTS if chart.name == "requests-over-time")
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    one, two = save(chart, results, summary, first), save(chart, results, summary, second)
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert b"<dc:date>" not in one[0].read_bytes()


def test_charts_with_single_rows_do_not_apply_at_level_summary(tmp_path: Path) -> None:
    path = write_fake_results(tmp_path / "run", strategies=2, replications=1, level=Level.SUMMARY)
    summarise(path)
    results, summary = loaded(path)
    applying = {chart.name for chart in CHARTS if chart.applies(results, summary)}
    assert "requests-over-time" in applying
    assert applying.isdisjoint({"credential-timelines", "key-ages", "verdicts-over-time"})
    for chart in CHARTS:
        if chart.name in applying:
            with rc_context(RC):
                chart.draw(results, summary)


@pytest.mark.parametrize("horizon_s", [60.0, 3_600.0, 7 * 86_400.0, 365 * 86_400.0])
def test_bins_adapt_to_the_horizon(horizon_s: float) -> None:
    assert 1 <= horizon_s / bin_width_s(horizon_s) <= 240
    assert time_unit(horizon_s)[0] <= horizon_s
