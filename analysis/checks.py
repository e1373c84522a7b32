"""The `checks` of a scenario: each metric as it came out, beside the range it is expected in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis.check_words import INSTANT, LASTING, CheckError, family_of, parse, problems, title, when
from analysis.intervals import Estimate, estimate
from analysis.load import Results
from analysis.metrics import METRICS, Context, Family, Selector, Value
from analysis.metrics._places import all_places
from analysis.metrics.base import sel
from analysis.summary import context_of

__all__ = ["CheckError", "Outcome", "evaluate", "measure", "parse", "problems"]

Check = Mapping[str, Any]
Values = list[dict[Selector, Value]]
"""Per replication: selector -> value of one metric."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended in one strategy.

    Attributes:
        check: Metric and selector as written, with those that it is divided by.
        strategy: In which strategy.
        low: Lowest value expected; None for an open end.
        high: Highest value expected; None for an open end.
        value: Mean over replications; None if there is none.
        reason: Why there is no value.
        value_low: Lower end of the mean's 95 % interval; None where it has none.
        value_high: Upper end.
        when: Instant or window in words; empty for the whole run.
        index: Number of the check in the scenario, from 0.
    """

    check: str
    strategy: str
    low: float | None
    high: float | None
    value: float | None
    reason: str = ""
    value_low: float | None = None
    value_high: float | None = None
    when: str = ""
    index: int = 0

    @property
    def passed(self) -> bool:
        """Whether the value lies in the range, ends included."""
        if self.value is None:
            return False
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


def evaluate(results: Results, summary: Mapping[str, Any]) -> list[Outcome]:
    """Every check in every strategy it holds for, from a summary where that has the value.

    Args:
        results: The results folder; its manifest has the checks, its tables what falls into a window.
        summary: Content of summary.json.
    """
    rows = {
        (entry["metric"], entry["strategy"], sel(**(entry["selector"] or {}))): entry for entry in summary["metrics"]
    }
    return _outcomes(results, _Tables(results), rows)


def measure(folder: Path) -> list[Outcome]:
    """Every check in every strategy it holds for, from the tables alone: only what the checks name is computed."""
    results = Results(folder)
    return _outcomes(results, _Tables(results), None)


_ABSENT: Final = Estimate(None, reason="this run has no such value")


class _Tables:
    """Metrics of a results folder, computed when asked for and kept."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._known: dict[tuple[str, str, Any, Any], list[list[Value]]] = {}

    def estimate(self, strategy: str, name: str, selector: Selector, check: Check) -> Estimate:
        """Mean over replications, with its interval."""
        values = self._found(strategy, name, selector, check)
        if values is None:
            return _ABSENT
        over = [one.over for one in values]
        ratio = None if all(o == 1 for o in over) else over
        return _with_reason(estimate([one.value for one in values], ratio, is_count=METRICS[name].is_count), values)

    def ratio(self, strategy: str, above: tuple[str, Selector], below: tuple[str, Selector], check: Check) -> Estimate:
        """Sum of one metric over the replications by the sum of another, with its interval."""
        top, bottom = (self._found(strategy, *one, check) for one in (above, below))
        if top is None or bottom is None:
            return _ABSENT
        found = estimate([one.value for one in top], [one.value for one in bottom])
        if found.mean is None and not sum(one.value for one in bottom):
            return Estimate(None, reason=f"the denominator is 0: there are no {below[0]}")
        return _with_reason(found, [*top, *bottom])

    def _found(self, strategy: str, name: str, selector: Selector, check: Check) -> list[Value] | None:
        """A metric's value in each replication; None if it has none in any of them."""
        per_replication = self._values(strategy, family_of(name), check)
        found = [
            next((v for v in values if (v.metric, v.selector) == (name, selector)), None) for values in per_replication
        ]
        if not any(found) and not _zero_if_absent(name):
            return None
        absent = Value(name, selector, 0.0) if _zero_if_absent(name) else Value(name, selector, float("nan"), over=0.0)
        return [one or absent for one in found]

    def _values(self, strategy: str, family: Family, check: Check) -> list[list[Value]]:
        window = tuple(check["window_s"]) if check.get("window_s") is not None else None
        key = (strategy, family.metrics[0].name, window, check.get("at_s"))
        if key not in self._known:
            replications = range(self._results.replications)
            self._known[key] = [self._compute(strategy, family, n, window, check.get("at_s")) for n in replications]
        return self._known[key]

    def _compute(
        self, strategy: str, family: Family, replication: int, window: tuple[float, ...] | None, at_s: float | None
    ) -> list[Value]:
        frames = {
            table: self._results.table(table, strategy, replication, _with_instant(table, columns), labels=True)
            for table, columns in family.tables.items()
        }
        if window is not None:
            frames = {table: _cut(table, frame, *window) for table, frame in frames.items()}
        return list(family.compute(frames, self._context(strategy, window, at_s)))

    def _context(self, strategy: str, window: tuple[float, ...] | None, at_s: float | None) -> Context:
        whole = context_of(self._results, strategy, self._places[strategy])
        length = whole.horizon_s if window is None else window[1] - window[0]
        return replace(whole, horizon_s=length, at_s=at_s)

    @cached_property
    def _places(self) -> dict[str, dict[tuple[str, str], int]]:
        return all_places(self._results)


def _outcomes(
    results: Results, tables: _Tables, summary: Mapping[tuple[str, str, Selector], Mapping[str, Any]] | None
) -> list[Outcome]:
    checks: Sequence[Check] = results.scenario(results.strategies[0]).get("checks", ())
    wanted = [
        (index, check, strategy)
        for index, check in enumerate(checks)
        for strategy in ([check["strategy"]] if check.get("strategy") else results.strategies)
        if strategy in results.strategies
    ]
    return [_outcome(results, tables, summary, *one) for one in wanted]


def _outcome(
    results: Results,
    tables: _Tables,
    summary: Mapping[tuple[str, str, Selector], Mapping[str, Any]] | None,
    index: int,
    check: Check,
    strategy: str,
) -> Outcome:
    low, high = check["expect"]
    wrong = next((text for _, _, text in problems([check], results.level, results.horizon_s)), None)
    if wrong is not None:
        return Outcome(title(check), strategy, low, high, None, wrong, when=when(check), index=index)
    name, selector = parse(check["metric"])
    if check.get("over") is not None:
        found = tables.ratio(strategy, (name, selector), parse(check["over"]), check)
    elif summary is not None and not when(check):
        found = _summarised(summary.get((name, strategy, selector)), name)
    else:
        found = tables.estimate(strategy, name, selector, check)
    reason = "" if found.mean is not None else str(found.reason or "no value")
    return Outcome(title(check), strategy, low, high, found.mean, reason, found.low, found.high, when(check), index)


def _summarised(entry: Mapping[str, Any] | None, name: str) -> Estimate:
    """The mean over the whole run; what was never counted is 0."""
    if entry is None:
        return Estimate(0.0, 0.0) if _zero_if_absent(name) else Estimate(None, reason="this run has no such value")
    if entry["mean"] is None:
        return Estimate(None, reason=str(entry.get("reason") or "never ends in some replications"))
    return Estimate(float(entry["mean"]), entry.get("low"), entry.get("high"))


def _with_reason(found: Estimate, values: Sequence[Value]) -> Estimate:
    """An estimate that has no mean for the reason that one of its values gives."""
    reason = next((one.reason for one in values if one.reason), None)
    return found if found.mean is not None or reason is None else Estimate(None, reason=reason)


def _zero_if_absent(name: str) -> bool:
    return METRICS[name].is_count or METRICS[name].is_sum


def _with_instant(table: str, columns: Sequence[str]) -> list[str]:
    more = [INSTANT[table]] if table in INSTANT and INSTANT[table] not in columns else []
    return [*columns, *more]


def _cut(table: str, frame: pd.DataFrame, begin_s: float, end_s: float) -> pd.DataFrame:
    """The rows within a window; those that last are cut to it."""
    if table in LASTING:
        start, stop = LASTING[table]
        inside = frame[(frame[stop] > begin_s) & (frame[start] < end_s)]
        return inside.assign(**{start: inside[start].clip(lower=begin_s), stop: inside[stop].clip(upper=end_s)})
    instant = INSTANT[table]
    return frame[(frame[instant] >= begin_s) & (frame[instant] < end_s)]
