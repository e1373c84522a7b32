"""An incident as lanes: what the thief may do, whose calls fail, what reaches STS; one column per plan."""

from __future__ import annotations

import math
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

_MOST: Final = 5
_BINS: Final = 160
_THIEVES: Final = tuple(THIEF_LINES)


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
    names = list(results.strategies)[:_MOST]
    styles = looks({name: results.scenario(name) for name in results.strategies})
    figure = new_figure(1.0 + 2.35 * max(len(names), 2), 5.4)
    grid = figure.subplots(3, len(names), sharex=True, sharey="row", squeeze=False, height_ratios=[1.1, 1, 1])
    legend: dict[str, Any] = {}
    for column, name in enumerate(names):
        panels = [grid[row][column] for row in range(3)]
        unit_s = ax.clock_axis(panels[2], results.horizon_s)
        ax.panel_title(panels[0], name, styles[name].ink, 30)
        _mark(panels, results, name, unit_s, legend)
        _thief_lane(panels[0], results, name, unit_s, styles[name])
        _fleet_lane(panels[1], results, name, unit_s, styles[name])
        _sts_lane(panels[2], results, name, unit_s, styles[name], legend)
    grid[1][0].set_ylabel("Calls that fail (%)")
    grid[2][0].set_ylabel("Busiest second\n(requests/s)")
    ax.legend_below(figure, legend, columns=4)
    return figure


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


def _sts_lane(axes: Axes, results: Results, name: str, unit_s: float, look: Look, legend: dict[str, Any]) -> None:
    """The busiest second of each bin in the busiest bucket, and its quota."""
    table = results.table("requests_per_second", name, 0, ["second", "account", "quota_group", "outcome", "requests"])
    table = table[table["quota_group"] == "signed"]
    width = ax.bin_width_s(results.horizon_s, _BINS)
    bins = max(1, math.ceil(results.horizon_s / width))
    table = table.assign(throttled=table["requests"].where(table["outcome"] == "throttled", 0))
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
    axes.set_ylim(0, max([axes.get_ylim()[1], 1.12 * heights.max(), *(1.12 * rate for rate in rates)]))
    ax.count_axis(axes)
    ax.note(axes, f"peak {number(float(heights.max()))}/s", left=True)


CHART = Chart(
    name="lanes",
    title="What does each response do to the thief, to the fleet and to STS?",
    caption="One column per strategy (at most five), first replication. Upper lane: when AWS allows the thief anything "
    "that he tries; copy uses what was taken, mint also what he can obtain from it, foothold takes again. Middle: "
    "share of legitimate calls that fail, whatever the reason. Lower: requests charged to the bucket for signed "
    "requests, the busiest second of each bin, refused ones included.",
    applies=_applies,
    draw=_draw,
    order=5,
)
