"""Logins of people per hour: typed ones and silent ones."""

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
from analysis.style import GREY, SHARED, duration, looks, number, wrap

__all__ = ["CHART"]


_SAME = 0.03
"""Share of logins by which strategies may differ that are drawn together."""
_Parts = dict[str, NDArray[np.float64]]
"""Logins per bin, by kind."""
_COLOURS = {"silent": "#CFCFCF", "failed": "#4D4D4D"}


def _applies(results: Results, _: Summary) -> bool:
    return any(len(results.table("logins", strategy, 0, ["at_s"])) for strategy in results.strategies)


def _by_kind(logins: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Instants of logins that succeeded, by kind, and of those that failed."""
    ok = logins["outcome"] == "ok"
    kinds = {kind: logins.loc[ok & (logins["kind"] == kind), "at_s"] for kind in ("interactive", "silent")}
    return kinds | {"failed": logins.loc[~ok, "at_s"]}


def _alike(series: dict[str, _Parts]) -> dict[str, list[str]]:
    """The first strategy with each course of logins, and all whose course differs from it by less than an eye sees."""
    found: dict[str, list[str]] = {}
    for name, parts in series.items():
        twin = next((one for one in found if _apart(series[one], parts) < _SAME), name)
        found.setdefault(twin, []).append(name)
    return found


def _apart(one: _Parts, other: _Parts) -> float:
    """Logins by which two courses differ, over those of the first."""
    gap = sum(float(np.abs(one[kind] - other[kind]).sum()) for kind in one)
    return gap / max(1.0, sum(float(count.sum()) for count in one.values()))


def _counts(results: Results, name: str, edges: NDArray[np.float64]) -> _Parts:
    logins = results.table("logins", name, 0, ["at_s", "kind", "outcome"])
    return {key: np.histogram(at_s, bins=edges)[0].astype(float) for key, at_s in _by_kind(logins).items()}


def _draw(results: Results, _: Summary) -> Figure:
    width = ax.bin_width_s(results.horizon_s, 240)
    edges = width * np.arange(max(1, int(np.ceil(results.horizon_s / width))) + 1, dtype=np.float64)
    every = {name: _counts(results, name, edges) for name in results.strategies}
    series = {name: parts for name, parts in every.items() if any(count.any() for count in parts.values())}
    alike = _alike(series)
    figure = new_figure(7.6, 0.9 + 1.25 * len(alike))
    grid = figure.subplots(len(alike), 1, sharex=True, sharey=True, squeeze=False)
    styles = looks({name: results.scenario(name) for name in every})
    legend: dict[str, Any] = {}
    for (axes,), (name, names) in zip(grid, alike.items(), strict=True):
        unit_s = ax.clock_axis(axes, results.horizon_s, label=axes is grid[-1][0])
        legend |= ax.mark_faults(axes, results, name, unit_s)
        own = styles[name] if len(names) == 1 else None
        _stack(axes, series[name], edges / unit_s, own.colour if own else SHARED)
        ax.panel_title(axes, ax.shared_title(names, len(every)), own.ink if own else None, 74)
        axes.set_ylabel(f"logins\nper {duration(width)}")
        ax.note(axes, ", ".join(f"{number(float(count.sum()))} {key}" for key, count in series[name].items()))
    grid[0][0].set_ylim(0, None)
    if spared := [name for name in every if name not in series]:
        figure.suptitle(wrap(f"Nobody logs in: {', '.join(spared)}", 100, 3), x=0.01, ha="left", fontsize=8.5)
    legend["interactive: password and MFA (strategy's colour)"] = Patch(color=GREY)
    words = {"silent": "silent: a session was alive", "failed": "failed"}
    shown = [key for key in _COLOURS if any(parts[key].any() for parts in series.values())]
    ax.legend_below(figure, legend | {words[key]: Patch(color=_COLOURS[key]) for key in shown})
    return figure


def _stack(axes: Axes, parts: _Parts, edges: NDArray[np.float64], colour: str) -> None:
    base = np.zeros(len(edges) - 1)
    for key, fill in {"interactive": colour, **_COLOURS}.items():
        axes.stairs(base + parts[key], edges, baseline=base, fill=True, color=fill, lw=0)
        base = base + parts[key]
    ax.count_axis(axes)


CHART = Chart(
    name="logins",
    title="How often do people have to log in?",
    caption="Logins of people, one row per strategy on a shared axis; strategies whose logins hardly differ share a "
    "row, in grey. Coloured: a person typed a password and an MFA "
    "code. Pale: renewed silently because the identity provider's or the portal's session was alive. Dark: failed. "
    "Shaded: an issuer was down. First replication.",
    applies=_applies,
    draw=_draw,
    order=35,
)
