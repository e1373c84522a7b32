"""Incidents leak from a place that somebody has, their stories can be told to the end, whom one disables exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.faults.disable_user import DisableUser
from sim.issuers.spec import Broker, IdentityCenter, Imds, Local
from sim.loading.errors import Finding
from sim.providers.step import Step
from sim.scenario import Scenario

__all__ = ["RULES"]


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
"""Every rule of this file."""
