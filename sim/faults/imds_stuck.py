"""A metadata service that goes on offering its old set."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import FaultSpec
from sim.spec import Name, Positive, Share

__all__ = ["ImdsStuck"]


class ImdsStuck(FaultSpec):
    """The metadata service answers, but with the set that it had; a silent one is an outage."""

    target_kind: ClassVar = "issuer"

    imds_stuck: Name
    """Issuer of kind imds."""
    for_s: Positive | None = None
    """How long no new set is offered; for good if absent."""
    share: Share = 1.0
    """Share of the hosts, drawn once per host."""
