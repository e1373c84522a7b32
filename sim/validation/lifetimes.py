"""Clients that come and go: arrivals and lifetimes make sense together, scale and upgrade reach what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Final

from sim.faults.base import FaultSpec
from sim.faults.restart import Restart
from sim.faults.scale import Scale
from sim.faults.upgrade import Upgrade
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.principals.population import Population
from sim.scenario import Scenario
from sim.timeline.lifetimes import number_of_clients
from sim.timeline.upgrades import upgraded
from sim.validation.quotas import users_of

__all__ = ["MOST_CLIENTS", "RULES", "rules_for_upgrades"]

MOST_CLIENTS: Final = 10_000_000
"""The most clients of a population, as for `count`."""


def _arrivals(scenario: Scenario) -> Iterator[Finding]:
    """Arrivals are of processes, at instants that no workday bounds, and say when the clients start."""
    for name, population in scenario.populations.items():
        path, arrivals = ("populations", name), population.arrivals
        if arrivals is None:
            continue
        kind = str(getattr(arrivals, "kind", ""))
        if population.people:
            yield (*path, "arrivals"), "people do not arrive at a rate; they have a workday, and log in"
        if kind == "on_off":
            yield (*path, "arrivals", "kind"), "on_off is for people; take poisson, profile, every, bursts or trace"
        for word in sorted({"action", "resource"} & arrivals.model_fields_set):
            yield (*path, "arrivals", word), "an arrival calls nothing; what a client does stands under calls"
        if population.start is not None:
            yield (*path, "start"), "clients that arrive start when they do; remove start, or arrivals"
        yield from _own_users(scenario, name)
        if kind != "on_off" and (number := number_of_clients(scenario, name)) > MOST_CLIENTS:
            yield (
                (*path, "arrivals"),
                f"brings about {number:,} clients until {scenario.run.horizon_s:g} s; at most {MOST_CLIENTS:,} are "
                "simulated: take a lower rate, a smaller count or a shorter run",
            )


def _own_users(scenario: Scenario, name: str) -> Iterator[Finding]:
    for title in sorted(users_of(scenario, name)):
        user = scenario.users.get(title)
        if user is not None and user.per == "client" and user.key is not None:
            yield (
                ("users", title, "per"),
                f"would make an IAM user of every client of {name} that arrives; set per: population, so that they "
                "share its key",
            )


def _lifetime(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        path = ("populations", name, "lifetime_s")
        if population.lifetime_s is None:
            continue
        if population.arrivals is None and population.start is None:
            yield path, "is of clients that start within the run; give arrivals or start with it"
        if population.people:
            yield path, "people do not end; they have a workday"
        if population.work is not None:
            yield path, "a client with a fixed work lives until it is done (work.within_s at most); remove one of both"
        if isinstance(population.lifetime_s, float | int) and population.lifetime_s <= 0:
            yield path, f"{population.lifetime_s:g} is not allowed; it must be above 0"


def _entries(scenario: Scenario) -> Iterator[tuple[Path, FaultSpec]]:
    """Verbs that are about the processes of a population that exists, with their place."""
    found: list[tuple[Path, FaultSpec]] = [(("timeline", n), fault) for n, fault in enumerate(scenario.timeline)]
    for name, plan in scenario.theft.plans.items():
        found += [(("theft", "plans", name, n), step.fault(0.0)) for n, step in enumerate(plan)]
    for path, fault in found:
        if isinstance(fault, Scale | Upgrade | Restart) and fault.target in scenario.populations:
            yield path, fault


def _verbs(scenario: Scenario) -> Iterator[Finding]:
    """Who can be scaled and upgraded."""
    for path, fault in _entries(scenario):
        wrong = _unfit(fault, scenario.populations[fault.target])
        if wrong:
            yield (*path, fault.verb), f"{fault.target} {wrong}"


def _unfit(fault: FaultSpec, population: Population) -> str:
    if not isinstance(fault, Scale | Upgrade):
        return ""
    if population.people:
        return f"are people, and {fault.verb} is of processes; to change how they log in, compare strategies"
    if population.work is not None:
        return f"has a fixed work that would be neither done nor lost; {fault.verb} is of calls without end"
    if isinstance(fault, Scale) and population.arrivals is not None:
        return "has as many clients as arrive; change arrivals in time with kind: profile or trace"
    return ""


def _together(scenario: Scenario) -> Iterator[Finding]:
    """Two of the same verb on one population while the first one still ramps."""
    ordered = sorted(_entries(scenario), key=lambda entry: entry[1].at_s)
    for (scope, first), (path, second) in combinations(ordered, 2):
        if (first.verb, first.target, scope[:-1]) != (second.verb, second.target, path[:-1]):
            continue
        end = first.at_s + float(getattr(first, "ramp_s", 0.0))
        if second.at_s < end or (second.at_s == first.at_s and not isinstance(first, Restart)):
            yield (
                (*path, second.verb),
                f"{second.verb} of {second.target} at {second.at_s:g} s begins while the one at {first.at_s:g} s still "
                f"lasts (ramp to {end:g} s); let one end before the other begins",
            )


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _arrivals,
    _lifetime,
    _verbs,
    _together,
)
"""Every rule of this file that looks at a scenario as it stands."""


def rules_for_upgrades(
    rules: tuple[Callable[[Scenario], Iterator[Finding]], ...],
) -> Callable[[Scenario], Iterator[Finding]]:
    """The rule that an upgrade's settings make a scenario that all other rules allow."""

    def rule(scenario: Scenario) -> Iterator[Finding]:
        for upgrades in _in_order(scenario):
            seen = scenario
            for place, upgrade in upgrades:
                path, done = (*place, "set"), upgraded(seen, upgrade)
                yield from (((*path, entry), text) for entry, text in done.problems)
                yield from _new(rules, seen, done.scenario, path)
                seen = done.scenario

    return rule


def _in_order(scenario: Scenario) -> Iterable[list[tuple[Path, Upgrade]]]:
    """The upgrades of each population, on the timeline and in each response plan, in order of time."""
    found: dict[tuple[Path, str], list[tuple[Path, Upgrade]]] = {}
    for path, fault in sorted(_entries(scenario), key=lambda entry: entry[1].at_s):
        if isinstance(fault, Upgrade) and fault.upgrade in scenario.populations:
            found.setdefault((path[:-1], fault.upgrade), []).append((path, fault))
    return found.values()


def _new(
    rules: tuple[Callable[[Scenario], Iterator[Finding]], ...], before: Scenario, after: Scenario, path: Path
) -> Iterator[Finding]:
    """What the rules find after an upgrade and did not find before."""
    known = set(_found(rules, before))
    for place, text in _found(rules, after):
        if (place, text) not in known:
            yield path, f"{'.'.join(map(str, place))}: {text}"


def _found(
    rules: tuple[Callable[[Scenario], Iterator[Finding]], ...], scenario: Scenario
) -> Iterator[tuple[Path, str]]:
    quiet = scenario.model_copy(update={"timeline": ()})
    yield from ((finding[0], finding[1]) for rule in rules for finding in rule(quiet))
