"""A plain fleet: clients that meet nobody, advanced by one compiled loop instead of a process each.

The loop makes the same draws, compares the same floats and adds them in the same order as the processes of
`sim.clients.client`, so its tables are the same bytes. It lets all clients live through a window of time, writes the
rows that nothing can precede any more, and goes on: memory does not grow with the horizon.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from sim.caches.places import place_of
from sim.chains.fetching import ApiProvider
from sim.fleet.build import ROOM, build_clients, build_rule, probes_of
from sim.fleet.columns import COLUMNS, Feed, Told
from sim.fleet.loop import MOST_ROWS, advance, finish
from sim.fleet.plain import chain_of, session_of, template
from sim.fleet.state import HOLDINGS, REQUESTS, ROW, TABLES, Records
from sim.world import World

__all__ = ["Fleet"]

_WINDOW_TURNS: Final = 16_384
"""Turns of all clients that a window of time should have."""


class Fleet:
    """The clients of a plain fleet, or a block of them.

    Args:
        world: What the shard's clients meet; `sim.fleet.plain.obstacle` has found nothing in it.
        clients: A block of the only population's clients; all of them if None.
    """

    def __init__(self, world: World, clients: range | None = None) -> None:
        self.world = world
        self.clients = clients
        self.recorder = world.recorder
        self._sinks = world.recorder.sinks
        self._probes = probes_of(world)
        self._rule = build_rule(world)
        self._state = build_clients(world, self._rule, clients)
        self._holds = False
        self._out = np.empty(ROOM + MOST_ROWS + 1, ROW)
        told = _told(world, self._state)
        self._feeds = {
            table: Feed(self._sinks[table], make, told)
            for table, (make, _) in COLUMNS.items()
            if table in self._sinks
        }  # fmt: skip

    def run(self) -> dict[str, tuple[int, str]]:
        """Pass the time to the horizon and write what is still open.

        Returns:
            Rows and content hash of every table.
        """
        now, step, horizon = 0.0, 1.0, self.world.horizon_s
        while now < horizon:
            now = min(now + step, horizon)
            turns = self._advance(now)
            step = max(math.floor(step * min(max(_WINDOW_TURNS / (turns + 1), 0.25), 4.0)), 1.0)
        self._pass(lambda start: finish(self._state, self._rule, self._out, start))
        if self._holds:
            self.world.grants.write(self.recorder)
        closed = {table: self._feeds.get(table, sink).close() for table, sink in self._sinks.items()}
        return {table: (sink.rows, closed[table]) for table, sink in self._sinks.items()}

    def _advance(self, until: float) -> int:
        """Let a window of time pass, whole seconds or up to the horizon; the number of its turns."""
        requests = self._pass(lambda start: advance(self._state, self._rule, self._out, until, start))
        self._feeds["requests_per_second"].take(_per_second(requests))
        for feed in self._feeds.values():
            feed.flush(until)
        return len(requests)

    def _pass(self, part: Callable[[int], int]) -> Records:
        """Run a part of the loop for all clients, hand its rows over, return those of `requests`."""
        start, requests = 0, []
        while start < len(self._state):
            start = part(start)
            rows = self._out[: self._rule["used"][0]]
            self._rule["used"] = 0
            for number, table in enumerate(TABLES):
                if table in self._feeds:
                    self._feeds[table].take(rows[rows["table"] == number])
            requests.append(rows[rows["table"] == REQUESTS])
            held = rows[rows["table"] == HOLDINGS]
            self._holds = self._holds or len(held) > 0
            self._feeds["probes"].take(self._found(held))
        return np.concatenate(requests)

    def _found(self, held: Records) -> Records:
        """Rows of the thefts that found what lay there."""
        rows = []
        for row in held[self._state["watched"][held["who"]] == 1]:
            for at in self._probes[int(self._state["client"][row["who"]])]:
                if row["start"] <= at < row["stop"] and row["expires"] > at:
                    rows.append(row.copy())
                    rows[-1]["start"] = at
        return np.array(rows, ROW)


def _per_second(requests: Records) -> Records:
    """Requests by second, from all that a window has."""
    seconds, counts = np.unique(np.floor(requests["due"]), return_counts=True)
    rows = np.zeros(len(seconds), ROW)
    rows["due"], rows["n"] = seconds, counts
    return rows


def _told(world: World, clients: Records) -> Told:
    """What the fleet's tables say in every row."""
    name, spec, step = chain_of(world.scenario)
    provider = template(world).provider
    assert isinstance(provider, ApiProvider)
    return Told(
        population=name,
        client=clients["client"].copy(),
        slot=clients["slot"].copy(),
        origin=provider.origin,
        request=provider.request,
        issuer=provider.api.name,
        latency=provider.api.latency_s,
        place=place_of(step, spec),
        grant=world.grants.of(session_of(world)),
        by_user=step.user is not None,
        stationary=spec.start is None,
    )
