"""The verdict: one block per question, one sentence per population and place, never an average of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.charts.estimates import Estimates
from analysis.compare import turning_points, with_holm
from analysis.load import Results
from analysis.report.ranking import Answer, Part, Subject, TurningPoint, rank
from analysis.report.subjects import Question

__all__ = ["Verdict", "corrected", "turns", "verdicts"]


_FEW = 3
"""Comparisons below which a tally says nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A question and the sentences that answer it."""

    question: str
    summary: str
    sentences: tuple[tuple[Part, ...], ...]


def corrected(summary: Mapping[str, Any], subjects: Iterable[Subject]) -> dict[str, Any]:
    """The summary with the differences that the page shows only, Holm-corrected for those.

    The choice is made by metric and selector, without looking at any p.
    """
    wanted = {(subject.metric, tuple(sorted(subject.selector.items()))) for subject in subjects}
    shown = [
        row
        for row in summary.get("differences", ())
        if (row["metric"], tuple(sorted((row.get("selector") or {}).items()))) in wanted
    ]
    rows = with_holm(shown) if all("p" in row for row in shown) else shown
    return {**summary, "differences": rows}


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
    """The answers, in the order of the questions; those without any are left out."""
    found = []
    for question in asked:
        ranked = [rank(one, figures, results.strategies, results.baseline, points) for one in question.subjects]
        answers = [answer for answer in ranked if answer is not None]
        if answers:
            found.append(Verdict(question.text, _tally(answers), tuple(_sentences(answers))))
    return found


def _tally(answers: Sequence[Answer]) -> str:
    """Who wins and loses most of a question's comparisons: a count, not an average."""
    told = [answer for answer in answers if answer.best]
    if len(told) < _FEW:
        return ""
    best = _leaders([name for answer in told for name in answer.best])
    worst = _leaders([name for answer in told for name in answer.worst])
    return f"Best most often, of {len(told)} comparisons: {best}; worst most often: {worst}."


def _leaders(names: Sequence[str]) -> str:
    counts = Counter(names)
    most = max(counts.values())
    return f"{' and '.join(name for name, count in counts.items() if count == most)} ({most})"


def _sentences(answers: Sequence[Answer]) -> Iterator[tuple[Part, ...]]:
    """One sentence per head, in order; what is the same or absent everywhere comes last."""
    groups: dict[tuple[Part, ...], list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer.head, []).append(answer)
    for head in sorted(groups, key=lambda head: (len(head) == 1, "noise" not in head[0].text)):
        members = groups[head]
        yield (*head, Part(f": {'; '.join(_merged(members))}.{_once(answer.depends for answer in members)}"))


def _merged(answers: Sequence[Answer]) -> list[str]:
    """`label values`, the labels of equal values together."""
    labels: dict[str, list[str]] = {}
    for answer in answers:
        labels.setdefault(answer.values, []).append(answer.label)
    return [f"{_joined(names)}{' ' if values else ''}{values}" for values, names in labels.items()]


def _joined(labels: Sequence[str]) -> str:
    """`app, image and app, host` without saying `app` twice."""
    start = labels[0].rpartition(", ")[0]
    if len(labels) == 1 or not start or any(label.rpartition(", ")[0] != start for label in labels):
        return "; ".join(labels)
    ends = [label.rpartition(", ")[2] for label in labels]
    return f"{start}, {', '.join(ends[:-1])} and {ends[-1]}"


def _once(texts: Iterable[str]) -> str:
    return "".join(dict.fromkeys(texts))
