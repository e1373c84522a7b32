"""An issuer that answers late."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import FaultSpec
from sim.spec import Name, Positive

__all__ = ["Delay"]


class Delay(FaultSpec):
    """Every answer of the issuer comes later, until it ends; at an identity provider every login takes longer."""

    target_kind: ClassVar = "issuer"

    delay: Name
    """Issuer of the scenario that is slow."""
    for_s: Positive
    """How long it is slow."""
    adds_s: Positive
    """Time added to each answer."""
