"""Calls in bursts: a run of one program that makes many calls."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sim.calendar import DAY_S, key_of
from sim.spec import Positive
from sim.streams import Purpose
from sim.workloads.base import Caller, CallsSpec
from sim.workloads.listed import DayCalls, Listed

__all__ = ["Bursts", "BurstsCalls"]


class BurstsCalls(DayCalls):
    """Runs of one client. A run that would overlap the one before starts when that one ends."""

    __slots__ = ("_caller", "_spec")

    def __init__(self, caller: Caller, spec: Bursts) -> None:
        super().__init__(caller.calendar)
        self._caller = caller
        self._spec = spec

    def runs(self, day: int) -> list[float]:
        """Starts of the profile's runs of a local day, in order."""
        caller, spec = self._caller, self._spec
        begin, length = caller.calendar.starts(day), DAY_S
        if caller.calendar.workday is not None:
            first = caller.calendar.first_use(caller.stream, caller.client, day)
            if first is None:
                return []
            begin, length = first, caller.calendar.workday.length_s
        rounding = caller.stream.uniform(Purpose.BURST, caller.person, key_of(day))
        number = math.floor(spec.per_day + rounding)
        draws = (caller.stream.uniform(Purpose.BURST, caller.person, key_of(day, 0, n + 1)) for n in range(number))
        starts = sorted(begin + length * u for u in draws)
        for n in range(1, len(starts)):
            starts[n] = max(starts[n], starts[n - 1] + spec.calls / spec.rps)
        last = caller.calendar.starts(day) + DAY_S - spec.calls / spec.rps
        return [
            start
            for n, start in enumerate(starts)
            if start < last and caller.does(Purpose.BURST_PROFILE, key_of(day, 0, n))
        ]

    def draw_day(self, day: int) -> Listed | None:
        """The calls of a local day."""
        starts = self.runs(day)
        if not starts:
            return None
        offsets = np.arange(self._spec.calls) / self._spec.rps
        instants = (np.array(starts)[:, None] + offsets).ravel()
        return Listed(instants, np.ones(len(instants), dtype=np.int64))

    def command(self, at: float) -> tuple[float, float]:
        """First and last call of the run that makes the call at `at`."""
        starts = [start for start in self.runs(self._caller.calendar.day_of(at)) if start <= at]
        return (starts[-1], starts[-1] + (self._spec.calls - 1) / self._spec.rps) if starts else (at, at)


class Bursts(CallsSpec):
    """Runs of a program, each a command of its own: so many calls at a constant pace.

    Runs start at uniform instants of a population's working hours on the days on which the person is
    present; without a `workday`, at uniform instants of every day.
    """

    kind: Literal["bursts"]
    per_day: Positive
    """Runs a day (rounded up or down by a draw if not whole)."""
    calls: Annotated[int, Field(gt=0, le=100_000)]
    """Calls of one run."""
    rps: Positive
    """Calls per second within a run."""

    def calls_of(self, caller: Caller) -> BurstsCalls:
        """The calls of one client."""
        return BurstsCalls(caller, self)

    def mean_gap_s(self) -> float:
        """Mean time between calls, over a day."""
        return DAY_S / (self.per_day * self.calls)
