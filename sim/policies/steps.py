"""A number that changes at instants: what the timeline makes of a setting."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

__all__ = ["Steps"]


class Steps:
    """A piecewise constant function of time.

    Args:
        intervals: (from, to, value), each holding in [from, to); where two meet, the later in the list wins.
        base: Value outside all of them.
    """

    __slots__ = ("_at_s", "_values", "base")

    def __init__(self, intervals: Iterable[tuple[float, float, float]], base: float = 0.0) -> None:
        self.base = base
        listed = list(intervals)
        self._at_s = sorted({at for start, stop, _ in listed for at in (start, stop)})
        self._values = [
            next((value for start, stop, value in reversed(listed) if start <= at < stop), base) for at in self._at_s
        ]

    def __bool__(self) -> bool:
        return bool(self._at_s)

    def at(self, now: float) -> float:
        """The value at an instant."""
        place = bisect_right(self._at_s, now)
        return self._values[place - 1] if place else self.base

    def changes(self) -> tuple[tuple[float, float], ...]:
        """(instant, value from then on), in order."""
        return tuple(zip(self._at_s, self._values, strict=True))
