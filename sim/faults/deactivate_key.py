"""Access keys made inactive."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import IamChange
from sim.spec import Name, NonNegative

__all__ = ["DeactivateKey"]


class DeactivateKey(IamChange):
    """The user's access keys of now are made inactive. Sessions minted from them live on."""

    target_kind: ClassVar = "user"

    deactivate_key: Name
    """IAM user, or root user, whose keys are deactivated."""
    client: int | None = None
    """Which user, where there is one for each client: the index of the client; all if absent."""
    replaced_after_s: NonNegative | None = None
    """Time until its clients sign with a new key; they never do if absent."""
