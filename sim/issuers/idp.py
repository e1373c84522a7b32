"""An identity provider: a first-come-first-served queue with several servers and, where it has one, a limited room."""

from __future__ import annotations

import math
from heapq import heappop, heappush, heapreplace
from typing import NamedTuple

from sim.issuers.api import Downtime
from sim.issuers.impairment import Drawer, Impairment
from sim.issuers.spec import IdentityProvider

__all__ = ["IdpQueue", "Served"]


class Served(NamedTuple):
    """How a login at the provider went."""

    ok: bool
    queue_s: float
    done_at_s: float


class IdpQueue:
    """G/G/c with impatient people: whoever would wait past the timeout leaves unserved.

    Arrivals come in order of time and service is first come, first served, so a login's wait is known
    when it arrives: the servers are the instants at which they become free.
    """

    def __init__(
        self, name: str, spec: IdentityProvider, downtime: Downtime, impairment: Impairment | None = None
    ) -> None:
        self.name = name
        self.spec = spec
        self._downtime = downtime
        self._impairment = impairment
        self._free = [float("-inf")] * spec.servers
        self._leaving: list[float] = []

    def down(self, at: float) -> bool:
        """Whether it answers nobody at `at`."""
        return self._downtime.covers(at)

    def serve(self, at: float, service_s: float, drawer: Drawer | None = None, number: int = 0) -> Served:
        """Serve login `number` of the drawer, which arrives at `at`."""
        if self._downtime.covers(at):
            return Served(False, 0.0, at)
        if self._is_full(at):
            return Served(False, 0.0, at)
        if self._impairment and drawer is not None:
            service_s += self._impairment.adds_s(at)
            if self._impairment.refuses(at, drawer, number):
                return Served(False, 0.0, at)
        start = max(at, self._free[0])
        if start - at > self.spec.timeout_s:
            return Served(False, self.spec.timeout_s, at + self.spec.timeout_s)
        if self._downtime.covers(start):
            return Served(False, start - at, start)
        heapreplace(self._free, start + service_s)
        if self.spec.room is not None:
            heappush(self._leaving, start + service_s)
        return Served(True, start - at, start + service_s)

    def _is_full(self, at: float) -> bool:
        """Whether a limited room has no place left at `at`."""
        room, leaving = self.spec.room, self._leaving
        if room is None:
            return False
        while leaving and leaving[0] <= at:
            heappop(leaving)
        return len(leaving) >= room

    def occupy(self, at: float, service_s: float) -> float:
        """Serve a request at `at` whose asker may be gone when it is done.

        Returns:
            Time from `at` to its end; inf if the provider is down.
        """
        start = max(at, self._free[0])
        if self._downtime.covers(at) or self._downtime.covers(start):
            return math.inf
        heapreplace(self._free, start + service_s)
        return start + service_s - at
