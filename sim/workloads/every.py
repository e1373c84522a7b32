"""Calls on a fixed schedule."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim.spec import NonNegative, Positive
from sim.workloads.base import CallsSpec

__all__ = ["Every"]


class Every(CallsSpec):
    """One call per period, each moved by its own uniform jitter."""

    kind: Literal["every"]
    every_s: Positive
    """Period."""
    phase_s: NonNegative | None = None
    """Offset of the first tick; a random phase per client where it is not given. A given phase adds a
    fixed offset per client under 1 ms, so that equal instants stay rare."""
    jitter_s: NonNegative = 0.0
    """Each tick is late by a uniform draw on [0, jitter_s)."""

    @model_validator(mode="after")
    def _jitter_within_period(self) -> Every:
        if self.jitter_s > self.every_s:
            raise ValueError(f"jitter_s ({self.jitter_s}) must not exceed every_s ({self.every_s})")
        return self
