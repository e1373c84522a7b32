"""Exposure the slow way: every elementary interval of time, every row, no sweep."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd


class Held(NamedTuple):
    """One row of `holdings`, as far as exposure needs it."""

    client: int
    from_s: float
    to_s: float
    valid_until_s: float
    mint_until_s: float


def frame(rows: Sequence[Held]) -> pd.DataFrame:
    return pd.DataFrame([row._asdict() for row in rows], columns=list(Held._fields)).assign(
        kind="session", credential="ses-0", end_cause="expiry"
    )


def left_at(rows: Sequence[Held], client: int, t: float, thief: str, foothold_s: float) -> float:
    """Time left to a thief who strikes the client's place at t."""
    left = 0.0
    for row in rows:
        start = row.from_s - (foothold_s if thief == "foothold" else 0.0)
        if row.client != client or not start <= t < min(row.to_s, row.valid_until_s):
            continue
        if row.from_s >= min(row.to_s, row.valid_until_s):
            continue
        until = row.valid_until_s if thief == "copy" else max(row.valid_until_s, row.mint_until_s)
        left = max(left, until - t)
    return left


def pieces(
    rows: Sequence[Held], clients: int, window_s: float, thief: str, foothold_s: float
) -> list[tuple[float, float]]:
    """(length of the interval, time left at its begin) for all clients; within one the time left falls with slope 1."""
    found = []
    cuts = {0.0, window_s}
    for row in rows:
        cuts |= {row.from_s, row.to_s, row.valid_until_s, row.from_s - foothold_s}
    edges = sorted(cut for cut in cuts if 0 <= cut <= window_s)
    for client in range(clients):
        for a, b in itertools.pairwise(edges):
            left = left_at(rows, client, (a + b) / 2, thief, foothold_s)
            found.append((b - a, left + (b - a) / 2 if left > 0 else 0.0))
    return found


def survival(parts: Sequence[tuple[float, float]], x: float) -> float:
    """P(X > x)."""
    total = sum(length for length, _ in parts)
    above = sum(min(max(left - x, 0.0), length) for length, left in parts if left > 0)
    return above / total


def mean(parts: Sequence[tuple[float, float]], cap: float) -> float:
    """E[min(X, cap)]."""
    total = sum(length for length, _ in parts)
    whole = 0.0
    for length, left in parts:
        if math.isinf(left):
            whole += cap * length
        elif left > 0:
            capped = min(max(left - cap, 0.0), length)
            rest = length - capped
            whole += cap * capped + rest * ((left - capped) - rest / 2)
    return whole / total
