"""The verdict: one block per question, one sentence per population and place, never an average of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.charts.estimates import Estimates
from analysis.compare import turning_points, with_holm
from analysis.load import Results
from analysis.report.ranking import Part, Sentence, Subject, TurningPoint, rank
from analysis.report.subjects import Question

__all__ = ["Verdict", "corrected", "turns", "verdicts"]


_FEW = 3
"""Comparisons below which a tally says nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A question and the sentences that answer it."""

    question: str
    summary: str
    sentences: tuple[Sentence, ...]


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
        sentences = _gathered([sentence for sentence in ranked if sentence is not None])
        if sentences:
            found.append(Verdict(question.text, _tally(question, ranked), tuple(sentences)))
    return found


def _tally(question: Question, ranked: Sequence[Sentence | None]) -> str:
    """Who wins and loses most of a question's comparisons: a count, not an average."""
    told = [one for one in ranked if one is not None and one.best]
    if len(told) < _FEW:
        return ""
    one = question.subjects[0]
    sides = ((one.best, [name for item in told for name in item.best]), (one.worst, [n for i in told for n in i.worst]))
    best, worst = (f"{word} most often: {_leaders(names, len(told))}" for word, names in sides)
    return f"{best[0].upper()}{best[1:]}; {worst}."


def _leaders(names: Sequence[str], comparisons: int) -> str:
    counts = Counter(names)
    most = max(counts.values())
    leaders = " and ".join(name for name, count in counts.items() if count == most)
    return f"{leaders} ({most} of {comparisons} comparisons)"


def _gathered(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The telling sentences, then one for what is the same and one for what is 0 in every strategy."""
    found = [sentence for sentence in sentences if not sentence.nil and not sentence.same]
    same = "; ".join(f"{sentence.label} {sentence.same}" for sentence in sentences if sentence.same)
    nil = "; ".join(sentence.label for sentence in sentences if sentence.nil)
    if same:
        found.append(Sentence("same", (Part(f"The same in every strategy: {same}."),)))
    if nil:
        found.append(Sentence("none", (Part(f"None in any strategy: {nil}."),), nil=True))
    return found
