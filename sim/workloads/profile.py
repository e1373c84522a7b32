"""Calls whose rate follows the hours of a week."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.spec import NonNegative
from sim.workloads.base import CallsSpec

__all__ = ["Profile"]


class Profile(CallsSpec):
    """A Poisson process whose rate is constant within each hour and repeats every week.

    Hours are local to the client's time zone (UTC where the population has none).
    """

    kind: Literal["profile"]
    weekday_rps: Annotated[tuple[NonNegative, ...], Field(min_length=24, max_length=24)]
    """Calls per second of each client in each hour of Monday to Friday."""
    weekend_rps: Annotated[tuple[NonNegative, ...], Field(min_length=24, max_length=24)]
    """Calls per second of each client in each hour of Saturday and Sunday."""
