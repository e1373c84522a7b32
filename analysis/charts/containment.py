"""Containment against collateral: how soon a plan shuts the thief out, and what that costs everybody else."""

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
from analysis.style import GREY, INK, THIEF_LINES, Look, duration, looks

__all__ = ["CHART"]

_METRIC: Final = "containment_s"
_SHAPES: Final = {"copy": "o", "mint": "s", "foothold": "^"}
_APART: Final = 0.24
"""Distance of the thieves' marks within a strategy's row, so that those who end together are all seen."""
_LEAST_S, _NEVER = 30.0, "never"
_TICKS_S: Final = (0.0, 60.0, 600.0, 3600.0, 6 * 3600.0, 36 * 3600.0, 10 * 86400.0, 100 * 86400.0, 1000 * 86400.0)


def _applies(results: Results, summary: Summary) -> bool:
    figures = Estimates(summary)
    return len(results.strategies) > 1 and figures.has(_METRIC) and figures.has("collateral_s")


def _draw(results: Results, summary: Summary) -> Figure:
    figures, names = Estimates(summary), list(results.strategies)
    styles = looks({name: results.scenario(name) for name in names})
    incidents = figures.values("incident", _METRIC)
    figure = new_figure(7.6, 0.9 + (0.5 + 0.42 * len(names)) * len(incidents))
    grid = figure.subplots(len(incidents), 2, sharey=True, squeeze=False, width_ratios=[1.5, 1])
    legend: dict[str, Any] = {}
    for (left, right), incident in zip(grid, incidents, strict=True):
        never_s = _highest(figures, names, incident)
        for place, name in enumerate(names):
            _contained(left, figures, (name, incident), place, styles[name], never_s, legend)
            _cost(right, figures, name, place, styles[name])
        left.set_yticks(range(len(names)), names)
        left.invert_yaxis()
        _durations(left, never_s)
        left.set_xlabel(f"{incident}: containment,\ndetection to the thief's last ok")
        right.set_xlabel("Cut off by the response:\nmean (bar), longest (tick)")
        right.xaxis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value == 0 else duration(value)))
        right.set_xlim(0, 1.55 * right.get_xlim()[1])  # room for the numbers beside the ticks
        right.xaxis.set_major_locator(FixedLocator(_few(right.get_xlim()[1])))
        for axes in (left, right):
            axes.grid(visible=False, axis="y")
    ax.legend_below(figure, legend)
    return figure


def _contained(
    axes: Axes,
    figures: Estimates,
    about: tuple[str, str],
    place: int,
    look: Look,
    never_s: float,
    legend: dict[str, Any],
) -> None:
    """One mark per thief of a strategy and incident, joined by a line."""
    name, incident = about
    points = []
    thieves = _thieves(figures, name, incident)
    for turn, thief in enumerate(thieves):
        one = figures.one(_METRIC, name, incident=incident, thief=thief)
        if one is None or (one.mean is None and not one.never):
            continue
        points.append((never_s if one.never else max(one.value, 0.0), place + _APART * (turn - (len(thieves) - 1) / 2)))
        axes.plot(*points[-1], marker=_SHAPES[thief], color=look.colour, mfc=look.face, ms=5.5)
        legend[f"thief: {thief}"] = Line2D([], [], color=GREY, marker=_SHAPES[thief], ls="", ms=6)
    if points:
        axes.plot(*zip(*points, strict=True), color=look.colour, lw=1, zorder=1)


def _cost(axes: Axes, figures: Estimates, name: str, place: int, look: Look) -> None:
    """What a strategy costs everybody else."""
    mean, worst = (figures.one(metric, name) for metric in ("collateral_mean_s", "collateral_s"))
    calls = figures.one("collateral_calls", name)
    if mean is not None and mean.mean is not None:
        axes.barh(place, mean.mean, 0.55, color=look.colour, hatch=look.hatch)
    if worst is not None and worst.mean is not None:
        axes.plot(worst.mean, place, marker="|", ms=13, mew=2, color=INK, ls="")
        said = "" if calls is None or calls.mean is None else f"  {calls.mean:,.0f} calls"
        axes.annotate(said, (worst.mean, place), va="center", fontsize=7.5)


def _thieves(figures: Estimates, name: str, incident: str) -> list[str]:
    found = {one.selector["thief"] for one in figures.all(_METRIC, name, incident=incident)}
    return [thief for thief in THIEF_LINES if thief in found]


def _highest(figures: Estimates, names: list[str], incident: str) -> float:
    """Where `never` stands: beyond the longest containment that ends."""
    ends = [one.mean for name in names for one in figures.all(_METRIC, name, incident=incident) if one.mean]
    return 6 * max([*ends, 3600.0])


def _durations(axes: Axes, never_s: float) -> None:
    axes.set_xscale("symlog", linthresh=_LEAST_S)
    ticks = [tick for tick in _TICKS_S if tick < never_s / 2]
    axes.xaxis.set_major_locator(FixedLocator([*ticks, never_s]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: _NEVER if value == never_s else "0" if value == 0 else duration(value))
    )
    axes.set_xlim(-0.4 * _LEAST_S, 2 * never_s)


def _few(high_s: float) -> list[float]:
    """Three or four ticks that people say."""
    step = next((one for one in (10, 60, 300, 900, 1800, 3600, 7200, 21_600, 86_400) if high_s / one <= 4), 86_400.0)
    return [step * n for n in range(int(high_s / step) + 2)]


CHART = Chart(
    name="containment",
    title="How soon is the thief shut out, and at whose cost?",
    caption="Left: time from the detection to the last thing that AWS allows the thief, for each thief; mean over "
    "replications, 0 if he was done before, “never” if nothing ends it. Right: how long clients are cut off because of "
    "the response, mean over all clients and the longest, and the calls that fail for it; what fails in the same run "
    "without the response is taken off. The best plan is at the left in both panels.",
    applies=_applies,
    draw=_draw,
    order=6,
)
