"""What the timeline is made of: a verb at an instant."""

from __future__ import annotations

from sim.spec import Spec

__all__ = ["FaultSpec"]


class FaultSpec(Spec):
    """Base of every timeline entry. The verb is the key that names its target."""

    at_s: float
    """Instant at which it happens."""
