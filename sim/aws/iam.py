"""IAM: role settings, entity quotas, password policy, revocation, propagation."""

from __future__ import annotations

from sim.aws.fact import documented, second_hand

_MODEL = "botocore 1.44.5: data/iam service-2.json"
_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_LATER = "2026-11-28"
_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_SWITCH = f"{_GUIDE}/id_roles_use.html"
_KEY = ("access_key",)
_IAM = ("iam",)
_PASSWORD = ("password",)

ROLE_MAX_SESSION_MIN_S = documented(3600, "s", f"{_MODEL} roleMaxSessionDurationType", uses=("role",))
ROLE_MAX_SESSION_DEFAULT_S = documented(3600, "s", f"{_MODEL} roleMaxSessionDurationType", uses=("role",))
ROLE_MAX_SESSION_MAX_S = documented(43200, "s", f"{_MODEL} roleMaxSessionDurationType", uses=("role",))

CONSOLE_SESSION_S = documented(
    43200, "s", f"{_GUIDE}/id_roles_use_switch-role-console.html", "IAM user", uses=_PASSWORD
)
CONSOLE_ROLE_SWITCH_DEFAULT_S = documented(3600, "s", _SWITCH, "IAM users: at most what is left of their own session")
CONSOLE_URL_MIN_S = documented(900, "s", _SWITCH, "SessionDuration of a console URL made from a role session")
CONSOLE_URL_DEFAULT_S = documented(3600, "s", _SWITCH)
CONSOLE_URL_MAX_S = documented(43200, "s", _SWITCH)

ACCESS_KEYS_PER_USER = documented(
    2, "keys", _QUOTAS, "not raisable; LimitExceeded 409; two of the root user, too", uses=_KEY
)
USERS_PER_ACCOUNT = documented(5000, "users", _QUOTAS, "not raisable", uses=("user",))
ROLES_PER_ACCOUNT = documented(1000, "roles", _QUOTAS, "raisable", uses=("role",))
ROLES_PER_ACCOUNT_MAX = documented(5000, "roles", _QUOTAS)
GROUPS_PER_ACCOUNT = documented(300, "groups", _QUOTAS, "raisable", uses=("group",))
GROUPS_PER_ACCOUNT_MAX = documented(500, "groups", _QUOTAS)
GROUPS_PER_USER = documented(10, "groups", _QUOTAS, uses=("group",))
INSTANCE_PROFILES_PER_ACCOUNT = documented(1000, "instance profiles", _QUOTAS)
INSTANCE_PROFILES_PER_ACCOUNT_MAX = documented(5000, "instance profiles", _QUOTAS)
ROLES_PER_INSTANCE_PROFILE = documented(1, "roles", _QUOTAS, uses=("imds",))
MANAGED_POLICIES_PER_ACCOUNT = documented(1500, "policies", _QUOTAS)
MANAGED_POLICIES_PER_ACCOUNT_MAX = documented(5000, "policies", _QUOTAS)
ATTACHED_POLICIES = documented(10, "policies", _QUOTAS, "per role or user")
ATTACHED_POLICIES_ROLE_MAX = documented(25, "policies", _QUOTAS, "20 in the guide of June 2023", read=_LATER)
ATTACHED_POLICIES_USER_MAX = documented(20, "policies", _QUOTAS, read=_LATER)
SAML_PROVIDERS_PER_ACCOUNT = documented(100, "providers", _QUOTAS)
OIDC_PROVIDERS_PER_ACCOUNT = documented(100, "providers", _QUOTAS)
OIDC_PROVIDERS_PER_ACCOUNT_MAX = documented(700, "providers", _QUOTAS, "in a newer copy of the page")
MFA_DEVICES_PER_USER = documented(8, "devices", _QUOTAS)
TRUST_POLICY_CHARS = documented(2048, "characters", _QUOTAS, "raisable")
TRUST_POLICY_CHARS_MAX = second_hand(
    8192,
    "characters",
    "https://preview-sph-web-cecqgv-nkd1bi.sph.sh/en/posts/iam-policies-roles-at-scale-aws-limits/ (copy of a blog); "
    "https://github.com/FogSecurity/aws-size/pull/72 (2026-05) changed its table of this quota",
    "the guide's page of March 2026 says 4,096",
    span=(4096, 8192),
    read=_LATER,
)
MANAGED_POLICY_CHARS = second_hand(
    6144,
    "characters",
    "https://github.com/FogSecurity/aws-size README.md",
    "not raisable, without white space",
    read=_LATER,
)
INLINE_POLICY_USER_CHARS = documented(2048, "characters", _QUOTAS)
INLINE_POLICY_ROLE_CHARS = documented(10240, "characters", _QUOTAS)
INLINE_POLICY_GROUP_CHARS = documented(5120, "characters", _QUOTAS)

PASSWORD_MAX_AGE_DAYS = documented(
    (1, 1095), "days", f"{_MODEL} maxPasswordAgeType", "lowest, highest; default never", uses=_PASSWORD
)
PASSWORD_REUSE_PREVENTION = documented((1, 24), "passwords", f"{_MODEL} passwordReusePreventionType")
PASSWORD_LENGTH = documented((6, 128), "characters", f"{_MODEL} minimumPasswordLengthType", "lowest, highest minimum")
PASSWORD_LENGTH_DEFAULT = documented(8, "characters", f"{_GUIDE}/id_credentials_passwords_account-policy.html")
MFA_CODE_DIGITS = documented(6, "digits", f"{_MODEL} tokenCodeType")
CONFIG_KEY_MAX_AGE_DAYS = documented(
    90, "days", "https://docs.aws.amazon.com/config/latest/developerguide/access-keys-rotated.html", uses=_KEY
)
CONFIG_KEY_REEVALUATION_S = documented(
    14400,
    "s",
    "https://docs.aws.amazon.com/config/latest/developerguide/access-keys-rotated.html",
    "within 4 h of the first a re-evaluation has no effect",
)
CONFIG_UNUSED_CREDENTIALS_DAYS = documented(
    90, "days", "https://docs.aws.amazon.com/config/latest/developerguide/iam-user-unused-credentials-check.html"
)
CONFIG_PASSWORD_LENGTH = documented(
    14, "characters", "https://docs.aws.amazon.com/config/latest/developerguide/iam-password-policy.html"
)
CONFIG_PASSWORD_REUSE = documented(
    24, "passwords", "https://docs.aws.amazon.com/config/latest/developerguide/iam-password-policy.html"
)
CONFIG_PASSWORD_MAX_AGE_DAYS = documented(
    90,
    "days",
    "https://docs.aws.amazon.com/config/latest/developerguide/iam-password-policy.html",
    uses=_PASSWORD,
)
CREDENTIAL_REPORT_INTERVAL_S = documented(
    14400, "s", f"{_GUIDE}/id_credentials_getting-report.html", "at most once per 4 h"
)
KEY_LAST_USED_S = documented(
    900, "s", f"{_GUIDE}/id_credentials_getting-report.html", "repeated use within 15 min records only the first"
)
PASSWORD_LAST_USED_S = documented(300, "s", f"{_GUIDE}/id_credentials_getting-report.html")

PROPAGATION_S = second_hand(
    4,
    "s",
    "https://ferkakta.dev/iam-eventual-consistency-is-four-seconds; https://isecurify.co/?p=2472 (OFFENSAI, 2025)",
    "deleted keys, detached policies in us-east-1 and eu-central-1: about 3 to 4 s; AWS promises no number",
    span=(1, 300),
    uses=_IAM,
)
PROPAGATION_STAFF_S = second_hand(
    60, "s", "forum answer by AWS staff, copy at rowcoding.com", "in most cases less than a minute", uses=_IAM
)
THIRD_KEY_HTTP = documented(409, "", f"{_MODEL} LimitExceededException", "a third access key is refused", uses=_KEY)
