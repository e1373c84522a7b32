"""The trade-off: how long loot stays usable against what shorter sessions cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.choice import asks_about_thefts, is_choice
from analysis.charts.estimates import Estimate, Estimates
from analysis.charts.labels import Box, Labels
from analysis.load import Results
from analysis.style import Look, duration, ellipsis, looks

__all__ = ["CHART"]

_EXPOSURE = "exposure.mean_s"
_LOGINS = "logins.interactive_per_person_day"
_MOST_PANELS = 6
_MISSED = 1.1
"""Ratio of the largest to the smallest value up to which nothing is traded."""
_LONG_S = 3600.0
"""Mean exposure above which the x axis need not begin at 0."""


@dataclass(frozen=True, slots=True)
class _Panel:
    population: str
    place: str
    cost: str
    label: str


@dataclass(frozen=True, slots=True)
class _Point:
    name: str
    exposure: Estimate
    cost: Estimate


def _panels(results: Results, figures: Estimates) -> list[_Panel]:
    """Per population its most telling place, and the cost that its people or its issuers bear."""
    found: dict[str, _Panel] = {}
    for name in results.strategies:
        scenario = results.scenario(name)
        listed = (scenario.get("theft") or {}).get("places") or {}
        for population, settings in (scenario.get("populations") or {}).items():
            places = [
                one.selector["place"]
                for one in figures.all(_EXPOSURE, name, "population", "place", "thief", population=population)
            ]
            if population in found or not places:
                continue
            weights = listed.get(population) or {}
            place = max(places, key=lambda spot: (_differing(figures, results, population, spot), weights.get(spot, 0)))
            people = bool(settings.get("people")) and figures.has(_LOGINS)
            label = "interactive logins\nper person-day" if people else "requests to issuers"
            found[population] = _Panel(population, place, _LOGINS if people else "requests", label)
    panels = list(found.values())
    drawn = {panel: _points(results, figures, panel) for panel in panels}
    trading = [panel for panel in panels if _differ(drawn[panel], "exposure") and _differ(drawn[panel], "cost")]
    telling = [panel for panel in panels if _differ(drawn[panel], "exposure") or _differ(drawn[panel], "cost")]
    return (trading or telling)[:_MOST_PANELS]


def _differ(points: Sequence[_Point], side: str) -> bool:
    """Whether the strategies differ on one side of the bargain by more than can be missed."""
    values = [getattr(point, side).value for point in points]
    return max(values, default=0.0) > _MISSED * min(values, default=0.0)


def _differing(figures: Estimates, results: Results, population: str, place: str) -> int:
    """How many different exposures the strategies give at the place."""
    chosen = {"population": population, "place": place, "thief": "copy"}
    found = [figures.one(_EXPOSURE, name, **chosen) for name in results.strategies]
    return len({f"{one.mean:.2g}" for one in found if one is not None and one.mean})


def _points(results: Results, figures: Estimates, panel: _Panel) -> list[_Point]:
    found = []
    for name in results.strategies:
        chosen = {"population": panel.population, "place": panel.place, "thief": "copy"}
        exposure = figures.one(_EXPOSURE, name, **chosen)
        cost = figures.one(panel.cost, name, population=panel.population)
        if exposure is not None and exposure.mean is not None:
            nothing = Estimate(panel.cost, name, {}, "", 0.0)
            found.append(_Point(name, exposure, cost if cost is not None and cost.mean is not None else nothing))
    return found


def _applies(results: Results, summary: Summary) -> bool:
    figures = Estimates(summary)
    if not is_choice(results):
        return False
    return bool(_panels(results, figures))


def _scale(axes: Axes, points: Sequence[_Point]) -> None:
    longest = max(point.exposure.value + point.exposure.errors[1] for point in points)
    shortest = min(point.exposure.value - point.exposure.errors[0] for point in points)
    if shortest > _LONG_S:
        low, high = shortest / 8, longest * 8
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        ax.log_duration_axis(axes, low, high)
    else:
        axes.set_xscale("symlog", linthresh=60.0, linscale=0.8)
        axes.set_xlim(-12.0, max(longest, 7_200.0) * 3.0)
        ax.log_duration_axis(axes, 0.0, max(longest, 7_200.0) * 2.0)
    costs = [point.cost.value for point in points]
    positive = [cost for cost in costs if cost > 0]
    if positive and max(positive) > 50 * min(positive):
        ax.log_counts(axes, min(positive), max(positive))
        axes.set_ylim(-0.3 * 10 ** math.floor(math.log10(min(positive))), max(positive) * 4)
    else:
        top = max([*costs, 0.0]) or 1.0
        top = max(top * 1.3, min(2.0 * top, max(point.cost.value + point.cost.errors[1] for point in points) * 1.1))
        axes.set_ylim(-0.06 * top, top)
        ax.count_axis(axes)


def _mark(axes: Axes, points: Sequence[_Point], styles: dict[str, Look]) -> None:
    for point in points:
        look = styles[point.name]
        axes.errorbar(
            point.exposure.value,
            point.cost.value,
            xerr=[[point.exposure.errors[0]], [point.exposure.errors[1]]],
            yerr=[[point.cost.errors[0]], [point.cost.errors[1]]],
            fmt=look.marker,
            color=look.colour,
            markerfacecolor=look.face,
            ms=7,
            capsize=2.5,
            lw=1,
            zorder=3,
        )


def _label(figure: Figure, axes: Axes, points: Sequence[_Point], styles: dict[str, Look]) -> None:
    """Labels beside the markers, moved until none covers another."""
    pixel = figure.dpi / 72
    spots = [axes.transData.transform((point.exposure.value, point.cost.value)) for point in points]
    marks = [(x - 5 * pixel, y - 5 * pixel, x + 5 * pixel, y + 5 * pixel) for x, y in spots]
    marks += [bar for point in points for bar in _error_bars(axes, point)]
    labels = Labels(axes.bbox.extents, marks, 9 * pixel)
    for point, (x, y) in sorted(zip(points, spots, strict=True), key=lambda item: (item[1][1], item[1][0])):
        text = ellipsis(point.name, 26)
        spot = labels.place(x, y, 4.6 * len(text) * pixel, 9.5 * pixel)
        label = axes.annotate(
            text,
            (point.exposure.value, point.cost.value),
            xytext=((-9 if spot.to_left else 9), ((spot.box[1] + spot.box[3]) / 2 - y) / pixel),
            textcoords="offset points",
            ha="right" if spot.to_left else "left",
            va="center",
            fontsize=7.5,
            color=styles[point.name].ink,
            arrowprops=_line(spot.to_left) if spot.moved else None,
        )
        label.set_in_layout(False)  # or the panels would move under labels that are placed already


def _error_bars(axes: Axes, point: _Point) -> list[Box]:
    """Boxes (x0, y0, x1, y1) in pixels of a marker's horizontal and vertical error bar."""
    (x, y), (left, right), (down, up) = (
        (point.exposure.value, point.cost.value),
        point.exposure.errors,
        point.cost.errors,
    )
    ends = [((max(x - left, 0.0), y), (x + right, y)), ((x, y - down), (x, y + up))]
    corners = [(*axes.transData.transform(low), *axes.transData.transform(high)) for low, high in ends]
    return [(float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1 in corners]


def _line(to_left: bool) -> dict[str, Any]:
    """A thin line from a label's near end to its marker."""
    return {"arrowstyle": "-", "color": "#999999", "lw": 0.6, "relpos": (1.0 if to_left else 0.0, 0.5), "shrinkA": 0}


def _draw(results: Results, summary: Summary) -> Figure:
    figures = Estimates(summary)
    data = [(panel, points) for panel in _panels(results, figures) if (points := _points(results, figures, panel))]
    columns = 3 if len(data) == 3 else min(2, len(data))
    rows = -(-len(data) // columns)
    figure = new_figure(
        (3.25 if columns == 3 else 3.9) * columns if columns > 1 else 7.6, 0.4 + (2.6 if columns < 3 else 2.9) * rows
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    styles = looks({name: results.scenario(name) for name in results.strategies})
    for axes in grid.flat[len(data) :]:
        axes.set_visible(False)
    for axes, (panel, points) in zip(grid.flat, data, strict=False):
        _scale(axes, points)
        _mark(axes, points, styles)
        ax.panel_title(axes, f"{panel.population} · {panel.place}")
        axes.set_ylabel(panel.label + ("" if panel.cost == _LOGINS else f" in {duration(results.horizon_s)}"))
        axes.set_xlabel("Mean usable time after theft\n(log scale, at most 365 d)")
    figure.canvas.draw()
    for axes, (_, points) in zip(grid.flat, data, strict=False):
        _label(figure, axes, points, styles)
    return figure


CHART = Chart(
    name="trade-off",
    title="What does a shorter exposure cost?",
    caption="One marker per strategy and one panel per population, at the place where the strategies differ most; "
    "populations for which nothing is traded (all strategies expose or cost the same) are not drawn where others are. "
    "Left is a shorter mean usable time after a theft by the thief "
    "who copies, down is a lower cost. Bars are 95 % intervals (simulation noise only); most are smaller than the "
    "marker. Hollow: long-term keys.",
    applies=_applies,
    draw=_draw,
    order=15,
    turn=lambda results: 0 if asks_about_thefts(results) else 1,
)
