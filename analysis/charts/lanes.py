"""An incident as lanes: what the thief may do, whose calls fail, what reaches STS; one column per plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
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
from analysis.metrics._refused import refused_by_bucket
from analysis.metrics._regions import with_region
from analysis.metrics._sweep import Floats
from analysis.metrics.calls import NOT_FAILED
from analysis.style import INK, THIEF_LINES, THROTTLED, Look, duration, looks, number
from sim.records import Level

__all__ = ["CHART", "failing_share"]

_ABREAST: Final = 4
"""Strategies in a row; with more, a second row keeps the letters as large as on the page around them."""
_LABELS: Final = ("", "Calls that fail (%)", "Busiest second\n(requests/s)")
_BINS: Final = 160
_REQUESTS: Final = ["second", "issuer", "account", "quota_group", "outcome", "requests"]
_LINEAR_S: Final = 60.0
"""The axis of time is linear up to here."""
_TICKS_S: Final = (60.0, 600.0, 3600.0, 6 * 3600.0, 86_400.0, 7 * 86_400.0, 90 * 86_400.0, 31_557_600.0)
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


@dataclass(frozen=True, slots=True)
class _Axis:
    """Time since the leak, logarithmic: what a thief may do ends after minutes, after days, or never.

    Attributes:
        leak_s: Instant of the leak, s.
        end_s: Where the axis ends, s after the leak.
        run_s: Where the simulated time ends, s after the leak.
    """

    leak_s: float
    end_s: float
    run_s: float

    @property
    def edges(self) -> Floats:
        """Edges of the bins of the simulated part, s after the leak, finer near it."""
        first = np.linspace(0.0, _LINEAR_S, _BINS // 10 + 1)
        return np.concatenate([first, np.geomspace(_LINEAR_S, self.run_s, _BINS)[1:]])

    def at(self, instants: Floats) -> Floats:
        """Instants of the run on the axis, cut at its ends; what never ends, at its end."""
        since = np.nan_to_num(instants, nan=np.inf) - self.leak_s
        return np.asarray(np.clip(since, 0.0, self.end_s), dtype=np.float64)

    def set_up(self, axes: Axes) -> None:
        """Scale, limits and ticks."""
        axes.set_xscale("symlog", linthresh=_LINEAR_S, linscale=0.4)
        axes.set_xlim(0.0, self.end_s)
        ax.log_duration_axis(axes, 0.0, self.end_s, _TICKS_S)
        if self.run_s < self.end_s:
            axes.axvspan(self.run_s, self.end_s, facecolor="#F2F2F2", lw=0, zorder=0)


def _axis(results: Results) -> _Axis:
    frames = [results.table("thefts", name, 0, ["at_s", "last_ok_at_s"]) for name in results.strategies]
    thefts = pd.concat(frames)
    leak_s = float(thefts["at_s"].min())
    lasts = thefts["last_ok_at_s"].to_numpy(dtype=np.float64)
    longest = float(np.max(lasts[np.isfinite(lasts)], initial=leak_s)) - leak_s
    run_s = max(results.horizon_s - leak_s, 2 * _LINEAR_S)
    return _Axis(leak_s, max(1.6 * longest, run_s), run_s)


def _draw(results: Results, _: Summary) -> Figure:
    names = list(results.strategies)
    columns = -(-len(names) // (banks := -(-len(names) // _ABREAST)))
    heights = [1.1, 1, 1] if any(len(_signed(results, name)) for name in names) else [1.1, 1]
    lanes = len(heights)
    figure = new_figure(1.0 + 2.35 * max(columns, 2), 0.6 + 1.6 * lanes * banks)
    grid = figure.subplots(lanes * banks, columns, sharex=True, squeeze=False, height_ratios=heights * banks)
    legend: dict[str, Any] = {}
    loads = {}
    axis = _axis(results)
    for index, name in enumerate(names):
        bank, column = divmod(index, columns)
        panels = list(grid[lanes * bank : lanes * (bank + 1), column])
        loads[panels[-1]] = _column(panels, results, name, axis, legend)
        for axes, label in zip(panels, _LABELS, strict=False):
            axes.set_ylabel("" if column else label)
            axes.tick_params(labelleft=column == 0)
    for axes in grid[-lanes:, columns - (columns * banks - len(names)) :].flat:
        axes.set_visible(False)
    if lanes == len(_LABELS):
        _same_scale(loads)
    if axis.run_s < axis.end_s:
        legend["beyond the run: only the thief's end is known"] = Patch(facecolor="#F2F2F2")
    ax.legend_below(figure, legend, columns=4)
    return figure


def _column(panels: list[Axes], results: Results, name: str, axis: _Axis, legend: dict[str, Any]) -> _Load:
    """The lanes of a strategy, that of STS if there is one."""
    look = looks({one: results.scenario(one) for one in results.strategies})[name]
    for axes in panels:
        axis.set_up(axes)
    ax.panel_title(panels[0], name, look.ink, 30)
    _mark(panels, results, name, axis, legend)
    _thief_lane(panels[0], results, name, axis, look)
    _fleet_lane(panels[1], results, name, axis, look)
    panels[-1].tick_params(labelbottom=True)
    panels[-1].set_xlabel("Time since the leak (log scale)")
    return _sts_lane(panels[2], results, name, axis, look, legend) if panels[2:] else (0.0, None)


def _same_scale(loads: Mapping[Axes, _Load]) -> None:
    """One y axis for all strategies, on which both the load and its quota can be seen."""
    highest = max(peak for peak, _ in loads.values())
    quota = max((rate for _, rate in loads.values() if rate), default=0.0)
    for axes in loads:
        axes.set_ylim(0, 1.12 * max(highest, quota, 1.0))
        ax.count_axis(axes)
        ax.log_where_hidden(axes, highest, quota)


def _mark(panels: list[Axes], results: Results, name: str, axis: _Axis, legend: dict[str, Any]) -> None:
    """The detection, in every lane."""
    at = float(results.table("thefts", name, 0, ["detected_at_s"])["detected_at_s"].min())
    if at < results.horizon_s:
        for axes in panels:
            axes.axvline(at - axis.leak_s, color=INK, lw=0.9, ls=":", zorder=3)
        legend["detection"] = Line2D([], [], color=INK, lw=0.9, ls=":")


def _thief_lane(axes: Axes, results: Results, name: str, axis: _Axis, look: Look) -> None:
    """When some action is allowed to each thief, and when the last one ends."""
    spans = results.table("theft_spans", name, 0, ["thief", "from_s", "to_s"])
    thefts = results.table("thefts", name, 0, ["thief", "at_s", "last_ok_at_s"])
    rows = [thief for thief in _THIEVES if thief in set(thefts["thief"])]
    for place, thief in enumerate(rows):
        mine = spans[spans["thief"] == thief]
        begin, end = (axis.at(mine[column].to_numpy(dtype=np.float64)) for column in ("from_s", "to_s"))
        axes.broken_barh(list(zip(begin, end - begin, strict=True)), (place - 0.16, 0.5), facecolors=look.colour, lw=0)
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


def _fleet_lane(axes: Axes, results: Results, name: str, axis: _Axis, look: Look) -> None:
    calls = results.table("calls", name, 0, ["verdict", "from_s", "to_s", "calls"])
    share = 100 * np.nan_to_num(failing_share(calls, axis.leak_s + axis.edges))
    axes.stairs(share, axis.edges, fill=True, color=look.colour, lw=0)
    axes.set_ylim(0, 104)
    failed = calls[~calls["verdict"].isin(NOT_FAILED)]["calls"].sum()
    ax.note(axes, f"{number(float(failed))} failed calls in all" if failed else "no failed call", left=True)


def _signed(results: Results, name: str) -> pd.DataFrame:
    """Requests charged to the bucket of signed requests, by second."""
    table = results.table("requests_per_second", name, 0, _REQUESTS)
    return table[table["quota_group"] == "signed"]


def _sts_lane(axes: Axes, results: Results, name: str, axis: _Axis, look: Look, legend: dict[str, Any]) -> _Load:
    """The busiest second of each bin in the busiest bucket, and its quota."""
    table = _signed(results, name)
    table = table.assign(throttled=table["requests"].where(refused_by_bucket(table, results.scenario(name)), 0))
    table = with_region(table, results.scenario(name))
    keys = ["account", "region", "second"]
    totals = table.groupby(keys, observed=True, as_index=False)[["requests", "throttled"]].sum()
    accounts = set(totals["account"].astype(str))
    totals = totals[totals["second"] >= math.floor(axis.leak_s)]
    edges = axis.edges
    heights, white = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    at = np.searchsorted(edges, axis.at(totals["second"].to_numpy(dtype=np.float64)), side="right") - 1
    at = np.minimum(at, len(heights) - 1)
    busiest = totals.assign(bin=at).sort_values("requests", kind="stable").groupby("bin").tail(1)
    heights[busiest["bin"]] = busiest["requests"]
    white[busiest["bin"]] = busiest["throttled"]
    axes.stairs(heights - white, edges, fill=True, color=look.colour, lw=0)
    if white.any():
        axes.stairs(heights, edges, baseline=heights - white, fill=True, color=THROTTLED, lw=0)
        legend["throttled"] = Patch(facecolor=THROTTLED)
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
    caption="One column per strategy, first replication, from the leak on; a good response leaves little colour in the "
    "upper two lanes. Upper lane: when AWS allows the thief anything that he tries; copy uses what was taken, mint "
    "also what he can obtain from it, foothold takes again. Middle: share of legitimate calls that fail, whatever the "
    "reason. Lower: requests charged to the bucket for signed requests, the busiest second of each bin, refused ones "
    "included; left out where there are none.",
    applies=_applies,
    draw=_draw,
    order=7,
)
