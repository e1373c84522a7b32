"""From a credential-provider chain to the caches and providers of one client."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from sim.aws import signin
from sim.caches.cache import Cache, Place
from sim.caches.host_caches import SHARED, HostCaches, raced, shared_by_several
from sim.caches.places import place_of
from sim.caches.step_caches import NegativeCache, SharedCache, SharedProvider
from sim.chains.fetching import ApiProvider, Asker, KeyProvider, KeyUser, NoProvider, Provider, SigningKey
from sim.chains.lasting_terms import LastingTerms
from sim.chains.local_providers import (
    agent_of,
    agent_provider,
    endpoint_provider,
    host_of,
    is_endpoint,
    refresh_of,
    retry_of,
)
from sim.chains.pod_tokens import PodTokens
from sim.chains.presigning import Presigner
from sim.chains.staff import Staff, login_of, vouched_by
from sim.chains.terms import Terms
from sim.chains.vouching import Vouching
from sim.clients.logins import ConsoleSignIn, LoginProvider, urgent_at_need
from sim.credentials import Credential, Origin
from sim.hosts.agents import Agent
from sim.hosts.endpoints import Anonymous
from sim.hosts.host import Host
from sim.issuers.api import Request
from sim.issuers.spec import Broker, IssuerSpec, Local, PodIdentity
from sim.keys.lives import owned_users
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.principals.population import Population
from sim.providers.step import Step
from sim.records import Kind
from sim.sdk_choice import sdk_of
from sim.sdks import Sdk
from sim.world import World

__all__ = ["Chains"]

_AT_EXPIRY: Final = Refresh(advisory=((math.inf, 0.0),), mandatory_s=0.0)
_NEVER: Final = Refresh(advisory=((math.inf, -math.inf),), mandatory_s=-math.inf)
_LOGIN: Final = Refresh(
    advisory=((math.inf, float(signin.REFRESH_THRESHOLD_S.value)),),
    mandatory_s=float(signin.REFRESH_THRESHOLD_S.value),
)
"""A set of `aws login`: with this life left a command renews it before anything else, and fails if it cannot."""


class Common(NamedTuple):
    """What the caches of a chain have in common: worked out once, not for each of thousands of clients.

    Attributes:
        rules: Refresh windows at each step.
        owned: Whether its credentials are the clients' own to write down.
        lasts: Whether what was obtained serves later calls too.
        endpoint: Whether its first step asks an endpoint of the host.
    """

    rules: tuple[Refresh, ...]
    owned: bool
    lasts: bool
    endpoint: bool


class Chains:
    """Builds the caches of one population's clients.

    Args:
        world: What the shard's clients meet.
        population: Name of the population.
        before: Those of its processes before an upgrade; they have the same hosts, pods and people.
    """

    def __init__(self, world: World, population: str, before: Chains | None = None) -> None:
        self._world = world
        self._name = population
        self._spec: Population = world.scenario.populations[population]
        self.sdk: Sdk = sdk_of(self._spec.sdk)
        self._terms = LastingTerms(world, self.sdk)
        self._owned = owned_users(world.scenario)
        self.signing: list[tuple[str, SigningKey]] = []
        self._keys: dict[tuple[str, int], SigningKey] = {}
        self._commons: dict[str, Common] = {}
        self.hosts: dict[tuple[str, int], Host | Agent] = before.hosts if before else {}
        self.host_caches: HostCaches = before.host_caches if before else HostCaches(world, population)
        self.staff: Staff = Staff(world, population, self._first, before.staff if before else None)
        self.tokens: PodTokens = PodTokens(world, population, before.tokens if before else None)
        self._vouching = Vouching(world, self._spec, self.staff, self.tokens)

    def signed(self, client: KeyUser) -> Iterator[tuple[str, SigningKey]]:
        """The keys that sign requests of the client built last, by user; told once."""
        while self.signing:
            user, key = self.signing.pop()
            key.client = client
            self._keys[user, key.asker.index] = key
            yield user, key

    @property
    def population(self) -> Population:
        """The population."""
        return self._spec

    def steps(self, chain: str) -> tuple[Step, ...]:
        """The steps of a chain."""
        return self._world.scenario.credentials[chain]

    def cache(self, asker: Asker, chain: str) -> Cache:
        """The cache that a client fills from a chain."""
        cache = self.fresh(asker, chain, self._place(asker, chain))
        shared = tuple(one.cache for one in cache.providers if isinstance(one, SharedProvider))
        for one in shared:
            one.members.append(cache)
        cache.shares = shared
        return cache

    def _place(self, asker: Asker, chain: str) -> Place | None:
        """Where what a client holds lies; a person's key lies where its copies are."""
        first = self.steps(chain)[0]
        if first.from_ == "access_key" and self._spec.people:
            return None
        return self._world.place(place_of(first, self._spec), self._name, asker.holder.client)

    def fresh(self, asker: Asker, chain: str, place: Place | None = None) -> Cache:
        """A new provider of a client: a cache that nobody has filled yet."""
        common = self._common(chain)
        made = Cache(
            asker,
            tuple([self._cached(asker, chain, n) for n in range(len(common.rules))]),
            common.rules,
            place,
            self._world.recorder,
            owned=common.owned,
            once=self.sdk.resolves == "once",
            lasts=common.lasts,
        )
        made.loads = self.sdk.loads_first and common.endpoint
        return urgent_at_need(made)

    def _common(self, chain: str) -> Common:
        """What all clients' caches of a chain have in common."""
        if chain not in self._commons:
            steps = self.steps(chain)
            self._commons[chain] = Common(
                rules=tuple(self.rule(step) for step in steps),
                owned=not all(isinstance(self._issuer(step), Local) or step.from_ == "access_key" for step in steps),
                lasts=steps[0].cache != "none",
                endpoint=is_endpoint(self._issuer(steps[0])) and not shared_by_several(steps[0]),
            )
        return self._commons[chain]

    def _cached(self, asker: Asker, chain: str, number: int) -> Provider:
        """A step's provider behind what caches its answers: its failures, and what a host shares."""
        step = self.steps(chain)[number]
        if shared_by_several(step):
            return SharedProvider(self.shared(chain, number, asker.holder.client), in_memory=raced(step))
        return self.remembering(asker, chain, number)

    def remembering(self, asker: Asker, chain: str, number: int) -> Provider:
        """A step's provider, whose failures are remembered if the step says so."""
        provider, step = self._provider(asker, chain, number), self.steps(chain)[number]
        if step.negative_cache_s is None:
            return provider
        return NegativeCache(provider, asker.clock, step.negative_cache_s)

    def shared(self, chain: str, number: int, client: int) -> SharedCache:
        """The cache that all processes of a client's host share at a step of a chain, or all threads of the client."""
        alone = raced(self.steps(chain)[number])
        return self.host_caches.of(self, chain, number, client if alone else client // self._spec.per_host)

    def rule(self, step: Step) -> Refresh:
        """Refresh windows at a step: the preset's for its kind of provider, with the step's overrides.

        Where a host shares what the step yields, the overrides are those of the shared cache.
        """
        if not step.renewed:
            return _NEVER
        if step.way == "login":
            rule = _LOGIN
        elif step.way in {"saml-file", "console"} or step.from_ in {"access_key", "password", "presigned"}:
            rule = _AT_EXPIRY
        else:
            rule = refresh_of(self._issuer(step), self.sdk)
        return rule if step.cache in SHARED else step.refresh.applied(rule)

    def host(self, issuer: str, client: int) -> Host | Agent:
        """What answers on the host of a client: its endpoint, its agent; or the one server of a broker."""
        spec = self._world.scenario.issuers[issuer]
        if isinstance(spec, Broker) and spec.per == "server":
            if issuer not in self._world.servers:
                self._world.servers[issuer] = agent_of(self._world, self._name, issuer, 0)
            return self._world.servers[issuer]
        key = (issuer, client // self._spec.per_host)
        if key not in self.hosts:
            self.hosts[key] = host_of(self._world, self._name, issuer, key[1])
        return self.hosts[key]

    def _first(self) -> Terms:
        """Terms of what the population's chain yields first."""
        return self._terms.at(self._spec.credentials, 0)

    def session_s(self, chain: str) -> float:
        """Session length of a chain's first step."""
        return self._terms.at(chain, 0).session_s

    def origin(self, chain: str) -> Origin:
        """What all credentials of a chain's first step have in common."""
        return self._terms.at(chain, 0).origin

    def key_origin(self, user: str) -> Origin:
        """What all access keys of a user have in common."""
        step = Step.model_validate({"from": "access_key", "user": user})
        return self._terms.of(self._spec.credentials, step).origin

    def mint(self, asker: Asker, chain: str, at: float) -> Credential:
        """A session that was issued before the run began."""
        terms = self._terms.at(chain, 0)
        return asker.mint(Kind.SESSION, terms.origin, at, terms.session_s, None)

    def _issuer(self, step: Step) -> IssuerSpec | None:
        return self._world.scenario.issuers.get(step.from_.partition(".")[0])

    def _provider(self, asker: Asker, chain: str, number: int) -> Provider:
        step = self.with_key(self.steps(chain)[number])
        if step.from_ == "access_key":
            return NoProvider() if number == 0 else KeyProvider(self._key_of(str(step.user), asker))
        if step.from_ == "anonymous":
            return Anonymous(self._world.clock)
        terms = self._terms.at(chain, number)
        if step.from_ == "password":
            return self._signed_in(asker, step, terms)
        if isinstance(self._issuer(step), Local):
            return self._local(asker, step, terms)
        issuer = step.from_.partition(".")[0]
        source = self.cache(asker, step.source) if step.source is not None else None
        parent = f"key-{self._name}-{asker.holder.client:06d}-0000" if step.user is not None else None
        if step.from_ == "presigned":
            return Presigner(asker, terms.origin, terms.session_s, source, parent, self._signing_key(step, asker))
        api = self._world.api(issuer)
        retry = self._retry(step)
        request = self._signed(terms.request, step, asker.holder.client)
        key = self._signing_key(step, asker)
        sessions = ApiProvider(asker, api, request, terms.origin, terms.session_s, retry, source, parent, key=key)
        sessions.keeps_client, sessions.clock = self.sdk.keeps_client, self.sdk.clock
        sessions.ends_with_signer = step.way == "console" and step.from_.endswith(".AssumeRole")
        return self._vouching.before(step, asker, sessions)

    def _signed_in(self, asker: Asker, step: Step, terms: Terms) -> Provider:
        """A person with a password: `aws login`, or the console."""
        if step.way == "login":
            return LoginProvider(self.staff.person(step, asker, "login"), login_of(terms.origin), asker, terms)
        return ConsoleSignIn(self.staff.person(step, asker, "password"), asker, terms.origin, terms.session_s)

    def with_key(self, step: Step) -> Step:
        """A step whose source is a user's key is one that the user signs."""
        source = self.steps(step.source) if step.source is not None else ()
        if len(source) != 1 or source[0].from_ != "access_key":
            return step
        return step.model_copy(update={"user": source[0].user, "source": None})

    def _signing_key(self, step: Step, asker: Asker) -> SigningKey | None:
        """The key that signs a step's requests, if it has a story of its own: then its owner hands it out."""
        return self._key_of(step.user, asker) if step.user is not None and step.user in self._owned else None

    def _key_of(self, user: str, asker: Asker) -> SigningKey:
        """A user's key, which its owner hands out; a provider that is built later signs with what was handed out."""
        if (user, asker.index) in self._keys:
            return self._keys[user, asker.index]
        key = SigningKey(asker)
        self.signing.append((user, key))
        return key

    def _local(self, asker: Asker, step: Step, terms: Terms) -> Provider:
        """What lies on the client's host."""
        spec, retry = self._issuer(step), self._retry(step)
        host = self.host(step.from_, asker.holder.client)
        if isinstance(host, Host):
            return endpoint_provider(self._world, self.sdk, step, retry, asker, host)
        token = None
        if isinstance(spec, PodIdentity):
            token = self.tokens.shown(vouched_by(step, spec.cluster), asker, terms.origin, terms.session_s)
        return agent_provider(self._world, step, retry, asker, host, terms, token)

    def _retry(self, step: Step) -> RetryRule:
        rule = retry_of(self._issuer(step), self.sdk)
        return rule if step.retry is None else step.retry.applied(rule)

    def _signed(self, request: Request, step: Step, client: int) -> Request:
        """A client's signed request: refused, too, while its user's key is inactive or its clock is wrong."""
        unknown, clock = self._world.client_timeline.signing(self._name, client, step)
        return replace(request, unknown=unknown, clock=clock) if unknown or clock else request
