"""IAM Roles Anywhere: sessions for certificates."""

from __future__ import annotations

from sim.aws.fact import assumed, documented

_MODEL = "botocore 1.44.5: data/rolesanywhere service-2.json CreateProfileRequest.durationSeconds"
_QUOTAS = "https://docs.amazonaws.cn/en_us/rolesanywhere/latest/userguide/quotas.html"
_USE = ("roles_anywhere",)

SESSION_MIN_S = documented(900, "s", _MODEL, uses=_USE)
SESSION_DEFAULT_S = documented(3600, "s", _MODEL, uses=_USE)
SESSION_MAX_S = documented(43200, "s", _MODEL, uses=_USE)
CREATE_SESSION_S = documented(
    (900, 43200),
    "s",
    "https://docs.aws.amazon.com/id_id/rolesanywhere/latest/userguide/authentication-create-session.html",
    "durationSeconds of CreateSession, optional; how it meets the role's MaxSessionDuration stands in a subsection "
    "(Expiration) that was not found in any copy",
    read="2026-11-28",
)
CREATE_SESSION_RPS = documented(10, "requests/s", _QUOTAS, "per Region, raisable", uses=("quota:roles-anywhere-10",))
CREATE_SESSION_BURST = assumed(
    10, "requests", "AWS states a rate, no bucket size", span=(10, 100), uses=("quota:roles-anywhere-10",)
)
OTHER_RPS = documented(1, "requests/s", _QUOTAS)
