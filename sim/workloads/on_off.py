"""Calls of an employee at work: on-sessions on working days, commands within them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.calendar import DAY_S, key_of
from sim.laws import draw, mean_of, quantiles
from sim.spec import Dist, Positive
from sim.streams import Purpose
from sim.workloads.base import Caller, CallsSpec
from sim.workloads.listed import DayCalls, Listed, exponential_points

__all__ = ["OnOff", "OnOffCalls"]

_KEPT: Final = 8


class OnOffCalls(DayCalls):
    """Calls of one profile of a person. Each on-session is spent in one of the person's profiles."""

    __slots__ = ("_caller", "_spec")

    def __init__(self, caller: Caller, spec: OnOff) -> None:
        super().__init__(caller.calendar)
        self._caller = caller
        self._spec = spec

    def draw_day(self, day: int) -> Listed | None:
        """The commands of a local day."""
        sessions = self.sessions(day)
        if not sessions:
            return None
        does = self._caller.does
        drawn = [
            self._commands(day, n, start, stop)
            for n, (start, stop) in enumerate(sessions)
            if does(Purpose.SESSION_PROFILE, key_of(day, n))
        ]
        if not drawn:
            return None
        marks = np.concatenate([mark for _, mark in drawn])
        return Listed(np.concatenate([at for at, _ in drawn]), self._sizes(marks))

    def sessions(self, day: int) -> list[tuple[float, float]]:
        """On-sessions of the person on a day, in order, cut where the next one starts and at midnight."""
        memo, key = self._caller.memo, (self._caller.number, day)
        if key not in memo:
            if len(memo) >= _KEPT:
                del memo[min(memo)]
            memo[key] = self._draw_sessions(day)
        return memo[key]

    def _draw_sessions(self, day: int) -> list[tuple[float, float]]:
        caller, spec = self._caller, self._spec
        first = caller.calendar.first_use(caller.stream, caller.client, day)
        work = caller.calendar.workday
        if first is None or work is None:
            return []
        end_of_day = caller.calendar.starts(day) + DAY_S
        offsets = [
            caller.stream.uniform(Purpose.SESSION_START, caller.person, key_of(day, n)) for n in range(1, spec.per_day)
        ]
        starts = sorted([first, *(first + work.length_s * u for u in offsets)])
        starts = [start for start in starts if start < end_of_day]
        lengths = [
            draw(caller.stream, spec.length_s, Purpose.SESSION_LENGTH, caller.person, key_of(day, n))
            for n in range(len(starts))
        ]
        limits = [*starts[1:], end_of_day]
        return [(s, min(s + length, limit)) for s, length, limit in zip(starts, lengths, limits, strict=True)]

    def _commands(self, day: int, n: int, start: float, stop: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        stream = self._caller.stream
        rate = 1.0 / self._spec.command_every_s
        key = (stream.seed, stream.key(Purpose.CALLS), self._caller.person, key_of(day, n), stream.population)
        points: tuple[NDArray[np.float64], NDArray[np.float64]] = exponential_points(*key, start, stop, rate)
        return points

    def _sizes(self, marks: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.maximum(np.rint(quantiles(self._spec.calls_per_command, marks)), 1).astype(np.int64)


class OnOff(CallsSpec):
    """Alternating on-sessions and pauses within a population's `workday`.

    The first session starts at the day's first use, the others at uniform instants of the working
    hours; a session ends early where the next one starts. While on, commands come as a Poisson
    process, each with its number of calls; every command is an operating-system process of its own.
    """

    kind: Literal["on_off"]
    per_day: Annotated[int, Field(gt=0, le=48)]
    """On-sessions on a day of presence."""
    length_s: Dist
    """Length of an on-session."""
    command_every_s: Positive
    """Mean time between commands while on."""
    calls_per_command: Dist = 1.0
    """Calls that one command makes (rounded, at least 1)."""

    def calls_of(self, caller: Caller) -> OnOffCalls:
        """The calls of one profile."""
        return OnOffCalls(caller, self)

    def mean_gap_s(self) -> float:
        """Mean time between calls while on."""
        return self.command_every_s / max(mean_of(self.calls_per_command), 1.0)
