"""Client programs: errors that a call can end with, issuers that can refuse, and programs that can react at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.chains.fetching import ERRORS
from sim.issuers.spec import IdentityCenter, Sts
from sim.laws import mean_of
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.principals.program import PerCalls, PerTime
from sim.problems import did_you_mean, shorten
from sim.records import Verdict
from sim.scenario import Scenario
from sim.validation.chains import LOCAL, issuer_of, steps
from sim.workloads.trace import Trace

__all__ = ["RULES"]

_UNFETCHED: Final = ("access_key", "password", "anonymous")
"""What a step may name that is simply there."""
_SEEN: Final = tuple(
    verdict.value
    for verdict in Verdict
    if verdict not in (Verdict.OK, Verdict.UNFINISHED, Verdict.THROTTLING)
    and verdict is not Verdict.SERVICE_UNAVAILABLE
)
"""Verdicts that a program can see. Refusals by an issuer are named with it."""
_REFUSALS: Final = tuple(sorted(verdict.value for verdict in ERRORS.values()))
_SIGNED: Final = tuple(sorted((*_REFUSALS, Verdict.EXPIRED_TOKEN.value)))
"""Refusals where something that ends is shown: a session that signs, a token that vouches."""


def _errors(scenario: Scenario) -> Iterator[Finding]:
    """An error is a verdict of a call, or a refusal by an issuer that the chain asks."""
    for name, population in scenario.populations.items():
        for error in population.on_error:
            path: Path = ("populations", name, "on_error", error)
            issuer, dot, refusal = error.rpartition(".")
            if not dot:
                said = _wrong_verdict(error)
            else:
                refusals = _SIGNED if isinstance(scenario.issuers.get(issuer), Sts | IdentityCenter) else _REFUSALS
                issuers = sorted(_asked(scenario, population.credentials))
                said = _wrong_refusal(issuers, issuer, refusal, refusals)
            if said:
                yield path, said


def _refreshes(scenario: Scenario) -> Iterator[Finding]:
    """What is thrown away has signed the call that was refused."""
    for name, population in scenario.populations.items():
        for error, reaction in population.on_error.items():
            signed = error in _SEEN and error not in (Verdict.REFRESH_FAILED, Verdict.NO_CREDENTIALS)
            if reaction == "refresh" and not signed:
                yield (
                    ("populations", name, "on_error", error),
                    "refresh throws away what signed a refused call, and here nothing did; take again_after",
                )


def _wrong_verdict(error: str) -> str | None:
    if error in _SEEN:
        return None
    if error in _REFUSALS:
        return f"who refuses? name the issuer that is asked: sts.{error}"
    return f"{shorten(error)} is no error that a call ends with; {did_you_mean(error, _SEEN, 'errors')}"


def _wrong_refusal(issuers: list[str], issuer: str, refusal: str, known: tuple[str, ...]) -> str | None:
    if issuer not in issuers:
        return f"{shorten(issuer)} is no issuer that the chain asks; {did_you_mean(issuer, issuers, 'issuers')}"
    if refusal not in known:
        return f"{issuer} does not refuse with {shorten(refusal)}; {did_you_mean(refusal, known, 'refusals')}"
    return None


def _asked(scenario: Scenario, chain: str, passed: tuple[str, ...] = ()) -> set[str]:
    """Issuers that a chain asks, through its sources too."""
    found: set[str] = set()
    for step in scenario.credentials.get(chain, ()):
        if issuer_of(step) not in LOCAL:
            found.add(issuer_of(step))
        if step.idp is not None:
            found.add(step.idp)
        if step.source is not None and step.source not in passed:
            found |= _asked(scenario, step.source, (*passed, chain))
    return found


def _programs(scenario: Scenario) -> Iterator[Finding]:
    """People do not react as programs do; a key is not fetched, so no provider is built for it."""
    for name, population in scenario.populations.items():
        first = next(iter(scenario.credentials.get(population.credentials, ())), None)
        for word in ("on_error", "new_provider_per"):
            path = ("populations", name, word)
            if not getattr(population, word):
                continue
            if population.people:
                yield path, f"{name} are people; {word} is of programs: remove it, or people: true"
            elif word == "new_provider_per" and first is not None and issuer_of(first) in _UNFETCHED:
                yield path, f"a {issuer_of(first)} is not fetched, so every provider has the same one; remove {word}"


def _late(scenario: Scenario) -> Iterator[Finding]:
    """Whoever reacts to how a call ends has waited for it."""
    for name, population in scenario.populations.items():
        path = ("populations", name, "arrives_after_s")
        if population.arrives_after_s and population.people:
            yield path, f"{name} are people, who wait for the answer; calls on their way are of programs"
        if population.arrives_after_s and population.on_error:
            yield path, "calls on their way have no answer yet that on_error could react to; remove one of both"


def _works(scenario: Scenario) -> Iterator[Finding]:
    """A provider that outlasts the work is never followed by another one."""
    for name, population in scenario.populations.items():
        per, work = population.new_provider_per, population.work
        if work is not None and isinstance(per, PerCalls) and per.calls >= work.calls:
            yield (
                ("populations", name, "new_provider_per", "calls"),
                f"{per.calls} is not allowed; a work of {work.calls} calls has one provider then, so give fewer, or "
                "remove new_provider_per",
            )


def _connections(scenario: Scenario) -> Iterator[Finding]:
    """A provider serves for some time, or for a number of calls."""
    for name, population in scenario.populations.items():
        per = population.new_provider_per
        if isinstance(per, PerTime) and mean_of(per.every_s) <= 0:
            yield (
                ("populations", name, "new_provider_per", "every_s"),
                f"{mean_of(per.every_s):g} is not allowed; it must be above 0: for a new provider with every call "
                "write new_provider_per: call",
            )


def _traces(scenario: Scenario) -> Iterator[Finding]:
    """Of the instants of a trace one at least is within the run."""
    for name, population in scenario.populations.items():
        path: Path = ("populations", name)
        traces = [((*path, "arrivals", "at_s"), population.arrivals)]
        several = len(population.calls) > 1
        for number, calls in enumerate(population.calls):
            traces.append(((*path, "calls", number, "at_s") if several else (*path, "calls", "at_s"), calls))
        for place, trace in traces:
            if isinstance(trace, Trace) and not any(0 <= at < scenario.run.horizon_s for at in trace.at_s):
                yield (
                    place,
                    f"none of {len(trace.at_s)} instants, {trace.at_s[0]:g} to {trace.at_s[-1]:g}, is within the run "
                    f"(0 to horizon_s {scenario.run.horizon_s:g}): nothing would ever happen",
                )


def _caches(scenario: Scenario) -> Iterator[Finding]:
    """A cache that others share holds what they all may have."""
    for path, step in steps(scenario):
        if step.cache is not None and issuer_of(step) in _UNFETCHED:
            yield (*path, "cache"), f"a {issuer_of(step)} is not fetched, so nothing is cached; remove cache"
        if step.negative_cache_s is not None and issuer_of(step) in _UNFETCHED:
            yield (*path, "negative_cache_s"), f"a {issuer_of(step)} is not fetched, so it cannot fail; remove it"
        if step.cache in ("none", "thread") and path[-1] != 0:
            yield (
                (*path, "cache"),
                f"{step.cache} is said at the first step: threads share what the whole chain yields, or do not",
            )
        user = scenario.users.get(step.user or "")
        if step.cache in ("host", "file") and user is not None and user.per == "client":
            yield (
                (*path, "cache"),
                f"each client signs as a user {step.user} of its own (per: client), so a host cannot share the "
                f"session; set users.{step.user}.per: population",
            )


def _flights(scenario: Scenario) -> Iterator[Finding]:
    """Only those who share a cache can race for it."""
    for path, step in steps(scenario):
        here = (*path, "single_flight")
        if step.single_flight is not None and step.cache in ("none", "thread"):
            yield here, f"with cache: {step.cache} nobody shares what is obtained; remove it"
        elif step.single_flight is not None and issuer_of(step) in _UNFETCHED:
            yield here, f"a {issuer_of(step)} is not fetched; remove it"
        elif step.single_flight is False and step.cache in (None, "process") and path[-1] != 0:
            yield here, "false is said at the first step of a chain: threads race for what the whole chain yields"
    for name, population in scenario.populations.items():
        first = next(iter(scenario.credentials.get(population.credentials, ())), None)
        if first is None or first.single_flight is not False or first.cache not in (None, "process"):
            continue
        here = ("credentials", population.credentials, 0, "single_flight")
        if population.people:
            yield here, f"{name} are people, whose commands share a file; leave it out"
        elif population.threads == 1:
            yield here, f"{name} have one thread, which races with nobody; give populations.{name}.threads"
        if population.new_provider_per is not None:
            yield here, f"{name} build providers anew (new_provider_per), which share nothing; remove one of both"


def _shared_by_people(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        for index, step in enumerate(scenario.credentials.get(population.credentials, ())):
            path = ("credentials", population.credentials, index, "cache")
            if population.people and step.cache in ("none", "host"):
                yield path, f"{name} are people, whose commands share a file; leave cache out"
            if population.people and step.negative_cache_s is not None:
                yield (*path[:-1], "negative_cache_s"), f"{name} are people; login.again_after_s is their pause"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _errors,
    _refreshes,
    _programs,
    _late,
    _works,
    _connections,
    _traces,
    _caches,
    _flights,
    _shared_by_people,
)
"""Every rule of this file."""
