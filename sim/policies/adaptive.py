"""The adaptive retry mode: a client that was throttled limits its own rate, by CUBIC.

The limiter sleeps until the first throttle. Then it sends at most at a rate that a throttle cuts and time without one
lets grow by a cubic, never above twice the rate it measures. Times are seconds on one clock.

Source: botocore 1.44.5: retries/adaptive.py, throttling.py, bucket.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["AdaptiveRule", "RateLimiter"]


@dataclass(frozen=True, slots=True)
class AdaptiveRule:
    """Constants of the limiter.

    Attributes:
        cut: New rate after a throttle, as a share of the current one.
        scale: Factor of the cubic.
        bin_s: The rate is measured over bins of this length.
        smoothing: Weight of the last bin in the measured rate.
        min_rps: Least rate.
        min_capacity: Least capacity of the bucket, tokens.
        measured_cap: Most of the rate, as a multiple of the measured one.
    """

    cut: float
    scale: float
    bin_s: float
    smoothing: float
    min_rps: float
    min_capacity: float
    measured_cap: float


class RateLimiter:
    """The limiter of one client object.

    Args:
        rule: Its constants.
        at_s: When the client was made.
    """

    __slots__ = (
        "_bin",
        "_capacity",
        "_count",
        "_enabled",
        "_failed_at_s",
        "_k",
        "_measured",
        "_refilled_at_s",
        "_rps",
        "_rule",
        "_size",
        "_w_max",
    )

    def __init__(self, rule: AdaptiveRule, at_s: float) -> None:
        self._rule = rule
        self._enabled = False
        self._bin = float(math.floor(at_s))
        self._count = 0
        self._measured = 0.0
        self._w_max = self._k = 0.0
        self._failed_at_s = at_s
        self._refilled_at_s = at_s
        self._capacity = 0.0
        self._rps = max(1.0, rule.min_rps)
        self._size = 1.0

    def sends_at(self, at_s: float) -> float:
        """Instant at which a request that is ready at `at_s` may be sent; it takes its token."""
        if not self._enabled:
            return at_s
        self._refill(at_s)
        if self._capacity >= 1.0:
            self._capacity -= 1.0
            return at_s
        sent = at_s + (1.0 - self._capacity) / self._rps
        self._capacity, self._refilled_at_s = 0.0, sent
        return sent

    def answered(self, at_s: float, throttled: bool) -> None:
        """An answer came at `at_s`."""
        measured = self._measure(at_s)
        if throttled:
            self._w_max = min(measured, self._rps) if self._enabled else measured
            self._k = (self._w_max * (1 - self._rule.cut) / self._rule.scale) ** (1 / 3)
            self._failed_at_s = at_s
            self._enabled = True
            rate = self._w_max * self._rule.cut
        else:
            rate = self._rule.scale * (at_s - self._failed_at_s - self._k) ** 3 + self._w_max
        self._set_rate(at_s, min(rate, self._rule.measured_cap * measured))

    def _measure(self, at_s: float) -> float:
        """The smoothed rate of answers, whole bins only."""
        current = math.floor(at_s / self._rule.bin_s) * self._rule.bin_s
        self._count += 1
        if current > self._bin:
            rate = self._count / (current - self._bin)
            self._measured = rate * self._rule.smoothing + self._measured * (1 - self._rule.smoothing)
            self._count, self._bin = 0, current
        return self._measured

    def _set_rate(self, at_s: float, rps: float) -> None:
        self._refill(at_s)
        self._rps = max(rps, self._rule.min_rps)
        self._size = max(rps, self._rule.min_capacity)
        self._capacity = min(self._capacity, self._size)

    def _refill(self, at_s: float) -> None:
        self._capacity = min(self._size, self._capacity + (at_s - self._refilled_at_s) * self._rps)
        self._refilled_at_s = at_s
