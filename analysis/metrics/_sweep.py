"""Running maximum over overlapping holdings, for all clients of a place in one vectorised sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_STEPS", "Floats", "Steps", "running_maximum"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Steps:
    """A piecewise-constant function of time for each client: `until` on [start, stop).

    Attributes:
        client: Client of each step, shape (m,), ascending.
        start: Beginning of each step, s, ascending within a client.
        stop: End of each step, s.
        until: Largest value held then, s; -inf where nothing is held.
    """

    client: Ints
    start: Floats
    stop: Floats
    until: Floats

    def at(self, client: Ints, at_s: Floats) -> Floats:
        """The value for each (client, instant); -inf where nothing is held.

        Args:
            client: Clients asked for, shape (k,).
            at_s: Instants, s, shape (k,).
        """
        order = np.lexsort((at_s, client))
        keys = np.concatenate([self.client, client])
        times = np.concatenate([self.start, at_s])
        is_query = np.repeat([0, 1], [len(self.client), len(client)])
        rank = np.lexsort((is_query, times, keys))
        last = np.cumsum(1 - is_query[rank])[is_query[rank] == 1] - 1
        found = np.full(len(client), -np.inf)
        if len(self.client):
            step = np.maximum(last, 0)
            hit = (last >= 0) & (self.client[step] == client[order]) & (self.stop[step] > at_s[order])
            found[order] = np.where(hit, self.until[step], -np.inf)
        return found


_NOTHING: Floats = np.empty(0)
NO_STEPS = Steps(np.empty(0, np.int64), _NOTHING, _NOTHING, _NOTHING)
"""Nothing held by anybody."""


def running_maximum(client: Ints, start: Floats, stop: Floats, until: Floats) -> Steps:
    """The largest `until` of all rows that cover an instant, for each client.

    Every row spans a range of elementary steps between its client's instants of change. A range is
    covered by two blocks whose length is a power of two; the maximum is noted per block, and the
    blocks are halved down to single steps: O(n log n), however many rows overlap.

    Args:
        client: Client of each row, shape (n,).
        start: First instant of each row, s.
        stop: End (excluded) of each row, s; empty rows are ignored.
        until: Value of each row, s; may be inf.
    """
    kept = start < stop
    client, start, stop, until = client[kept], start[kept], stop[kept], until[kept]
    owner, edge, first, last = _edges(client, start, stop)
    best = _range_maximum(len(edge), first, last, until)
    inside = np.flatnonzero(owner[1:] == owner[:-1])
    return Steps(owner[inside], edge[inside], edge[inside + 1], best[inside])


def _edges(client: Ints, start: Floats, stop: Floats) -> tuple[Ints, Floats, Ints, Ints]:
    """Distinct (client, instant) pairs in order, and each row's position of start and stop among them."""
    owners, times = np.concatenate([client, client]), np.concatenate([start, stop])
    order = np.lexsort((times, owners))
    owners, times = owners[order], times[order]
    is_new = np.ones(len(times), dtype=bool)
    is_new[1:] = (owners[1:] != owners[:-1]) | (times[1:] != times[:-1])
    position = np.empty(len(times), dtype=np.int64)
    position[order] = np.cumsum(is_new) - 1
    return owners[is_new], times[is_new], position[: len(client)], position[len(client) :]


def _range_maximum(size: int, first: Ints, last: Ints, value: Floats) -> Floats:
    """Per element of range(size): the largest value of the ranges [first, last) that contain it."""
    best = np.full(size, -np.inf)
    power = np.frexp((last - first).astype(float))[1] - 1
    for level in range(int(power.max(initial=0)), -1, -1):
        rows = power == level
        np.maximum.at(best, first[rows], value[rows])
        np.maximum.at(best, last[rows] - (1 << level), value[rows])
        if half := (1 << level) >> 1:
            shifted = best.copy()
            np.maximum(shifted[half:], best[:-half], out=shifted[half:])
            best = shifted
    return best
