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

_FEW = 5
"""Replications below which no band is drawn: with two, Student's t makes it 13 standard errors wide."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Mean over replications of the exposure removed after each key, and of the toil spent.

    Attributes:
        share: Share of the exposure, shape (keys + 1,), from 0.
        half: Half of its 95 % interval; 0 with one replication.
        hours: Hours of toil.
        each: The share in each replication, shape (replications, keys + 1).
    """

    share: Floats
    half: Floats
    hours: Floats
    each: Floats

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
    return Curve(mean, half, hours.mean(axis=0), shares)


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
    longest = (0.0, 0.0)
    for name in names:
        own = bool(results.scenario(name).get("rotation"))
        found = curve(results, name, best=not own)
        if found is not None:
            longest = max(longest[0], len(found.share) - 1.0), max(longest[1], float(found.hours[-1]))
            about = styles[name], names.index(name), len(names)
            for axes, along in ((left, np.arange(len(found.share), dtype=np.float64)), (right, found.hours)):
                legend[f"{name}: {_told(found)}"] = ax.marked_line(axes, along, 100 * found.share, *about)
            _goal(left, right, found, styles[name].colour)
    ideal = curve(results, names[0], best=True) if results.scenario(names[0]).get("rotation") else None
    if ideal is not None:
        left.plot(100 * ideal.share, color=GREY, ls="--", lw=1.1)
        right.plot(ideal.hours, 100 * ideal.share, color=GREY, ls="--", lw=1.1)
        _goal(left, right, ideal, GREY)
        legend[f"best order: {_told(ideal)}"] = Line2D([], [], color=GREY, ls="--")
    for axes, label, most in ((left, "Keys rotated", longest[0]), (right, "Toil of people (hours)", longest[1])):
        axes.axhline(100 * GOAL, color=GREY, lw=0.8, ls=":")
        axes.set_xlim(0, 1.05 * most)
        axes.set_ylim(0, 103)
        axes.set_xlabel(label)
        ax.count_axis(axes, "x")
    left.set_ylabel("Key exposure removed (%)")
    ax.legend_below(figure, legend, columns=3)
    return figure


def _goal(left: Axes, right: Axes, found: Curve, colour: str) -> None:
    """Where the curve reaches the goal, and how far replications lie apart."""
    for axes, along in ((left, np.arange(len(found.share), dtype=np.float64)), (right, found.hours)):
        _spread(axes, along, found, colour)
    if found.goal is not None:
        for axes, at in zip((left, right), found.goal, strict=True):
            axes.plot([at], [100 * GOAL], marker="|", ms=13, mew=1.6, color=colour)


def _spread(axes: Axes, along: Floats, found: Curve, colour: str) -> None:
    """The interval as a band; each replication as a thin line where an interval of so few is wider than the chart."""
    if 1 < len(found.each) < _FEW:
        for share in found.each:
            axes.plot(along, 100 * share, color=colour, lw=0.5, alpha=0.5)
        return
    low, high = 100 * (found.share - found.half), 100 * np.minimum(found.share + found.half, 1.0)
    axes.fill_between(along, low, high, color=colour, alpha=0.1, lw=0)


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
    "thefts so far that its rotation ends. The steeper curve is the better order; upright strokes: 80 %. Mean over "
    "replications, bands are 95 % intervals; of fewer than five replications each is drawn as a thin line instead.",
    applies=_applies,
    draw=_draw,
    order=17,
    turn=lambda results: -1 if any(results.scenario(name).get("rotation") for name in results.strategies) else 0,
)
