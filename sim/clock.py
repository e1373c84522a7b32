"""SimPy's environment with instants instead of delays: what is due at t happens at exactly t.

SimPy adds delays to `now`, so an instant computed elsewhere would be missed by a rounding error.
Equal instants are ordered by rank (faults, then clients by population, index and slot), never by the
order in which processes were built.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from simpy import Environment, Event

__all__ = ["AFTER_CLIENTS", "AFTER_REQUESTS", "BEFORE_CLIENTS", "Clock"]

BEFORE_CLIENTS: Final = 0
"""Rank of what must be there when a client's process starts."""
AFTER_REQUESTS: Final = 1 << 61
"""Added to the rank of a client: its calls to an issuer come after everybody's requests for credentials."""
AFTER_CLIENTS: Final = 1 << 62
"""Rank of what ends once all clients have."""


class Clock(Environment):
    """A SimPy environment that can wait for an instant.

    Attributes:
        horizon_s: End of the run; inf until it is known.
    """

    horizon_s: float = math.inf

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
        """Run every event before `horizon`; call `between` with the time after each `every` events.

        The loop is SimPy's `step`, without a call for each event.
        """
        queue = self._queue
        self.horizon_s = horizon
        while queue and queue[0][0] < horizon:
            for _ in range(every):
                if not queue or queue[0][0] >= horizon:
                    break
                self._now, _, _, event = heappop(queue)
                callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
                for callback in callbacks:
                    callback(event)
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
            between(self._now)
        self._now = horizon
