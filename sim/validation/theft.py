"""Incidents leak from a place that somebody has, their stories can be told to the end, whom one disables exists."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from sim.faults.disable_user import DisableUser
from sim.faults.upgrade import Upgrade
from sim.issuers.spec import Broker, IdentityCenter, Imds, Local
from sim.loading.errors import Finding
from sim.loading.overlay import apply
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.validation.quotas import users_of

__all__ = ["FILE_RULES", "RULES"]


def _somewhere(scenario: Scenario) -> Iterator[Finding]:
    """A strategy may hold nothing at a place; a place where nothing can lie in any is a mistake."""
    held = set(_held_places(scenario))
    for name, incident in scenario.theft.incidents.items():
        if incident.place not in held:
            yield (
                ("theft", "incidents", name, "place"),
                f"nobody has anything at {incident.place}; this scenario keeps credentials at "
                f"{', '.join(sorted(held))} (see place of a step, copies of a key)",
            )


def _held_places(scenario: Scenario) -> Iterator[str]:
    people = {population.credentials for population in scenario.populations.values() if population.people}
    for user in scenario.users.values():
        yield from user.key.copies if user.key is not None else ()
    for name, chain in scenario.credentials.items():
        for step in chain:
            yield from _places_of(scenario, step, name in people)


def _places_of(scenario: Scenario, step: Step, is_peoples: bool) -> Iterator[str]:
    issuer = scenario.issuers.get(step.from_)
    if isinstance(issuer, Imds):
        yield "imds"
    elif isinstance(issuer, Local):
        yield "broker" if isinstance(issuer, Broker) and issuer.per == "server" else "agent"
    if step.place is not None:
        yield step.place
    elif step.way == "console" or step.from_ == "password":
        yield "browser"
    else:
        yield from ("laptop", "process") if is_peoples else ("process",)


def _within_reach(scenario: Scenario, data: Mapping[Any, Any]) -> Iterator[Finding]:
    """What leaks is a population's own: it keeps something at the place, in the base or in some strategy."""
    incidents = scenario.theft.incidents
    resolved = [scenario, *_strategies(scenario, data)] if incidents else []
    changed = {fault.upgrade for one in resolved for fault in one.timeline if isinstance(fault, Upgrade)}
    for name, incident in incidents.items():
        held = {place for one in resolved for place in _held_by(one, incident.population)}
        everywhere = set(_held_places(scenario))
        if held and incident.place in everywhere - held and incident.population not in changed:
            yield (
                ("theft", "incidents", name, "place"),
                f"{incident.population} has nothing at {incident.place} in any strategy; it keeps credentials at "
                f"{', '.join(sorted(held))} (see place of a step, copies of a key)",
            )


def _strategies(scenario: Scenario, data: Mapping[Any, Any]) -> Iterator[Scenario]:
    """The strategies that can be read; what is wrong with the others is told where it stands."""
    for strategy in scenario.strategies.values():
        with contextlib.suppress(ValidationError):
            yield Scenario.model_validate(apply(data, strategy.set, strategy.remove).data)


def _held_by(scenario: Scenario, population: str) -> Iterator[str]:
    """Where one population keeps what its chain yields, through sources, and the keys that it signs with."""
    found = scenario.populations.get(population)
    chains = [] if found is None else [found.credentials]
    for name in chains:
        for step in scenario.credentials.get(name, ()):
            yield from _places_of(scenario, step, found is not None and found.people)
            chains += [step.source] if step.source is not None and step.source not in chains else []
    for name in users_of(scenario, population) if found is not None else ():
        user = scenario.users.get(name)
        yield from user.key.copies if user is not None and user.key is not None else ()


def _foothold_ends(scenario: Scenario) -> Iterator[Finding]:
    """What lay at the place until the hole was closed has to be known."""
    foothold, horizon = scenario.theft.foothold_s, scenario.run.horizon_s
    for name, incident in scenario.theft.incidents.items():
        if "foothold" in incident.thieves and incident.at_s < horizon < incident.at_s + foothold:
            yield (
                ("theft", "incidents", name, "thieves"),
                f"the run ends at {horizon:g} s, before the hole is closed ({incident.at_s:g} + theft.foothold_s "
                f"{foothold:g} s): let foothold_s be at most {horizon - incident.at_s:g}, the run longer, or leave "
                "foothold out",
            )


def _thieves_once(scenario: Scenario) -> Iterator[Finding]:
    for name, incident in scenario.theft.incidents.items():
        if len(set(incident.thieves)) < len(incident.thieves):
            yield ("theft", "incidents", name, "thieves"), f"{', '.join(incident.thieves)}: each thief once"


def _disabled_people(scenario: Scenario) -> Iterator[Finding]:
    """Only users of Identity Center are disabled there, and only those who exist."""
    plans = [(("theft", "plans", name), plan) for name, plan in scenario.theft.plans.items()]
    steps = [((*path, n), step.fault(0.0)) for path, plan in plans for n, step in enumerate(plan)]
    for path, fault in [*((("timeline", n), one) for n, one in enumerate(scenario.timeline)), *steps]:
        population = scenario.populations.get(fault.target) if isinstance(fault, DisableUser) else None
        if not isinstance(fault, DisableUser) or population is None:
            continue
        chain = scenario.credentials.get(population.credentials, ())
        if not any(isinstance(scenario.issuers.get(step.from_), IdentityCenter) for step in chain):
            yield (
                (*path, "disable_user"),
                f"{fault.target} has no users of Identity Center: its chain {population.credentials} takes nothing "
                "from an issuer of kind identity_center",
            )
        if fault.client is not None and fault.client >= population.count:
            yield (*path, "client"), f"{fault.client} is no client of {fault.target}; it has {population.count}, from 0"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _somewhere,
    _foothold_ends,
    _thieves_once,
    _disabled_people,
)
"""Every rule of this file that looks at a scenario as it stands."""

FILE_RULES: Final[tuple[Callable[[Scenario, Mapping[Any, Any]], Iterator[Finding]], ...]] = (_within_reach,)
"""Rules that look at the base and all strategies together."""
