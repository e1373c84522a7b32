"""A fleet that gets another version."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from sim.faults.base import FaultSpec
from sim.spec import Name, NonNegative

__all__ = ["Upgrade"]


class Upgrade(FaultSpec):
    """The population's processes restart, with other settings."""

    target_kind: ClassVar = "population"

    upgrade: Name
    """Population that is upgraded."""
    set: Annotated[dict[str, Any], Field(min_length=1)]
    """Path in the scenario -> new value, as in a strategy; it holds for this population's processes only."""
    ramp_s: NonNegative = 0.0
    """The restarts are spread evenly over this time, in an order drawn once per client."""
