"""From a plain fleet's words to the numbers of its loop, and its clients as they are at time 0."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.caches.places import place_of
from sim.chains.fetching import ApiProvider
from sim.fleet.loop import begin, hold_at_start, uniforms
from sim.fleet.plain import chain_of, template, verdict_of
from sim.fleet.state import RULE, STATE, VERDICTS, WINDOWS, Records
from sim.policies.refresh import Refresh
from sim.records import Level
from sim.streams import Purpose
from sim.workloads.poisson import Poisson
from sim.world import World

__all__ = ["ROOM", "build_clients", "build_rule", "probes_of"]

ROOM: Final = 131_072
"""Rows that the loop may write before they are taken from it."""


def build_rule(world: World) -> Records:
    """What all clients share, shape (1,)."""
    name, spec, step = chain_of(world.scenario)
    cache, stream, calls = template(world), world.stream(name), spec.calls[0]
    provider = cache.provider
    assert isinstance(provider, ApiProvider)
    assert isinstance(calls, Poisson)
    return _record(
        RULE,
        1,
        seed=stream.seed,
        population=stream.population,
        calls_key=stream.key(Purpose.CALLS),
        jitter_key=stream.key(Purpose.REFRESH_JITTER),
        again_key=stream.key(Purpose.AGAIN_AFTER),
        rps=calls.rps,
        threads=1 if step.cache == "thread" else spec.threads,
        horizon=world.horizon_s,
        latency=provider.api.latency_s,
        life=provider.session_s,
        allowed=provider.request.allowed,
        valid=VERDICTS.index(verdict_of(world)[0][1]),
        summary=world.scenario.run.record is Level.SUMMARY,
        room=ROOM,
        **_refresh(cache.rule),
    )


def build_clients(world: World, rule: Records, clients: range | None) -> Records:
    """A block of clients (all if None) at time 0, in the order of index and slot, with their first turns looked up."""
    _, spec, step = chain_of(world.scenario)
    slots = spec.threads if step.cache == "thread" else 1
    indices = np.arange(spec.count) if clients is None else np.arange(clients.start, clients.stop)
    fleet = _record(
        STATE,
        len(indices) * slots,
        who=np.arange(len(indices) * slots),
        client=np.repeat(indices, slots),
        slot=np.tile(np.arange(slots), len(indices)),
        due=-math.inf,
        mandatory=-math.inf,
        refusing=1,
        mark_at=math.nan,
        **dict.fromkeys(("ordinal", "new_ordinal", "row_verdict", "stretch_verdict", "leaf_thread"), -1),
    )
    fleet["watched"] = np.isin(fleet["client"], list(probes_of(world)))
    if spec.start is not None:
        spread = _draws(world, Purpose.START, fleet["client"], 0)
        fleet["counted"] = spec.start.at_s + spec.start.spread_s * spread
    else:
        _hold_at_start(world, fleet, rule)
    begin(fleet, rule)
    return fleet


def probes_of(world: World) -> Mapping[int, tuple[float, ...]]:
    """Sampled thefts at the place where the sessions lie, by client."""
    name, spec, step = chain_of(world.scenario)
    return world.probes_of(name, place_of(step, spec))


def _record(kind: np.dtype[np.void], n: int, **fields: Any) -> Records:
    made = np.zeros(n, kind)
    for name, value in fields.items():
        made[name] = value
    return made


def _refresh(rule: Refresh) -> dict[str, Any]:
    """The SDK's windows, in the words of `RULE`."""
    spare = [(math.inf, 0.0)] * (WINDOWS - len(rule.advisory))
    longest, window = zip(*rule.advisory, *spare, strict=True)
    return {
        "longest": longest,
        "window": window,
        "mandatory": rule.mandatory_s,
        "strict": rule.strict,
        "background": rule.background,
        "serves": rule.on_failed == "serve",
        "again_low": rule.again_after[0],
        "again_high": rule.again_after[1],
        "raises_denials": rule.denied_again_after is not None,
        "denied_low": (rule.denied_again_after or (0.0, 0.0))[0],
        "denied_high": (rule.denied_again_after or (0.0, 0.0))[1],
        "jitter": rule.jitter_s,
        "jitter_until": rule.jitter_until_s,
        "share": -1.0 if rule.share_of_life is None else rule.share_of_life,
        "share_min": rule.share_min_s,
        "life_cap": rule.life_cap_s,
    }


def _hold_at_start(world: World, fleet: Records, rule: Records) -> None:
    """What `sim.caches.stationary.session_age` says, for all clients; the logarithm is Python's, to the last bit."""
    _, spec, _ = chain_of(world.scenario)
    index = fleet["client"] | fleet["slot"] << 40
    u, v = (_draws(world, Purpose.AGE, index, k) for k in (0, 1))
    jitter = _draws(world, Purpose.REFRESH_JITTER, index, 0)
    gap = 1.0 / sum(1.0 / calls.mean_gap_s() for calls in spec.calls) / spec.threads
    logs = [math.log1p(-x) for x in v.tolist()]
    hold_at_start(fleet, rule, gap, np.column_stack([u, v, logs, jitter]))


def _draws(world: World, purpose: Purpose, index: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    name, _, _ = chain_of(world.scenario)
    stream = world.stream(name)
    key = (np.uint64(stream.seed), np.uint64(stream.key(purpose)), np.uint64(stream.population))
    drawn: NDArray[np.float64] = uniforms(*key, index.astype(np.uint64), np.uint64(k))
    return drawn
