"""What a scenario may say about issuers: whoever mints credentials."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.aws import ec2, eks, iam, identity_center, sts
from sim.principals.role import Patterns
from sim.spec import Dist, Name, NonNegative, Positive, Spec

__all__ = [
    "AnyIssuer",
    "Iam",
    "IdentityCenter",
    "IdentityProvider",
    "Imds",
    "KeyFetch",
    "PermissionSet",
    "Sts",
]


class Sts(Spec):
    """AWS Security Token Service at one endpoint."""

    kind: Literal["sts"]
    endpoint: Literal["regional", "global"] = "regional"
    """`regional` (SDKs' default) or `global` (sts.amazonaws.com), whose quota is separate: group `global`."""
    latency_s: NonNegative = 0.05
    """Time until an answer."""


class Imds(Spec):
    """The instance metadata service: one per host, answers with the instance profile's credentials."""

    kind: Literal["imds"]
    role: Name
    """Role of the instance profile."""
    life_s: Positive = float(ec2.CREDENTIAL_LIFE_S.value)
    """Lifetime of a set of credentials. Not settable on AWS: about 6 h."""
    offered_every_s: Positive = float(ec2.OFFERED_EVERY_S.value)
    """How often a new set is offered."""
    latency_s: NonNegative = 0.002
    """Time until an answer to one request."""
    rps: Positive | None = None
    """Requests per second that one instance's service answers; AWS publishes no number, so none by default."""
    burst: Positive | None = None
    """Capacity of that bucket; needed with `rps`."""
    assume_role_is_chaining: bool = bool(sts.EC2_ASSUME_ROLE_IS_CHAINING.value)
    """Whether AssumeRole with an instance's credentials counts as role chaining, so at most 1 h: second-hand, and the
    IAM guide can be read either way."""


class KeyFetch(Spec):
    """STS asks an OIDC provider for its signing keys before it believes a token."""

    service_s: Dist = 0.1
    """Time the provider takes to answer; one of its servers is busy for as long."""
    timeout_s: Positive = 5.0
    """STS gives up after this time (IDPCommunicationError); the provider stays occupied."""


class IdentityProvider(Spec):
    """A SAML or OIDC identity provider: a queue with servers, where people log in."""

    kind: Literal["idp"]
    servers: Annotated[int, Field(ge=1)] = 50
    """Logins served at the same time."""
    service_s: Dist = 0.8
    """Time one login takes at the provider."""
    session_s: Positive = 43200.0
    """Life of the provider's own session: while it lives, a login is silent."""
    assertion_s: Positive = 300.0
    """Life of a SAML assertion."""
    timeout_s: Positive = 30.0
    """How long a person's browser waits for the provider."""
    room: Annotated[int, Field(ge=1)] | None = None
    """Logins waiting or being served at the same time; a further one is turned away. No limit if not given."""
    token_s: Positive = float(eks.PROJECTED_TOKEN_S.value)
    """Life of an OIDC token that it issues to a workload (a projected service-account token)."""
    token_renewed_at: Annotated[float, Field(gt=0, le=1)] | None = float(eks.KUBELET_REFRESH_SHARE.value)
    """Share of its life after which the kubelet writes a new one into the pod; null: nothing lies in a file, and the
    client asks the provider for a token whenever it needs one (a CI job)."""
    keys: KeyFetch | None = None
    """How STS gets its signing keys; without it they are known."""


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


class IdentityCenter(Spec):
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
    sts: Name | None = None
    """STS issuer that mints its role credentials: its outage stops new ones."""
    latency_s: NonNegative = 0.1
    """Time until an answer."""
    permission_sets: dict[Name, PermissionSet] = {}
    """Permission sets by name."""


class Iam(Spec):
    """The IAM control plane: creates, deactivates and deletes keys."""

    kind: Literal["iam"]
    latency_s: NonNegative = 0.1
    """Time until an answer."""
    propagation_s: NonNegative = float(iam.PROPAGATION_S.value)
    """Delay until a change takes effect everywhere."""


AnyIssuer = Annotated[Sts | Imds | IdentityProvider | IdentityCenter | Iam, Field(discriminator="kind")]
