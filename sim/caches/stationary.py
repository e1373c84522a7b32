"""Ages at time 0: what a client that has run for ever holds when the run begins."""

from __future__ import annotations

import math

from sim.caches.cache import Cache
from sim.chains.fetching import HostCredentials
from sim.streams import Purpose

__all__ = ["imds_fetched_at", "session_age"]


def session_age(cache: Cache, life_s: float, mean_gap_s: float) -> float:
    """Age at time 0 of a session that is renewed by the first call in its refresh window.

    The cycle is the time to the advisory instant, then the wait for a call, which has no memory: with
    probability cycle / (cycle + gap) the instant 0 falls uniformly into the first part.
    """
    due, _ = cache.windows(0.0, life_s)
    cycle = max(min(due, life_s), 0.0)
    u, v = cache.asker.uniform(Purpose.AGE, 0), cache.asker.uniform(Purpose.AGE, 1)
    if u * (cycle + mean_gap_s) < cycle:
        return cycle * v
    return cycle - mean_gap_s * math.log1p(-v)


def imds_fetched_at(cache: Cache, host: HostCredentials) -> float:
    """Instant, not after 0, of the last fetch of a busy client of a metadata service.

    The renewals are followed from a random start three lives before 0: phases of host and start are
    uniform, so the phase at 0 is.
    """
    spec = host.service.spec
    at = -spec.life_s * (3.0 + cache.asker.uniform(Purpose.AGE, 0))
    while True:
        expires = host.service.expires_at(host.service.number_at(at))
        due, _ = cache.windows(at, expires)
        if due > 0 or due <= at:
            return min(at, 0.0)
        at = due
