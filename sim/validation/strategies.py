"""What stands once in a file for all strategies: baseline, checks, and where the inputs come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError

from sim.loading.errors import Finding
from sim.loading.lines import Path as ScenarioPath
from sim.loading.lines import entry
from sim.loading.overlay import apply, matches
from sim.loading.words import field_at
from sim.problems import did_you_mean, shorten
from sim.scenario import Scenario
from sim.validation.references import unknown

__all__ = ["RULES"]

_METRIC: Final = re.compile(r"[a-z][a-z0-9_.]*(\{[a-z_]+=[^{},=]+(,[a-z_]+=[^{},=]+)*\})?")
_OFF_IDENTITY: Final = re.compile(r"clients\.off_identity(\{(.*,)?population=(?P<population>[^,}]+).*\})?")
_BASES: Final = ("given", "documented", "measured", "second_hand", "assumed", "calibrated")


def _baseline(scenario: Scenario, _: Mapping[Any, Any]) -> Iterator[Finding]:
    yield from unknown(("baseline",), "strategy", scenario.baseline, scenario.strategies)


def _some_strategy(scenario: Scenario, _: Mapping[Any, Any]) -> Iterator[Finding]:
    if not scenario.strategies:
        yield ("strategies",), "is empty; leave it out, or name at least one strategy"


def _checks(scenario: Scenario, _: Mapping[Any, Any]) -> Iterator[Finding]:
    for index, check in enumerate(scenario.checks):
        path = ("checks", index)
        yield from unknown((*path, "strategy"), "strategy", check.strategy, scenario.strategies)
        for word, metric in {"metric": check.metric, "over": check.over}.items():
            if metric is not None and not _METRIC.fullmatch(metric):
                yield (
                    (*path, word),
                    f"{shorten(metric)} is not a metric; write name or name{{key=value,key=value}}",
                )
        if check.expect == (None, None):
            yield (*path, "expect"), "[null, null] is met by any value; give the lowest or the highest one, or both"
        for key, (low, high) in {"expect": check.expect, "window_s": check.window_s or (None, None)}.items():
            if low is not None and high is not None and high < low:
                yield (*path, key), f"[{low:g}, {high:g}] is not a range; the first must not be above the second"


def _intended(scenario: Scenario, data: Mapping[Any, Any]) -> Iterator[Finding]:
    """Whoever is meant to be nobody in particular is never off identity."""
    for index, check in enumerate(scenario.checks):
        for word, metric in {"metric": check.metric, "over": check.over or ""}.items():
            asked = _OFF_IDENTITY.fullmatch(metric)
            if asked is None:
                continue
            chosen = scenario.strategies if check.strategy is None else {check.strategy} & set(scenario.strategies)
            held = [_populations(scenario, data, name) for name in chosen] or [_populations(scenario, data, None)]
            names = [asked["population"]] if asked["population"] else list(scenario.populations)
            if not any(_says(populations, name) for populations in held for name in names):
                who = f"population {names[0]} has" if len(names) == 1 else "no population has"
                yield (
                    ("checks", index, word),
                    f"{shorten(metric)} is 0 whatever happens, since {who} {'no ' if len(names) == 1 else ''}"
                    f"intended_role; say populations.{names[0]}.intended_role, or leave the check out",
                )


def _says(populations: Mapping[Any, Any], name: str) -> bool:
    return isinstance(populations.get(name), Mapping) and populations[name].get("intended_role") is not None


def _populations(scenario: Scenario, data: Mapping[Any, Any], strategy: str | None) -> Mapping[Any, Any]:
    """The populations of a strategy, or of the base, as plain data."""
    chosen = scenario.strategies[strategy] if strategy is not None else None
    found = data if chosen is None else apply(data, chosen.set, chosen.remove).data
    populations = found.get("populations")
    return populations if isinstance(populations, Mapping) else {}


def _sources(scenario: Scenario, _: Mapping[Any, Any]) -> Iterator[Finding]:
    """A published number says what ours is worth, and which thread reports it."""
    for index, check in enumerate(scenario.checks):
        path = ("checks", index)
        yield from unknown((*path, "thread"), "thread", check.thread, scenario.threads)
        if check.published is not None and check.word is None:
            yield (
                (*path, "word"),
                "is missing; a number beside a published one is given, assumed, calibrated or predicted",
            )
        if check.published is not None and check.thread is None and len(scenario.threads) != 1:
            said = f"one of {', '.join(scenario.threads)}" if scenario.threads else "and list it under threads"
            yield (*path, "thread"), f"is missing; say which thread published {shorten(check.published)}: {said}"


def _basis(scenario: Scenario, data: Mapping[Any, Any]) -> Iterator[Finding]:
    """Paths of `basis` exist in the base or in a strategy."""
    entries = [(kind, path) for kind in _BASES for path in getattr(scenario.basis, kind)]
    lost = [one for one in entries if not matches(data, one[1])]
    if not lost:
        return
    resolved = [apply(data, strategy.set, strategy.remove).data for strategy in scenario.strategies.values()]
    for kind, path in lost:
        if not any(matches(one, path) for one in resolved):
            yield ("basis", kind, path), f"no such place in the base or a strategy; {_nearest_path(data, path)}"


def _nearest_path(data: Mapping[Any, Any], path: str) -> str:
    parts = path.split(".")
    known: Iterable[str] = data
    for length in range(1, len(parts)):
        found = matches(data, ".".join(parts[:length]))
        if not found:
            return did_you_mean(parts[length - 1], known, "entries")
        here = entry(data, found[0])
        known = [str(key) for key in here] if isinstance(here, dict) else []
    return did_you_mean(parts[-1], known, "entries")


def _ranges(scenario: Scenario, data: Mapping[Any, Any]) -> Iterator[Finding]:
    """Ranges run from low to high, and only numbers are scaled."""
    for path, assumed in scenario.basis.assumed.items():
        place = ("basis", "assumed", path)
        if assumed.range is not None and assumed.scale is not None:
            yield place, "gives both range and scale; one of them says what is moved"
        for key, ends in {"range": assumed.range, "scale": assumed.scale}.items():
            low, high = ends or (0, 0)
            if isinstance(low, int | float) and isinstance(high, int | float) and high < low:
                yield (*place, key), f"[{low:g}, {high:g}] is not a range; the first must not be above the second"
        for end in assumed.range or ():
            yield from _no_value((*place, "range"), data, path, end)
        if assumed.scale is not None:
            yield from _number((*place, "scale"), data, path)
        if assumed.against is not None:
            yield from _number((*place, "against"), data, assumed.against)
            yield from _number(place, data, path)
            if not all(isinstance(end, int | float) for end in assumed.range or ("",)):
                yield (*place, "against"), "only an input with a range of numbers can move against another"


def _no_value(place: ScenarioPath, data: Mapping[Any, Any], path: str, end: object) -> Iterator[Finding]:
    """An end of a range is a value that its input takes."""
    for found in matches(data, path):
        info = field_at(data, found)
        if info is None or info.annotation is None:
            continue
        kind: Any = Annotated[info.annotation, info]
        try:
            TypeAdapter(kind).validate_python(end)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"]
            yield place, f"{shorten(end)} is no value of {path}: {said[:1].lower()}{said[1:]}"
            return


def _number(place: ScenarioPath, data: Mapping[Any, Any], path: str) -> Iterator[Finding]:
    """A path that is moved by calculation names numbers of the base."""
    values = [entry(data, found) for found in matches(data, path)]
    if not values:
        yield place, f"{shorten(path)} is no place of the base; {_nearest_path(data, path)}"
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield place, f"{shorten(value)} at {shorten(path)} cannot be moved; only a number can"
            return


RULES: Final[tuple[Callable[[Scenario, Mapping[Any, Any]], Iterator[Finding]], ...]] = (
    _baseline,
    _some_strategy,
    _checks,
    _intended,
    _sources,
    _basis,
    _ranges,
)
"""Every rule of this file."""
