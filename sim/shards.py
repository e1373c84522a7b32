"""Which populations can be simulated apart: connected components through what they contend for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from sim.faults.base import FaultSpec, IamChange
from sim.faults.brownout import Brownout
from sim.faults.quota import QuotaChange
from sim.faults.scale import Scale
from sim.faults.upgrade import Upgrade
from sim.issuers.spec import Broker, Iam, IdentityCenter, IssuerSpec, PodIdentity
from sim.keys.lives import owned_users, rotated_users
from sim.loading.overlay import segments
from sim.providers.step import Step
from sim.scenario import Basis, Scenario
from sim.sts_calls import served_by
from sim.threats.theft import Theft
from sim.timeline.upgrades import versions

__all__ = ["blocks_of", "part_of", "shards_of"]

_BLOCK_CLIENTS: Final = 2_500


def shards_of(scenario: Scenario) -> tuple[tuple[str, ...], ...]:
    """The populations of a scenario in connected components, each in the scenario's order.

    Two populations are connected if they wait in the same identity provider's queue, share an Identity
    Center, or may draw from the same account's buckets. Metadata services belong to one host, keys to
    their users, so they connect nobody.
    """
    groups: list[tuple[list[str], set[str]]] = []
    for name in scenario.populations:
        met = {thing for seen in _seen(scenario, name) for thing in _met_by(seen, name)}
        joined = [group for group in groups if group[1] & met]
        for group in joined:
            groups.remove(group)
        names = [n for members, _ in joined for n in members]
        groups.append(([*names, name], met.union(*(meets for _, meets in joined))))
    order = list(scenario.populations)
    found = [tuple(sorted(members, key=order.index)) for members, _ in groups]
    return tuple(sorted(found, key=lambda members: order.index(members[0])))


def blocks_of(part: Scenario) -> tuple[range, ...]:
    """Blocks of clients that can be simulated apart, for a shard whose clients contend for nothing.

    Without a bucket, a queue or a key that all share, every client is a component of its own. Blocks have a
    fixed size, whole hosts each, so that the files do not depend on the number of workers.

    Returns:
        Ranges of client indices that cover the population; empty if the shard must stay whole, or its clients come
        and go.
    """
    if len(part.populations) > 1:
        return ()
    population = next(iter(part.populations.values()))
    if population.arrivals is not None or any(isinstance(f, Scale | Upgrade) for f in _all_faults(part)):
        return ()
    shared = {name for name, user in part.users.items() if user.per == "population"}
    first = part.credentials[population.credentials][0]
    common = shared & (owned_users(part) | ({first.user} if first.from_ == "access_key" else set()))
    contends = any(_met_by(part, next(iter(part.populations)))) or common & _signers(part, population.credentials)
    size = _BLOCK_CLIENTS - _BLOCK_CLIENTS % population.per_host
    if contends or size == 0 or population.count <= _BLOCK_CLIENTS:
        return ()
    return tuple(range(start, min(start + size, population.count)) for start in range(0, population.count, size))


def _seen(scenario: Scenario, population: str) -> tuple[Scenario, ...]:
    """The scenario as a population's processes may ever see it, upgrades of response plans included."""
    return versions(scenario.model_copy(update={"timeline": tuple(_all_faults(scenario))}), population)


def _met_by(scenario: Scenario, name: str) -> Iterator[str]:
    """What a population contends for: by its requests for credentials, and by its calls to STS."""
    population = scenario.populations[name]
    yield from _meets(scenario, population.credentials)
    issuer = served_by(scenario, population)
    if issuer is not None:
        yield from (f"reduced/{issuer}" for one in _reduced(scenario) if one == issuer)
        for account in dict.fromkeys(_source_accounts(scenario, population.credentials)):
            if _has_quota(scenario, account):
                yield f"account/{account}"


def _meets(scenario: Scenario, chain: str) -> Iterator[str]:
    if scenario.rotation is not None and _signers(scenario, chain) & _in_campaign(scenario):
        yield "rotation"  # the same people, one key after the other
    for step in scenario.credentials[chain]:
        yield from _met_at(scenario, step)
        if step.source is not None:
            yield from _meets(scenario, step.source)


def _signers(scenario: Scenario, chain: str) -> set[str]:
    """Users whose keys a chain signs with."""
    return {
        step.user
        for name in _chains(scenario, [chain])
        for step in scenario.credentials[name]
        if step.user is not None and step.from_ != "password"
    }


def _in_campaign(scenario: Scenario) -> set[str]:
    """Users whose keys a rotation campaign replaces."""
    campaign = scenario.rotation
    named = set() if campaign is None else set(campaign.users or scenario.users)
    return {name for name in named if name in scenario.users and scenario.users[name].key is not None}


def _met_at(scenario: Scenario, step: Step) -> Iterator[str]:
    name = step.from_.partition(".")[0]
    issuer = scenario.issuers.get(name)
    if step.idp is not None:
        yield f"idp/{step.idp}"
    if isinstance(issuer, IdentityCenter):
        yield f"idp/{issuer.idp}"
        yield f"issuer/{name}"
        yield f"identity_center/{issuer.account}"
    if isinstance(issuer, Broker) and issuer.per == "server":
        yield f"issuer/{name}"
    behind = {name, *_behind(issuer)}
    yield from (f"reduced/{one}" for one in sorted(_reduced(scenario)) if one in behind)
    yield from (f"account/{account}" for account in _charged(scenario, step))


def _charged(scenario: Scenario, step: Step) -> Iterator[str]:
    """Accounts with a quota that the step's requests may be charged to."""
    if step.from_.partition(".")[0] in scenario.issuers and step.service is None:
        issuer = scenario.issuers[step.from_.partition(".")[0]]
        payer = issuer.role if isinstance(issuer, Broker) else step.role
        names = {scenario.roles[payer].account} if payer in scenario.roles else set()
        if step.user is not None:
            names.add(scenario.users[step.user].account)
        if step.source is not None:
            names |= set(_source_accounts(scenario, step.source))
        yield from (name for name in sorted(names) if _has_quota(scenario, name))


def _source_accounts(scenario: Scenario, chain: str) -> Iterator[str]:
    for step in scenario.credentials[chain]:
        issuer = scenario.issuers.get(step.from_.partition(".")[0])
        role = step.role or getattr(issuer, "role", None)
        if role is not None:
            yield scenario.roles[role].account
        if step.user is not None:
            yield scenario.users[step.user].account
        if isinstance(issuer, IdentityCenter):
            yield issuer.permission_sets[str(step.permission_set)].account


def _has_quota(scenario: Scenario, account: str) -> bool:
    """Whether an account has a bucket at some time."""
    changed = any(isinstance(fault, QuotaChange) and fault.quota == account for fault in _all_faults(scenario))
    return bool(scenario.accounts[account].quotas) or changed


def _reduced(scenario: Scenario) -> set[str]:
    """Issuers that at some time serve a limited rate, shared by all who meet them."""
    return {f.brownout for f in _all_faults(scenario) if isinstance(f, Brownout) and f.rps is not None}


def _all_faults(scenario: Scenario) -> Iterator[FaultSpec]:
    """The timeline and every step of every response plan."""
    yield from scenario.timeline
    yield from (step.fault(0.0) for plan in scenario.theft.plans.values() for step in plan)


def part_of(scenario: Scenario, populations: tuple[str, ...]) -> Scenario:
    """The scenario as a shard sees it: nothing that its populations cannot meet.

    Two strategies whose parts are equal give equal tables, so one simulation serves both.
    """
    views = [(seen, seen.populations[name].credentials) for name in populations for seen in _seen(scenario, name)]
    reached = [(seen, chain) for seen, first in views for chain in _chains(seen, [first])]
    chains = {chain for _, chain in reached} | set(_set_by_upgrades(scenario, populations))
    steps = [step for seen, chain in reached for step in seen.credentials[chain]]
    callers = {served_by(seen, seen.populations[name]) for name in populations for seen in _seen(scenario, name)}
    issuers = {*_issuers(scenario, steps), *(name for name in callers if name is not None)}
    used = {step.user for step in steps if step.user is not None}
    users = {name for name in scenario.users if name in used or _trusted(scenario, name)}
    met = _Met({"population": set(populations), "issuer": issuers, "user": users})
    return scenario.model_copy(
        update={
            "question": "",
            "description": "",
            "threads": (),
            "populations": {name: scenario.populations[name] for name in populations},
            "credentials": {name: chain for name, chain in scenario.credentials.items() if name in chains},
            "issuers": {name: issuer for name, issuer in scenario.issuers.items() if name in issuers},
            "users": {name: user for name, user in scenario.users.items() if name in users},
            "timeline": tuple(fault for fault in scenario.timeline if met.by(fault)),
            "rotation": scenario.rotation if used & _in_campaign(scenario) else None,
            "theft": _theft_part(scenario.theft, met),
            "strategies": {},
            "baseline": None,
            "checks": (),
            "basis": Basis(),
        }
    )


def _set_by_upgrades(scenario: Scenario, populations: tuple[str, ...]) -> Iterator[str]:
    """Chains that upgrades of the populations name, whether or not they use them."""
    for fault in _all_faults(scenario):
        if isinstance(fault, Upgrade) and fault.upgrade in populations:
            parts = [segments(path) for path in fault.set]
            patterns = [part[1] for part in parts if part[0] == "credentials"]
            yield from (name for name in scenario.credentials if any(fnmatchcase(name, one) for one in patterns))


def _chains(scenario: Scenario, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield from _chains(scenario, (s.source for s in scenario.credentials[name] if s.source is not None))


def _issuers(scenario: Scenario, steps: list[Step]) -> Iterator[str]:
    for step in steps:
        name = step.from_.partition(".")[0]
        yield name
        if step.idp is not None:
            yield step.idp
        yield from _behind(scenario.issuers.get(name))
    rotated = rotated_users(scenario) & {step.user for step in steps}
    changed = any(isinstance(fault, IamChange) for fault in _all_faults(scenario))
    if changed or rotated or any(step.from_ == "access_key" for step in steps):
        yield from (name for name, issuer in scenario.issuers.items() if isinstance(issuer, Iam))


def _behind(issuer: IssuerSpec | None) -> Iterator[str]:
    """Issuers that an issuer asks in turn."""
    if isinstance(issuer, IdentityCenter):
        yield issuer.idp
        if issuer.sts is not None:
            yield issuer.sts
    elif isinstance(issuer, Broker):
        yield issuer.upstream.from_.partition(".")[0]
    elif isinstance(issuer, PodIdentity):
        yield from (issuer.cluster, issuer.upstream)


def _trusted(scenario: Scenario, user: str) -> bool:
    """Whether a role's trust may name the user, so that the closure over trust needs it."""
    return any(user in str(role.trust) for role in scenario.roles.values())


@dataclass(frozen=True, slots=True)
class _Met:
    """What a shard meets: names by kind of target; a kind that is not named is met as a whole."""

    names: Mapping[str, set[str]]

    def by(self, fault: FaultSpec) -> bool:
        """Whether the shard can meet what a verb is done to."""
        kind, name = str(fault.target_kind), fault.target
        if kind == "principal":
            kind, name = name.split("/")[:2]
            kind = "issuer" if kind == "permission_set" else kind
        return kind not in self.names or name in self.names[kind]


def _theft_part(theft: Theft, met: _Met) -> Theft:
    """Where thieves look in a shard, what leaks there, and the steps of plans that it can meet."""
    populations = met.names["population"]
    plans = {name: tuple(step for step in plan if met.by(step.fault(0.0))) for name, plan in theft.plans.items()}
    incidents = {
        name: incident
        for name, incident in theft.incidents.items()
        if incident.population in populations or plans.get(incident.plan or "")
    }
    incidents = {
        name: incident if plans.get(incident.plan or "") else incident.model_copy(update={"plan": None})
        for name, incident in incidents.items()
    }  # a plan without a step here is none: so one simulation serves those who respond elsewhere and those who do not
    used = {incident.plan for incident in incidents.values()}
    places = {name: places for name, places in theft.places.items() if name in populations}
    return theft.model_copy(
        update={
            "places": places,
            "incidents": incidents,
            "plans": {name: plan for name, plan in plans.items() if name in used},
        }
    )
