"""Sessions revoked by their time of issue."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import IamChange, PrincipalPath

__all__ = ["Revoke"]


class Revoke(IamChange):
    """Every session that the principal was given before now is denied everything: the thief's and the fleet's.

    AWSRevokeOlderSessions: a Deny on `*` for an earlier `aws:TokenIssueTime`. Long-term keys carry no such time.
    """

    target_kind: ClassVar = "principal"

    revoke: PrincipalPath
    """Whose sessions: `role/NAME`, `user/NAME` (its GetSessionToken and federation sessions; not of a root
    user), or `permission_set/ISSUER/NAME` (through Identity Center, never in IAM)."""
