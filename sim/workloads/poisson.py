"""Calls at a constant rate."""

from __future__ import annotations

from typing import Literal

from sim.spec import Positive
from sim.streams import Purpose
from sim.unit_poisson import count_between, first_after
from sim.workloads.base import Caller, CallsSpec

__all__ = ["Poisson", "PoissonCalls"]


class PoissonCalls:
    """Calls of one client at a constant rate."""

    __slots__ = ("_key", "_rps")

    def __init__(self, caller: Caller, rps: float) -> None:
        stream = caller.stream
        self._key = (stream.seed, stream.key(Purpose.CALLS), caller.index, stream.population)
        self._rps = rps

    def first(self, at: float) -> float:
        """The first call at or after `at`."""
        return float(first_after(*self._key, at * self._rps, at, self._rps))

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""
        return int(count_between(*self._key, start, stop, self._rps)) if stop > start else 0

    def command(self, at: float) -> tuple[float, float]:
        """A long-lived process has no commands: each call stands alone."""
        return at, at


class Poisson(CallsSpec):
    """A Poisson process of constant rate."""

    kind: Literal["poisson"]
    rps: Positive
    """Calls per second of each client."""

    def calls_of(self, caller: Caller) -> PoissonCalls:
        """The calls of one client."""
        return PoissonCalls(caller, self.rps / caller.profiles)

    def mean_gap_s(self) -> float:
        """Mean time between calls."""
        return 1.0 / self.rps
