"""An incident as lanes: what the thief may do, whose calls fail, what reaches STS; one column per plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.metrics._sweep import Floats
from analysis.metrics.calls import NOT_FAILED
from analysis.style import GREY, INK, THIEF_LINES, THROTTLED, Look, duration, looks, number
from sim.records import Level

__all__ = ["CHART", "failing_share"]

_ABREAST: Final = 4
"""Strategies in a row; with more, a second row keeps the letters as large as on the page around them."""
_LABELS: Final = ("", "Calls that fail (%)", "Busiest second\n(requests/s)")
_BINS: Final = 160
_THIEVES: Final = tuple(THIEF_LINES)

_Load = tuple[float, float | None]
"""Busiest second and quota of a bucket, requests/s."""


def _applies(results: Results, _: Summary) -> bool:
    return results.level != Level.SUMMARY and any(
        len(results.table("thefts", name, 0, ["incident"])) for name in results.strategies
    )


def failing_share(calls: pd.DataFrame, edges: Floats) -> Floats:
    """Share of calls that fail in each bin; the calls of a segment are spread evenly over it. nan without calls.

    Args:
        calls: Rows of `calls`.
        edges: Edges of the bins, s, ascending, shape (n + 1,).
    """
    failed = ~calls["verdict"].isin(NOT_FAILED).to_numpy()
    return _spread(calls[failed], edges) / np.where((every := _spread(calls, edges)) > 0, every, np.nan)


def _spread(calls: pd.DataFrame, edges: Floats) -> Floats:
    """Calls per bin."""
    start, stop = (calls[column].to_numpy(dtype=np.float64) for column in ("from_s", "to_s"))
    weight = calls["calls"].to_numpy(dtype=np.float64)
    least = 1e-3 * float(edges[1] - edges[0])
    stop = np.maximum(stop, start + least)
    order, ends = np.argsort(start), np.argsort(stop)
    rate = weight / (stop - start)
    before = _ramp(start[order], rate[order], edges) - _ramp(stop[ends], rate[ends], edges)
    return np.diff(before)


def _ramp(at: Floats, rate: Floats, edges: Floats) -> Floats:
    """Sum of rate x (edge - at) over all that begin before each edge."""
    rates, moments = (np.concatenate([[0.0], np.cumsum(part)]) for part in (rate, rate * at))
    seen = np.searchsorted(at, edges)
    return np.asarray(rates[seen] * edges - moments[seen], dtype=np.float64)


def _draw(results: Results, _: Summary) -> Figure:
    names = list(results.strategies)
    columns = -(-len(names) // (banks := -(-len(names) // _ABREAST)))
    heights = [1.1, 1, 1] if any(len(_signed(results, name)) for name in names) else [1.1, 1]
    lanes = len(heights)
    figure = new_figure(1.0 + 2.35 * max(columns, 2), 0.6 + 1.6 * lanes * banks)
    grid = figure.subplots(lanes * banks, columns, sharex=True, squeeze=False, height_ratios=heights * banks)
    legend: dict[str, Any] = {}
    loads = {}
    for index, name in enumerate(names):
        bank, column = divmod(index, columns)
        panels = list(grid[lanes * bank : lanes * (bank + 1), column])
        loads[panels[-1]] = _column(panels, results, name, legend, is_first=column == 0)
    for axes in grid[-lanes:, columns - (columns * banks - len(names)) :].flat:
        axes.set_visible(False)
    if lanes == len(_LABELS):
        _same_scale(loads)
    ax.legend_below(figure, legend, columns=4)
    return figure


def _column(panels: list[Axes], results: Results, name: str, legend: dict[str, Any], *, is_first: bool) -> _Load:
    """The lanes of a strategy, that of STS if there is one; a y axis has its label at the first of a row only."""
    look = looks({one: results.scenario(one) for one in results.strategies})[name]
    unit_s = ax.clock_axis(panels[-1], results.horizon_s, most_ticks=7)
    ax.panel_title(panels[0], name, look.ink, 30)
    _mark(panels, results, name, unit_s, legend)
    _thief_lane(panels[0], results, name, unit_s, look)
    _fleet_lane(panels[1], results, name, unit_s, look)
    panels[-1].tick_params(labelbottom=True)
    for axes, label in zip(panels, _LABELS, strict=False):
        axes.set_ylabel(label if is_first else "")
        axes.tick_params(labelleft=is_first)
    return _sts_lane(panels[2], results, name, unit_s, look, legend) if panels[2:] else (0.0, None)


def _same_scale(loads: Mapping[Axes, _Load]) -> None:
    """One y axis for all strategies, on which both the load and its quota can be seen."""
    highest = max(peak for peak, _ in loads.values())
    quota = max((rate for _, rate in loads.values() if rate), default=0.0)
    for axes in loads:
        axes.set_ylim(0, 1.12 * max(highest, quota, 1.0))
        ax.count_axis(axes)
        ax.log_where_hidden(axes, highest, quota)


def _mark(panels: list[Axes], results: Results, name: str, unit_s: float, legend: dict[str, Any]) -> None:
    """The leak and the detection, in every lane."""
    row = results.table("thefts", name, 0, ["at_s", "detected_at_s"])
    marks = (("leak", float(row["at_s"].min()), ":"), ("detection", float(row["detected_at_s"].min()), "-"))
    for label, at, style in marks:
        if at < results.horizon_s:
            for axes in panels:
                axes.axvline(at / unit_s, color=GREY, lw=0.9, ls=style, zorder=0.5)
            legend[label] = Line2D([], [], color=GREY, lw=0.9, ls=style)


def _thief_lane(axes: Axes, results: Results, name: str, unit_s: float, look: Look) -> None:
    """When some action is allowed to each thief, and when the last one ends."""
    spans = results.table("theft_spans", name, 0, ["thief", "from_s", "to_s"])
    thefts = results.table("thefts", name, 0, ["thief", "at_s", "last_ok_at_s"])
    rows = [thief for thief in _THIEVES if thief in set(thefts["thief"])]
    for place, thief in enumerate(rows):
        mine = spans[spans["thief"] == thief]
        begin = np.minimum(mine["from_s"].to_numpy(dtype=np.float64), results.horizon_s)
        end = np.minimum(mine["to_s"].to_numpy(dtype=np.float64), results.horizon_s)
        bars = list(zip(begin / unit_s, (end - begin) / unit_s, strict=True))
        axes.broken_barh(bars, (place - 0.16, 0.5), facecolors=look.colour, lw=0)
        story = thefts[thefts["thief"] == thief]
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        place_of_text = (0.02, place - 0.24)
        axes.annotate(
            _ends(story), place_of_text, xycoords=("axes fraction", "data"), fontsize=7, va="bottom", bbox=box
        )
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_yticks(range(len(rows)), [f"thief: {thief}" for thief in rows])
    axes.grid(visible=False, axis="y")


def _ends(story: pd.DataFrame) -> str:
    last = float((story["last_ok_at_s"] - story["at_s"]).max())
    if math.isnan(last):
        return "never an ok"
    return "never ends" if math.isinf(last) else f"last ok {duration(last)} after the leak"


def _fleet_lane(axes: Axes, results: Results, name: str, unit_s: float, look: Look) -> None:
    calls = results.table("calls", name, 0, ["verdict", "from_s", "to_s", "calls"])
    edges = np.linspace(0.0, results.horizon_s, _BINS + 1)
    share = 100 * np.nan_to_num(failing_share(calls, edges))
    axes.stairs(share, edges / unit_s, fill=True, color=look.colour, lw=0)
    axes.set_ylim(0, 104)
    failed = calls[~calls["verdict"].isin(NOT_FAILED)]["calls"].sum()
    ax.note(axes, f"{number(float(failed))} failed calls in all" if failed else "no failed call", left=True)


def _signed(results: Results, name: str) -> pd.DataFrame:
    """Requests charged to the bucket of signed requests, by second."""
    table = results.table("requests_per_second", name, 0, ["second", "account", "quota_group", "outcome", "requests"])
    return table[table["quota_group"] == "signed"]


def _sts_lane(axes: Axes, results: Results, name: str, unit_s: float, look: Look, legend: dict[str, Any]) -> _Load:
    """The busiest second of each bin in the busiest bucket, and its quota."""
    table = _signed(results, name)
    width = ax.bin_width_s(results.horizon_s, _BINS)
    bins = max(1, math.ceil(results.horizon_s / width))
    table = table.assign(throttled=table["requests"].where(ax.refused_by_bucket(table, results.scenario(name)), 0))
    totals = table.groupby(["account", "second"], observed=True, as_index=False)[["requests", "throttled"]].sum()
    heights, white = np.zeros(bins), np.zeros(bins)
    at = np.minimum(totals["second"].to_numpy() // width, bins - 1)
    busiest = totals.assign(bin=at).sort_values("requests", kind="stable").groupby("bin").tail(1)
    heights[busiest["bin"]] = busiest["requests"]
    white[busiest["bin"]] = busiest["throttled"]
    edges = np.minimum(np.arange(bins + 1) * width, results.horizon_s) / unit_s
    axes.stairs(heights - white, edges, fill=True, color=look.colour, lw=0)
    if white.any():
        axes.stairs(heights, edges, baseline=heights - white, fill=True, color=THROTTLED, lw=0)
        legend["throttled"] = Patch(facecolor=THROTTLED)
    accounts = set(totals["account"].astype(str))
    rates = [float(q["rps"]) for q in results.manifest.get("quotas", ()) if q["quota_group"] == "signed"
             and q["account"] in accounts]  # fmt: skip
    if rates:
        axes.axhline(min(rates), color=INK, lw=1, ls="--")
        legend["quota (refill rate)"] = Line2D([], [], color=INK, lw=1, ls="--")
    peak, quota = float(heights.max()), min(rates, default=None)
    ax.note(axes, f"peak {number(peak)}/s" + (f", quota {number(quota)}/s" if quota else ""), left=True)
    return peak, quota


CHART = Chart(
    name="lanes",
    title="What does each response do to the thief, to the fleet and to STS?",
    caption="One column per strategy, first replication. Upper lane: when AWS allows the thief anything "
    "that he tries; copy uses what was taken, mint also what he can obtain from it, foothold takes again. Middle: "
    "share of legitimate calls that fail, whatever the reason. Lower: requests charged to the bucket for signed "
    "requests, the busiest second of each bin, refused ones included; left out where there are none.",
    applies=_applies,
    draw=_draw,
    order=5,
)
