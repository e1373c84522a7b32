"""Calls in bursts: a run of one program that makes many calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.spec import Positive
from sim.workloads.base import CallsSpec

__all__ = ["Bursts"]


class Bursts(CallsSpec):
    """Runs of a program, each a command of its own: so many calls at a constant pace.

    With a population's `workday`, bursts start at uniform instants of its working hours on the days
    on which the person is present; without one, they start as a Poisson process all week.
    """

    kind: Literal["bursts"]
    per_day: Positive
    """Runs a day (on a day of presence, rounded by a draw if not whole)."""
    calls: Annotated[int, Field(gt=0)]
    """Calls of one run."""
    rps: Positive
    """Calls per second within a run."""
