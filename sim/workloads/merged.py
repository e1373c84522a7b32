"""Several call processes that sign with the same credential: threads, or several kinds of work."""

from __future__ import annotations

from sim.workloads.base import Calls

__all__ = ["Merged", "merge"]


class Merged:
    """The superposition of call processes."""

    __slots__ = ("_parts",)

    def __init__(self, parts: tuple[Calls, ...]) -> None:
        self._parts = parts

    def first(self, at: float) -> float:
        """The first call at or after `at`."""
        return min(part.first(at) for part in self._parts)

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""
        return sum(part.count(start, stop) for part in self._parts)

    def command(self, at: float) -> tuple[float, float]:
        """First and last call of the longest command that makes a call at `at`."""
        commands = [part.command(at) for part in self._parts if part.first(at) == at]
        return max(commands, key=lambda ends: ends[1], default=(at, at))


def merge(parts: tuple[Calls, ...]) -> Calls:
    """One call process from several; a single one stays what it is."""
    return parts[0] if len(parts) == 1 else Merged(parts)
