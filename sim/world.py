"""What the clients of one shard meet: issuers, buckets, hosts, places."""

from __future__ import annotations

import copy
import math
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sim.access import Access
from sim.authority import Authority
from sim.aws import sdk_botocore
from sim.aws.quotas import QUOTA_PROFILES
from sim.caches.cache import Place
from sim.chains.fetching import Asker
from sim.clock import Clock
from sim.credentials import Holder
from sim.faults.outage import Outage
from sim.faults.quota import QuotaChange
from sim.issuers.api import Api, Downtime
from sim.issuers.idp import IdpQueue
from sim.issuers.impairment import Impairment
from sim.issuers.spec import Container, IdentityCenter, IdentityProvider, Imds, Sts
from sim.policies.bucket import ChangingBucket, TokenBucket
from sim.policies.steps import Steps
from sim.principals.account import Quota, Refusal
from sim.recorder import Recorder
from sim.scenario import Scenario
from sim.streams import Stream, population_id
from sim.thieves.grants import Grants
from sim.thieves.incidents import Incidents
from sim.thieves.spots import Spots
from sim.timeline.clients import ClientTimeline
from sim.timeline.lifetimes import Lifetimes
from sim.timeline.policies import epochs
from sim.timeline.timeline import Timeline

if TYPE_CHECKING:
    from sim.hosts.agents import Agent

__all__ = ["SIGN_IN", "World", "quota_of"]

SIGN_IN: Final = "signin"
"""AWS Sign-In, where IAM users enter their console password; it has no queue of its own."""


_API_TIMEOUT: Final = sdk_botocore.API_TIMEOUT_S
_TIMEOUTS: Final = {Imds: sdk_botocore.IMDS_TIMEOUT_S, Container: sdk_botocore.CONTAINER_TIMEOUT_S}
"""How long a client waits for an answer, by kind of issuer."""
_UNLIMITED: Final = Quota(rps=1e12, burst=1e12)


def quota_of(quota: Quota | str) -> Quota:
    """The numbers of a quota, looked up if it is a profile's name."""
    if isinstance(quota, Quota):
        return quota
    profile = QUOTA_PROFILES[quota]
    return Quota(rps=profile.rps, burst=profile.burst)


def _bucket(quota: Quota, changes: list[QuotaChange]) -> TokenBucket:
    """The bucket of a quota, with what the timeline makes of it."""
    if not changes:
        return TokenBucket(quota.rps, quota.burst)
    spans = [(c.at_s, c.at_s + (c.for_s or math.inf), n) for n, c in enumerate(changes)]
    steps = Steps(((start, stop, float(n)) for start, stop, n in spans), base=-1.0).changes()
    numbers = [(at, quota if n < 0 else changes[int(n)]) for at, n in steps if math.isfinite(at)]
    return ChangingBucket(quota.rps, quota.burst, ((at, one.rps, one.burst) for at, one in numbers))


class World:
    """Everything that several clients of a shard share."""

    def __init__(self, scenario: Scenario, replication: int, recorder: Recorder, clock: Clock) -> None:
        self.scenario = scenario
        self.replication = replication
        self.recorder = recorder
        self.clock = clock
        self.timeline = Timeline(scenario)
        self.access = Access(scenario, epochs(self.timeline))
        self.authority = Authority(self.access.permit)
        self._ranks = {name: n for n, name in enumerate(sorted(scenario.populations, key=population_id))}
        self._streams = {name: Stream.of(scenario.run.seed, replication, name) for name in scenario.populations}
        self.client_timeline = ClientTimeline(self.timeline, self._streams)
        self._lifetimes = {name: Lifetimes(scenario, name, stream) for name, stream in self._streams.items()}
        self.spots = Spots(scenario, self._lifetimes)
        self.servers: dict[str, Agent] = {}
        self._apis: dict[str, Api] = {}
        self._idps: dict[str, IdpQueue] = {}
        self._impairments: dict[str, Impairment] = {}
        self.grants = Grants(scenario, self.access, self.authority)
        self._probes: dict[tuple[str, str], dict[int, tuple[float, ...]]] = {}

    @property
    def horizon_s(self) -> float:
        """End of the run."""
        return self.scenario.run.horizon_s

    def stream(self, population: str) -> Stream:
        """The draws of a population."""
        return self._streams[population]

    def lifetimes(self, population: str) -> Lifetimes:
        """When the clients of a population live."""
        return self._lifetimes[population]

    def seen_as(self, scenario: Scenario) -> World:
        """The same world in the eyes of upgraded processes: other chains and settings, the same issuers and clock."""
        self.buckets, self.incidents  # noqa: B018 - made now, so that both share them
        seen = copy.copy(self)
        seen.scenario = scenario
        seen.timeline = Timeline(scenario)
        seen.access = Access(scenario, epochs(seen.timeline))
        return seen

    def holder(self, population: str, client: int, slot: int, tag: str) -> Holder:
        """A holder of credentials with its rank among equal instants."""
        rank = (self._ranks[population] + 1 << 44) | (client << 12) | slot
        return Holder(population, client, slot, rank, tag)

    def asker(self, holder: Holder) -> Asker:
        """A holder that asks for credentials."""
        return Asker(self.clock, self._streams[holder.population], holder)

    def downtime(self, issuer: str) -> Downtime:
        """When an issuer answers nobody."""
        outages = [f for f in self.timeline.of_kind(Outage) if f.outage == issuer]
        return Downtime([(f.at_s, f.at_s + f.for_s) for f in outages])

    def impairment(self, issuer: str) -> Impairment:
        """How an issuer that is up is impaired; those who meet it share what it still serves."""
        if issuer not in self._impairments:
            self._impairments[issuer] = Impairment(issuer, self.timeline.faults)
        return self._impairments[issuer]

    @cached_property
    def incidents(self) -> Incidents:
        """What leaks here, and the thieves that are followed."""
        return Incidents(self.scenario, self.replication, self.spots.there_at)

    @cached_property
    def buckets(self) -> dict[tuple[str, str, str], tuple[TokenBucket, Refusal]]:
        """Token bucket and refusal of every (account, quota group, Region) with a quota."""
        found = {}
        changes = self.timeline.of_kind(QuotaChange)
        changed = {(change.quota, change.group) for change in changes}
        named = sorted({one.region for one in self.scenario.issuers.values() if isinstance(one, Sts) and one.region})
        for name, account in self.scenario.accounts.items():
            groups = [*account.quotas, *(group for owner, group in sorted(changed) if owner == name)]
            for group in dict.fromkeys(groups):
                numbers = quota_of(account.quotas.get(group, _UNLIMITED))
                mine = [change for change in changes if (change.quota, change.group) == (name, group)]
                for region in dict.fromkeys([account.region, *named]):
                    found[name, str(group), region] = (_bucket(numbers, mine), numbers.refusal)
        return found

    def buckets_of(self, issuer: str) -> dict[tuple[str, str], tuple[TokenBucket, Refusal]]:
        """What requests at an issuer draw from, by (account, quota group): the buckets of its Region."""
        spec = self.scenario.issuers[issuer]
        region = spec.region if isinstance(spec, Sts) else None
        home = {name: region or account.region for name, account in self.scenario.accounts.items()}
        return {(name, group): bucket for (name, group, at), bucket in self.buckets.items() if at == home[name]}

    def api(self, name: str) -> Api:
        """An issuer of the scenario as an endpoint."""
        if name not in self._apis:
            spec = self.scenario.issuers[name]
            behind = [spec.sts] if isinstance(spec, IdentityCenter) and spec.sts is not None else []
            self._apis[name] = Api(
                name,
                getattr(spec, "latency_s", 0.0),
                tuple(self.downtime(one) for one in [name, *behind]),
                self.buckets_of(name),
                self.recorder,
                tuple(self.impairment(one) for one in [name, *behind]),
                float(_TIMEOUTS.get(type(spec), _API_TIMEOUT).value),
            )
        return self._apis[name]

    def idp(self, name: str) -> IdpQueue:
        """The queue of an identity provider, or of AWS Sign-In."""
        if name not in self._idps:
            if name == SIGN_IN:
                spec = IdentityProvider(kind="idp", servers=100_000)
            else:
                found = self.scenario.issuers[name]
                assert isinstance(found, IdentityProvider)
                spec = found
            self._idps[name] = IdpQueue(name, spec, self.downtime(name), self.impairment(name))
        return self._idps[name]

    def place(self, name: str, population: str, client: int) -> Place:
        """A place of one client (of the population as a whole: client 0), with its sampled thefts."""
        probes = self.probes_of(population, name).get(client, ())
        loot = self.incidents.watched(population, name, client)
        return Place(name, self.recorder, self.horizon_s, self.grants, probes, loot)

    def probes_of(self, population: str, place: str) -> dict[int, tuple[float, ...]]:
        """Sampled thefts at a place of a population: ascending instants by client, clients without any absent."""
        key = (population, place)
        if key not in self._probes:
            self._probes[key] = self._draw_probes(population, place)
        return self._probes[key]

    def _draw_probes(self, population: str, place: str) -> dict[int, tuple[float, ...]]:
        if place not in self.scenario.theft.places.get(population, {}):
            return {}
        stream = Stream(self._streams[population].seed, self.replication, population_id(f"{population}/{place}"))
        found: dict[int, list[float]] = {}
        for client, at_s in self.spots.thefts(population, place, stream, self.scenario.theft.probes):
            found.setdefault(client, []).append(at_s)
        return {client: tuple(sorted(times)) for client, times in found.items()}
