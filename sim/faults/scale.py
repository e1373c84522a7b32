"""A fleet that grows or shrinks."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from sim.faults.base import FaultSpec
from sim.spec import Name, NonNegative

__all__ = ["Scale"]


class Scale(FaultSpec):
    """The population has another number of clients: the first ones stay, new ones start with nothing held."""

    target_kind: ClassVar = "population"

    scale: Name
    """Population that is scaled."""
    count: Annotated[int, Field(ge=0, le=10_000_000)]
    """Clients from then on."""
    ramp_s: NonNegative = 0.0
    """Starts and stops are spread evenly over this time."""
