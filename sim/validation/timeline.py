"""Verbs of the timeline and of response plans: what they are done to exists, and they do not contradict each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Final

from sim.faults.base import FaultSpec
from sim.faults.brownout import Brownout
from sim.faults.delete_role import DeleteRole
from sim.faults.imds_stuck import ImdsStuck
from sim.faults.outage import Outage
from sim.faults.policy import PolicyChange
from sim.faults.remove_trust import RemoveTrust
from sim.faults.revoke import Revoke
from sim.issuers.spec import IdentityCenter, IdentityProvider, Imds, Local
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.principals.role import Trust
from sim.problems import did_you_mean
from sim.scenario import Scenario
from sim.timeline.lifetimes import number_of_clients
from sim.validation.references import PLACES, trusting, unknown

__all__ = ["RULES", "entries"]


def entries(scenario: Scenario) -> Iterator[tuple[Path, FaultSpec]]:
    """Every verb with its place: the timeline, then each plan, as if detected at 0."""
    for index, fault in enumerate(scenario.timeline):
        yield ("timeline", index), fault
    for name, plan in scenario.theft.plans.items():
        for index, step in enumerate(plan):
            yield ("theft", "plans", name, index), step.fault(0.0)


def _targets(scenario: Scenario) -> Iterator[Finding]:
    known: dict[str, Iterable[str]] = {
        "issuer": scenario.issuers,
        "population": scenario.populations,
        "account": scenario.accounts,
        "role": scenario.roles,
        "user": scenario.users,
        "principal": list(_principals(scenario)),
    }
    for path, fault in entries(scenario):
        yield from unknown((*path, fault.verb), fault.target_kind, fault.target, known[fault.target_kind])


def _principals(scenario: Scenario) -> Iterator[str]:
    yield from (f"role/{name}" for name in scenario.roles)
    yield from (f"user/{name}" for name in scenario.users)
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, IdentityCenter):
            yield from (f"permission_set/{name}/{one}" for one in issuer.permission_sets)


def _kinds(scenario: Scenario) -> Iterator[Finding]:
    """A verb fits the kind of its issuer."""
    for path, fault in entries(scenario):
        issuer = scenario.issuers.get(fault.target) if fault.target_kind == "issuer" else None
        if isinstance(fault, ImdsStuck) and issuer is not None and not isinstance(issuer, Imds):
            names = [name for name, one in scenario.issuers.items() if isinstance(one, Imds)]
            yield (
                (*path, fault.verb),
                f"{fault.target} is no metadata service; {did_you_mean(fault.target, names, 'those of kind imds')}",
            )
        if isinstance(fault, Brownout) and fault.rps is not None and isinstance(issuer, IdentityProvider | Local):
            yield (
                (*path, "rps"),
                f"a {issuer.kind} has no common rate; give refused (a share), or change its servers or rps",
            )


def _identity_center_roles(scenario: Scenario) -> Iterator[Finding]:
    for path, fault in entries(scenario):
        role = _role_of(fault)
        trust = scenario.roles[role].trust if role in scenario.roles else None
        if isinstance(trust, Trust) and trust.identity_center:
            sets = [name for name in _principals(scenario) if name.startswith("permission_set/")]
            yield (
                (*path, fault.verb),
                f"role {role} is provisioned by Identity Center, which puts back what IAM changes; "
                f"use policy or revoke on a permission set: {', '.join(sets)}",
            )


def _role_of(fault: FaultSpec) -> str:
    match fault:
        case RemoveTrust() | DeleteRole():
            return fault.target
        case PolicyChange() | Revoke():
            return fault.target.removeprefix("role/")
    return ""


def _new_trust(scenario: Scenario) -> Iterator[Finding]:
    """A new trust policy is of a role, and names who exists."""
    for path, fault in entries(scenario):
        if not isinstance(fault, PolicyChange) or fault.trust is None:
            continue
        if fault.policy.startswith("role/"):
            yield from trusting(scenario, (*path, "trust"), fault.trust)
        else:
            yield (*path, "trust"), f"{fault.policy} has no trust policy; only a role has"


def _within_run(scenario: Scenario) -> Iterator[Finding]:
    for index, fault in enumerate(scenario.timeline):
        if fault.at_s >= scenario.run.horizon_s:
            yield (
                ("timeline", index, "at_s"),
                f"{fault.at_s:g} is not before the end of the run (horizon_s {scenario.run.horizon_s:g}): "
                "it would never happen; set it earlier, or the horizon later",
            )
    for name, plan in scenario.theft.plans.items():
        for index, step in enumerate(plan):
            if step.after_s >= scenario.run.horizon_s:
                yield (
                    ("theft", "plans", name, index, "after_s"),
                    f"{step.after_s:g} after a detection is beyond any run of horizon_s {scenario.run.horizon_s:g}: "
                    "it would never happen; set it earlier, or the horizon later",
                )


def _contradictions(scenario: Scenario) -> Iterator[Finding]:
    """Two verbs that set the same thing at the same time."""
    yield from _overlaps([(("timeline", n), fault) for n, fault in enumerate(scenario.timeline)])
    for name, plan in scenario.theft.plans.items():
        yield from _overlaps([(("theft", "plans", name, n), step.fault(0.0)) for n, step in enumerate(plan)])


def _overlaps(entries: list[tuple[Path, FaultSpec]]) -> Iterator[Finding]:
    for (_, first), (path, second) in combinations(sorted(entries, key=lambda one: one[1].at_s), 2):
        if not _sets(first) & _sets(second) or second.at_s >= first.at_s + first.lasts_s:
            continue
        if _for_good(first) and first.at_s < second.at_s:
            continue  # a change for good, followed by another one
        end = first.at_s + first.lasts_s
        both = "make one of both" if isinstance(first, Outage) and isinstance(second, Outage) else ""
        yield (
            (*path, second.verb),
            f"{second.verb} of {second.target} at {second.at_s:g} s begins while {first.verb} of it "
            f"({first.at_s:g} to {end:g} s) still holds; {both or 'let one end before the other begins'}",
        )


def _for_good(fault: FaultSpec) -> bool:
    return fault.verb in ("quota", "policy") and math.isinf(fault.lasts_s)


def _sets(fault: FaultSpec) -> frozenset[tuple[str, ...]]:
    """What a verb sets while it lasts; nothing if several may come together."""
    if isinstance(fault, Outage | Brownout):
        return frozenset({("availability", fault.target)})
    if fault.verb == "quota":
        return frozenset({("quota", fault.target, str(getattr(fault, "group", "")))})
    if fault.verb == "throttle":
        return frozenset({("throttle", fault.target, str(getattr(fault, "action", "")))})
    if fault.verb in ("delay", "skew", "imds_stuck"):
        return frozenset({(fault.verb, fault.target)})
    found: set[tuple[str, ...]] = set()
    if isinstance(fault, PolicyChange) and not fault.adds:
        found.add(("policy", fault.target))
    if isinstance(fault, RemoveTrust) or (isinstance(fault, PolicyChange) and fault.trust is not None):
        found.add(("trust", _role_of(fault)))
    return frozenset(found)


def _deleted(scenario: Scenario) -> Iterator[Finding]:
    """Nothing is done in IAM to a role while it does not exist."""
    for path, fault in entries(scenario):
        for scope, deletion in entries(scenario):
            if scope[:-1] == path[:-1] and isinstance(deletion, DeleteRole) and _role_of(fault) == deletion.delete_role:
                back = deletion.at_s + (deletion.recreated_after_s or math.inf)
                if deletion.at_s < fault.at_s < back:
                    yield (
                        (*path, fault.verb),
                        f"role {deletion.delete_role} is deleted at {deletion.at_s:g} s and not there at "
                        f"{fault.at_s:g} s; do it earlier, or re-create the role with recreated_after_s",
                    )


def _clients(scenario: Scenario) -> Iterator[Finding]:
    """Indices of clients that exist."""
    for name, incident in scenario.theft.incidents.items():
        population = scenario.populations.get(incident.population)
        if population is None or incident.client is None:
            continue
        number = number_of_clients(scenario, incident.population)
        if incident.client >= number:
            yield (
                ("theft", "incidents", name, "client"),
                f"{incident.client} is no client of {incident.population}; it has {number}, from 0",
            )


def _incidents(scenario: Scenario) -> Iterator[Finding]:
    for name, incident in scenario.theft.incidents.items():
        path = ("theft", "incidents", name)
        yield from unknown((*path, "population"), "population", incident.population, scenario.populations)
        yield from unknown((*path, "place"), "place", incident.place, PLACES)
        yield from unknown((*path, "plan"), "plan", incident.plan, scenario.theft.plans)
        if incident.at_s >= scenario.run.horizon_s:
            yield (*path, "at_s"), f"{incident.at_s:g} is not before the end of the run ({scenario.run.horizon_s:g})"
        if incident.plan is not None and incident.detected_after_s is None:
            yield (
                (*path, "plan"),
                f"{incident.plan} answers a leak that nobody detects; give detected_after_s, or no plan",
            )


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _targets,
    _kinds,
    _identity_center_roles,
    _new_trust,
    _within_run,
    _contradictions,
    _deleted,
    _clients,
    _incidents,
)
"""Every rule of this file."""
