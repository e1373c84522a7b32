"""The token bucket behind a request quota."""

from __future__ import annotations

__all__ = ["TokenBucket"]


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
