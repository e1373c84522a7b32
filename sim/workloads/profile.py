"""Calls whose rate follows the hours of a week."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from sim.calendar import DAY_S
from sim.spec import NonNegative
from sim.streams import Purpose
from sim.unit_poisson import count_between, first_after
from sim.workloads.base import Caller, CallsSpec

__all__ = ["Profile", "ProfileCalls"]

_HOUR_S: Final = 3600.0
_WEEK_S: Final = 7 * DAY_S


class ProfileCalls:
    """Calls of one client with a weekly rate: a unit Poisson process in operational time.

    Operational time is the integrated rate. A call's instant is the inverse of its operational time;
    every query is answered through the first call at or after an instant, so rounding in the inverse
    can neither lose a call nor count it twice.
    """

    __slots__ = ("_key", "_rates", "_sums", "_week", "_zero")

    def __init__(self, caller: Caller, rates: tuple[float, ...]) -> None:
        stream = caller.stream
        self._key = (stream.seed, stream.key(Purpose.CALLS), caller.index, stream.population)
        calendar = caller.calendar
        self._zero = calendar.midnight_s - calendar.weekday * DAY_S
        self._rates = rates
        self._sums = (0.0, *accumulate(rate * _HOUR_S for rate in rates))
        self._week = self._sums[-1]

    def _operational(self, at: float) -> float:
        weeks, rest = divmod(at - self._zero, _WEEK_S)
        hour = min(int(rest // _HOUR_S), 167)
        return weeks * self._week + self._sums[hour] + (rest - hour * _HOUR_S) * self._rates[hour]

    def _instant(self, tau: float) -> float:
        weeks, rest = divmod(tau, self._week)
        hour = min(bisect_right(self._sums, rest) - 1, 167)
        return self._zero + weeks * _WEEK_S + hour * _HOUR_S + (rest - self._sums[hour]) / self._rates[hour]

    def _next(self, at: float) -> tuple[float, float]:
        """Operational time and instant of the first call at or after `at`."""
        tau = self._operational(at)
        tau -= 1e-9 * (1.0 + abs(tau))
        while True:
            tau = first_after(*self._key, tau, tau, 1.0)
            instant = self._instant(tau)
            if instant >= at:
                return tau, instant
            tau = math.nextafter(tau, math.inf)

    def first(self, at: float) -> float:
        """The first call at or after `at`."""
        return self._next(at)[1]

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""
        if stop <= start:
            return 0
        return int(count_between(*self._key, self._next(start)[0], self._next(stop)[0], 1.0))

    def command(self, at: float) -> tuple[float, float]:
        """A long-lived process has no commands: each call stands alone."""
        return at, at


class Profile(CallsSpec):
    """A Poisson process whose rate is constant within each hour and repeats every week.

    Hours are local to the client's time zone (UTC where the population has none).
    """

    kind: Literal["profile"]
    weekday_rps: Annotated[tuple[NonNegative, ...], Field(min_length=24, max_length=24)]
    """Calls per second of each client in each hour of Monday to Friday."""
    weekend_rps: Annotated[tuple[NonNegative, ...], Field(min_length=24, max_length=24)]
    """Calls per second of each client in each hour of Saturday and Sunday."""

    @model_validator(mode="after")
    def _some_rate(self) -> Profile:
        if sum(self.weekday_rps) + sum(self.weekend_rps) <= 0:
            raise ValueError("at least one hour must have a rate above 0")
        return self

    def calls_of(self, caller: Caller) -> ProfileCalls:
        """The calls of one client."""
        week = (*self.weekday_rps * 5, *self.weekend_rps * 2)
        return ProfileCalls(caller, tuple(rate / caller.profiles for rate in week))

    def mean_gap_s(self) -> float:
        """Mean time between calls, over the week."""
        return 168.0 / (5 * sum(self.weekday_rps) + 2 * sum(self.weekend_rps))
