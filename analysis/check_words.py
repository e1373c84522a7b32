"""What a check may say: a metric, whom it is about, and when."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from analysis.metrics import FAMILIES, METRICS, Family, Metric, Selector
from analysis.metrics.base import sel
from sim.records import Level

__all__ = ["INSTANT", "LASTING", "CheckError", "family_of", "parse", "problems", "title", "when", "wrong"]

_FORM = re.compile(r"(?P<metric>[a-z][a-z0-9_.]*)(?:\{(?P<selector>[^{}]*)\})?")

INSTANT = {"requests_per_second": "second", "logins": "at_s", "calls": "from_s", "waits": "at_s"}
"""Tables whose rows happen at an instant, so that they can be cut to a window, and the column that says when.

Rows of `calls` do so at level calls only, and calls belong to the window in which they arrive."""

LASTING = {"lives": ("from_s", "to_s")}
"""Tables of stretches of time, which can be cut to a window, and the columns of their ends."""

_ONE_ROW_A_CALL = {"calls"}


class CheckError(ValueError):
    """A check that cannot be evaluated as it is written."""


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


def wrong(text: str) -> str | None:
    """What is wrong with a metric as it is written, whatever the scenario; None if nothing is."""
    try:
        parse(text)
    except CheckError as error:
        return str(error)
    return None


def problems(
    checks: Sequence[Mapping[str, Any]],
    level: str = Level.CREDENTIALS,
    horizon_s: float = float("inf"),
    words: Mapping[str, Collection[str]] | None = None,
) -> Iterator[tuple[int, str, str]]:
    """What is wrong with the checks of a scenario, before anything is run.

    Args:
        checks: The checks.
        level: How much the run records.
        horizon_s: Length of the run, s.
        words: Key of a selector -> the values there are; keys that are not listed take any.

    Yields:
        Index of the check, the key in it, and a sentence.
    """
    for index, check in enumerate(checks):
        is_ratio = check.get("over") is not None
        for word in ("metric", "over") if is_ratio else ("metric",):
            try:
                name, selector = parse(str(check[word]))
            except CheckError as error:
                yield index, word, str(error)
                continue
            yield from ((index, word, text) for text in _strangers(selector, words or {}))
            metric = METRICS[name]
            if is_ratio and not (metric.is_count or metric.is_sum):
                yield index, word, f"{name} is no count and no amount, so a ratio of it and another has no meaning"
            found = _times(check, metric, level, horizon_s)
            yield from ((index, word if key == "metric" else key, text) for key, text in found)


def title(check: Mapping[str, Any]) -> str:
    """What a check is about: `metric`, or `metric / over`."""
    return str(check["metric"]) if check.get("over") is None else f"{check['metric']} / {check['over']}"


def when(check: Mapping[str, Any]) -> str:
    """The time of a check in words: `at 120 s`, `60 to 300 s`, or nothing for the whole run."""
    if check.get("at_s") is not None:
        return f"at {check['at_s']:g} s"
    if check.get("window_s") is not None:
        return "{:g} to {:g} s".format(*check["window_s"])
    return ""


def family_of(name: str) -> Family:
    """The family of a metric."""
    return next(family for family in FAMILIES.values() if any(metric.name == name for metric in family.metrics))


def _strangers(selector: Selector, words: Mapping[str, Collection[str]]) -> Iterator[str]:
    for key, value in selector:
        if key in words and value not in words[key]:
            near = difflib.get_close_matches(value, words[key], n=1)
            hint = f"did you mean {near[0]}?" if near else _listed(sorted(words[key]))
            yield f"there is no {key.replace('_', ' ')} {value!r}; {hint}"


def _times(check: Mapping[str, Any], metric: Metric, level: str, horizon_s: float) -> Iterator[tuple[str, str]]:
    at_s, window_s = check.get("at_s"), check.get("window_s")
    if at_s is not None and window_s is not None:
        yield "at_s", "is an instant and window_s a stretch of time; give one of them"
        return
    if at_s is not None:
        yield from (("at_s", text) for text in _wrong_instant(metric, at_s, horizon_s))
    if window_s is not None:
        yield from (("window_s", text) for text in _wrong_window(metric, window_s, level, horizon_s))
    levels = list(Level)
    if levels.index(Level(level)) < levels.index(metric.needs):
        yield "metric", f"{metric.name} needs run.record: {metric.needs}; at level {level} it has no value"


def _wrong_instant(metric: Metric, at_s: float, horizon_s: float) -> Iterator[str]:
    if not metric.is_instant:
        some = [name for name, other in METRICS.items() if other.is_instant]
        yield f"{metric.name} is not of an instant; leave it out or use window_s ({', '.join(some)} are)"
    if at_s > horizon_s:
        yield f"{at_s:g} is beyond the horizon of {horizon_s:g} s"


def _wrong_window(metric: Metric, window_s: Sequence[float], level: str, horizon_s: float) -> Iterator[str]:
    tables = set(family_of(metric.name).tables)
    if metric.is_instant:
        yield f"{metric.name} is of an instant; use at_s"
    elif metric.whole_only:
        yield f"{metric.name} cannot be cut to a window: {metric.whole_only}"
    elif whole := tables - set(INSTANT) - set(LASTING):
        listed = ", ".join(sorted(whole))
        yield f"{metric.name} cannot be cut to a window: rows of {listed} last; leave it out"
    elif tables & _ONE_ROW_A_CALL and level != Level.CALLS:
        yield (
            f"{metric.name} in a window needs run.record: calls; level {level} counts calls by segments, "
            "which cannot be cut exactly"
        )
    if window_s[1] > horizon_s:
        yield f"[{window_s[0]:g}, {window_s[1]:g}] goes beyond the horizon of {horizon_s:g} s"
    if window_s[0] == window_s[1]:
        yield f"[{window_s[0]:g}, {window_s[1]:g}] is empty; the end does not belong to a window"
    if "requests_per_second" in tables and any(end != int(end) for end in window_s):
        yield f"[{window_s[0]:g}, {window_s[1]:g}]: requests are counted by whole seconds; give whole numbers"


def _selector(text: str, written: str) -> Selector:
    pairs = [part.partition("=") for part in written.split(",") if part.strip()]
    if any(not equals or not key.strip() for key, equals, _ in pairs):
        raise CheckError(f"{text!r}: the selector is a list of key=value")
    return sel(**{key.strip(): value.strip() for key, _, value in pairs})


def _listed(words: Sequence[str] | Mapping[str, Any]) -> str:
    return "there are: " + ", ".join(words)
