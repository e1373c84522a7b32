"""A role that nobody may assume any more."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import IamChange
from sim.spec import Name, Positive

__all__ = ["RemoveTrust"]


class RemoveTrust(IamChange):
    """The role's trust policy is emptied. Sessions that exist live on; new ones are refused."""

    target_kind: ClassVar = "role"

    remove_trust: Name
    """Role whose trust is removed."""
    for_s: Positive | None = None
    """Until the trust is put back; for good if absent."""
