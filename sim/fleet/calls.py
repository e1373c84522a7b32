"""When a plain fleet's clients call, compiled: `PoissonCalls` with a memory for where it looked last.

`first` and `count` answer what `first_after` and `count_between` of `sim.unit_poisson` do, to the last bit: they
compare the same floats in the same leaves. A client asks for instants close to each other, so it keeps the leaf it
looked at and how many calls came before the end of what it counted.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit, uint64

from sim.fleet.state import LEAF
from sim.unit_poisson import CELL, cell_count, leaf_at, points_of

__all__ = ["count", "first"]


@njit  # type: ignore[untyped-decorator]
def first(me: Any, it: Any, at: float) -> float:
    """The first call at or after `at`."""
    found = math.inf
    for thread in range(it.threads):
        found = min(found, _first(me, it, thread, at))
    return found


@njit  # type: ignore[untyped-decorator]
def count(me: Any, it: Any, start: float, stop: float) -> int:
    """Calls in [start, stop)."""
    n = 0
    if stop > start:
        for thread in range(it.threads):
            n += _count(me, it, thread, start, stop)
    return n


@njit  # type: ignore[untyped-decorator]
def _index(me: Any, thread: int) -> Any:
    return uint64(me.client) | uint64(me.slot + thread) << uint64(40)


@njit  # type: ignore[untyped-decorator]
def _look(me: Any, it: Any, thread: int, cell: int, x: float) -> None:
    """Keep the leaf of a cell that holds the place `x` in [0, 1)."""
    if me.leaf_thread == thread and me.leaf_cell == cell and me.leaf_low <= x < me.leaf_high:
        return
    index = _index(me, thread)
    node, low, width, n, before = leaf_at(it.seed, it.calls_key, index, it.population, cell, x)
    assert n <= LEAF
    me.leaf_thread, me.leaf_cell, me.leaf_low, me.leaf_high = thread, cell, low, low + width
    me.leaf_before, me.leaf_n = before, n
    leaf = (node, low, width)
    points_of(it.seed, it.calls_key, index, it.population, me.leaf_cell, leaf, it.rps, me.leaf_points[:n])


@njit  # type: ignore[untyped-decorator]
def _first(me: Any, it: Any, thread: int, at: float) -> float:
    cell = math.floor(at * it.rps / CELL)
    _look(me, it, thread, cell, at * it.rps / CELL - cell)
    while True:
        found = math.inf
        for number in range(me.leaf_n):
            if at <= me.leaf_points[number] < found:
                found = me.leaf_points[number]
        if found < math.inf:
            return found
        if me.leaf_high < 1.0:
            _look(me, it, thread, me.leaf_cell, me.leaf_high)
        else:
            _look(me, it, thread, me.leaf_cell + 1, 0.0)


@njit  # type: ignore[untyped-decorator]
def _before(me: Any, it: Any, thread: int, at: float) -> tuple[int, int]:
    """The cell of an instant, and how many of its calls come before."""
    cell = math.floor(at * it.rps / CELL)
    _look(me, it, thread, cell, at * it.rps / CELL - cell)
    before = me.leaf_before
    for number in range(me.leaf_n):
        before += me.leaf_points[number] < at
    return cell, before


@njit  # type: ignore[untyped-decorator]
def _count(me: Any, it: Any, thread: int, start: float, stop: float) -> Any:
    if me.mark_thread == thread and me.mark_at == start:
        first_cell, before = me.mark_cell, me.mark_before
    else:
        first_cell, before = _before(me, it, thread, start)
    last_cell, total = _before(me, it, thread, stop)
    me.mark_thread, me.mark_at, me.mark_cell, me.mark_before = thread, stop, last_cell, total
    total -= before
    for cell in range(first_cell, last_cell):
        total += cell_count(it.seed, it.calls_key, _index(me, thread), it.population, cell)
    return total
