"""Which keys to rotate first: share of the key exposure removed against keys rotated and hours of toil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.estimates import Estimates
from analysis.intervals import half_width
from analysis.load import Results
from analysis.metrics._ranking import GOAL, first_above, keys_at, ranked, removed
from analysis.metrics._sweep import Floats
from analysis.metrics.key_ranking import FAMILY, begins_at_s
from analysis.style import GREY, looks, number, plural

__all__ = ["CHART", "Curve", "curve"]


@dataclass(frozen=True, slots=True)
class Curve:
    """Mean over replications of the exposure removed after each key, and of the toil spent.

    Attributes:
        share: Share of the exposure, shape (keys + 1,), from 0.
        half: Half of its 95 % interval; 0 with one replication.
        hours: Hours of toil.
    """

    share: Floats
    half: Floats
    hours: Floats

    @property
    def goal(self) -> tuple[int, float] | None:
        """Keys and hours after which the mean share reaches 80 %; None if it never does."""
        first = first_above(self.share[1:])
        return None if first is None else (first, float(self.hours[first]))


def curve(results: Results, strategy: str, *, best: bool) -> Curve | None:
    """The curve of a strategy: in the order of its campaign, or in the best one; None without keys."""
    found = [_one(results, strategy, n, best=best) for n in range(results.replications)]
    shortest = min(len(share) for share, _ in found)
    if shortest == 0:
        return None
    shares = np.array([np.r_[0.0, share[:shortest]] for share, _ in found])
    hours = np.array([np.r_[0.0, hours[:shortest]] for _, hours in found])
    mean = shares.mean(axis=0)
    half = np.array([half_width(column) or 0.0 for column in (shares - mean).T])
    return Curve(mean, half, hours.mean(axis=0))


def _one(results: Results, strategy: str, replication: int, *, best: bool) -> tuple[Floats, Floats]:
    scenario = results.scenario(strategy)
    frames = {name: results.table(name, strategy, replication, columns) for name, columns in FAMILY.tables.items()}
    tables = frames["credentials"], frames["holdings"], frames["rotations"]
    keys = keys_at(*tables, scenario, begins_at_s(scenario))
    order = ranked(keys) if best else _as_rotated(frames["rotations"], keys)
    return removed(order, float(keys["exposure"].sum()))


def _as_rotated(rotations: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """The keys that a campaign rotates, in its order."""
    done = rotations[(rotations["cause"] == "campaign") & rotations["new"].notna()]
    done = done.sort_values(["started_at_s", "old"])
    known = keys.set_index("credential")
    return known.loc[[key for key in done["old"] if key in known.index]]


def _applies(results: Results, summary: Summary) -> bool:
    figures = Estimates(summary)
    keys = (one.mean or 0.0 for name in results.strategies for one in figures.all("ranking.keys", name))
    return results.level != "summary" and figures.has("ranking.keys_for_80") and max(keys, default=0.0) > 1


def _draw(results: Results, _: Summary) -> Figure:
    names = list(results.strategies)
    styles = looks({name: results.scenario(name) for name in names})
    figure = new_figure(7.6, 3.7)
    left, right = figure.subplots(1, 2, sharey=True)
    legend: dict[str, Any] = {}
    for name in names:
        own = bool(results.scenario(name).get("rotation"))
        found = curve(results, name, best=not own)
        if found is not None:
            _line(left, right, found, styles[name].colour)
            legend[f"{name}: {_told(found)}"] = Line2D([], [], color=styles[name].colour)
    ideal = curve(results, names[0], best=True) if results.scenario(names[0]).get("rotation") else None
    if ideal is not None:
        _line(left, right, ideal, GREY, dashed=True)
        legend[f"best order: {_told(ideal)}"] = Line2D([], [], color=GREY, ls="--")
    for axes, label in ((left, "Keys rotated"), (right, "Toil of people (hours)")):
        axes.axhline(100 * GOAL, color=GREY, lw=0.8, ls=":")
        axes.set_xlim(0, None)
        axes.set_ylim(0, 103)
        axes.set_xlabel(label)
        ax.count_axis(axes, "x")
    left.set_ylabel("Key exposure removed (%)")
    ax.legend_below(figure, legend, columns=3)
    return figure


def _line(left: Axes, right: Axes, found: Curve, colour: str, *, dashed: bool = False) -> None:
    x = np.arange(len(found.share))
    for axes, along in ((left, x), (right, found.hours)):
        axes.plot(along, 100 * found.share, color=colour, ls="--" if dashed else "-", lw=1.1 if dashed else 1.5)
        low, high = 100 * (found.share - found.half), 100 * np.minimum(found.share + found.half, 1.0)
        axes.fill_between(along, low, high, color=colour, alpha=0.1, lw=0)
    if found.goal is not None:
        keys, hours = found.goal
        for axes, at in ((left, float(keys)), (right, hours)):
            axes.plot([at], [100 * GOAL], marker="o", ms=5, color=colour, mfc="white" if dashed else colour)


def _told(found: Curve) -> str:
    if found.goal is None:
        return f"{number(100 * float(found.share[-1]))} % in {number(float(found.hours[-1]))} h"
    keys, hours = found.goal
    return f"80 % after {plural(keys, 'key')}, {number(hours)} h"


CHART = Chart(
    name="key-ranking",
    title="Which keys should be rotated first?",
    caption="Share of the key exposure that rotations remove, in the order in which a strategy rotates keys (without a "
    "campaign: the most exposure for an hour of toil first). The exposure of a key is its age times its copies: the "
    "thefts so far that its rotation ends. Dots: 80 %. Mean over replications, bands are 95 % intervals.",
    applies=_applies,
    draw=_draw,
    order=52,
)
