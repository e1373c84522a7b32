"""IAM Identity Center."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.aws import identity_center
from sim.issuers.base import IssuerSpec
from sim.principals.role import Patterns
from sim.spec import Name, NonNegative, Positive, Spec

__all__ = ["IdentityCenter", "PermissionSet"]


class PermissionSet(Spec):
    """A permission set of Identity Center."""

    account: Name
    """Account it is assigned in."""
    session_s: Annotated[
        float,
        Field(ge=identity_center.PERMISSION_SET_MIN_S.value, le=identity_center.PERMISSION_SET_MAX_S.value),
    ] = float(identity_center.PERMISSION_SET_DEFAULT_S.value)
    """Session duration of its role credentials: 1 h to 12 h."""
    allow: Patterns = ()
    """Actions it allows on every resource."""
    deny: Patterns = ()
    """Actions it denies on every resource."""
    policies: tuple[dict[str, Any], ...] = ()
    """Further policies, as IAM policy documents."""


class IdentityCenter(IssuerSpec):
    """IAM Identity Center (formerly AWS SSO): a portal session, permission sets, role credentials."""

    kind: Literal["identity_center"]
    idp: Name
    """Identity provider behind it."""
    account: Name
    """Account its requests are charged to (the organisation's Identity Center account)."""
    portal_session_s: Annotated[
        float,
        Field(ge=identity_center.PORTAL_SESSION_MIN_S.value, le=identity_center.PORTAL_SESSION_MAX_S.value),
    ] = float(identity_center.PORTAL_SESSION_DEFAULT_S.value)
    """Life of the access-portal session: 15 min to 90 days."""
    access_token_s: Positive | None = None
    """Life of the access token that a login leaves on the laptop, and that role credentials cost: 1 h with a refresh
    token, with which a tool gets the next one silently (CreateToken) while the portal session lives. As long as the
    portal session if absent."""
    sts: Name | None = None
    """STS issuer that mints its role credentials: its outage stops new ones."""
    latency_s: NonNegative = 0.1
    """Time until an answer."""
    permission_sets: dict[Name, PermissionSet] = {}
    """Permission sets by name."""
