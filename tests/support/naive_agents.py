"""Caches in a row, walked call by call as a newcomer would write them: what the engine's agents are held to.

Nothing here is imported from the engine. Latencies are 0 and nothing fails.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Walk", "broker_walk", "pod_identity_walk"]


@dataclass
class Walk:
    """What happened.

    Attributes:
        upstream: Instants of requests to AWS.
        fetches: (instant, client) of requests to the agent.
        expired: Calls signed with an expired credential, by client.
    """

    upstream: list[float] = field(default_factory=list)
    fetches: list[tuple[float, int]] = field(default_factory=list)
    expired: dict[int, int] = field(default_factory=dict)


def _in_order(calls: dict[int, Iterable[float]]) -> list[tuple[float, int]]:
    return sorted((at, client) for client, instants in calls.items() for at in instants)


def broker_walk(
    calls: dict[int, Iterable[float]], *, session_s: float, left_s: float, window_s: float, sweeps: Iterable[float] = ()
) -> Walk:
    """Clients of one role behind one broker.

    The SDK of a client asks with every call that finds less than `window_s` of life left (botocore before 1.25), and
    once when its provider is loaded; the broker serves what it holds until `left_s` are left, then the next request,
    or a sweep, brings a new one.
    """
    walk, held, entry = Walk(), {}, -math.inf
    events = sorted([*((at, 1, client) for at, client in _in_order(calls)), *((at, 0, -1) for at in sweeps)])
    for at, is_call, client in events:
        due = at >= entry - left_s
        if not is_call:
            if due and math.isfinite(entry):
                entry = math.floor(at) + session_s
                walk.upstream.append(at)
            continue
        if at > held.get(client, -math.inf) - window_s:
            for _ in range(1 if client in held else 2):
                if at <= held.get(client, -math.inf) - window_s:
                    break
                walk.fetches.append((at, client))
                if at >= entry - left_s:
                    entry = math.floor(at) + session_s
                    walk.upstream.append(at)
                held[client] = entry
        if at >= held[client]:
            walk.expired[client] = walk.expired.get(client, 0) + 1
    return walk


def pod_identity_walk(
    calls: dict[int, Iterable[float]],
    tokens: dict[int, list[tuple[float, float]]],
    *,
    by_token: bool,
    life_s: float,
    renew_after_s: float,
    window_s: float,
    sweeps: Iterable[float],
) -> Walk:
    """Pods of one node behind a Pod Identity agent that is never short of tokens of its limiter.

    Args:
        calls: Instants of each pod's calls.
        tokens: (written, ends) of each pod's service-account tokens, in order.
        by_token: Whether the agent keys its cache by the token (0.1.37) or by the pod (0.2).
        life_s: Life of a session.
        renew_after_s: Age at which a sweep renews an entry.
        window_s: Life left below which a pod's SDK asks the agent.
        sweeps: Instants at which the agent looks.
    """
    walk, held = Walk(), {}
    entries: dict[tuple[int, int], list[float]] = {}  # (pod, token) -> [expires, renewed, token's end]
    events = sorted([*((at, 1, client) for at, client in _in_order(calls)), *((at, 0, -1) for at in sweeps)])
    for at, is_call, pod in events:
        if not is_call:
            for key, (_, renewed, ends) in list(entries.items()):
                if at < renewed + renew_after_s:
                    continue
                walk.upstream.append(at)
                if at < ends:
                    entries[key] = [math.floor(at) + life_s, at, ends]
                else:  # EKS Auth: ExpiredTokenException
                    del entries[key]
            continue
        if at > held.get(pod, -math.inf) - window_s:
            walk.fetches.append((at, pod))
            number = max(n for n, (written, _) in enumerate(tokens[pod]) if written <= at)
            key = (pod, number if by_token else 0)
            if key not in entries or entries[key][0] - at <= 15:
                walk.upstream.append(at)
                entries[key] = [math.floor(at) + life_s, at, tokens[pod][number][1]]
            entries[key][2] = tokens[pod][number][1]
            held[pod] = entries[key][0]
        if at >= held[pod]:
            walk.expired[pod] = walk.expired.get(pod, 0) + 1
    return walk
