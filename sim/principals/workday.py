"""Working days of people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.spec import NonNegative, Positive, Share, Spec

__all__ = ["FirstUse", "Workday"]


class FirstUse(Spec):
    """When a person first uses AWS on a day, local time."""

    mean_s: Annotated[float, Field(ge=0, le=86400)]
    """Seconds after local midnight."""
    sd_s: NonNegative
    """Standard deviation of the normal law (cut at midnight)."""


class Workday(Spec):
    """Working days of a person."""

    present: Share = 1.0
    """Probability of working on a working day."""
    first_use: FirstUse
    """First use of the day."""
    length_s: Positive = 28800.0
    """Working hours after the first use, in which further sessions and runs start."""
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    """Working days."""
