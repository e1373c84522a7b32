"""How long one credential provider of a program serves: so many calls, or a time."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.chains.fetching import Asker
from sim.laws import draw
from sim.principals.program import PerCalls, PerTime
from sim.spec import Dist
from sim.streams import Purpose
from sim.workloads.base import Calls

__all__ = ["ProviderLife", "Turns", "life_of"]


class ProviderLife(NamedTuple):
    """How long one provider serves.

    Attributes:
        calls: So many calls; None if a time.
        every_s: So long, from the call that built it.
    """

    calls: int | None
    every_s: Dist = math.inf

    def ends_s(self, calls: Calls, asker: Asker, built_at: float, number: int, *, running: bool) -> float:
        """From when on a call builds the next provider.

        Args:
            calls: The calls it serves.
            asker: Whose draws decide.
            built_at: When the first of them came.
            number: Number of the provider at its client.
            running: It was there before the run began, for a uniform part of its life.
        """
        left = asker.uniform(Purpose.PROVIDER, number << 1) if running else 1.0
        if self.calls is None:
            every = draw(asker.stream, self.every_s, Purpose.PROVIDER, asker.index, number << 1 | 1)
            return built_at + max(every, 0.0) * left
        return _after(calls, built_at, math.ceil(self.calls * left))


class Turns:
    """The providers of one client, one after the other.

    Attributes:
        life: How long each of them serves.

    Args:
        life: How long each of them serves.
        running: Whether the first one was there before the run began.
    """

    def __init__(self, life: ProviderLife, *, running: bool) -> None:
        self.life = life
        self._running = running
        self._number = 0

    def next_ends_s(self, calls: Calls, asker: Asker, start: float) -> float:
        """From when on a call builds the provider after the one that is built at `start`."""
        number = self._number
        self._number += 1
        return self.life.ends_s(calls, asker, start, number, running=self._running and number == 0)


def life_of(words: PerCalls | PerTime) -> ProviderLife:
    """The scenario's words as numbers."""
    return ProviderLife(words.calls) if isinstance(words, PerCalls) else ProviderLife(None, words.every_s)


def _after(calls: Calls, start: float, n: int) -> float:
    """The instant just after the n-th call from `start` on, by bisection; inf if there are fewer."""
    if math.isinf(calls.first(start)):
        return math.inf
    low, step = start, 1.0
    while calls.count(start, start + step) < n:
        low, step = start + step, 2 * step
        if math.isinf(calls.first(low)) or step > 1e12:
            return math.inf
    high = start + step
    while math.nextafter(low, math.inf) < high:
        middle = low + (high - low) / 2
        low, high = (low, middle) if calls.count(start, middle) >= n else (middle, high)
    return high
