"""How much of a fixed amount of work was done in time, and how long calls waited for credentials."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.estimates import Estimate, Estimates
from analysis.load import Results
from analysis.style import INK, Look, effort, ellipsis, looks, number

__all__ = ["CHART"]

_DONE = "work.done_share"
_WAIT = "calls.wait_s"


def _applies(_: Results, summary: Summary) -> bool:
    return Estimates(summary).has(_DONE)


def _bars(axes: Axes, found: Sequence[Estimate | None], styles: Sequence[Look], scale: float, words: list[str]) -> None:
    for row, (one, look, text) in enumerate(zip(found, styles, words, strict=True)):
        if one is None or one.mean is None:
            axes.annotate("not known", (0, row), xytext=(4, 0), textcoords="offset points", va="center")
            continue
        errors = [[one.errors[0] * scale], [one.errors[1] * scale]]
        axes.barh(
            row,
            one.mean * scale,
            height=0.62,
            facecolor=look.face if look.keys else look.colour,
            edgecolor=look.colour,
            hatch=look.hatch,
            xerr=errors,
            error_kw={"lw": 1, "capsize": 2.5, "ecolor": INK},
        )
        axes.annotate(
            text,
            ((one.mean + one.errors[1]) * scale, row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
        )


def _draw(results: Results, summary: Summary) -> Figure:
    figures = Estimates(summary)
    populations = figures.values("population", _DONE)
    names = list(results.strategies)
    styles = looks({name: results.scenario(name) for name in names})
    order = [styles[name] for name in names]
    figure = new_figure(7.6, (0.9 + 0.34 * len(names)) * len(populations))
    grid = figure.subplots(len(populations), 2, squeeze=False, sharey=True)
    for row, population in enumerate(populations):
        done = [figures.one(_DONE, name, population=population) for name in names]
        waits = [figures.one(_WAIT, name, population=population) for name in names]
        _bars(grid[row][0], done, order, 100, [_percent(one) for one in done])
        size_s, unit = _unit(waits)
        _bars(grid[row][1], waits, order, 1 / size_s, [effort(one.mean) if one else "" for one in waits])
        grid[row][1].set_xlabel(f"time that calls waited, summed ({unit})")
        ax.panel_title(grid[row][0], population, width=40)
        _axes(grid[row][0], grid[row][1], names)
    return figure


def _unit(waits: Sequence[Estimate | None]) -> tuple[float, str]:
    """Seconds per unit, and the unit, in which the longest wait is at least 1."""
    longest = max((one.value for one in waits if one is not None and one.mean is not None), default=0.0)
    return next((pair for pair in ((3600.0, "hours"), (60.0, "minutes")) if longest >= pair[0]), (1.0, "seconds"))


def _percent(one: Estimate | None) -> str:
    return f"{number(100 * one.mean)} %" if one is not None and one.mean is not None else ""


def _axes(left: Axes, right: Axes, names: list[str]) -> None:
    left.set_yticks(range(len(names)), [ellipsis(name, 26) for name in names])
    left.set_ylim(len(names) - 0.5, -0.5)
    left.set_xlim(0, 118)
    left.set_xticks([0, 25, 50, 75, 100])
    left.set_xlabel("work done in time (%)")
    right.set_xlim(0, max(right.get_xlim()[1], 1e-9) * 1.25)
    ax.count_axis(right, "x")
    right.xaxis.set_major_locator(MaxNLocator(5))
    for axes in (left, right):
        axes.grid(axis="y", visible=False)


CHART = Chart(
    name="work-done",
    title="Is the work done in time, and how long did it wait for credentials?",
    caption="Left: calls that ended well over the calls of the whole work, for populations with a fixed amount of "
    "it. Right: time that their calls waited for a credential, summed over all processes. Mean over replications; "
    "bars are 95 % intervals (simulation noise only). Failures alone would hide a program that mostly waits.",
    applies=_applies,
    draw=_draw,
    order=11,
)
