"""Calls of an employee at work: on-sessions on working days, commands within them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.spec import Dist, Positive
from sim.workloads.base import CallsSpec

__all__ = ["OnOff"]


class OnOff(CallsSpec):
    """Alternating on-sessions and pauses within a population's `workday`.

    The first session starts at the day's first use, the others at uniform instants of the working
    hours; a session ends early where the next one starts. While on, commands come as a Poisson
    process, each with its number of calls; every command is an operating-system process of its own.
    """

    kind: Literal["on_off"]
    per_day: Annotated[int, Field(gt=0, le=48)]
    """On-sessions on a day of presence."""
    length_s: Dist
    """Length of an on-session."""
    command_every_s: Positive
    """Mean time between commands while on."""
    calls_per_command: Dist = 1.0
    """Calls that one command makes (rounded, at least 1)."""
