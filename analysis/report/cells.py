"""Table cells: a figure, its interval (simulation noise), and its range over assumed inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from analysis.charts.estimates import Difference, Estimate
from analysis.style import DASH, MINUS, duration, number, quantity

__all__ = [
    "NOT_COMPUTED",
    "Cell",
    "Head",
    "Row",
    "TableView",
    "difference_cell",
    "figure",
    "interval",
    "shown",
    "span",
    "unit_of",
]

NOT_COMPUTED: Final = "not computed: run with --assumptions"
"""What stands in place of the range over assumed inputs."""
_SHARES: Final = ("share", "exposure.p_", "_ratio", "availability")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell says."""

    text: str
    interval: str = ""
    assumed: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading and, smaller, its unit or scope."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a strategy, or of several alike; a group's first row carries its label and number of rows."""

    strategies: tuple[str, ...]
    cells: list[Cell]
    group: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as the template draws it."""

    caption: str
    heads: list[Head]
    rows: list[Row] = field(default_factory=list)


def unit_of(metric: str, unit: str) -> str:
    """The unit for display: shares have none in summary.json and are shown in percent."""
    return "share" if not unit and any(part in metric for part in _SHARES) else unit


def shown(value: float | None, metric: str, unit: str) -> str:
    """A value of a metric in its unit."""
    return quantity(value, unit_of(metric, unit))


def span(low: float, high: float, tell: Callable[[float], str]) -> str:
    """`low to high`, or one value where both read the same."""
    first, last = tell(low), tell(high)
    if first == last:
        return first
    head, _, unit = first.partition(" ")
    return f"{head if unit and last.endswith(' ' + unit) else first} to {last}"


def interval(estimate: Estimate) -> str:
    """The 95 % interval in words; empty where there is none, or where it reads like the mean."""
    if estimate.mean is None or estimate.low is None or (estimate.low == estimate.high == estimate.mean):
        return ""
    if estimate.high is None:
        return "none seen"
    unit = unit_of(estimate.metric, estimate.unit)
    low = max(0.0, estimate.low) if estimate.mean >= 0 else estimate.low
    words = span(low, estimate.high, lambda value: quantity(value, unit))
    return "" if words == quantity(estimate.mean, unit) else words


def figure(estimate: Estimate | None) -> Cell:
    """A cell for a figure; a dash where the scenario or the run has none."""
    if estimate is None:
        return Cell(DASH)
    if estimate.mean is None:
        return Cell("never ends", note=_never(estimate)) if estimate.never else Cell(DASH, note=estimate.reason)
    if (estimate.never_share or 0.0) >= 1 - 1e-9:
        return Cell("never ends")
    text = shown(estimate.mean, estimate.metric, estimate.unit)
    return Cell(text, interval(estimate), _assumed(estimate), _never(estimate))


def _never(estimate: Estimate) -> str:
    share = estimate.never_share
    return f"{number(100 * share)} % never end" if share else ""


def _assumed(estimate: Estimate) -> str:
    if estimate.assumed_low is None or estimate.assumed_high is None:
        return ""
    unit = unit_of(estimate.metric, estimate.unit)
    return "assumed: " + span(estimate.assumed_low, estimate.assumed_high, lambda value: quantity(value, unit))


def difference_cell(difference: Difference | None) -> Cell:
    """A cell for a paired difference: sign, interval, and whether it can be told from noise."""
    if difference is None or difference.mean is None:
        return Cell(DASH)
    unit = unit_of(difference.metric, difference.unit)
    if difference.mean == 0 and not (difference.low or difference.high):
        return Cell("0", note="the same")
    text = _signed(difference.mean, unit)
    if difference.low is None or difference.high is None:
        return Cell(text)
    ends = [_signed(end, unit) for end in (difference.low, difference.high)]
    words = " to ".join(ends) if ends[0] != ends[1] else ""
    if difference.p_holm is None:
        return Cell(text, words)
    return Cell(text, words, note="" if difference.told else "not told from noise")


def _signed(value: float, unit: str) -> str:
    size = duration(abs(value)) if unit == "s" else quantity(abs(value), unit)
    return size if value == 0 else ("+" if value > 0 else MINUS) + size
