"""Calls whose instants are listed, a stretch at a time: days of a person, or a whole trace."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Final

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from sim.calendar import Calendar
from sim.streams import uniform_of, words

__all__ = ["DayCalls", "Listed", "exponential_points"]

_KEPT_DAYS: Final = 5  # today, a weekend, and the next working day
_SEARCH_DAYS: Final = 400  # a person who does not work within so many days never does


class Listed:
    """Commands in order: their instants and the calls before each.

    Args:
        at_s: Instants of the commands, ascending, shape (n,).
        sizes: Calls of each command, shape (n,).
    """

    __slots__ = ("_at_s", "_before")

    def __init__(self, at_s: NDArray[np.float64], sizes: NDArray[np.int64]) -> None:
        self._at_s: list[float] = at_s.tolist()
        self._before: list[int] = [0, *np.cumsum(sizes).tolist()]

    def first(self, at: float) -> float:
        """The first call at or after `at`; inf if there is none."""
        place = bisect_left(self._at_s, at)
        return self._at_s[place] if place < len(self._at_s) else math.inf

    def number(self, at: float) -> int:
        """Calls before `at`."""
        return self._before[bisect_left(self._at_s, at)]


class DayCalls:
    """Calls that are drawn a local day at a time; the last few days asked for are kept."""

    __slots__ = ("_calendar", "_days")

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._days: dict[int, Listed | None] = {}

    def draw_day(self, day: int) -> Listed | None:
        """The calls of a local day; None if there are none."""
        raise NotImplementedError

    def _of(self, day: int) -> Listed | None:
        days = self._days
        if day not in days:
            if len(days) >= _KEPT_DAYS:
                del days[min(days)]
            days[day] = self.draw_day(day)
        return days[day]

    def first(self, at: float) -> float:
        """The first call at or after `at`; inf if there is none within 400 days."""
        today = self._calendar.day_of(at)
        for day in range(today, today + _SEARCH_DAYS):
            listed = self._of(day)
            if listed is not None:
                instant = listed.first(at)
                if instant < math.inf:
                    return instant
        return math.inf

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""
        if stop <= start:
            return 0
        total = 0
        for day in range(self._calendar.day_of(start), self._calendar.day_of(stop) + 1):
            listed = self._of(day)
            if listed is not None:
                total += listed.number(stop) - listed.number(start)
        return total

    def command(self, at: float) -> tuple[float, float]:
        """Commands of a person are short: all their calls are made at once."""
        return at, at


@njit("UniTuple(float64[:], 2)(uint64, uint64, uint64, uint64, uint64, float64, float64, float64)", cache=True)  # type: ignore[untyped-decorator]
def exponential_points(
    seed: int, stream: int, index: int, base: int, population: int, start: float, stop: float, rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of a Poisson process in [start, stop) and a uniform mark for each.

    Args:
        seed: The key (see `sim.streams`), as stream, index and population.
        stream: Second key word.
        index: Who.
        base: Counter of the first gap; point i uses base + i.
        population: Which population.
        start: Start of the stretch.
        stop: Its end.
        rate: Points per second.

    Returns:
        Instants and marks, both of shape (points,).
    """
    size = 16
    points, marks = np.empty(size), np.empty(size)
    at, n = start, 0
    while True:
        w = words(seed, stream, index, uint64(base) + uint64(n), population, uint64(0))
        at += -np.log(uniform_of(w[0])) / rate
        if at >= stop:
            return points[:n].copy(), marks[:n].copy()
        if n == size:
            size *= 2
            more, more_marks = np.empty(size), np.empty(size)
            more[:n], more_marks[:n] = points, marks
            points, marks = more, more_marks
        points[n], marks[n] = at, uniform_of(w[1])
        n += 1
