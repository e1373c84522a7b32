"""SimPy's environment with instants instead of delays: what is due at t happens at exactly t.

SimPy adds delays to `now`, so an instant computed elsewhere would be missed by a rounding error.
Equal instants are ordered by rank (faults, then clients by population, index and slot), never by the
order in which processes were built.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush

from simpy import Environment, Event

__all__ = ["Clock"]


class Clock(Environment):
    """A SimPy environment that can wait for an instant."""

    def at(self, instant: float, rank: int) -> Event:
        """An event at `instant` (not before now), ordered by `rank` among equal instants.

        Raises:
            ValueError: If the instant has passed.
        """
        if instant < self._now:
            raise ValueError(f"instant (={instant}) must not be before now (={self._now})")
        event = Event(self)
        event._ok = True
        event._value = None
        heappush(self._queue, (instant, rank, next(self._eid), event))  # type: ignore[misc]
        return event

    def until(self, horizon: float, between: Callable[[float], None], every: int = 50_000) -> None:
        """Run every event before `horizon`; call `between` with the time after each `every` events."""
        queue, step = self._queue, self.step
        while queue and queue[0][0] < horizon:
            for _ in range(every):
                if not queue or queue[0][0] >= horizon:
                    break
                step()
            between(self._now)
        self._now = horizon
