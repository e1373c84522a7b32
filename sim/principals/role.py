"""Roles: who may assume them, what they may do, for how long."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sim.aws import iam
from sim.policy_words import Document
from sim.spec import Name, Spec

__all__ = ["Role", "Trust"]

Patterns = tuple[Annotated[str, Field(min_length=1)], ...]


class Trust(Spec):
    """Who may assume a role. Any one of the entries is enough."""

    service: tuple[str, ...] | str = ()
    """Service principals, such as ec2.amazonaws.com."""
    saml: tuple[Name, ...] | Name = ()
    """Identity providers (issuers of kind idp) whose SAML assertions are accepted."""
    web_identity: tuple[Name, ...] | Name = ()
    """Identity providers whose OIDC tokens are accepted."""
    role: tuple[Name, ...] | Name = ()
    """Roles whose sessions may assume this one (role chaining)."""
    user: tuple[Name, ...] | Name = ()
    """IAM users that may assume it; the root user may assume no role."""
    account: tuple[Name, ...] | Name = ()
    """Accounts of which every principal that is allowed sts:AssumeRole may assume it."""
    identity_center: tuple[Name, ...] | Name = ()
    """Identity Center instances that provision it."""


class Role(Spec):
    """An IAM role."""

    account: Name
    """Account it lives in; SAML and web-identity requests for it are charged there."""
    trust: Annotated[Trust | dict[str, Any], Field(union_mode="left_to_right")]
    """Who may assume it: the short form, or a trust policy document (with `Statement`)."""
    allow: Patterns = ()
    """Actions it allows on every resource; a short form of one Allow statement."""
    deny: Patterns = ()
    """Actions it denies on every resource."""
    policies: tuple[dict[str, Any], ...] = ()
    """Further identity policies, as IAM policy documents."""
    boundary: Document | None = None
    """Permissions boundary, as a document: what it does not allow is denied, whatever else allows it."""
    max_session_s: Annotated[float, Field(ge=iam.ROLE_MAX_SESSION_MIN_S.value, le=iam.ROLE_MAX_SESSION_MAX_S.value)] = (
        float(iam.ROLE_MAX_SESSION_DEFAULT_S.value)
    )
    """MaxSessionDuration: 1 h to 12 h."""
