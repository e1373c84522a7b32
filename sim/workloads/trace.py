"""Calls at given instants."""

from __future__ import annotations

from bisect import bisect_left
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.workloads.base import Caller, CallsSpec

__all__ = ["Trace", "TraceCalls"]


class TraceCalls:
    """The listed calls; the same for every client."""

    __slots__ = ("_at_s",)

    def __init__(self, at_s: tuple[float, ...]) -> None:
        self._at_s = at_s

    def first(self, at: float) -> float:
        """The first call at or after `at`; inf if there is none."""
        place = bisect_left(self._at_s, at)
        return self._at_s[place] if place < len(self._at_s) else float("inf")

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""
        return max(bisect_left(self._at_s, stop) - bisect_left(self._at_s, start), 0)

    def command(self, at: float) -> tuple[float, float]:
        """A long-lived process has no commands: each call stands alone."""
        return at, at


class Trace(CallsSpec):
    """Calls at explicit instants, the same for every client."""

    kind: Literal["trace"]
    at_s: Annotated[tuple[float, ...], Field(min_length=1)]
    """Instants of the calls, in order."""

    @model_validator(mode="after")
    def _in_order(self) -> Trace:
        if any(b < a for a, b in zip(self.at_s, self.at_s[1:], strict=False)):
            raise ValueError("at_s must be in ascending order")
        return self

    def calls_of(self, caller: Caller) -> TraceCalls:  # noqa: ARG002
        """The listed calls."""
        return TraceCalls(self.at_s)

    def mean_gap_s(self) -> float:
        """Mean time between the listed calls."""
        return (self.at_s[-1] - self.at_s[0]) / max(len(self.at_s) - 1, 1) or 1.0
