"""A unit Poisson process that can be asked anywhere: a function of its key and of time, without state.

Operational time is cut into cells of mean 1,024 points. A cell's count is one keyed Poisson draw; it is
split in halves by keyed binomial(n, 1/2) draws (the set bits of n random bits, which is exact) down to
leaves of at most 16 points, whose places are keyed uniforms. So "first point at or after t" and "points
before t" cost one path through a cell, whatever was asked before, and counts and points always agree:
both compare the same floats.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit, uint64

from sim.streams import uniform_of, words

__all__ = ["CELL", "cell_count", "count_between", "first_after", "leaf_at", "points_of"]

CELL: Final = 1024.0
"""Mean number of points in a cell."""
_LEAF: Final = 16
_DEPTH: Final = 10
_NODE_BITS: Final = 12


def _cdf_of_cell_counts() -> tuple[int, np.ndarray]:
    low, high = int(CELL - 12 * math.sqrt(CELL)), int(CELL + 12 * math.sqrt(CELL))
    logs = np.array([n * math.log(CELL) - CELL - math.lgamma(n + 1) for n in range(low, high + 1)])
    return low, np.cumsum(np.exp(logs))


_LOWEST, _CDF = _cdf_of_cell_counts()

_KEY = "uint64, uint64, uint64, uint64"


@njit(f"int64({_KEY}, int64)", cache=True)  # type: ignore[untyped-decorator]
def cell_count(seed: int, stream: int, index: int, population: int, cell: int) -> int:
    """Points of a cell."""
    w = words(seed, stream, index, uint64(cell) << uint64(_NODE_BITS), population, uint64(0))
    return _LOWEST + int(np.searchsorted(_CDF, uniform_of(w[0])))


@njit("int64(uint64)", cache=True)  # type: ignore[untyped-decorator]
def _bits(word: int) -> int:
    x = uint64(word)
    x = x - ((x >> uint64(1)) & uint64(0x5555555555555555))
    x = (x & uint64(0x3333333333333333)) + ((x >> uint64(2)) & uint64(0x3333333333333333))
    x = (x + (x >> uint64(4))) & uint64(0x0F0F0F0F0F0F0F0F)
    return int((x * uint64(0x0101010101010101)) >> uint64(56))


@njit(f"int64({_KEY}, uint64, int64)", cache=True)  # type: ignore[untyped-decorator]
def _half(seed: int, stream: int, index: int, population: int, node: int, n: int) -> int:
    """Binomial(n, 1/2): set bits among n keyed random bits."""
    heads, left, block = 0, n, uint64(0)
    while left > 0:
        for word in words(seed, stream, index, node, population, block):
            if left >= 64:
                heads += _bits(word)
            elif left > 0:
                heads += _bits(word >> uint64(64 - left))
            left -= 64
        block += uint64(1)
    return heads


_LEAF_TYPE = "Tuple((uint64, float64, float64, int64, int64))"
_PLACE = "Tuple((uint64, float64, float64))"


@njit(f"{_LEAF_TYPE}({_KEY}, int64, float64)", cache=True)  # type: ignore[untyped-decorator]
def leaf_at(
    seed: int, stream: int, index: int, population: int, cell: int, x: float
) -> tuple[int, float, float, int, int]:
    """The leaf of a cell that holds the place `x` in [0, 1): its node, start, width, points, points before it."""
    base = uint64(cell) << uint64(_NODE_BITS)
    n = cell_count(seed, stream, index, population, cell)
    node, start, width, before = uint64(1), 0.0, 1.0, 0
    depth = 0
    while n > _LEAF and depth < _DEPTH:
        left = _half(seed, stream, index, population, base | node, n)
        width *= 0.5
        node = node << uint64(1)
        if x < start + width:
            n = left
        else:
            before += left
            n -= left
            start += width
            node |= uint64(1)
        depth += 1
    return base | node, start, width, n, before


@njit(f"void({_KEY}, int64, {_PLACE}, float64, float64[:])", cache=True)  # type: ignore[untyped-decorator]
def points_of(
    seed: int, stream: int, index: int, population: int, cell: int, leaf: tuple[int, float, float], rate: float,
    points: np.ndarray,
) -> None:  # fmt: skip
    """Times of the points of a leaf (its node, start and width), in no order; as many as `points` has room for."""
    node, start, width = leaf
    n, block, got = len(points), uint64(1), 0
    while got < n:
        for word in words(seed, stream, index, node, population, block + uint64(1 << 20)):
            if got < n:
                points[got] = (cell + start + width * uniform_of(word)) * CELL / rate
            got += 1
        block += uint64(1)


@njit(f"Tuple((int64, float64))({_KEY}, int64, float64, float64, float64)", cache=True)  # type: ignore[untyped-decorator]
def _look(
    seed: int, stream: int, index: int, population: int, cell: int, tau: float, at: float, rate: float
) -> tuple[int, float]:
    """Points of the cell with time before `at`, and the first one not before it in the leaf of `tau`, or inf."""
    node, start, width, n, before = leaf_at(seed, stream, index, population, cell, tau / CELL - cell)
    block, got, found = uint64(1), 0, math.inf
    while got < n:
        for word in words(seed, stream, index, node, population, block + uint64(1 << 20)):
            if got < n:
                point = (cell + start + width * uniform_of(word)) * CELL / rate
                if point < at:
                    before += 1
                else:
                    found = min(found, point)
            got += 1
        block += uint64(1)
    return before, found


@njit(f"float64({_KEY}, int64, int64, float64)", cache=True)  # type: ignore[untyped-decorator]
def _point_in_cell(seed: int, stream: int, index: int, population: int, cell: int, rank: int, rate: float) -> float:
    """Time of the cell's point number `rank` (from 0)."""
    base = uint64(cell) << uint64(_NODE_BITS)
    n = cell_count(seed, stream, index, population, cell)
    node, start, width = uint64(1), 0.0, 1.0
    depth = 0
    while n > _LEAF and depth < _DEPTH:
        left = _half(seed, stream, index, population, base | node, n)
        width *= 0.5
        node = node << uint64(1)
        if rank < left:
            n = left
        else:
            rank -= left
            n -= left
            start += width
            node |= uint64(1)
        depth += 1
    points = np.empty(n)
    block, got = uint64(1), 0
    while got < n:
        for word in words(seed, stream, index, base | node, population, block + uint64(1 << 20)):
            if got < n:
                points[got] = (cell + start + width * uniform_of(word)) * CELL / rate
            got += 1
        block += uint64(1)
    points.sort()
    return float(points[rank])


@njit(f"float64({_KEY}, float64, float64, float64)", cache=True)  # type: ignore[untyped-decorator]
def first_after(seed: int, stream: int, index: int, population: int, tau: float, at: float, rate: float) -> float:
    """The first point whose time (operational time / rate) is at or after `at`.

    Args:
        seed: The key (see `sim.streams`), as the next three.
        stream: Second key word.
        index: Who.
        population: Which population.
        tau: `at` in operational time (at * rate).
        at: Instant asked for.
        rate: Points per unit of time.
    """
    cell = np.int64(math.floor(tau / CELL))
    before, found = _look(seed, stream, index, population, cell, tau, at, rate)
    if found < math.inf:
        return float(found)
    while before >= cell_count(seed, stream, index, population, cell):
        cell += 1
        before = 0
    return float(_point_in_cell(seed, stream, index, population, cell, before, rate))


@njit(f"int64({_KEY}, float64, float64, float64)", cache=True)  # type: ignore[untyped-decorator]
def count_between(seed: int, stream: int, index: int, population: int, start: float, stop: float, rate: float) -> int:
    """Points with time in [start, stop)."""
    first, last = np.int64(math.floor(start * rate / CELL)), np.int64(math.floor(stop * rate / CELL))
    total = _look(seed, stream, index, population, last, stop * rate, stop, rate)[0]
    total -= _look(seed, stream, index, population, first, start * rate, start, rate)[0]
    for cell in range(first, last):
        total += cell_count(seed, stream, index, population, cell)
    return int(total)
