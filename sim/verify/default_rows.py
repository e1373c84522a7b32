"""Rows of what holds where a scenario says nothing, and of the bounds it is held to: AWS's numbers, written again."""

from __future__ import annotations

from typing import Any, Final

from sim import access, authority, world
from sim.aws import iam as iam_facts
from sim.aws import sts
from sim.aws.quotas import QUOTA_PROFILES
from sim.aws.sts_operations import OPERATIONS
from sim.issuers.spec import Iam, IdentityCenter, IdentityProvider, Imds, PermissionSet
from sim.principals.account import Account, PasswordPolicy
from sim.principals.role import Role
from sim.principals.user import AccessKey
from sim.spec import Spec
from sim.threats.incident import Incident
from sim.validation import sessions
from sim.verify.issuer_rows import issuer_rows
from sim.verify.rows import Row, exact

__all__ = ["default_rows"]

_SOURCE: Final = "AWS documentation, read again"
_SECOND: Final = "published observations, read again"
_SDK: Final = "botocore 1.44.5, source"
_DAY_S: Final = 86_400.0

_LENGTHS: Final = {
    "AssumeRole": (900.0, 3600.0, 43_200.0, "signed", "caller"),
    "AssumeRoleWithSAML": (900.0, 3600.0, 43_200.0, "saml", "role"),
    "AssumeRoleWithWebIdentity": (900.0, 3600.0, 43_200.0, "web_identity", "role"),
    "GetSessionToken": (900.0, 43_200.0, 129_600.0, "signed", "caller"),
    "GetFederationToken": (900.0, 43_200.0, 129_600.0, "signed", "caller"),
    "AssumeRoot": (0.0, 900.0, 900.0, "signed", "caller"),
}
"""Shortest, default and longest session, quota group and who pays."""

_BY_ROOT: Final = {"GetFederationToken": (3600.0, 3600.0), "GetSessionToken": (3600.0, 3600.0)}
"""Default and longest session by the root user's key, of the operations that it may call."""

_BUCKETS: Final = {
    "documented-600": (600.0, 600.0),
    "identity-center-20": (20.0, 20.0),
    "roles-anywhere-10": (10.0, 10.0),
}
"""Refill per second and burst of the quota profiles; bursts are assumed to be a second's refill."""


def default_rows() -> list[Row]:
    """Lengths of sessions, quota profiles, what issuers do unless told otherwise, bounds of what may be set."""
    return [*_operations(), *_profiles(), *_bounds(), *_said_nothing(), *_judged(), *issuer_rows()]


def _operations() -> list[Row]:
    rows = [exact(_SOURCE, "operations of STS that issue credentials", sorted(_LENGTHS), sorted(OPERATIONS))]
    for name, (shortest, default, longest, group, payer) in _LENGTHS.items():
        each = OPERATIONS[name]
        rows += [
            exact(_SOURCE, f"sts.{name}: shortest session, s", shortest, each.shortest_s),
            exact(_SOURCE, f"sts.{name}: session unless asked otherwise, s", default, each.default_s),
            exact(_SOURCE, f"sts.{name}: longest session, s", longest, each.longest_s),
            exact(_SOURCE, f"sts.{name}: quota group, who pays", (group, payer), (each.quota_group, each.payer)),
        ]
    return [*rows, *_root()]


def _root() -> list[Row]:
    open_to_root = sorted(name for name, each in OPERATIONS.items() if each.of_root is not None)
    rows = [exact(_SOURCE, "operations of STS open to the root user", sorted(_BY_ROOT), open_to_root)]
    for name, (default, longest) in _BY_ROOT.items():
        each, title = OPERATIONS[name], f"sts.{name} by the root user"
        told = (("nothing", None, default), ("36 h", 129_600.0, longest), ("15 min", 900.0, 900.0))
        rows += [
            exact(_SOURCE, f"{title}: granted where {words} is asked for, s", expected, each.granted_s(asked_s, True))
            for words, asked_s, expected in told
        ]
    return rows


def _profiles() -> list[Row]:
    rows = []
    for name, (rps, burst) in _BUCKETS.items():
        profile = QUOTA_PROFILES[name]
        rows += [
            exact(_SOURCE, f"quota profile {name}: requests/s", rps, profile.rps),
            exact("assumed", f"quota profile {name}: burst", burst, profile.burst),
        ]
    return rows


def _field(model: type[Spec], name: str) -> dict[str, Any]:
    """What a field of a scenario is held to."""
    said: dict[str, Any] = model.model_json_schema()["properties"][name]
    return {**said, **said.get("anyOf", [{}])[0]}


def _bounds() -> list[Row]:
    fields: tuple[tuple[str, type[Spec], str, tuple[float, float | None, float]], ...] = (
        ("a role's MaxSessionDuration, s", Role, "max_session_s", (3600.0, 3600.0, 43_200.0)),
        ("a permission set's session, s", PermissionSet, "session_s", (3600.0, 3600.0, 43_200.0)),
        ("the portal session, s", IdentityCenter, "portal_session_s", (900.0, 28_800.0, 90 * _DAY_S)),
        ("a password's maximum age, s", PasswordPolicy, "max_age_s", (_DAY_S, None, 1095 * _DAY_S)),
        ("a trust policy, characters", Account, "trust_policy_chars", (2048, 2048, 8192)),
        ("passwords that may not come back", PasswordPolicy, "reuse_prevention", (1, None, 24)),
        ("a password's length under a policy", PasswordPolicy, "min_length", (6, 8, 128)),
        ("access keys of a user", AccessKey, "number", (1, 1, 2)),
    )
    return [
        exact(_SOURCE, f"{title}: {word}", value, _field(model, name)[key])
        for title, model, name, told in fields
        for word, key, value in zip(("least", "default", "most"), ("minimum", "default", "maximum"), told, strict=True)
    ]


def _said_nothing() -> list[Row]:
    first_use = Incident.model_fields["first_use_s"].default.lognormal
    iam, imds, idp = Iam.model_fields, Imds.model_fields, IdentityProvider.model_fields
    return [
        exact(_SOURCE, "instance credentials: life, s", 21_600.0, imds["life_s"].default),
        exact(_SECOND, "instance credentials: a new set offered every, s", 3600.0, imds["offered_every_s"].default),
        exact(_SECOND, "AssumeRole from an instance is chaining", True, imds["assume_role_is_chaining"].default),
        exact(_SOURCE, "projected token: life, s", 86_400.0, idp["token_s"].default),
        exact(_SOURCE, "projected token: renewed at this share of it", 0.8, idp["token_renewed_at"].default),
        exact(_SECOND, "a change in IAM takes effect after, s", 4.0, iam["propagation_s"].default),
        exact(_SECOND, "leaked key: median time to first use, s", 100.0, float(first_use.median)),
        exact(_SECOND, "leaked key: sigma of that time", 0.5, first_use.sigma),
    ]


def _judged() -> list[Row]:
    return [
        exact(_SOURCE, "a clock may be off by, s", 300.0, authority._USUALLY_OFF_S),
        exact(_SOURCE, "a clock may be off at S3 by, s", 900.0, authority._ALLOWED_OFF_S["s3"]),
        exact(_SOURCE, "a clock may be off at EMR by, s", 900.0, authority.allowed_off_s("elasticmapreduce")),
        exact(_SECOND, "a clock may be off at STS by, s", 900.0, authority.allowed_off_s("sts")),
        exact(_SOURCE, "a chained role lasts at most, s", 3600.0, access.CHAINED_S),
        exact(_SOURCE, "a chained role may be asked for at most, s", 3600.0, sessions._CHAINED),
        exact(_SOURCE, "what a key mints lasts at most, s", 129_600.0, access.KEY_MINTS_S),
        exact(_SOURCE, "what a root user's key mints lasts at most, s", 3600.0, access.ROOT_MINTS_S),
        exact(_SOURCE, "a session policy has at most, characters", 2048, sts.SESSION_POLICY_MAX_CHARS.value),
        exact(_SOURCE, "a managed policy has at most, characters", 6144, iam_facts.MANAGED_POLICY_CHARS.value),
        exact(_SOURCE, "inline policies of a user, characters", 2048, iam_facts.INLINE_POLICY_USER_CHARS.value),
        exact(_SOURCE, "inline policies of a role, characters", 10_240, iam_facts.INLINE_POLICY_ROLE_CHARS.value),
        exact(_SOURCE, "inline policies of a group, characters", 5120, iam_facts.INLINE_POLICY_GROUP_CHARS.value),
        exact(_SDK, "the SDK waits for the metadata service, s", 1.0, float(world._TIMEOUTS[Imds].value)),
        exact(_SDK, "the SDK waits for an API, s", 60.0, float(world._API_TIMEOUT.value)),
    ]
