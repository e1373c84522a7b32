"""AWS Security Token Service: session lengths by operation, quotas, refusals."""

from __future__ import annotations

from sim.aws.fact import assumed, documented, second_hand

_MODEL = "botocore 1.44.5: data/sts service-2.json"
_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_COMPARE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html"
_CHAINING = "https://repost.aws/knowledge-center/iam-role-chaining-limit"
_THROTTLED = (
    "github.com/jlevers/selling-partner-api#278; github.com/lakekeeper/lakekeeper#1397; "
    "github.com/aws/aws-sdk-go-v2#2481"
)
_ROOT = ("root",)
_CHAIN = ("chaining",)
_ROLE = ("sts.AssumeRole",)
_SAML = ("sts.AssumeRoleWithSAML",)
_WEB = ("sts.AssumeRoleWithWebIdentity",)

GET_SESSION_TOKEN_MIN_S = documented(900, "s", f"{_MODEL} durationSecondsType")
GET_SESSION_TOKEN_DEFAULT_S = documented(43200, "s", f"{_MODEL} GetSessionTokenRequest.DurationSeconds", "IAM user")
GET_SESSION_TOKEN_MAX_S = documented(
    129600, "s", f"{_MODEL} durationSecondsType", "36 h: only for the long-term key of an IAM user"
)
GET_SESSION_TOKEN_ROOT_DEFAULT_S = documented(
    3600, "s", f"{_MODEL} GetSessionTokenRequest.DurationSeconds", "root", uses=_ROOT
)
GET_SESSION_TOKEN_ROOT_MAX_S = documented(
    3600,
    "s",
    f"{_MODEL} GetSessionTokenRequest.DurationSeconds",
    "root; a longer request is cut, not refused",
    uses=_ROOT,
)
GET_FEDERATION_TOKEN_MIN_S = documented(900, "s", f"{_MODEL} durationSecondsType")
GET_FEDERATION_TOKEN_DEFAULT_S = documented(
    43200, "s", f"{_MODEL} GetFederationTokenRequest.DurationSeconds", "IAM user"
)
GET_FEDERATION_TOKEN_MAX_S = documented(
    129600, "s", f"{_MODEL} durationSecondsType", "36 h: only for the long-term key of an IAM user"
)
GET_FEDERATION_TOKEN_ROOT_DEFAULT_S = documented(
    3600, "s", f"{_MODEL} GetFederationTokenRequest.DurationSeconds", "root", uses=_ROOT
)
GET_FEDERATION_TOKEN_ROOT_MAX_S = documented(
    3600,
    "s",
    f"{_MODEL} GetFederationTokenRequest.DurationSeconds",
    "root; a longer request is cut, not refused",
    uses=_ROOT,
)
ASSUME_ROLE_MIN_S = documented(900, "s", f"{_MODEL} roleDurationSecondsType", uses=_ROLE)
ASSUME_ROLE_DEFAULT_S = documented(3600, "s", f"{_MODEL} AssumeRoleRequest.DurationSeconds", uses=_ROLE)
ASSUME_ROLE_MAX_S = documented(
    43200, "s", f"{_MODEL} roleDurationSecondsType", "or the role's MaxSessionDuration; more is refused", uses=_ROLE
)
CHAINED_MIN_S = documented(900, "s", f"{_MODEL} AssumeRoleRequest.DurationSeconds", uses=_CHAIN)
CHAINED_DEFAULT_S = documented(3600, "s", f"{_MODEL} AssumeRoleRequest.DurationSeconds", uses=_CHAIN)
CHAINED_MAX_S = documented(
    3600, "s", _CHAINING, "AssumeRole with a role session's credentials; more fails", uses=_CHAIN
)
EC2_ASSUME_ROLE_IS_CHAINING = second_hand(
    True,
    "",
    f"{_CHAINING}; github.com/Sceptre/sceptre#1575; github.com/99designs/aws-vault#263, #351",
    "AssumeRole with instance-profile credentials counts as chaining; the IAM guide can be read either way",
    uses=_CHAIN,
)
ASSUME_ROLE_WITH_SAML_MIN_S = documented(900, "s", f"{_MODEL} roleDurationSecondsType", uses=_SAML)
ASSUME_ROLE_WITH_SAML_DEFAULT_S = documented(
    3600, "s", f"{_MODEL} AssumeRoleWithSAMLRequest.DurationSeconds", uses=_SAML
)
ASSUME_ROLE_WITH_SAML_MAX_S = documented(
    43200,
    "s",
    f"{_MODEL} AssumeRoleWithSAMLRequest.DurationSeconds",
    "at most the role's MaxSessionDuration and the assertion's SessionNotOnOrAfter",
    uses=_SAML,
)
SAML_ASSERTION_S = second_hand(
    300,
    "s",
    "github.com/Nike-Inc/gimme-aws-creds#251; github.com/Versent/saml2aws#526, #759",
    "ExpiredTokenException: Token must be redeemed within 5 minutes of issuance; until then it serves as often as "
    "somebody shows it, for every role that it lists; an assertion may end sooner (NotOnOrAfter: Response has expired)",
    uses=_SAML,
    read="2026-11-29",
)
ASSUME_ROLE_WITH_WEB_IDENTITY_MIN_S = documented(900, "s", f"{_MODEL} roleDurationSecondsType", uses=_WEB)
ASSUME_ROLE_WITH_WEB_IDENTITY_DEFAULT_S = documented(
    3600, "s", f"{_MODEL} AssumeRoleWithWebIdentityRequest.DurationSeconds", uses=_WEB
)
ASSUME_ROLE_WITH_WEB_IDENTITY_MAX_S = documented(
    43200,
    "s",
    f"{_MODEL} AssumeRoleWithWebIdentityRequest.DurationSeconds",
    "at most the role's MaxSessionDuration",
    uses=_WEB,
)
ASSUME_ROOT_MIN_S = documented(0, "s", f"{_MODEL} RootDurationSecondsType")
ASSUME_ROOT_DEFAULT_S = documented(900, "s", f"{_MODEL} RootDurationSecondsType")
ASSUME_ROOT_MAX_S = documented(900, "s", f"{_MODEL} RootDurationSecondsType")
GET_WEB_IDENTITY_TOKEN_MIN_S = documented(
    60, "s", f"{_MODEL} webIdentityTokenDurationSecondsType", "outbound JWT, not AWS credentials"
)
GET_WEB_IDENTITY_TOKEN_DEFAULT_S = documented(300, "s", f"{_MODEL} webIdentityTokenDurationSecondsType")
GET_WEB_IDENTITY_TOKEN_MAX_S = documented(3600, "s", f"{_MODEL} webIdentityTokenDurationSecondsType")

SESSION_TOKEN_BYTES = documented(4096, "bytes", _COMPARE, "typically below; the size is not fixed")
SESSION_POLICY_MAX_CHARS = documented(2048, "characters", _QUOTAS, "with the ARNs of managed policies")
SESSION_POLICY_ARNS_MAX = documented(10, "policies", _QUOTAS)
SESSION_TAGS_MAX = documented(50, "tags", _QUOTAS)
ROLE_SESSION_NAME_CHARS = documented((2, 64), "characters", f"{_MODEL} roleSessionNameType", "shortest, longest")
EXTERNAL_ID_CHARS = documented((2, 1224), "characters", f"{_MODEL} externalIdType", "shortest, longest")

QUOTA_RPS = documented(
    600,
    "requests/s",
    f"{_QUOTAS} (STS request quotas)",
    "per account and Region, for requests signed with AWS credentials; charged to the calling account",
    uses=("quota:documented-600",),
)
QUOTA_BURST = assumed(
    600,
    "requests",
    "AWS documents token buckets refilled every second, not their size",
    span=(600, 6000),
    uses=("quota:documented-600",),
)
QUOTA_OPERATIONS = documented(
    (
        "AssumeRole",
        "DecodeAuthorizationMessage",
        "GetAccessKeyInfo",
        "GetCallerIdentity",
        "GetFederationToken",
        "GetSessionToken",
    ),
    "",
    f"{_QUOTAS} (STS request quotas)",
    "share one quota; requests of AWS service principals consume none",
    uses=("sts",),
)
QUOTA_REFILL_S = documented(
    1,
    "s",
    "https://aws.amazon.com/blogs/security/how-to-monitor-and-query-iam-resources-at-scale-part-2/",
    "buckets are refilled every second",
    uses=("quota:documented-600",),
)
UNSIGNED_OBSERVED_LOW_RPS = second_hand(
    4,
    "requests/s",
    "github.com/fluxcd/source-controller#938 (2022)",
    "AssumeRoleWithWebIdentity throttled at 4 to 5/s; AWS publishes no quota for unsigned operations",
    span=(4, 5),
    uses=(*_WEB, *_SAML),
)
UNSIGNED_OBSERVED_HIGH_RPS = second_hand(
    347,
    "requests/s",
    "github.com/risingwavelabs/risingwave#25921 (2026)",
    "AssumeRoleWithWebIdentity sustained without a throttle",
    uses=(*_WEB, *_SAML),
)
THROTTLE_HTTP = second_hand(
    400,
    "",
    _THROTTLED,
    "HTTP status of a throttled signed request",
    uses=("quota:documented-600",),
)
THROTTLE_CODE = second_hand(
    "Throttling",
    "",
    _THROTTLED,
    "message: Rate exceeded",
    uses=("quota:documented-600",),
)
WEB_IDENTITY_REFUSAL_HTTP = second_hand(
    503,
    "",
    "github.com/aws/aws-msk-iam-auth#251",
    "Too many web identity federation requests; the 2026 retry rules count a 503 as transient",
    uses=_WEB,
)
INCIDENT_REQUESTS = second_hand(
    1313, "requests", "github.com/awslabs/mountpoint-s3#1358", "AssumeRole by one client in 14 min, throttled"
)
ENDPOINT_DEFAULT = documented(
    "regional", "", "botocore 1.44.5: configprovider.py sts_regional_endpoints", uses=("sts",)
)
WHOLE_SECONDS = assumed(
    1,
    "s",
    "expiry = floor(issue) + duration, as in the examples of the API reference",
    source="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
    uses=("sts",),
)
