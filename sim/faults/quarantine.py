"""AWS's own answer to a leaked key."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import IamChange
from sim.spec import Name

__all__ = ["Quarantine"]


class Quarantine(IamChange):
    """AWSCompromisedKeyQuarantineV3 is attached to the user: denies a list of costly actions, not the key."""

    target_kind: ClassVar = "user"

    quarantine: Name
    """IAM user; no policy can be attached to a root user."""
