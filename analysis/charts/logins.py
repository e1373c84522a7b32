"""Logins of people per hour: typed ones and silent ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.style import GREY, duration, looks, number

__all__ = ["CHART"]


_COLOURS = {"silent": "#CFCFCF", "failed": "#4D4D4D"}


def _applies(results: Results, _: Summary) -> bool:
    return any(len(results.table("logins", strategy, 0, ["at_s"])) for strategy in results.strategies)


def _by_kind(logins: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Instants of logins that succeeded, by kind, and of those that failed."""
    ok = logins["outcome"] == "ok"
    kinds = {kind: logins.loc[ok & (logins["kind"] == kind), "at_s"] for kind in ("interactive", "silent")}
    return kinds | {"failed": logins.loc[~ok, "at_s"]}


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
        logins = results.table("logins", name, 0, ["at_s", "kind", "outcome"])
        edges = np.arange(bins + 1) * float(width)
        parts = {key: np.histogram(at_s, bins=edges)[0] for key, at_s in _by_kind(logins).items()}
        base = np.zeros(bins)
        for key, colour in {"interactive": styles[name].colour, **_COLOURS}.items():
            axes.stairs(base + parts[key], edges / unit_s, baseline=base, fill=True, color=colour, lw=0)
            base = base + parts[key]
        ax.panel_title(axes, name, styles[name].ink)
        ax.count_axis(axes)
        axes.set_ylabel(f"logins\nper {duration(width)}")
        ax.note(axes, ", ".join(f"{number(float(count.sum()))} {key}" for key, count in parts.items()))
    grid[0][0].set_ylim(0, None)
    legend["interactive: password and MFA (strategy's colour)"] = Patch(color=GREY)
    legend["silent: a session was alive"] = Patch(color=_COLOURS["silent"])
    legend["failed"] = Patch(color=_COLOURS["failed"])
    ax.legend_below(figure, legend)
    return figure


CHART = Chart(
    name="logins",
    title="How often do people have to log in?",
    caption="Logins of people, one row per strategy on a shared axis. Coloured: a person typed a password and an MFA "
    "code. Pale: renewed silently because the identity provider's or the portal's session was alive. Dark: failed. "
    "Shaded: an issuer was down. First replication.",
    applies=_applies,
    draw=_draw,
    order=80,
)
