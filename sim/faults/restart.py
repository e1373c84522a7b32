"""Processes that start anew."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import FaultSpec
from sim.spec import Name, NonNegative

__all__ = ["Restart"]


class Restart(FaultSpec):
    """The population's processes restart and lose what they held in memory."""

    target_kind: ClassVar = "population"

    restart: Name
    """Population whose processes restart."""
    ramp_s: NonNegative = 0.0
    """The restarts are spread evenly over this time, in an order drawn once per client."""
