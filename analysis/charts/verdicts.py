"""Calls that failed, over time, with the faults that caused them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.style import VERDICT_COLOURS, duration, looks, number, wrap

__all__ = ["CHART"]

_COLUMNS = ["verdict", "from_s", "to_s", "calls"]
_MOST = 0.5
"""Share of a strategy's calls that fail from which on this is what the run is about."""
_FAR_APART = 50.0
"""Ratio between strategies above which a linear axis would hide the smaller one."""


def _applies(results: Results, _: Summary) -> bool:
    return results.manifest.get("level") != "summary" and any(
        len(_failed(results, strategy)) for strategy in results.strategies
    )


def _turn(results: Results) -> int:
    """First where most calls of a strategy fail although no issuer refuses anything: the services themselves do."""
    if any((results.table("requests_per_second", name, 0, ["outcome"])["outcome"] != "ok").any()
           for name in results.strategies):  # fmt: skip
        return 0
    shares = (_failed(results, name)["calls"].sum() / max(1, _every(results, name)) for name in results.strategies)
    return -1 if max(shares) > _MOST else 0


def _every(results: Results, strategy: str) -> int:
    return int(results.table("calls", strategy, 0, ["calls"])["calls"].sum())


def _failed(results: Results, strategy: str) -> pd.DataFrame:
    calls = results.table("calls", strategy, 0, _COLUMNS)
    return calls[~calls["verdict"].isin(["ok", "Unfinished"])]


def _per_bin(failed: pd.DataFrame, width: float, bins: int) -> dict[str, NDArray[np.float64]]:
    """Calls per bin by verdict; a segment's calls are spread evenly over its time."""
    edges = np.arange(bins + 1) * width
    found = {}
    for verdict, rows in failed.groupby("verdict", observed=True):
        low, calls = rows["from_s"].to_numpy(), rows["calls"].to_numpy(dtype=np.float64)
        high = np.maximum(rows["to_s"].to_numpy(), low + 1e-6)
        upto = np.array([float((calls * np.clip((edge - low) / (high - low), 0, 1)).sum()) for edge in edges])
        upto[-1] = calls.sum()
        found[str(verdict)] = np.diff(upto)
    return found


def _draw(results: Results, _: Summary) -> Figure:
    width = ax.bin_width_s(results.horizon_s, 200)
    bins = max(1, int(np.ceil(results.horizon_s / width)))
    every = {name: _per_bin(_failed(results, name), width, bins) for name in results.strategies}
    series = {name: parts for name, parts in every.items() if parts}
    peaks = [float(sum(parts.values(), np.zeros(bins)).max()) for parts in series.values()]
    figure = new_figure(7.6, 1.1 + 1.3 * len(series))
    grid = figure.subplots(len(series), 1, sharex=True, sharey=True, squeeze=False)
    styles = looks({name: results.scenario(name) for name in every})
    legend: dict[str, Any] = {}
    for (axes,), (name, parts) in zip(grid, series.items(), strict=True):
        unit_s = ax.clock_axis(axes, results.horizon_s, label=axes is grid[-1][0])
        legend |= ax.mark_faults(axes, results, name, unit_s)
        legend |= _stack(axes, parts, np.arange(bins + 1) * width / unit_s)
        ax.panel_title(axes, name, styles[name].ink)
        ax.count_axis(axes)
        axes.set_ylabel(f"failed calls\nper {duration(width)}")
        ax.note(axes, f"{number(sum(float(part.sum()) for part in parts.values()))} failed calls")
    grid[0][0].set_ylim(0, None)
    if max(peaks) > _FAR_APART * min(peaks):
        for (axes,) in grid:
            ax.log_counts(axes, max(1.0, min(peaks)), max(peaks))
    if spared := [name for name in every if name not in series]:
        figure.suptitle(wrap(f"No failed call: {', '.join(spared)}", 100, 3), x=0.01, ha="left", fontsize=8.5)
    ax.legend_below(figure, legend)
    return figure


def _stack(axes: Axes, parts: dict[str, NDArray[np.float64]], edges: NDArray[np.float64]) -> dict[str, Any]:
    base = np.zeros(len(edges) - 1)
    legend = {}
    for verdict in (name for name in VERDICT_COLOURS if name in parts):
        top = base + parts[verdict]
        colour = VERDICT_COLOURS[verdict]
        axes.stairs(top, edges, baseline=base, fill=True, color=colour, lw=0)
        legend[verdict] = Patch(color=colour)
        base = top
    return legend


CHART = Chart(
    name="verdicts-over-time",
    title="When do calls fail, and what had happened just before?",
    caption="Failed calls by verdict, stacked, one row per strategy that has any, on a shared axis. Shaded: an issuer "
    "was down. Dotted lines: restarts and other events of the timeline, the same in every strategy. First replication.",
    applies=_applies,
    draw=_draw,
    order=30,
    turn=_turn,
)
