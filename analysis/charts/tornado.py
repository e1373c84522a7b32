"""Which assumed inputs move the answer, and by how much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.style import INK, MINUS, Look, ellipsis, looks, number

__all__ = ["CHART"]

_METRICS = {
    "requests": "requests to issuers",
    "requests.peak_rps": "peak requests per second",
    "calls.failed": "failed calls",
    "calls.wait_s": "time that calls waited",
    "logins.interactive": "interactive logins",
    "rotation.toil_min": "rotation work",
}
"""Metrics of the null selector that a panel may show, and their names."""
_MOST_INPUTS = 6
_MOST_PANELS = 4
_LINE = 38


@dataclass(frozen=True, slots=True)
class _Swing:
    """How far one input moves one metric, of the strategy that it moves most."""

    path: str
    strategy: str
    low: float
    high: float

    @property
    def size(self) -> float:
        return max(abs(self.low), abs(self.high), abs(self.high - self.low))


def _read(results: Results) -> Mapping[str, Any] | None:
    path = results.folder / "assumptions.json"
    if not path.exists():
        return None
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _swings(content: Mapping[str, Any], metric: str) -> list[_Swing]:
    """Changes from the base, in percent of it, largest first; one per input."""
    base = {
        row["strategy"]: row["mean"]
        for row in content.get("base", ())
        if row["metric"] == metric and not row.get("selector")
    }
    ends: dict[tuple[str, str], dict[str, float]] = {}
    for row in content.get("results", ()):
        start = base.get(row["strategy"])
        if row["metric"] == metric and not row.get("selector") and start and row["mean"] is not None:
            change = 100 * (row["mean"] - start) / start
            ends.setdefault((row["path"], row["strategy"]), {})[row["end"]] = change
    found: dict[str, _Swing] = {}
    for (path, strategy), change in ends.items():
        swing = _Swing(path, strategy, change.get("low", 0.0), change.get("high", 0.0))
        if path not in found or swing.size > found[path].size:
            found[path] = swing
    moved = [swing for swing in found.values() if swing.size > 0.05]
    return sorted(moved, key=lambda swing: (-swing.size, swing.path))[:_MOST_INPUTS]


def _applies(results: Results, _: Summary) -> bool:
    content = _read(results)
    return content is not None and any(_swings(content, metric) for metric in _METRICS)


def _panel(axes: Axes, swings: list[_Swing], styles: Mapping[str, Look], title: str) -> None:
    for row, swing in enumerate(swings):
        colour = styles[swing.strategy].colour
        axes.barh(row, swing.low, height=0.6, facecolor="white", edgecolor=colour, hatch="////")
        axes.barh(row, swing.high, height=0.6, facecolor=colour, edgecolor=colour)
        words = f"{_signed(swing.low)} / {_signed(swing.high)}"
        end = max(swing.low, swing.high, 0.0)
        axes.annotate(words, (end, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7)
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_yticks(range(len(swings)), [_label(swing.path) for swing in swings], fontsize=6.5, linespacing=1.05)
    axes.set_ylim(len(swings) - 0.4, -0.6)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.3 * (high - low))
    axes.grid(axis="y", visible=False)
    ax.count_axis(axes, "x")
    axes.set_xlabel(f"change of {title} (%)")
    ax.panel_title(axes, title)


def _label(path: str) -> str:
    """A path on at most two lines, broken at a dot, so that its end can be read."""
    if len(path) <= _LINE:
        return path
    dots = [n for n, sign in enumerate(path) if sign == "."]
    at = min(dots, key=lambda n: abs(n - len(path) / 2), default=_LINE)
    return "\n".join(ellipsis(part, _LINE) for part in (path[:at], path[at:]))


def _signed(value: float) -> str:
    return "0" if abs(value) < 0.05 else f"{'+' if value > 0 else MINUS}{number(abs(round(value, 1)))} %"


def _draw(results: Results, _: Summary) -> Figure:
    content = _read(results) or {}
    panels = [(title, swings) for metric, title in _METRICS.items() if (swings := _swings(content, metric))]
    panels = panels[:_MOST_PANELS]
    heights = [1.1 * len(swings) + 1.8 for _, swings in panels]
    figure = new_figure(8.0, 0.5 + 0.27 * sum(heights))
    grid = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
    styles = looks({name: results.scenario(name) for name in results.strategies})
    for (axes,), (title, swings) in zip(grid, panels, strict=True):
        _panel(axes, swings, styles, title)
    used = {swing.strategy for _, swings in panels for swing in swings}
    legend: dict[str, Any] = {name: Patch(color=look.colour) for name, look in styles.items() if name in used}
    legend["input at its low end"] = Patch(facecolor="white", edgecolor=INK, hatch="////")
    legend["input at its high end"] = Patch(facecolor=INK)
    ax.legend_below(figure, legend)
    return figure


CHART = Chart(
    name="assumptions",
    title="Which assumptions move the answer most?",
    caption="Each assumed input is moved alone to both ends of its stated range, on the same random numbers, one "
    "replication each. Bars: change of the figure against the base, in the strategy that this input moves most "
    "(colour); hatched at the low end, full at the high end.",
    applies=_applies,
    draw=_draw,
    order=90,
)
