"""IAM Roles Anywhere."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.issuers.base import IssuerSpec
from sim.spec import NonNegative

__all__ = ["RolesAnywhere"]


class RolesAnywhere(IssuerSpec):
    """IAM Roles Anywhere in one Region: sessions (CreateSession) for workloads whose certificate vouches for them.

    Its requests are charged to the role's account, quota group `roles_anywhere`. The certificate is
    renewed by others, and works; where its private key lies is not followed.
    """

    service: ClassVar[str] = "rolesanywhere.amazonaws.com"
    """Service principal that the role must trust."""

    kind: Literal["roles_anywhere"]
    latency_s: NonNegative = 0.1
    """Time until an answer."""
