"""An issuer that answers nobody."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import FaultSpec
from sim.spec import Name, Positive

__all__ = ["Outage"]


class Outage(FaultSpec):
    """The issuer refuses every request with a 503 until the outage ends."""

    target_kind: ClassVar = "issuer"

    outage: Name
    """Issuer of the scenario that is down."""
    for_s: Positive
    """How long it is down."""
