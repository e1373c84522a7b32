"""What happened to a client that signed at given instants: the common language of real SDKs and the simulator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Spans", "Trace", "inside", "merged"]

Spans = Sequence[tuple[float, float]]
"""Half-open spans of time."""


@dataclass(slots=True)
class Trace:
    """What happened: instants in seconds from 0, ascending."""

    issued: list[float] = field(default_factory=list)
    failed_attempts: list[float] = field(default_factory=list)
    failed_calls: list[float] = field(default_factory=list)

    def counts(self) -> tuple[int, int, int]:
        """How many of each."""
        return len(self.issued), len(self.failed_attempts), len(self.failed_calls)


def inside(at: float, spans: Spans) -> bool:
    """Whether `at` lies in one of the half-open spans."""
    return any(start <= at < stop for start, stop in spans)


def merged(traces: Sequence[Trace]) -> Trace:
    """Several clients' traces as one, ascending."""
    parts = [(trace.issued, trace.failed_attempts, trace.failed_calls) for trace in traces]
    return Trace(*(sorted(at for part in column for at in part) for column in zip(*parts, strict=True)))
