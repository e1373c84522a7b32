"""Verdicts over time: pieces of (until, verdict), in order; the last one ends at inf."""

from __future__ import annotations

import math
from collections.abc import Collection

from sim.records import Verdict

__all__ = ["Pieces", "begins", "verdict_at"]

Pieces = tuple[tuple[float, Verdict], ...]


def verdict_at(pieces: Pieces, at: float) -> Verdict:
    """The verdict of a call that is signed at `at`."""
    for until, verdict in pieces:
        if at < until:
            return verdict
    return pieces[-1][1]


def begins(pieces: Pieces, verdicts: Collection[Verdict], start: float) -> float:
    """First instant at or after `start` with one of `verdicts`; inf if there is none."""
    since = start
    for until, verdict in pieces:
        if until <= start:
            continue
        if verdict in verdicts:
            return since
        since = until
    return math.inf
