"""What an agent or broker does with what it caches: pure functions of instants, and the limiter of its renewals."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["AgentRule", "Limiter", "again_at", "due_at", "serves", "sweep_at"]


@dataclass(frozen=True, slots=True)
class AgentRule:
    """How an agent caches.

    Attributes:
        key: Who shares an entry: all who ask for a `role`, a `pod`, or whoever shows the same `token`.
        renew_after_s: Age at which an entry is due.
        renew_when_left_s: Life left at which an entry is due.
        serves_due: Whether an entry that is due is still served until it is replaced; else a request for it
            is a miss, and what is left of the old one is forgotten.
        sweep_s: How often it looks for entries that are due; None if only requests renew.
        min_left_s: Entries with no more life left than this are not served.
        limiter: Refill (1/s) and capacity of the bucket that renewals draw from; None if they are not limited.
        tokens_per_renewal: Tokens a renewal draws: the first must be there, the others are waited for.
        single_flight: Whether whoever wants what is being fetched waits for it; else each of them asks upstream.
        again_after: A renewal that failed, or found no token, is due again after a uniform time between the two.
    """

    key: str
    renew_after_s: float = math.inf
    renew_when_left_s: float = 0.0
    serves_due: bool = True
    sweep_s: float | None = None
    min_left_s: float = 0.0
    limiter: tuple[float, float] | None = None
    tokens_per_renewal: int = 1
    again_after: tuple[float, float] = (0.0, 0.0)
    single_flight: bool = True


def due_at(rule: AgentRule, fetched_at_s: float, expires_at_s: float) -> float:
    """Instant from which an entry is due for renewal."""
    return min(fetched_at_s + rule.renew_after_s, expires_at_s - rule.renew_when_left_s)


def serves(rule: AgentRule, due_s: float, expires_at_s: float, now: float) -> bool:
    """Whether an entry answers a request at `now`."""
    return expires_at_s - now > rule.min_left_s and (rule.serves_due or now < due_s)


def again_at(rule: AgentRule, now: float, expires_at_s: float, u: float) -> float | None:
    """When an entry whose renewal failed is due again; None if too little of it is left to keep it."""
    left = expires_at_s - now
    if left <= rule.min_left_s:
        return None
    low, high = rule.again_after
    return now + min(left, low + (high - low) * u)


def sweep_at(rule: AgentRule, phase_s: float, due_s: float) -> float:
    """The first sweep, not before `due_s`, of those at `phase_s` and every `rule.sweep_s` after."""
    if rule.sweep_s is None:
        return math.inf
    at = phase_s + math.ceil((due_s - phase_s) / rule.sweep_s) * rule.sweep_s
    return at if at >= due_s else at + rule.sweep_s


class Limiter:
    """A token bucket that can be waited on: whoever waits takes its token in advance (golang.org/x/time/rate)."""

    __slots__ = ("_at_s", "_tokens", "burst", "rps")

    def __init__(self, rps: float, burst: float) -> None:
        self.rps = rps
        self.burst = burst
        self._tokens = burst
        self._at_s = 0.0

    def allow(self, now: float) -> bool:
        """Take a token if there is one."""
        self._refill(now)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def wait(self, now: float) -> float:
        """Take a token, now or in advance; the instant at which it is there."""
        self._refill(now)
        self._tokens -= 1.0
        return now if self._tokens >= 0 else now - self._tokens / self.rps

    def _refill(self, now: float) -> None:
        self._tokens = min(self.burst, self._tokens + (now - self._at_s) * self.rps)
        self._at_s = now
