"""Accounts and the request quotas they pay."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from sim.aws import iam
from sim.policy_words import Document, Levels
from sim.spec import Name, NonNegative, Positive, Spec

__all__ = ["QUOTA_GROUPS", "Account", "PasswordPolicy", "Quota", "QuotaGroup", "Refusal"]

QuotaGroup = Literal["signed", "global", "web_identity", "saml", "identity_center", "roles_anywhere", "eks_auth", "iam"]
QUOTA_GROUPS: tuple[QuotaGroup, ...] = (
    "signed",
    "global",
    "web_identity",
    "saml",
    "identity_center",
    "roles_anywhere",
    "eks_auth",
    "iam",
)
"""Groups of operations that share one bucket; `global` are signed requests to the global endpoint of STS. `free`
(service principals) and issuers without a quota have no bucket."""


class Refusal(Spec):
    """What a full bucket answers."""

    http: Annotated[int, Field(ge=400, le=599)] = 400
    """HTTP status."""
    code: str = "Throttling"
    """Error code in the answer."""
    retryable: Literal["throttle", "transient", "no"] = "throttle"
    """How SDKs classify it: a throttle (long back-off), a transient error (short), or final."""
    retry_after_s: NonNegative | None = None
    """Pause that the answer asks for (header x-amz-retry-after); the SDKs of 2026 keep it, within 5 s of their own."""


class Quota(Spec):
    """A token bucket: refilled at `rps`, holding at most `burst`."""

    rps: Positive
    """Refill, requests per second."""
    burst: Positive
    """Capacity, requests."""
    refusal: Refusal = Refusal()
    """What the caller gets when the bucket is empty."""


_DAY_S: Final = 86400.0
_AGE_DAYS: Final = iam.PASSWORD_MAX_AGE_DAYS.value
_REUSE: Final = iam.PASSWORD_REUSE_PREVENTION.value
_LENGTH: Final = iam.PASSWORD_LENGTH.value


class PasswordPolicy(Spec):
    """The password policy of an account's IAM users. It acts at once, and touches no access key."""

    max_age_s: Annotated[float, Field(ge=_AGE_DAYS[0] * _DAY_S, le=_AGE_DAYS[1] * _DAY_S)] | None = None
    """Maximum age, 1 to 1,095 days: the first sign-in after it has to choose a new password. Passwords never expire if
    absent."""
    reuse_prevention: Annotated[int, Field(ge=_REUSE[0], le=_REUSE[1])] | None = None
    """How many former passwords may not be used again (1 to 24); none if absent. Nobody reuses one here."""
    min_length: Annotated[int, Field(ge=_LENGTH[0], le=_LENGTH[1])] = int(iam.PASSWORD_LENGTH_DEFAULT.value)
    """Shortest password, 6 to 128 characters: a fact for the reader, nobody guesses passwords here."""


class Account(Spec):
    """An AWS account in its home Region."""

    region: str = "us-east-1"
    """Region of its workloads, and of an STS endpoint that names none."""
    number: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    """Account number for display, from the documentation's set or 000000000NNN; assigned if absent."""
    quotas: dict[QuotaGroup, Quota | Name] = {}
    """Bucket per quota group: numbers, or the name of a profile (`credflow facts --quotas`). A group
    without an entry is counted but refuses nobody."""
    trust_policy_chars: Annotated[int, Field(ge=iam.TRUST_POLICY_CHARS.value, le=iam.TRUST_POLICY_CHARS_MAX.value)] = (
        iam.TRUST_POLICY_CHARS.value
    )
    """Quota of the length of a role's trust policy, characters without white space."""
    scps: Levels = ()
    """Service control policies that limit its users, its roles and its root user, a level after the other from the
    organisation's root; every level must allow. None for a management account, where they do not act, or outside an
    organisation."""
    rcps: tuple[Document, ...] = ()
    """Resource control policies: what they deny of its resources is denied to everybody."""
    password_policy: PasswordPolicy | None = None
    """Password policy of its IAM users, not of its root user; without one passwords never expire."""
