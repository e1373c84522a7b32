"""Logins of people per hour: typed ones and silent ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.style import GREY, duration, looks, number

__all__ = ["CHART"]


def _applies(results: Results, _: Summary) -> bool:
    return any(len(results.table("logins", strategy, 0, ["at_s"])) for strategy in results.strategies)


def _draw(results: Results, _: Summary) -> Figure:
    width = max(60, ax.bin_width_s(results.horizon_s, 240))
    bins = max(1, int(np.ceil(results.horizon_s / width)))
    names = list(results.strategies)
    figure = new_figure(7.6, 0.9 + 1.25 * len(names))
    grid = figure.subplots(len(names), 1, sharex=True, sharey=True, squeeze=False)
    styles = looks({name: results.scenario(name) for name in names})
    legend: dict[str, Any] = {}
    for row, name in enumerate(names):
        axes = grid[row][0]
        unit_s = ax.clock_axis(axes, results.horizon_s, label=row == len(names) - 1)
        legend |= ax.mark_faults(axes, results, name, unit_s)
        logins = results.table("logins", name, 0, ["at_s", "kind"])
        edges = np.arange(bins + 1) * float(width)
        typed, _edges = np.histogram(logins.loc[logins["kind"] == "interactive", "at_s"], bins=edges)
        silent, _edges = np.histogram(logins.loc[logins["kind"] == "silent", "at_s"], bins=edges)
        axes.stairs(typed, edges / unit_s, fill=True, color=styles[name].colour, lw=0)
        axes.stairs(typed + silent, edges / unit_s, baseline=typed, fill=True, color="#CFCFCF", lw=0)
        ax.panel_title(axes, name, styles[name].ink)
        ax.count_axis(axes)
        axes.set_ylabel(f"logins\nper {duration(width)}")
        ax.note(axes, f"{number(float(typed.sum()))} interactive, {number(float(silent.sum()))} silent")
    grid[0][0].set_ylim(0, None)
    legend["interactive: password and MFA (strategy's colour)"] = Patch(color=GREY)
    legend["silent: a session was alive"] = Patch(color="#CFCFCF")
    ax.legend_below(figure, legend)
    return figure


CHART = Chart(
    name="logins",
    title="How often do people have to log in?",
    caption="Logins of people, one row per strategy on a shared axis. Coloured: a person typed a password and an MFA "
    "code. Pale: renewed silently because the identity provider's or the portal's session was alive. Shaded: an "
    "issuer was down. First replication.",
    applies=_applies,
    draw=_draw,
    order=80,
)
