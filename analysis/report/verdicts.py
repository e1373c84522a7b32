"""The verdict: one sentence per question, then every comparison by population and place, never an average of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.charts.estimates import Estimates
from analysis.compare import turning_points, with_holm
from analysis.load import Results
from analysis.report.ranking import Answer, Part, Subject, TurningPoint, rank
from analysis.report.subjects import Question
from analysis.style import plural

__all__ = ["Verdict", "corrected", "turns", "verdicts"]


_FEW = 3
"""Comparisons below which a tally says nothing."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Who wins and loses, then what that was found for.

    Attributes:
        head: Its beginning.
        items: Subjects, and their numbers.
        tail: What it depends on.
    """

    head: tuple[Part, ...]
    items: tuple[tuple[str, str], ...]
    tail: str = ""

    @property
    def is_list(self) -> bool:
        """Whether the items are easier to read one below the other."""
        return len(self.items) > 1 and any(values for _, values in self.items)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a comparison: `shortest`, the strategies, `3.9 min`."""

    word: str
    names: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A question, the line that answers it, and all comparisons behind it.

    Attributes:
        question: The question.
        ends: Winner and loser of its widest comparison; none where nothing can be told.
        about: What was compared, how many other comparisons agree, and what the answer depends on.
        sentences: Every comparison, those with equal winners and losers together.
    """

    question: str
    ends: tuple[End, ...]
    about: str
    sentences: tuple[Sentence, ...]


def corrected(summary: Mapping[str, Any], subjects: Iterable[Subject]) -> dict[str, Any]:
    """The summary with the differences that the page shows only, Holm-corrected for those.

    The choice is made by metric and selector, without looking at any p. What is identical in every
    replication cannot be tested and does not count.
    """
    wanted = {(subject.metric, tuple(sorted(subject.selector.items()))) for subject in subjects}
    shown = [
        row
        for row in summary.get("differences", ())
        if (row["metric"], tuple(sorted((row.get("selector") or {}).items()))) in wanted
    ]
    tested = [row for row in shown if not _is_identical(row)]
    same = [{**row, "p_holm": 1.0} for row in shown if _is_identical(row)]
    return {**summary, "differences": same + with_holm(tested)}


def _is_identical(row: Mapping[str, Any]) -> bool:
    """Whether two strategies agree exactly in every replication: there is nothing to test."""
    return row["mean"] == 0 and not (row["low"] or row["high"])


def turns(assumptions: Mapping[str, Any] | None, summary: Mapping[str, Any]) -> list[TurningPoint]:
    """The inputs on which a difference depends; none without assumptions.json."""
    if assumptions is None:
        return []
    return [
        TurningPoint(
            str(row["metric"]),
            {str(key): str(value) for key, value in (row["selector"] or {}).items()},
            frozenset({str(row["strategy"]), str(row["baseline"])}),
            str(row["path"]),
            row["turning_point"],
        )
        for row in turning_points(assumptions, summary)
    ]


def verdicts(
    results: Results, figures: Estimates, asked: Sequence[Question], points: Sequence[TurningPoint]
) -> list[Verdict]:
    """The answers in the order of the questions, those where nothing can be told last; none, where there is none."""
    found = []
    for question in asked:
        ranked = [rank(one, figures, results.strategies, results.baseline, points) for one in question.subjects]
        answers = [answer for answer in ranked if answer is not None]
        if answers:
            found.append(Verdict(question.text, *_answer(answers), tuple(_sentences(answers))))
    return sorted(found, key=lambda verdict: not verdict.ends)


def _answer(answers: Sequence[Answer]) -> tuple[tuple[End, ...], str]:
    """The widest comparison of the question's first metric that can be told from noise, and how many agree.

    Of equally wide ones it is that in which the winner does worst: a plan that stops one thief at once does not
    stop the other. Where nothing can be told, or all read alike, that is the answer.
    """
    told = [answer for answer in answers if answer.best and answer.ends[0] != answer.ends[1]]
    if not told:
        chosen = next((answer for answer in answers if answer.values and not answer.best), answers[0])
        others = sum(answer.head == chosen.head for answer in answers) - 1
        rest = f"; nor in {plural(others, 'other comparison')}" if others and chosen.values else ""
        values = f", {chosen.values}" if chosen.values else ""
        return (), f"{''.join(part.text for part in chosen.head)}: {chosen.label}{values}{rest}"
    first = [answer for answer in told if answer.metric == told[0].metric]
    widest = max(first, key=lambda answer: (answer.gap, answer.level))
    ends = zip(widest.words, (widest.best, widest.worst), widest.ends, strict=True)
    turn = f"; {widest.turn}" if widest.turn else ""
    return tuple(End(*end) for end in ends), f"{widest.label}{_agreement(widest, told)}{turn}"


def _agreement(widest: Answer, told: Sequence[Answer]) -> str:
    """How often the same strategies win and lose: a count, not an average."""
    if len(told) < _FEW:
        return ""
    best = sum(bool(set(widest.best) & set(answer.best)) for answer in told)
    worst = sum(bool(set(widest.worst) & set(answer.worst)) for answer in told)
    return f"; same winner in {best}, same loser in {worst} of {len(told)} comparisons" if max(best, worst) > 1 else ""


def _sentences(answers: Sequence[Answer]) -> Iterator[Sentence]:
    """One sentence per head, in order; what is the same or absent everywhere comes last."""
    groups: dict[tuple[Part, ...], list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer.head, []).append(answer)
    for head in sorted(groups, key=lambda head: (len(head) == 1, "noise" not in head[0].text)):
        members = groups[head]
        yield Sentence(head, tuple(_merged(members)), _once(answer.depends for answer in members))


def _merged(answers: Sequence[Answer]) -> list[tuple[str, str]]:
    """Label and values, the labels of equal values together."""
    labels: dict[str, list[str]] = {}
    for answer in answers:
        labels.setdefault(answer.values, []).append(answer.label)
    return [(_joined(names), values) for values, names in labels.items()]


def _joined(labels: Sequence[str]) -> str:
    """`app, image and host`: what several labels begin with is said once."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        start, _, end = label.rpartition(", ")
        groups.setdefault(start, []).append(end)
    return "; ".join(f"{start}{', ' if start else ''}{_and(ends)}" for start, ends in groups.items())


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _once(texts: Iterable[str]) -> str:
    return "".join(dict.fromkeys(texts))
