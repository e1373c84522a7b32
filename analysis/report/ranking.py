"""One comparison in one sentence: winner, loser, numbers, intervals, and whether noise could explain it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.charts.estimates import Estimate, Estimates
from analysis.report.cells import interval, shown
from analysis.style import number

__all__ = ["Answer", "Part", "Subject", "TurningPoint", "estimate_of", "rank", "scaled"]

_ALL = 1 - 1e-9
_MOST_TURNS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; strong ones are names of strategies."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said about one subject; answers with the same head are told in one sentence.

    Attributes:
        label: What it is about.
        head: What is said: who wins and loses, or that nothing can be told.
        values: The numbers of the winner and the loser.
        depends: Sentences about assumed inputs.
        best: The winners; empty where nothing can be told.
        worst: The losers.
        metric: What was compared.
        gap: Distance between winner and loser, in the metric's unit; inf where one never ends.
        turn: The assumed input at which the answer turns, and the value; empty where none does.
        words: The words for winner and loser.
        ends: The figures of winner and loser, without their intervals.
        level: The winner's figure, in the metric's unit.
    """

    label: str
    head: tuple[Part, ...]
    values: str = ""
    depends: str = ""
    best: tuple[str, ...] = ()
    worst: tuple[str, ...] = ()
    metric: str = ""
    gap: float = 0.0
    turn: str = ""
    words: tuple[str, str] = ("", "")
    ends: tuple[str, str] = ("", "")
    level: float = 0.0

    def __str__(self) -> str:
        head = "".join(part.text for part in self.head)
        return f"{head}: {self.label}{', ' if self.values else ''}{self.values}.{self.depends}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is compared: one metric of one population, place or bucket.

    Attributes:
        label: What the sentence or the column is about.
        metric: Metric of summary.json.
        selector: Its selector, exactly.
        best: Word for the winner.
        worst: Word for the loser.
        unit: Words after a number.
        what: Scope of a table column.
        shown_unit: Unit of display where it is another than the metric's.
        scale: Factor from the metric's unit to that one.
        more_is_better: Whether the largest value wins.
        zero: Whether a strategy without the figure has none of it (a bucket that it never uses).
        nil: Words for 0 in every strategy.
    """

    label: str
    metric: str
    selector: Mapping[str, str]
    best: str = "fewest"
    worst: str = "most"
    unit: str = ""
    what: str = ""
    shown_unit: str = ""
    scale: float = 1.0
    more_is_better: bool = False
    zero: bool = False
    nil: str = "None in any strategy"


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """An assumed input on which the comparison of a strategy with the baseline depends.

    Attributes:
        metric: Metric compared.
        selector: Its selector.
        strategies: The two compared.
        path: Path of the input in the scenario.
        value: Value at which the answer turns; None where it does not turn within the range.
    """

    metric: str
    selector: Mapping[str, str]
    strategies: frozenset[str]
    path: str
    value: float | None


def scaled(found: Estimate, scale: float, unit: str) -> Estimate:
    """The figure in another unit: value, interval and range times `scale`."""
    if not unit:
        return found
    names = ("mean", "low", "high", "assumed_low", "assumed_high")
    values = {name: getattr(found, name) for name in names}
    moved: dict[str, Any] = {name: None if value is None else value * scale for name, value in values.items()}
    return replace(found, unit=unit, **moved)


def estimate_of(subject: Subject, figures: Estimates, strategy: str) -> Estimate | None:
    """The subject's figure for a strategy in the unit shown; 0 where it has none of it."""
    found = figures.one(subject.metric, strategy, **subject.selector)
    if found is None:
        return Estimate(subject.metric, strategy, subject.selector, subject.shown_unit, 0.0) if subject.zero else None
    return scaled(found, subject.scale, subject.shown_unit)


def rank(
    subject: Subject, figures: Estimates, strategies: Sequence[str], baseline: str, turns: Sequence[TurningPoint] = ()
) -> Answer | None:
    """The answer about one subject; None if no strategy has a value."""
    if not any(figures.one(subject.metric, name, **subject.selector) for name in strategies):
        is_unused = subject.zero and figures.has(subject.metric)
        return Answer(subject.label, (Part(subject.nil),)) if is_unused else None
    found = [estimate_of(subject, figures, name) for name in strategies]
    known = [one for one in found if one is not None and not math.isnan(one.value)]
    if not known:
        return None
    ordered = sorted(known, key=_size, reverse=subject.more_is_better)
    first, last = ordered[0], ordered[-1]
    if _same(first, last):
        head = subject.nil if first.value == 0 else "The same in every strategy"
        return Answer(subject.label, (Part(head),), "" if first.value == 0 else _told(first, subject))
    depends = _depends(subject, turns, {first.strategy, last.strategy})
    if not _can_be_told(figures, subject, first, last, baseline):
        pair = f"{first.strategy} {_told(first, subject)} and {last.strategy} {_told(last, subject)}"
        return Answer(subject.label, (Part("No difference can be told from noise"),), pair, depends)
    best = [one for one in ordered if _same(one, first)]
    worst = [one for one in known if _same(one, last)]
    start = subject.best[0].upper() + subject.best[1:]
    head_parts = (Part(f"{start} with "), *_names(best), Part(f", {subject.worst} with "), *_names(worst))
    values = f"{_told(first, subject)} against {_told(last, subject)}"
    winners, losers = (tuple(one.strategy for one in side) for side in (best, worst))
    turn = _turn(_turns_of(subject, turns, {first.strategy, last.strategy}))
    gap = _gap(first, last)
    return Answer(
        subject.label, head_parts, values, depends, winners, losers, subject.metric, gap, turn,
        (subject.best, subject.worst), (_brief(first, subject), _brief(last, subject)), first.value,
    )  # fmt: skip


def _gap(first: Estimate, last: Estimate) -> float:
    return math.inf if first.never != last.never else abs(last.value - first.value)


def _size(found: Estimate) -> tuple[float, float]:
    """Order of the figures: by value, then by the share that never ends (a mean is capped)."""
    return (found.value, found.never_share or 0.0)


def _same(one: Estimate, other: Estimate) -> bool:
    return all(
        left == right or math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
        for left, right in zip(_size(one), _size(other), strict=True)
    )


def _names(found: Sequence[Estimate]) -> list[Part]:
    parts: list[Part] = []
    for index, one in enumerate(found):
        if index:
            parts.append(Part(" and " if index == len(found) - 1 else ", "))
        parts.append(Part(one.strategy, strong=True))
    return parts


def _brief(found: Estimate, subject: Subject) -> str:
    """The figure in few words, without its interval."""
    never = found.never_share or 0.0
    if never >= _ALL or found.never:
        return "never ends" if never >= _ALL else f"{number(100 * never)} % of thefts never end"
    if found.metric.startswith("exposure.") and found.mean == 0:
        return "nothing valid lies there" if found.unit == "s" else "nothing of it is allowed"
    words = shown(found.mean, found.metric, found.unit)
    return f"{words} {subject.unit}" if subject.unit and found.mean else words


def _told(found: Estimate, subject: Subject) -> str:
    words, never = _brief(found, subject), found.never_share or 0.0
    if never >= _ALL or found.never or words == "nothing valid lies there":
        return f"“{words}”" if never >= _ALL else words
    notes = [interval(found), f"{number(100 * never)} % of thefts never end" if never else ""]
    inside = "; ".join(text for text in notes if text)
    return f"{words} ({inside})" if inside else words


def _can_be_told(figures: Estimates, subject: Subject, one: Estimate, other: Estimate, baseline: str) -> bool:
    """Whether the two can be told apart: each is compared with the baseline, Holm-corrected.

    With one replication there is no test, and the page says so once for all its sentences.
    """
    if (one.never_share or 0.0) >= _ALL or (other.never_share or 0.0) >= _ALL:
        return True
    if _has_none_of_it(figures, subject, one, other) or _has_none_of_it(figures, subject, other, one):
        return True
    pairs = [
        difference
        for found in (one, other)
        if found.strategy != baseline
        and (difference := figures.difference(subject.metric, found.strategy, subject.selector))
    ]
    tested = [difference for difference in pairs if difference.p_holm is not None]
    return not tested or any(difference.told for difference in tested)


def _has_none_of_it(figures: Estimates, subject: Subject, one: Estimate, other: Estimate) -> bool:
    """Whether one strategy never uses the bucket and the other one always does."""
    absent = figures.one(subject.metric, one.strategy, **subject.selector) is None
    return absent and other.low is not None and other.low > 0


def _turns_of(subject: Subject, turns: Iterable[TurningPoint], pair: set[str]) -> list[TurningPoint]:
    return [
        turn
        for turn in turns
        if turn.metric == subject.metric and turn.selector == subject.selector and turn.strategies <= pair
    ]


def _turn(mine: Sequence[TurningPoint]) -> str:
    """`depends on X, turning at v`, for the first input at which the answer turns."""
    first = next((turn for turn in mine if turn.value is not None), None)
    return f"depends on {first.path}, turning at {number(first.value)}" if first and first.value is not None else ""


def _depends(subject: Subject, turns: Iterable[TurningPoint], pair: set[str]) -> str:
    mine = _turns_of(subject, turns, pair)
    words = [f" It depends on {turn.path}: turns at {number(turn.value)}." for turn in mine if turn.value is not None]
    others = [turn.path for turn in mine if turn.value is None][:_MOST_TURNS]
    if others:
        words.append(f" How much depends on {' and '.join(others)}; which one wins does not turn in the range.")
    return "".join(words[:_MOST_TURNS])
