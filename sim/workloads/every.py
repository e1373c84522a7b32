"""Calls on a fixed schedule."""

from __future__ import annotations

import math
from typing import Final, Literal

from pydantic import model_validator

from sim.spec import NonNegative, Positive
from sim.streams import Purpose
from sim.workloads.base import Caller, CallsSpec

__all__ = ["Every", "EveryCalls"]

_OFFSET_S: Final = 1e-3  # synchronised clients stay apart by less than this


class EveryCalls:
    """Calls of one client on a schedule: tick k at phase + k * period + jitter(k)."""

    __slots__ = ("_caller", "_first_tick", "_jitter", "_period", "_phase")

    def __init__(self, caller: Caller, spec: Every) -> None:
        self._caller = caller
        self._period = spec.every_s * caller.profiles
        self._jitter = spec.jitter_s
        stream, index = caller.stream, caller.index
        if spec.phase_s is None:
            self._first_tick = -math.inf
            self._phase = self._period * stream.uniform(Purpose.PHASE, index)
        else:
            self._first_tick = 0.0
            self._phase = spec.phase_s + _OFFSET_S * stream.uniform(Purpose.OFFSET, index)

    def _at(self, k: int) -> float:
        instant = self._phase + k * self._period
        if self._jitter > 0:
            instant += self._jitter * self._caller.stream.uniform(Purpose.JITTER, self._caller.index, k)
        return instant

    def _next(self, at: float) -> int:
        """Number of the first tick at or after `at`."""
        k = math.floor((at - self._phase - self._jitter) / self._period) - 1
        k = max(k, 0) if self._first_tick == 0.0 else k
        while self._at(k) < at:
            k += 1
        return k

    def first(self, at: float) -> float:
        """The first call at or after `at`."""
        return self._at(self._next(at))

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""
        return self._next(stop) - self._next(start) if stop > start else 0

    def command(self, at: float) -> tuple[float, float]:
        """A long-lived process has no commands: each call stands alone."""
        return at, at


class Every(CallsSpec):
    """One call per period, each moved by its own uniform jitter."""

    kind: Literal["every"]
    every_s: Positive
    """Period."""
    phase_s: NonNegative | None = None
    """Offset of the first tick; a random phase per client where it is not given. A given phase adds a
    fixed offset per client under 1 ms, so that equal instants stay rare."""
    jitter_s: NonNegative = 0.0
    """Each tick is late by a uniform draw on [0, jitter_s)."""

    @model_validator(mode="after")
    def _jitter_within_period(self) -> Every:
        if self.jitter_s > self.every_s:
            raise ValueError(f"jitter_s ({self.jitter_s}) must not exceed every_s ({self.every_s})")
        return self

    def calls_of(self, caller: Caller) -> EveryCalls:
        """The calls of one client."""
        return EveryCalls(caller, self)

    def mean_gap_s(self) -> float:
        """Mean time between calls."""
        return self.every_s
