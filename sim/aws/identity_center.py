"""IAM Identity Center (formerly AWS SSO): portal sessions, permission sets, limits."""

from __future__ import annotations

from sim.aws.fact import assumed, documented

_DURATION = "https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html"
_PORTAL = "https://docs.amazonaws.cn/en_us/singlesignon/latest/userguide/user-interactive-sessions.html"
_CONCEPT = "https://docs.aws.amazon.com/singlesignon/latest/userguide/authconcept.html (2023)"
_SESSION = "https://docs.aws.amazon.com/singlesignon/latest/userguide/configure-user-session.html"
_LIMITS = "https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html (2023)"
_USE = ("identity_center",)

PERMISSION_SET_MIN_S = documented(3600, "s", _DURATION, uses=_USE)
PERMISSION_SET_DEFAULT_S = documented(3600, "s", _DURATION, uses=_USE)
PERMISSION_SET_MAX_S = documented(43200, "s", _DURATION, "its roles are created with a maximum of 12 h", uses=_USE)
PORTAL_SESSION_MIN_S = documented(900, "s", _PORTAL, uses=_USE)
PORTAL_SESSION_DEFAULT_S = documented(28800, "s", _PORTAL, uses=_USE)
PORTAL_SESSION_MAX_S = documented(7776000, "s", _PORTAL, "90 days; the guide of June 2023 said 7 days", uses=_USE)
REACH_EXAMPLE_S = documented(115200, "s", _SESSION, "AWS's example: 20 h portal + 12 h permission set")
DISABLED_USER_NEW_ROLES_S = documented(3600, "s", _CONCEPT, "a disabled user's new role sessions stop within 1 h")
DISABLED_USER_APPS_S = documented(7200, "s", _CONCEPT, "integrated application sessions end within 2 h")
DISABLED_USER_ACCOUNTS_S = documented(46800, "s", _CONCEPT, "account access ends within 13 h (1 h + 12 h)")
APPLICATION_SESSION_S = documented(3600, "s", _CONCEPT, "renewed while the sign-in session lives")
API_TPS = documented(20, "requests/s", _LIMITS, "collective, not raisable", uses=("quota:identity-center-20",))
API_BURST = assumed(
    20, "requests", "AWS states a rate, no bucket size", span=(20, 200), uses=("quota:identity-center-20",)
)
ASSIGNMENTS_OUTSTANDING = documented(10, "requests", _LIMITS, "CreateAccountAssignment, asynchronous")
PERMISSION_SETS_MAX = documented(2000, "permission sets", _LIMITS)
PERMISSION_SETS_PER_ACCOUNT = documented(50, "permission sets", _LIMITS, "raisable")
USERS_MAX = documented(100000, "users", _LIMITS)
GROUPS_MAX = documented(100000, "groups", _LIMITS)
SSO_ACCESS_TOKEN_S = assumed(3600, "s", "with a refresh token: about 1 h, remembered", span=(3600, 28800))
SSO_ACCESS_TOKEN_LEGACY_S = assumed(28800, "s", "without a refresh token, remembered", span=(3600, 28800))
