"""Axes as people read them: calendar ticks, log durations, faults in the background, shared legends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.load import Results
from analysis.metrics._sweep import Floats
from analysis.style import GREY, OUTAGE, Look, duration, number, wrap

__all__ = [
    "bin_width_s",
    "clock_axis",
    "count_axis",
    "legend_below",
    "log_counts",
    "log_duration_axis",
    "log_where_hidden",
    "mark_faults",
    "marked_line",
    "note",
    "panel_title",
    "shared_title",
    "time_unit",
]

_NICE_S: Final = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 86_400, 604_800, 2_592_000)
_LINEAR_UP_TO: Final = 12.0
"""Ratio of quota to peak above which a linear axis would hide the load."""
_MARKS: Final = 7
"""Markers on a curve."""
_NO_VERBS: Final = frozenset({"at_s", "for_s", "ramp_s", "propagation_s"})
_DURATION_TICKS: Final = (1.0, 60.0, 3_600.0, 86_400.0, 2_592_000.0, 31_557_600.0, 315_576_000.0)


def bin_width_s(horizon_s: float, bins: int = 240) -> int:
    """The smallest round width, in seconds, that cuts the horizon into at most `bins` bins."""
    return next((width for width in _NICE_S if horizon_s / width <= bins), _NICE_S[-1])


def time_unit(span_s: float) -> tuple[float, str]:
    """Seconds per unit, and the unit's name, for an axis of elapsed time."""
    if span_s > 3 * 86_400:
        return 86_400.0, "days"
    if span_s > 3 * 3_600:
        return 3_600.0, "hours"
    return (60.0, "minutes") if span_s > 300 else (1.0, "seconds")


def clock_axis(
    axes: Axes, span_s: float, label: bool = True, start: str = "since the start", most_ticks: int = 13
) -> float:
    """Set up an x axis of elapsed time.

    Args:
        axes: Panel to set up.
        span_s: Length of the axis in seconds.
        label: Whether this panel carries the axis label.
        start: Words for the origin.
        most_ticks: How many ticks have room, for an axis of hours.

    Returns:
        Seconds per unit of the axis.
    """
    unit_s, unit = time_unit(span_s)
    axes.set_xlim(0, span_s / unit_s)
    if unit == "hours" and span_s > 6 * 3600:
        axes.xaxis.set_major_locator(FixedLocator(list(_steps(span_s / unit_s, most_ticks))))
    if label:
        axes.set_xlabel(f"Time {start} ({unit})")
    return unit_s


def _steps(span: float, most: int) -> Iterable[float]:
    step = next(step for step in (1, 2, 3, 6, 12, 24) if span / step <= most or step == 24)
    return (float(index * step) for index in range(int(span / step) + 1))


def log_duration_axis(axes: Axes, low_s: float, high_s: float, ticks: Sequence[float] = _DURATION_TICKS) -> None:
    """A log (or, from 0, symlog) x axis of durations with ticks that people say: 1 min, 1 h, 1 d, 1 y."""
    target = axes.xaxis
    least = 60.0 if low_s <= 0 else low_s * 0.99
    kept = [tick for tick in ticks if least <= tick <= high_s * 1.01]
    target.set_major_locator(FixedLocator(([0.0] if low_s <= 0 else []) + kept))
    target.set_minor_locator(NullLocator())
    target.set_major_formatter(FuncFormatter(lambda value, _: "0" if value == 0 else duration(value)))


def count_axis(axes: Axes, axis: str = "y") -> None:
    """Thousand separators on an axis of counts or rates."""
    target = axes.yaxis if axis == "y" else axes.xaxis
    target.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def log_counts(axes: Axes, least: float, most: float) -> None:
    """A y axis from 0 that is linear up to a power of ten below `least` and logarithmic from there to `most`."""
    floor = 10.0 ** math.floor(math.log10(least))
    decades = [floor * 10.0**step for step in range(math.ceil(math.log10(max(most, least) / floor)) + 1)]
    axes.set_yscale("symlog", linthresh=floor, linscale=0.8)
    axes.yaxis.set_major_locator(FixedLocator([0.0, *decades[:: max(1, -(-len(decades) // 5))]]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0, 2.5 * max(most, floor))
    count_axis(axes)


def log_where_hidden(axes: Axes, highest: float, quota: float) -> None:
    """Makes a y axis of rates logarithmic where a linear one would hide a load far below its quota."""
    if quota > _LINEAR_UP_TO * max(highest, 1.0):
        log_counts(axes, 1.0, quota)


def panel_title(axes: Axes, text: str, colour: str | None = None, width: int = 44, pad: float = 4.0) -> None:
    """A panel's title: plain text (no math), wrapped, in the strategy's colour where given."""
    axes.set_title(wrap(text, width), color=colour or "black", fontweight="bold", pad=pad)


def shared_title(names: Sequence[str], every: int) -> str:
    """Whose panel it is: the strategies' names, or that it is everybody's."""
    return "every strategy" if len(names) == every > 1 else ", ".join(names)


def note(axes: Axes, text: str, left: bool = False) -> None:
    """A remark just above a panel's right (or left) end: totals, what is absent or unknown."""
    axes.annotate(
        text,
        (0 if left else 1, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        ha="left" if left else "right",
        va="bottom",
        fontsize=7.5,
        color="#555555",
    )


def marked_line(axes: Axes, x: Floats, y: Floats, look: Look, place: int, count: int) -> Line2D:
    """One strategy's curve, with markers where none of the others has its own.

    Curves that run upon each other are told apart by their markers: all lines are equally wide, for none matters more.

    Args:
        axes: Panel to draw in.
        x: Places on the x axis, evenly spaced.
        y: Values.
        look: The strategy's look.
        place: Its number among the strategies.
        count: How many strategies there are.

    Returns:
        What stands for it in a legend.
    """
    axes.plot(x, y, color=look.colour)
    step = max(1, len(x) // _MARKS)
    at = np.arange(round(step * (place + 0.5) / count), len(x), step)
    style: dict[str, Any] = {"color": look.colour, "marker": look.marker, "ms": 5, "mfc": look.face}
    axes.plot(x[at], y[at], ls="none", zorder=3, **style)
    return Line2D([], [], **style)


def mark_faults(axes: Axes, results: Results, strategy: str, unit_s: float, from_s: float = 0.0) -> dict[str, Any]:
    """Shade outages and draw restarts of a strategy's timeline.

    Args:
        axes: Panel whose x axis is time since `from_s` in units of `unit_s`.
        results: The run.
        strategy: Whose timeline is drawn.
        unit_s: Seconds per unit of the axis.
        from_s: Instant at the axis' origin.

    Returns:
        Legend entries by label.
    """
    legend: dict[str, Any] = {}
    for fault in results.scenario(strategy).get("timeline") or ():
        at = (float(fault["at_s"]) - from_s) / unit_s
        if fault.get("outage") or fault.get("imds_stuck"):
            axes.axvspan(at, at + float(fault.get("for_s") or 0) / unit_s, color=OUTAGE, lw=0.8, zorder=0)
            legend["an issuer is down" if fault.get("outage") else "IMDS is stuck"] = Patch(color=OUTAGE)
        else:
            axes.axvline(at, color=GREY, lw=0.9, ls=":", zorder=0.5)
            verb = _verb(fault)
            legend[verb] = Line2D([], [], color=GREY, lw=0.9, ls=":")
    return legend


def _verb(fault: Mapping[str, Any]) -> str:
    return next((key for key in fault if key not in _NO_VERBS), "event").replace("_", " ")


def legend_below(figure: Figure, entries: Mapping[str, Any], columns: int = 4) -> None:
    """One legend under all panels; nothing is drawn for an empty one."""
    if entries:
        labels = [wrap(label, 34) for label in entries]
        figure.legend(list(entries.values()), labels, loc="outside lower center", ncols=min(columns, len(labels)))
