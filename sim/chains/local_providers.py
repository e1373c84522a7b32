"""Providers of what lies on a client's own host: endpoints, agents, brokers, the environment of a function."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.aws import eks
from sim.chains.fetching import ApiProvider, Asker, Provider
from sim.chains.terms import Terms
from sim.hosts.agents import Agent, AgentProvider
from sim.hosts.endpoints import EndpointProvider, Local, reach_of
from sim.hosts.host import Host
from sim.hosts.lent import Lent
from sim.hosts.tokens import TokenFile
from sim.issuers.api import Request
from sim.issuers.base import IssuerSpec
from sim.issuers.spec import Broker, Endpoint, Function, Imds, PodIdentity
from sim.policies.agent import AgentRule
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.providers.step import Step
from sim.sdks import SDKS, Sdk
from sim.world import World

__all__ = [
    "AGENT_SLOT",
    "agent_of",
    "agent_provider",
    "endpoint_provider",
    "host_of",
    "is_endpoint",
    "refresh_of",
    "retry_of",
    "rule_of",
]

AGENT_SLOT: Final = 4088
"""Slot of an agent as the holder of its entries."""

_OPERATION: Final = "GetCredentials"
_KEYS: Final = {"0.1.37": str(eks.AGENT_CACHE_KEY.value), "0.2": str(eks.AGENT_0_2_CACHE_KEY.value)}


def refresh_of(spec: IssuerSpec | None, sdk: Sdk) -> Refresh:
    """When an SDK renews what it got from an issuer of the host, or from an API."""
    if isinstance(spec, Function):
        return Refresh(advisory=((math.inf, 0.0),), mandatory_s=0.0, life_cap_s=spec.environment_s)
    if isinstance(spec, Imds | Broker):  # a broker stands in for the metadata service
        return sdk.imds
    if isinstance(spec, Endpoint | PodIdentity) and sdk.container is not None:
        return sdk.container
    return sdk.sts


def is_endpoint(spec: IssuerSpec | None) -> bool:
    """Whether an issuer is asked by HTTP on the host: the metadata service, a container's endpoint, an agent."""
    return isinstance(spec, Endpoint | PodIdentity | Broker)


def retry_of(spec: IssuerSpec | None, sdk: Sdk) -> RetryRule:
    """When an SDK asks an issuer again."""
    if isinstance(spec, Imds | Broker):
        return sdk.imds_retry
    return sdk.container_retry if isinstance(spec, Endpoint | PodIdentity) else sdk.retry


def rule_of(spec: Broker | PodIdentity) -> AgentRule:
    """How an agent caches: its release's rule with the scenario's settings."""
    if isinstance(spec, Broker):
        return AgentRule("role", math.inf, spec.cache.renew_when_left_s, serves_due=False, sweep_s=spec.cache.sweep_s)
    own = spec.settings
    return AgentRule(
        key=_KEYS[spec.agent],
        renew_after_s=own.renew_after_s or float(eks.AGENT_RENEWAL_MAX_S.value),
        sweep_s=own.sweep_s or float(eks.AGENT_SWEEP_S.value),
        min_left_s=float(eks.AGENT_MIN_TTL_S.value),
        limiter=(own.rps or float(eks.AGENT_QPS.value), own.burst or float(eks.AGENT_BURST.value)),
        tokens_per_renewal=int(eks.AGENT_TOKENS_PER_RENEWAL.value),
        again_after=(float(eks.AGENT_RETRY_S.value[0]), float(eks.AGENT_RETRY_S.value[1])),
        single_flight=own.single_flight,
    )


def host_of(world: World, population: str, issuer: str, number: int) -> Host | Agent:
    """What answers on a host: its endpoint or its agent."""
    if isinstance(world.scenario.issuers[issuer], Endpoint):
        return Host(world, population, number, issuer)
    return agent_of(world, population, issuer, number)


def agent_of(world: World, population: str, issuer: str, number: int) -> Agent:
    """The agent of a host, or the one server of a broker."""
    spec = world.scenario.issuers[issuer]
    assert isinstance(spec, Broker | PodIdentity)
    tag = f"{population}-{issuer}{number:05d}"
    asker = world.asker(world.holder(population, number, AGENT_SLOT, tag))
    place = "broker" if isinstance(spec, Broker) and spec.per == "server" else "agent"
    return Agent(asker, rule_of(spec), world.place(place, population, number), Lent(world.recorder), world.horizon_s)


def endpoint_provider(world: World, sdk: Sdk, step: Step, retry: RetryRule, asker: Asker, host: Host) -> Provider:
    """Asks the endpoint of a client's host."""
    spec = world.scenario.issuers[step.from_]
    assert isinstance(spec, Endpoint)
    account = world.scenario.roles[spec.role].account
    if not isinstance(spec, Imds):
        local = Local((Request(_OPERATION, "free", account),), retry, sdk.imds_timeout_s)
        return EndpointProvider(asker, host, local, world.api(step.from_))
    token, *others = (Request(name, "free", account) for name in sdk.imds_operations)
    hops = world.scenario.populations[asker.holder.population].hops
    local = Local(
        tuple(others),
        retry,
        sdk.imds_timeout_s,
        reach_of(spec, hops),
        token=token,
        token_s=sdk.imds_token_s,
        needs_token=spec.http_tokens == "required",
        each=sdk.imds_retries_each,
    )
    return EndpointProvider(asker, host, local, world.api(step.from_))


def agent_provider(
    world: World, step: Step, retry: RetryRule, asker: Asker, agent: Agent, terms: Terms, token: TokenFile | None
) -> Provider:
    """Asks the agent or broker of a client's host, which asks upstream by its own SDK's rules."""
    spec = world.scenario.issuers[step.from_]
    assert isinstance(spec, Broker | PodIdentity)
    api, own = world.api(terms.origin.issuer), SDKS[spec.sdk].retry
    origin = replace(terms.origin, provider=step.from_)
    upstream = ApiProvider(agent.asker, api, terms.request, origin, terms.session_s, own)
    request = Request(_OPERATION, "free", terms.origin.account)
    return AgentProvider(asker, agent, world.api(step.from_), request, retry, rule_of(spec).key, upstream, token)
