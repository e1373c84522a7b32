"""Brownouts and delays of an issuer: functions of the instant, and of a draw for each attempt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sim.faults import FaultSpec
from sim.faults.brownout import Brownout
from sim.faults.delay import Delay
from sim.policies.bucket import TokenBucket
from sim.policies.steps import Steps
from sim.streams import Purpose

__all__ = ["Drawer", "Impairment"]


class Drawer(Protocol):
    """Whoever makes attempts and has draws of its own."""

    def uniform(self, purpose: Purpose, k: int) -> float:
        """The k-th draw for a purpose."""


class Impairment:
    """How an issuer that is up is impaired.

    Args:
        issuer: Issuer of the scenario.
        faults: The timeline.
    """

    __slots__ = ("_adds_s", "_reduced", "_refused")

    def __init__(self, issuer: str, faults: Iterable[FaultSpec]) -> None:
        listed = list(faults)
        brownouts = [f for f in listed if isinstance(f, Brownout) and f.brownout == issuer]
        delays = [f for f in listed if isinstance(f, Delay) and f.delay == issuer]
        self._refused = Steps((f.at_s, f.at_s + f.for_s, f.refused) for f in brownouts if f.refused is not None)
        self._adds_s = Steps((f.at_s, f.at_s + f.for_s, f.adds_s) for f in delays)
        self._reduced = [
            (f.at_s, f.at_s + f.for_s, TokenBucket(f.rps, max(f.rps, 1.0), f.at_s))
            for f in brownouts
            if f.rps is not None
        ]

    def __bool__(self) -> bool:
        return bool(self._refused) or bool(self._adds_s) or bool(self._reduced)

    def adds_s(self, at: float) -> float:
        """Time that an answer to a request at `at` takes longer."""
        return self._adds_s.at(at)

    def refuses(self, at: float, drawer: Drawer, number: int) -> bool:
        """Whether attempt `number` of the drawer, at `at`, is refused; attempts must come in order of time."""
        share = self._refused.at(at)
        if share > 0 and drawer.uniform(Purpose.BROWNOUT, number) < share:
            return True
        return any(start <= at < stop and not bucket.take(at) for start, stop, bucket in self._reduced)
