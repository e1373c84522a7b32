"""How long stolen credentials stay usable: survival curves on a log time axis."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.choice import asks_about_thefts, is_choice
from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.metrics._places import places_of
from analysis.metrics.exposure import THIEVES, survivals
from analysis.style import GREY, THIEF_LINES, Look, looks, number

__all__ = ["CHART"]

_GRID: NDArray[np.float64] = np.concatenate([[0.0], np.geomspace(10.0, 400e6, 220)])
_SAME = 0.004
"""Curves of two thieves closer than this everywhere are drawn once."""
_ALIKE = 0.02
"""Places whose curves are closer than this everywhere share a panel: no eye tells them apart."""
_MOST_PANELS = 6

_Curves = dict[tuple[str, str], dict[str, NDArray[np.float64]]]
"""(population, place) -> thief -> P(X > x) on the grid."""


def _applies(results: Results, summary: Summary) -> bool:
    """Whether anything can be stolen; not where strategies only differ in what befalls them: that moves no curve."""
    figures = Estimates(summary)
    return is_choice(results) and any(
        one.mean for name in results.strategies for one in figures.all("exposure.mean_s", name)
    )


def _curves(results: Results, strategy: str) -> _Curves:
    found: _Curves = {}
    for selector, curve in survivals(results, strategy, 0, _GRID).items():
        keys = dict(selector)
        if "place" in keys:
            found.setdefault((keys["population"], keys["place"]), {})[keys["thief"]] = curve
    return found


def _panel(axes: Axes, by_thief: dict[str, NDArray[np.float64]], look: Look, turn: float) -> set[str]:
    """One strategy's curves; `turn` in [0, 1) staggers the markers, so that none hides behind another.

    Returns:
        The thieves that are drawn.
    """
    thieves = set()
    x = np.maximum(_GRID, 10.0)
    drawn: list[NDArray[np.float64]] = []
    for thief in (name for name in THIEVES if name in by_thief):
        curve = by_thief[thief]
        if any(float(np.abs(curve - other).max()) < _SAME for other in drawn):
            continue
        drawn.append(curve)
        thieves.add(thief)
        axes.plot(x, curve, color=look.colour, ls=THIEF_LINES[thief], lw=1.8 if look.keys else 1.4)
        if thief == "copy":
            at = _marked(curve, turn)
            axes.plot(
                x[at], curve[at], color=look.colour, marker=look.marker, ms=5, markerfacecolor=look.face, ls="none"
            )
    return thieves


def _marked(curve: NDArray[np.float64], turn: float) -> int:
    """Where the marker goes: on the falling part of the curve, else somewhere along the flat line."""
    falling = np.flatnonzero(curve <= curve[0] * (0.85 - 0.7 * turn))
    if curve[0] == 0 or not len(falling):
        return int(len(curve) * (0.08 + 0.84 * turn))
    return int(falling[0])


def _telling(curves: dict[str, _Curves], key: tuple[str, str]) -> bool:
    """Whether the strategies differ at this place; always, if there is only one."""
    found = [curves[name][key] for name in curves if key in curves[name]]
    spread = [float(np.abs(one[thief] - found[0][thief]).max()) for one in found for thief in one if thief in found[0]]
    return len(curves) == 1 or max(spread, default=0.0) > _SAME


def _most_telling(curves: dict[str, _Curves], panels: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """As many panels as there is room for, those where the strategies lie furthest apart, in their order."""
    spread = {
        key: max(
            (
                float(np.abs(one[key][thief] - other[key][thief]).mean())
                for one, other in combinations(curves.values(), 2)
                if key in one and key in other
                for thief in one[key].keys() & other[key].keys()
            ),
            default=0.0,
        )
        for key in panels
    }
    kept = sorted(panels, key=lambda key: -spread[key])[:_MOST_PANELS]
    return [key for key in panels if key in kept]


def _alike(curves: dict[str, _Curves], panels: list[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Panel -> the places with the same curves in every strategy, itself first; those of one population in a row."""
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for population, place in panels:
        twin = next((key for key in groups if _equal(curves, key, (population, place))), (population, place))
        groups.setdefault(twin, {}).setdefault(population, []).append(place)
    return {
        key: [f"{population} · {', '.join(places)}" for population, places in found.items()]
        for key, found in groups.items()
    }


def _equal(curves: dict[str, _Curves], one: tuple[str, str], other: tuple[str, str]) -> bool:
    pairs = [(found.get(one, {}), found.get(other, {})) for found in curves.values()]
    return all(
        left.keys() == right.keys() and all(np.allclose(left[thief], right[thief], atol=_ALIKE) for thief in left)
        for left, right in pairs
    )


def _end(curves: dict[str, _Curves]) -> float:
    """Where the x axis ends: past the last curve that still falls, or 10 years if any never comes down."""
    lines = [line for found in curves.values() for by_thief in found.values() for line in by_thief.values()]
    last = max((int(np.flatnonzero(line > _SAME).max(initial=0)) for line in lines), default=0)
    return float(min(400e6, max(86_400.0 * 1.5, _GRID[last] * 2.0)))


def _draw(results: Results, _: Summary) -> Figure:
    curves = {name: _curves(results, name) for name in results.strategies}
    places = dict.fromkeys(key for name in curves for key in places_of(results, name))
    panels = [key for key in places if any(key in found for found in curves.values())]
    panels = [key for key in panels if _telling(curves, key)] or panels
    groups = _alike(curves, panels)
    panels = _most_telling(curves, list(groups))
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(7.8, 1.0 + (2.0 if columns > 1 else 2.4) * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    styles = looks({name: results.scenario(name) for name in curves})
    thieves: set[str] = set()
    for index, (population, place) in enumerate(panels):
        axes = grid[index // columns][index % columns]
        for turn, (name, found) in enumerate(curves.items()):
            if (population, place) in found:
                thieves |= _panel(axes, found[population, place], styles[name], turn / len(curves))
        ax.panel_title(axes, "; ".join(groups[population, place]))
        if index % columns == 0:
            axes.set_ylabel("thefts still usable (%)")
        if index >= len(panels) - columns:
            axes.set_xlabel("Time since the theft (log scale)")
            axes.tick_params(labelbottom=True)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    _scales(grid[0][0], _end(curves))
    if len(panels) < len(groups):
        text = f"The {len(panels)} of {len(groups)} places where the strategies differ most; the table has all."
        figure.suptitle(text, x=0.01, ha="left", fontsize=8.5)
    ax.legend_below(figure, _legend(styles, thieves), columns=3)
    return figure


def _scales(axes: Axes, end_s: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(10.0, end_s)
    axes.set_ylim(-0.02, 1.03)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
    ax.log_duration_axis(axes, 10.0, end_s)


def _legend(styles: dict[str, Look], thieves: set[str]) -> dict[str, Any]:
    entries: dict[str, Any] = {
        name: Line2D([], [], color=look.colour, marker=look.marker, markerfacecolor=look.face, ms=5)
        for name, look in styles.items()
    }
    shown = [thief for thief in THIEVES if thief in thieves]
    return entries | {f"thief: {thief}": Line2D([], [], color=GREY, ls=THIEF_LINES[thief]) for thief in shown}


CHART = Chart(
    name="exposure-survival",
    title="For how long can a thief use what lay there?",
    caption="Share of thefts after which the loot is still accepted, by time since the theft, one panel per "
    "population and place (at most six); places where all strategies agree are left out. The lower and the further to "
    "the left a curve, the sooner the loot is worthless. Where a line starts below 100 %, the other "
    "thefts found nothing valid; where it does not come down to 0 %, the loot never ends. A thief who mints or keeps a "
    "foothold is drawn only where he differs from the one who copies. Hollow markers: strategies with long-term keys. "
    "First replication, integrated over all instants of theft.",
    applies=_applies,
    draw=_draw,
    order=25,
    turn=lambda results: 0 if asks_about_thefts(results) else 1,
)
