"""The `checks` of a scenario: a metric, whom it is about, and the range it is expected in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.load import Results
from analysis.metrics import FAMILIES, METRICS, Context, Family, Selector
from analysis.metrics.base import sel

__all__ = ["CheckError", "Outcome", "evaluate", "parse", "problems"]

_FORM = re.compile(r"(?P<metric>[a-z][a-z0-9_.]*)(?:\{(?P<selector>[^{}]*)\})?")

_INSTANT = {"requests_per_second": "second", "logins": "at_s"}
"""Tables whose rows happen at an instant, so that they can be cut to a window, and the column that says when."""


class CheckError(ValueError):
    """A check that cannot be evaluated as it is written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended in one strategy.

    Attributes:
        check: Metric and selector as written.
        strategy: In which strategy.
        low: Lowest value expected; None for an open end.
        high: Highest value expected; None for an open end.
        value: Mean over replications; None if there is none.
        reason: Why there is no value.
    """

    check: str
    strategy: str
    low: float | None
    high: float | None
    value: float | None
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Whether the value lies in the range, ends included."""
        if self.value is None:
            return False
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


def parse(text: str) -> tuple[str, Selector]:
    """A metric with its selector, such as `requests{issuer=sts,outcome=throttled}`.

    Raises:
        CheckError: Not of that form, an unknown metric, or keys that the metric is not given for.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise CheckError(f"{text!r} is not of the form metric or metric{{key=value,...}}")
    name, written = found["metric"], found["selector"] or ""
    if name not in METRICS:
        near = difflib.get_close_matches(name, METRICS, n=1)
        raise CheckError(f"there is no metric {name!r}; {f'did you mean {near[0]}?' if near else _listed(METRICS)}")
    selector = _selector(text, written)
    keys = tuple(key for key, _ in selector)
    known = [tuple(sorted(each)) for each in METRICS[name].selectors]
    if keys not in known:
        forms = [f"{{{','.join(each)}}}" for each in known]
        raise CheckError(f"{name} is not given for {{{','.join(keys)}}}; {_listed(forms)}")
    return name, selector


def problems(checks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """What is wrong with the checks of a scenario: index of the check and a sentence, before anything is run."""
    for index, check in enumerate(checks):
        try:
            name, _ = parse(str(check["metric"]))
            _refuse_time(check, _family(name))
        except CheckError as error:
            yield index, str(error)


def evaluate(results: Results, summary: Mapping[str, Any]) -> list[Outcome]:
    """Every check in every strategy it holds for.

    Args:
        results: The results folder; its manifest has the checks, its tables what falls into a window.
        summary: Content of summary.json.
    """
    values = {
        (entry["metric"], entry["strategy"], sel(**(entry["selector"] or {}))): entry for entry in summary["metrics"]
    }
    return [
        _outcome(results, values, check, strategy)
        for check in results.scenario(results.strategies[0]).get("checks", ())
        for strategy in ([check["strategy"]] if check.get("strategy") else results.strategies)
        if strategy in results.strategies
    ]


def _outcome(
    results: Results,
    values: Mapping[tuple[str, str, Selector], Mapping[str, Any]],
    check: Mapping[str, Any],
    strategy: str,
) -> Outcome:
    low, high = check["expect"]
    value: float | None = None
    reason = ""
    try:
        name, selector = parse(check["metric"])
        if check.get("window_s") is not None or check.get("at_s") is not None:
            value = _within(results, strategy, name, selector, check)
        else:
            value, reason = _whole(values.get((name, strategy, selector)), METRICS[name].is_count)
    except CheckError as error:
        reason = str(error)
    return Outcome(check["metric"], strategy, low, high, value, reason)


def _whole(entry: Mapping[str, Any] | None, is_count: bool) -> tuple[float | None, str]:
    """The mean over the whole run; what was never counted is 0."""
    if entry is None:
        return (0.0, "") if is_count else (None, "this run has no such value")
    if entry["mean"] is None:
        return None, str(entry.get("reason") or "never ends in some replications")
    return float(entry["mean"]), ""


def _within(results: Results, strategy: str, name: str, selector: Selector, check: Mapping[str, Any]) -> float:
    """Mean over replications of the metric, computed from what happened in the window only."""
    family = _family(name)
    _refuse_time(check, family)
    begin_s, end_s = check["window_s"]
    context = Context(results.scenario(strategy), end_s - begin_s, results.level)
    totals = []
    for replication in range(results.replications):
        whole = {table: results.table(table, strategy, replication) for table in family.tables}
        frames = {table: _cut(frame, _INSTANT[table], begin_s, end_s) for table, frame in whole.items()}
        found = [v for v in family.compute(frames, context) if v.metric == name and v.selector == selector]
        if not found and not METRICS[name].is_count:
            raise CheckError("nothing of it happened in the window")
        totals.append(found[0].value / found[0].over if found else 0.0)
    return sum(totals) / len(totals)


def _cut(frame: pd.DataFrame, instant: str, begin_s: float, end_s: float) -> pd.DataFrame:
    return frame[(frame[instant] >= begin_s) & (frame[instant] < end_s)]


def _refuse_time(check: Mapping[str, Any], family: Family) -> None:
    if check.get("at_s") is not None:
        raise CheckError("at_s: no metric of an instant is recorded; leave it out or use window_s")
    if check.get("window_s") is not None and not set(family.tables) <= set(_INSTANT):
        raise CheckError(f"window_s: {', '.join(family.tables)} cannot be cut to a window; leave it out")


def _family(name: str) -> Family:
    return next(family for family in FAMILIES.values() if any(metric.name == name for metric in family.metrics))


def _selector(text: str, written: str) -> Selector:
    pairs = [part.partition("=") for part in written.split(",") if part.strip()]
    if any(not equals or not key.strip() for key, equals, _ in pairs):
        raise CheckError(f"{text!r}: the selector is a list of key=value")
    return sel(**{key.strip(): value.strip() for key, _, value in pairs})


def _listed(words: Sequence[str] | Mapping[str, Any]) -> str:
    return "there are: " + ", ".join(words)
