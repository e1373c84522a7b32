"""Identity providers: SAML or OIDC."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.aws import eks, sts
from sim.issuers.base import IssuerSpec
from sim.spec import Dist, Positive, Spec

__all__ = ["IdentityProvider", "KeyFetch"]


class KeyFetch(Spec):
    """STS asks an OIDC provider for its signing keys before it believes a token."""

    service_s: Dist = 0.1
    """Time the provider takes to answer; one of its servers is busy for as long."""
    timeout_s: Positive = 5.0
    """STS gives up after this time (IDPCommunicationError); the provider stays occupied."""


class IdentityProvider(IssuerSpec):
    """A SAML or OIDC identity provider: a queue with servers, where people log in."""

    kind: Literal["idp"]
    servers: Annotated[int, Field(ge=1)] = 50
    """Logins served at the same time."""
    service_s: Dist = 0.8
    """Time one login takes at the provider."""
    session_s: Positive = 43200.0
    """Life of the provider's own session: while it lives, a login is silent."""
    assertion_s: Annotated[float, Field(gt=0, le=sts.SAML_ASSERTION_S.value)] = float(sts.SAML_ASSERTION_S.value)
    """Life of a SAML assertion, from the login on: a later AssumeRoleWithSAML is refused (ExpiredTokenException), and a
    login has to yield a new one. STS takes none that is older than 5 min, whatever it says itself."""
    session_not_on_or_after_s: Annotated[float, Field(ge=sts.ASSUME_ROLE_WITH_SAML_MIN_S.value)] | None = None
    """SessionNotOnOrAfter of its SAML assertions: that long after the login, sessions of AssumeRoleWithSAML (console or
    not) and of the portal of Identity Center end at the latest, whatever was asked for. Not sent if absent."""
    timeout_s: Positive = 30.0
    """How long a person's browser waits for the provider."""
    room: Annotated[int, Field(ge=1)] | None = None
    """Logins waiting or being served at the same time; a further one is turned away. No limit if not given."""
    token_s: Positive = float(eks.PROJECTED_TOKEN_S.value)
    """Life of an OIDC token that it issues: to a workload (a projected service-account token), a job, or a person who
    logs in. An AssumeRoleWithWebIdentity after it is refused (ExpiredTokenException)."""
    token_renewed_at: Annotated[float, Field(gt=0, le=1)] | None = float(eks.KUBELET_REFRESH_SHARE.value)
    """Share of its life after which the kubelet writes a new one into the pod; null: nothing lies in a file, and the
    client asks the provider for a token whenever it needs one (a CI job)."""
    keys: KeyFetch | None = None
    """How STS gets its signing keys; without it they are known."""
