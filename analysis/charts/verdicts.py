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
from analysis.style import VERDICT_COLOURS, looks, number

__all__ = ["CHART"]

_COLUMNS = ["verdict", "from_s", "to_s", "calls"]
_FAR_APART = 50.0
"""Ratio between strategies above which a linear axis would hide the smaller one."""


def _applies(results: Results, _: Summary) -> bool:
    return results.manifest.get("level") != "summary" and any(
        len(_failed(results, strategy)) for strategy in results.strategies
    )


def _failed(results: Results, strategy: str) -> pd.DataFrame:
    calls = results.table("calls", strategy, 0, _COLUMNS)
    return calls[calls["verdict"] != "ok"]


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
    width = max(60, ax.bin_width_s(results.horizon_s, 200))
    bins = max(1, int(np.ceil(results.horizon_s / width)))
    series = {name: _per_bin(_failed(results, name), width, bins) for name in results.strategies}
    per_hour = 3600.0 / width
    peaks = {name: max([0.0, *sum(parts.values(), np.zeros(bins))]) * per_hour for name, parts in series.items()}
    figure = new_figure(7.6, 0.9 + 1.3 * len(series))
    grid = figure.subplots(len(series), 1, sharex=True, sharey=True, squeeze=False)
    styles = looks({name: results.scenario(name) for name in series})
    legend: dict[str, Any] = {}
    positive = [peak for peak in peaks.values() if peak > 0]
    for row, (name, parts) in enumerate(series.items()):
        axes = grid[row][0]
        unit_s = ax.clock_axis(axes, results.horizon_s, label=row == len(series) - 1)
        legend |= ax.mark_faults(axes, results, name, unit_s)
        legend |= _stack(axes, parts, np.arange(bins + 1) * width / unit_s, per_hour)
        ax.panel_title(axes, name, styles[name].colour)
        ax.count_axis(axes)
        axes.set_ylabel("failed calls/h")
        total = sum(float(part.sum()) for verdict, part in parts.items() if verdict != "Unfinished")
        ax.note(axes, f"{number(total)} failed calls" if total else "no failed call")
    if max(positive) > _FAR_APART * min(positive):
        grid[0][0].set_yscale("symlog", linthresh=max(1.0, min(positive) / 2))
    grid[0][0].set_ylim(0, None)
    ax.legend_below(figure, legend)
    return figure


def _stack(
    axes: Axes, parts: dict[str, NDArray[np.float64]], edges: NDArray[np.float64], scale: float
) -> dict[str, Any]:
    base = np.zeros(len(edges) - 1)
    legend = {}
    for verdict in (name for name in VERDICT_COLOURS if name in parts):
        top = base + parts[verdict] * scale
        colour = VERDICT_COLOURS[verdict]
        axes.stairs(top, edges, baseline=base, fill=True, color=colour, lw=0)
        legend[verdict] = Patch(color=colour)
        base = top
    return legend


CHART = Chart(
    name="verdicts-over-time",
    title="When do calls fail, and what had happened just before?",
    caption="Failed calls per hour by verdict, stacked, one row per strategy on a shared axis. Shaded: an issuer "
    "was down. Dotted lines: restarts and other events of the timeline, the same in every strategy. First replication.",
    applies=_applies,
    draw=_draw,
    order=60,
)
