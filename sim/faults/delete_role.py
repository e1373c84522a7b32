"""A role that is deleted, and perhaps made again under the same name."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import IamChange
from sim.spec import Name, Positive

__all__ = ["DeleteRole"]


class DeleteRole(IamChange):
    """The role is deleted. Its sessions get InvalidClientTokenId, for good: a new role is another principal."""

    target_kind: ClassVar = "role"

    delete_role: Name
    """Role that is deleted."""
    recreated_after_s: Positive | None = None
    """Time until a role of the same name exists; roles that trusted the old one do not trust the new one."""
