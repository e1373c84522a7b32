"""Who can set the length of a session: the table that every report prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from sim.aws import ec2, ecs, eks, identity_center, roles_anywhere, signin, sts
from sim.aws.fact import Fact

__all__ = ["SESSION_LENGTHS", "SessionLength", "rows"]


@dataclass(frozen=True, slots=True)
class SessionLength:
    """One row of the table.

    Attributes:
        holder: Whose credentials they are.
        settable: `no`, or where it is set.
        shortest_s: Shortest length, seconds; None where nobody can set it.
        longest_s: Longest length, seconds; None where nobody can set it.
        default_s: Length where nothing is set, seconds; None where none is published.
        source: Public source.
        basis: How far to trust the default.
        note: What a reader has to know.
    """

    holder: str
    settable: str
    shortest_s: float | None
    longest_s: float | None
    default_s: float | None
    source: str
    basis: str
    note: str = ""


def _fixed(holder: str, life: Fact[int], note: str = "") -> SessionLength:
    return SessionLength(holder, "no", None, None, float(life.value), life.source, life.basis, note or life.note)


def _ranged(
    holder: str, settable: str, ends: tuple[Fact[int], Fact[int]], default: Fact[int], note: str = ""
) -> SessionLength:
    low, high = (float(end.value) for end in ends)
    return SessionLength(holder, settable, low, high, float(default.value), default.source, default.basis, note)


SESSION_LENGTHS: Final[tuple[SessionLength, ...]] = (
    _fixed("EC2 instance profile", ec2.CREDENTIAL_LIFE_S),
    _fixed("ECS task role", ecs.TASK_CREDENTIAL_LIFE_S),
    _fixed("EKS Pod Identity", eks.POD_IDENTITY_LIFE_S, "about 6 h"),
    _fixed("Lambda execution role", ecs.LAMBDA_CREDENTIAL_LIFE_S),
    _fixed("EKS service account (IRSA) with botocore", eks.IRSA_SESSION_S, "Java and Go can set it in code"),
    _ranged(
        "AssumeRole with a long-term key",
        "duration_seconds of the profile, up to the role's MaxSessionDuration",
        (sts.ASSUME_ROLE_MIN_S, sts.ASSUME_ROLE_MAX_S),
        sts.ASSUME_ROLE_DEFAULT_S,
        "more than the role's maximum is refused, not cut",
    ),
    _ranged(
        "AssumeRole with temporary credentials (chaining)",
        "duration_seconds of the profile",
        (sts.CHAINED_MIN_S, sts.CHAINED_MAX_S),
        sts.CHAINED_DEFAULT_S,
        "more than 1 h is refused; with EC2 credentials as well, second-hand",
    ),
    _ranged(
        "AssumeRoleWithSAML",
        "the SAML tool, up to the role's MaxSessionDuration",
        (sts.ASSUME_ROLE_WITH_SAML_MIN_S, sts.ASSUME_ROLE_WITH_SAML_MAX_S),
        sts.ASSUME_ROLE_WITH_SAML_DEFAULT_S,
        "and at most the assertion's SessionNotOnOrAfter",
    ),
    _ranged(
        "Identity Center permission set",
        "session duration of the permission set",
        (identity_center.PERMISSION_SET_MIN_S, identity_center.PERMISSION_SET_MAX_S),
        identity_center.PERMISSION_SET_DEFAULT_S,
    ),
    _ranged(
        "Identity Center access portal",
        "session duration of the portal",
        (identity_center.PORTAL_SESSION_MIN_S, identity_center.PORTAL_SESSION_MAX_S),
        identity_center.PORTAL_SESSION_DEFAULT_S,
    ),
    _ranged(
        "IAM Roles Anywhere",
        "the profile's duration, or durationSeconds of CreateSession",
        (roles_anywhere.SESSION_MIN_S, roles_anywhere.SESSION_MAX_S),
        roles_anywhere.SESSION_DEFAULT_S,
    ),
    _fixed("aws login", signin.LOGIN_TOKEN_MAX_S, "15 min, renewed silently for 12 h"),
    _ranged(
        "GetSessionToken, GetFederationToken",
        "DurationSeconds, by the long-term key of an IAM user only",
        (sts.GET_SESSION_TOKEN_MIN_S, sts.GET_SESSION_TOKEN_MAX_S),
        sts.GET_SESSION_TOKEN_DEFAULT_S,
        "the only sessions of up to 36 h",
    ),
    _ranged(
        "the same two, by the root user's key",
        "DurationSeconds",
        (sts.GET_SESSION_TOKEN_MIN_S, sts.GET_SESSION_TOKEN_ROOT_MAX_S),
        sts.GET_SESSION_TOKEN_ROOT_DEFAULT_S,
        "a longer request is cut to 1 h, not refused",
    ),
    SessionLength(
        "IAM user's access key",
        "no",
        None,
        None,
        None,
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        "documented",
        "never expires; ends when it is rotated, deactivated or deleted",
    ),
)
"""The table, from the least to the most settable."""


def rows() -> list[dict[str, object]]:
    """The table as plain data, for the manifest."""
    return [asdict(row) for row in SESSION_LENGTHS]
