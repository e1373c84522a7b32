"""Which shards are plain fleets, so that the compiled loop of `sim.fleet.fleet` may run them.

The list is of what is known to be the same in both ways of running. A field that is not on it must be at its
default; so whatever a scenario learns to say later goes the ordinary way until somebody teaches the loop.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from sim.access import Asked
from sim.caches.cache import Cache
from sim.chains.chains import Chains
from sim.chains.fetching import ApiProvider
from sim.credentials import Credential
from sim.fleet.columns import COLUMNS
from sim.fleet.state import WINDOWS
from sim.issuers.spec import Sts
from sim.policies.refresh import Refresh
from sim.principals.account import Account
from sim.principals.population import Population, Start
from sim.principals.role import Role
from sim.principals.user import AccessKey, User
from sim.providers.step import Step
from sim.records import TABLES, Level, Verdict
from sim.scenario import Run, Scenario
from sim.sdk_words import RefreshWords
from sim.sdks import Sdk
from sim.sts_calls import served_by
from sim.thieves.grants import deeds_of
from sim.threats.theft import Theft
from sim.workloads.poisson import Poisson
from sim.world import World

__all__ = ["KNOWN", "chain_of", "obstacle", "session_of", "template", "verdict_of"]

_TEXT: Final = {"name", "question", "description", "strategies", "baseline", "checks", "basis"}
KNOWN: Final[Mapping[type, frozenset[str]]] = {
    Scenario: frozenset(
        _TEXT
        | {"run", "accounts", "issuers", "roles", "groups", "users", "credentials", "populations", "theft"}
        | {"cloudtrail_usd_per_100k"}
    ),
    Run: frozenset({"horizon_s", "start", "seed", "replications", "record"}),
    Theft: frozenset({"places", "actions", "foothold_s", "probes"}),
    Account: frozenset({"region", "number", "quotas"}),
    Population: frozenset(
        {"count", "per_host", "threads", "sdk", "credentials", "intended_role", "calls", "start"}
    ),
    Start: frozenset({"at_s", "spread_s"}),
    Poisson: frozenset({"kind", "action", "rps"}),
    Step: frozenset({"from_", "role", "user", "service", "session_s", "place", "cache", "refresh", "retry"}),
    RefreshWords: frozenset(RefreshWords.model_fields),
    Sts: frozenset({"kind", "latency_s"}),
    Role: frozenset({"account", "trust", "allow", "deny", "policies", "max_session_s"}),
    User: frozenset({"account", "per", "groups", "allow", "deny", "policies", "key", "password"}),
    AccessKey: frozenset({"number", "age_s", "copies"}),
    Sdk: frozenset(
        {"name", "title", "source", "sts", "imds", "retry", "default_session_s", "imds_operations", "keeps_client"}
        | {"resolves", "container", "container_retry", "imds_retry", "imds_timeout_s", "imds_retries_each"}
        | {"imds_token_s", "loads_first", "clock"}
    ),
    Refresh: frozenset(
        {"advisory", "mandatory_s", "strict", "background", "on_failed", "again_after", "jitter_s", "constant_s"}
        | {"jitter_until_s", "share_of_life", "share_min_s", "life_cap_s", "ended_left_s", "denied_again_after"}
    ),
    ApiProvider: frozenset(
        {"asker", "api", "request", "origin", "session_s", "retry", "parent"}
        | {"keeps_client", "_client", "ends_with_signer", "clock"}
    ),
}  # fmt: skip
"""Fields that the compiled loop knows, or that cannot reach it, by the kind of block."""


def obstacle(world: World) -> str | None:
    """Why a shard has to be run as processes; None if its clients are a plain fleet."""
    scenario = world.scenario
    checks: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: _of_scenario(scenario),
        lambda: _of_population(scenario),
        lambda: _of_step(scenario),
        lambda: _of_sdk(world),
        lambda: _of_provider(world),
        lambda: _of_verdict(world),
    )
    return next(chain.from_iterable(check() for check in checks), None)


def chain_of(scenario: Scenario) -> tuple[str, Population, Step]:
    """The only population, by name, and the first step of its chain."""
    name, population = next(iter(scenario.populations.items()))
    return name, population, scenario.credentials[population.credentials][0]


def template(world: World) -> Cache:
    """The cache of a first client, made as any other way of running makes it."""
    name, population, _ = chain_of(world.scenario)
    asker = world.asker(world.holder(name, 0, 0, f"{name}-{0:06d}"))
    return Chains(world, name).cache(asker, population.credentials)


def verdict_of(world: World) -> tuple[tuple[float, Verdict], ...]:
    """Verdicts over time of a session issued at 0."""
    _, population, _ = chain_of(world.scenario)
    return world.authority.pieces(session_of(world), population.calls[0].action)


def session_of(world: World) -> Credential:
    """A session of a first client, issued at 0."""
    name, population, _ = chain_of(world.scenario)
    asker = world.asker(world.holder(name, 0, 0, ""))
    return Chains(world, name).mint(asker, population.credentials, 0.0)


def _unknown(block: Any) -> Iterator[str]:
    """Fields of a block that the loop does not know and that are not at their defaults."""
    known = KNOWN.get(type(block))
    if known is None:
        yield f"{type(block).__name__} is of another kind"
        return
    for name, default in _defaults(type(block)):
        if name not in known and getattr(block, name) != default:
            yield f"{type(block).__name__}.{name} is set"


def _defaults(kind: type) -> Iterator[tuple[str, Any]]:
    """Fields of a block with their defaults; those without any have one that equals nothing."""
    if dataclasses.is_dataclass(kind):
        for own in dataclasses.fields(kind):
            made = own.default_factory() if own.default_factory is not dataclasses.MISSING else own.default
            yield own.name, made
        return
    for name, field in getattr(kind, "model_fields").items():  # noqa: B009 - a pydantic model, as all others are
        yield name, field.get_default(call_default_factory=True)


def _of_scenario(scenario: Scenario) -> Iterator[str]:
    if scenario.run.record is Level.CALLS:
        yield "level calls records every call"
    if len(scenario.populations) > 1:
        yield "populations meet each other"
    for block in (scenario, scenario.run, scenario.theft, *scenario.accounts.values()):
        yield from _unknown(block)
    for table, (_, names) in COLUMNS.items():
        if names != tuple(column.name for column in TABLES[table].columns):
            yield f"the table {table} has other columns"


def _of_population(scenario: Scenario) -> Iterator[str]:
    _, population, _ = chain_of(scenario)
    yield from _unknown(population)
    if [type(calls) for calls in population.calls] != [Poisson]:
        yield "calls are not one Poisson process"
    else:
        yield from _unknown(population.calls[0])
    if served_by(scenario, population) is not None:
        yield "its calls are requests to STS"
    if population.start is not None:
        yield from _unknown(population.start)
        if population.start.at_s < 0:
            yield "it starts before 0"


def _of_step(scenario: Scenario) -> Iterator[str]:
    _, population, step = chain_of(scenario)
    if len(scenario.credentials[population.credentials]) > 1:
        yield "the chain has several steps"
    yield from _unknown(step)
    yield from _unknown(step.refresh)
    if step.cache not in (None, "thread", "process"):
        yield "its cache is shared, or there is none"
    name, _, operation = step.from_.partition(".")
    issuer = scenario.issuers.get(name)
    if type(issuer) is not Sts or operation != "AssumeRole":
        yield "its sessions are not from AssumeRole"
    else:
        yield from _unknown(issuer)
    if step.role is not None:
        yield from _unknown(scenario.roles[step.role])
    if step.user is not None:
        user = scenario.users[step.user]
        yield from (*_unknown(user), *(_unknown(user.key) if user.key is not None else ()))


def _of_sdk(world: World) -> Iterator[str]:
    name, _, step = chain_of(world.scenario)
    chains = Chains(world, name)
    rule = chains.rule(step)
    yield from (*_unknown(chains.sdk), *_unknown(rule))
    if min(rule.mandatory_s, *(window for _, window in rule.advisory)) < 0:
        yield "calls are signed with what has ended"
    if rule.advisory[-1][0] != float("inf") or len(rule.advisory) > WINDOWS:
        yield "the advisory windows end, or are too many"


def _of_provider(world: World) -> Iterator[str]:
    cache = template(world)
    provider = cache.provider
    if type(cache) is not Cache or type(provider) is not ApiProvider:
        yield "its credentials come another way"
        return
    yield from _unknown(provider)
    name, _, step = chain_of(world.scenario)
    if provider.parent != (None if step.user is None else f"key-{name}-{0:06d}-0000"):
        yield "what signs its requests is another credential"
    drawn_from = world.buckets_of(provider.api.name)
    if (provider.request.account, provider.request.quota_group) in drawn_from:
        yield "its requests draw from a bucket"
    if not isinstance(provider.session_s, float):
        yield "the session length is drawn"


def _of_verdict(world: World) -> Iterator[str]:
    session = session_of(world)
    found = verdict_of(world)
    while_valid = found[0][1]
    simple = ((session.expires_at_s, while_valid), (float("inf"), Verdict.EXPIRED_TOKEN))
    if found != simple or while_valid not in {Verdict.OK, Verdict.ACCESS_DENIED}:
        yield "verdicts depend on more than the expiry"
    name, population, _ = chain_of(world.scenario)
    actions = {population.calls[0].action, *(deed.action for deed in deeds_of(world.scenario, name))}
    if any(world.access.permit(Asked(session.principal, action)).issue_cuts for action in actions):
        yield "policies ask when a session was issued"
