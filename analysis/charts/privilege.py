"""What stolen credentials open: privilege-hours of a theft, by place, strategy and thief."""

from __future__ import annotations

from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.style import GREY, THIEF_LINES, Look, ellipsis, looks, number

__all__ = ["CHART"]

_METRIC: Final = "exposure.privilege_hours"
_SHAPES: Final = {"copy": "o", "mint": "s", "foothold": "^"}
_APART: Final = 0.22
"""Distance of the thieves' marks within a strategy's row."""
_MOST_PANELS: Final = 6
_LINEAR_H: Final = 1.0
"""Up to here the axis is linear, so that 0 has a place."""

Place = tuple[str, str]


def _applies(results: Results, summary: Summary) -> bool:
    """Whether somebody said how bad what is, and strategies can be compared by it."""
    figures = Estimates(summary)
    weighed = any((results.scenario(name).get("theft") or {}).get("actions") for name in results.strategies)
    return weighed and len(results.strategies) > 1 and bool(_places(results, figures))


def _places(results: Results, figures: Estimates) -> list[Place]:
    """Places where anything is ever opened, in the order of the summary; those that differ most come first."""
    found: dict[Place, set[float]] = {}
    for name in results.strategies:
        for one in figures.all(_METRIC, name, "population", "place", "thief"):
            key = (one.selector["population"], one.selector["place"])
            found.setdefault(key, set()).add(round(one.mean or 0.0, 6))
    kept = [key for key, values in found.items() if any(values)]
    return sorted(kept, key=lambda key: -len(found[key]))[:_MOST_PANELS]


def _draw(results: Results, summary: Summary) -> Figure:
    figures, names = Estimates(summary), list(results.strategies)
    styles = looks({name: results.scenario(name) for name in names})
    places = _places(results, figures)
    columns = min(2, len(places))
    rows = -(-len(places) // columns)
    figure = new_figure(7.6, 0.9 + (0.55 + 0.36 * len(names)) * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    most = 0.0
    for axes, place in zip(grid.flat, places, strict=False):
        for row, name in enumerate(names):
            most = max(most, _marks(axes, figures, name, place, row, styles[name]))
        axes.set_title(" · ".join(place), loc="left", fontsize=9)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("Privilege-hours of a theft (h x weight)")
        axes.label_outer()
    for axes in list(grid.flat)[len(places) :]:
        axes.set_visible(False)
    first = grid[0][0]
    first.set_yticks(range(len(names)), [ellipsis(name, 30) for name in names])
    first.set_ylim(len(names) - 0.5, -0.5)
    _hours(first, most)
    shapes = {f"thief: {name}": Line2D([], [], color=GREY, marker=_SHAPES[name], ls="", ms=6) for name in THIEF_LINES}
    ax.legend_below(figure, shapes)
    return figure


def _marks(axes: Axes, figures: Estimates, name: str, place: Place, row: int, look: Look) -> float:
    """One mark per thief of a strategy, joined by a line; the largest value."""
    about: dict[str, Any] = {"population": place[0], "place": place[1]}
    found = [(thief, figures.one(_METRIC, name, thief=thief, **about)) for thief in THIEF_LINES]
    known = [(thief, one.mean) for thief, one in found if one is not None and one.mean is not None]
    points = [(mean, row + _APART * (turn - (len(known) - 1) / 2)) for turn, (_, mean) in enumerate(known)]
    for (thief, _), point in zip(known, points, strict=True):
        axes.plot(*point, marker=_SHAPES[thief], color=look.colour, mfc=look.face, ms=5.5, ls="")
    if points:
        axes.plot(*zip(*points, strict=True), color=look.colour, lw=1, zorder=1)
    return max((mean for _, mean in known), default=0.0)


def _hours(axes: Axes, most: float) -> None:
    """A logarithmic axis with a place for 0."""
    powers = [10.0**n for n in range(9) if 10.0**n <= 2 * max(most, _LINEAR_H)]
    axes.set_xscale("symlog", linthresh=_LINEAR_H)
    axes.xaxis.set_major_locator(FixedLocator([0.0, *powers[:: 1 if len(powers) < 6 else 2]]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axes.set_xlim(-0.3, 3 * max(most, _LINEAR_H))


def _turn(results: Results) -> int:
    """First where places are robbed for what they open, and nobody asks about a response."""
    return 0 if any((results.scenario(name).get("theft") or {}).get("incidents") for name in results.strategies) else -1


CHART = Chart(
    name="privilege",
    title="What do stolen credentials open?",
    caption="Expected hours within 365 days of a theft for which the policies allow the thief an action, times the "
    "weight that the scenario gives it, summed over the actions; mean over replications. Thieves side by side: copy "
    "uses what he took, mint also what he can obtain from it, foothold takes again until the hole is closed. Further "
    "left is better; the axis is logarithmic above 1. What is allowed for ever counts 8,760 h times its weight.",
    applies=_applies,
    draw=_draw,
    order=21,
    turn=_turn,
)
