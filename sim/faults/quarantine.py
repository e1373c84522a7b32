"""AWS's own answer to a leaked key."""

from __future__ import annotations

from sim.faults.base import IamChange
from sim.spec import Name

__all__ = ["Quarantine"]


class Quarantine(IamChange):
    """AWSCompromisedKeyQuarantineV3 is attached to the user: denies a list of costly actions, not the key."""

    quarantine: Name
    """IAM user."""
