"""Calls at a constant rate."""

from __future__ import annotations

from typing import Literal

from sim.spec import Positive
from sim.workloads.base import CallsSpec

__all__ = ["Poisson"]


class Poisson(CallsSpec):
    """A Poisson process of constant rate."""

    kind: Literal["poisson"]
    rps: Positive
    """Calls per second of each client."""
