"""The simulator's pure functions in the shortest possible loop: what the real SDK is compared with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sim.policies.refresh import Refresh, advisory_at, mandatory_at, retry_at, seen_expiry
from sim.verify.trace import Spans, Trace, inside

__all__ = ["model"]


def model(
    rule: Refresh,
    call_times: Sequence[float],
    expiry_at: Callable[[float], float],
    draw: Callable[[int], float],
    failing: Spans = (),
    asks: int = 1,
) -> Trace:
    """Sign at `call_times` under a refresh rule, one call at a time.

    Args:
        rule: The SDK's windows.
        call_times: Instants of the calls, ascending.
        expiry_at: Expiry of what the issuer hands out at an instant.
        draw: Uniform draw for static stability at the n-th fetch, from 1.
        failing: Half-open spans in which the issuer fails.
        asks: Requests of a failed fetch.
    """
    trace = Trace()
    due = mandatory = -math.inf
    fetches = 0
    for at in call_times:
        if at < due:
            continue
        fetches += 1
        if not inside(at, failing):
            trace.issued.append(at)
            expires = seen_expiry(rule, at, expiry_at(at), draw(fetches))
            due, mandatory = advisory_at(rule, at, expires, 0.0), mandatory_at(rule, at, expires)
            continue
        trace.failed_attempts += [at] * asks
        due = retry_at(rule, at, 0.0)
        if at >= mandatory and (rule.on_failed == "raise" or not trace.issued):
            trace.failed_calls.append(at)
    return trace
