"""The token bucket behind a request quota."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ChangingBucket", "TokenBucket"]


class TokenBucket:
    """Refilled continuously at `rps`, holds at most `burst`; one token per request.

    In any d seconds it accepts at most burst + rps * d requests. It starts full.
    """

    __slots__ = ("_at_s", "_tokens", "burst", "rps")

    def __init__(self, rps: float, burst: float, at_s: float = 0.0) -> None:
        if rps <= 0 or burst < 1:
            raise ValueError(f"rps (={rps}) must be above 0 and burst (={burst}) at least 1")
        self.rps = rps
        self.burst = burst
        self._tokens = burst
        self._at_s = at_s

    def take(self, now: float) -> bool:
        """Take one token at `now`; False if there is none. An instant before the last one counts as that one."""
        now = max(now, self._at_s)
        tokens = min(self.burst, self._tokens + (now - self._at_s) * self.rps)
        self._at_s = now
        if tokens < 1.0:
            self._tokens = tokens
            return False
        self._tokens = tokens - 1.0
        return True


class ChangingBucket(TokenBucket):
    """A bucket whose refill and capacity change at instants; tokens above a new capacity are lost.

    Args:
        rps: Refill at first.
        burst: Capacity at first.
        changes: (instant, refill, capacity) in order of time.
    """

    __slots__ = ("_changes",)

    def __init__(self, rps: float, burst: float, changes: Iterable[tuple[float, float, float]]) -> None:
        super().__init__(rps, burst)
        self._changes = list(changes)

    def take(self, now: float) -> bool:
        """Take one token at `now`, after the changes up to then."""
        while self._changes and self._changes[0][0] <= now:
            at, rps, burst = self._changes.pop(0)
            at = max(at, self._at_s)
            self._tokens = min(self._tokens + (at - self._at_s) * self.rps, self.burst, burst)
            self._at_s, self.rps, self.burst = at, rps, burst
        return super().take(now)
