"""botocore and the AWS CLI: refresh windows, fetches, measured behaviour."""

from __future__ import annotations

from sim.aws.fact import Fact, Resolves, documented, measured

_CREDENTIALS = "botocore 1.44.5: credentials.py"
_UTILS = "botocore 1.44.5: utils.py"
_BRANCH = "github.com/boto/botocore branch feature/credential-refresh, pull request #3733 (unreleased, flag off)"
_BRANCH_HEAD = "github.com/boto/botocore@d0afd45 (branch feature/credential-refresh)"
_CLOCK = "botocore 1.44.5 on a virtual clock, one use per second"
_STUB = "botocore 1.44.5 against a stub on 127.0.0.1"
_1_44 = ("sdk:botocore-1.44", "sdk:botocore-1.24")
_2026 = ("sdk:botocore-2026",)
_IMDS = ("sdk:botocore-1.44",)
_CLI_V1 = "awscli 1.46.3:"
_CLI_V2 = "github.com/aws/aws-cli@73fb33b (2.36.7):"
_READ = "2026-11-28"
_TODAY = "2026-11-29"
_ALL = (*_1_44, *_2026, "sdk:aws-cli-v1", "sdk:aws-cli-v2")

ADVISORY_S = documented(
    900, "s", f"{_CREDENTIALS} _DEFAULT_ADVISORY_REFRESH_TIMEOUT", "one thread refreshes, others go on", uses=_1_44
)
MANDATORY_S = documented(600, "s", f"{_CREDENTIALS} _DEFAULT_MANDATORY_REFRESH_TIMEOUT", "all threads wait", uses=_1_44)
CACHE_WINDOW_S = documented(
    900,
    "s",
    f"{_CREDENTIALS} CachedCredentialFetcher.DEFAULT_EXPIRY_WINDOW_SECONDS",
    "an entry with less life left counts as expired; the CLI's file cache too",
    uses=("sdk:aws-cli-v1", "sdk:aws-cli-v2", *_1_44),
)
RESOLVES: Fact[Resolves] = documented(
    "once",
    "",
    "botocore 1.44.5: session.py Session.get_credentials, credentials.py CredentialResolver.load_credentials",
    "the first provider whose load() yields something serves the session for good; a role's provider yields before "
    "it asks STS, so a refusal raises and does not fall through",
    uses=("sdk:aws-cli-v1", "sdk:aws-cli-v2", *_1_44, *_2026),
    read=_READ,
)
JITTER_S = documented(0, "s", f"{_CREDENTIALS} RefreshableCredentials._refresh", "no jitter on refreshes", uses=_1_44)
SSO_TOKEN_ADVISORY_S = documented(900, "s", "botocore 1.44.5: tokens.py SSOTokenProvider._REFRESH_WINDOW")
SSO_TOKEN_MANDATORY_S = documented(600, "s", "botocore 1.44.5: tokens.py DeferredRefreshableToken")
SSO_TOKEN_ATTEMPT_EVERY_S = documented(60, "s", "botocore 1.44.5: tokens.py DeferredRefreshableToken")
API_TIMEOUT_S = documented(60, "s", "botocore 1.44.5: endpoint.py DEFAULT_TIMEOUT", "connect and read")
IMDS_TIMEOUT_S = documented(1, "s", "botocore 1.44.5: configprovider.py metadata_service_timeout", uses=_IMDS)
IMDS_ATTEMPTS = documented(
    1, "attempts", "botocore 1.44.5: configprovider.py metadata_service_num_attempts", uses=_IMDS
)
IMDS_REQUESTS = measured(
    3,
    "requests",
    f"{_UTILS} InstanceMetadataFetcher; {_STUB}",
    "token, role name, credentials; a new token each time",
    uses=_IMDS,
)
IMDS_EXTENSION_WINDOW_S = documented(
    900, "s", f"{_UTILS} _evaluate_expiration, ec2_credential_refresh_window", uses=_IMDS
)
IMDS_EXTENSION_JITTER_S = documented(
    (120, 600), "s", f"{_UTILS} _evaluate_expiration", "whole seconds, both ends included", uses=_IMDS
)
CONTAINER_TIMEOUT_S = documented(2, "s", f"{_UTILS} ContainerMetadataFetcher")
CONTAINER_ATTEMPTS = documented(3, "attempts", f"{_UTILS} ContainerMetadataFetcher", uses=_ALL)
CONTAINER_SLEEP_S = documented(
    1,
    "s",
    f"{_UTILS} ContainerMetadataFetcher",
    "after every failed attempt, the last one included",
    uses=_ALL,
)
LOADS_FIRST = documented(
    True,
    "",
    f"{_CREDENTIALS} InstanceMetadataProvider.load, ContainerProvider._retrieve_or_fail",
    "the first set is fetched when the provider is loaded; the first signature fetches again if it is due already",
    uses=_ALL,
    read=_TODAY,
)
ALREADY_EXPIRED = documented(
    "failure",
    "",
    f"{_CREDENTIALS} RefreshableCredentials._protected_refresh",
    "a set that has ended when it is fetched raises RuntimeError",
    uses=_1_44,
    read=_TODAY,
)
CLOCK_CORRECTION = documented(
    False,
    "",
    "github.com/boto/boto3/issues/1252 (open)",
    "signs by the host's clock, however wrong",
    uses=_ALL,
    read=_TODAY,
)

BRANCH_ADVISORY_S = documented((300, 900, 3600), "s", _BRANCH, "life up to 20 min, below 90 min, longer", uses=_2026)
BRANCH_MANDATORY_S = documented(60, "s", _BRANCH, uses=_2026)
BRANCH_AGAIN_AFTER_S = documented(
    (300, 600), "s", _BRANCH, "uniform pause after a failed refresh; the cached set is served even expired", uses=_2026
)
BRANCH_ALREADY_EXPIRED = documented(
    "failure",
    "",
    f"{_BRANCH_HEAD}: credentials.py _validate_data",
    "an answer that has ended counts as a failed refresh, with its pause",
    uses=_2026,
    read=_TODAY,
)
BRANCH_NON_RECOVERABLE_S = documented(
    (1, 5),
    "s",
    "github.com/boto/botocore pull request #3773, tests/unit/test_credential_refresh.py TestNonRecoverableRefresh",
    "STS's AccessDenied and the like are raised at once, in the advisory window, too, and remembered for so long",
    uses=_2026,
    read=_TODAY,
)
BRANCH_IMDS_EXTENSION = documented(
    False,
    "",
    "github.com/boto/botocore pull request #3769 (merged into branch feature/credential-refresh): utils.py "
    "InstanceMetadataFetcher, tests/unit/test_credential_refresh.py test_near_expiry_credentials_are_not_extended",
    "instance credentials that are about to end are not rewritten any more; before it (d0afd45) they were",
    uses=_2026,
    read=_TODAY,
)

FIRST_REFRESH_AGE_S = measured(2701, "s", _CLOCK, "3,600-s session")
FAILED_ADVISORY_ATTEMPTS = measured(300, "attempts", _CLOCK, "3,600-s session, provider down from the start")
FIRST_EXCEPTION_AGE_S = measured(3001, "s", _CLOCK, "the same: 599 s before expiry")
ISSUES_PER_HOUR_900 = measured(3600, "requests/h", _CLOCK, "900-s sessions: one AssumeRole per request")
ISSUES_PER_DAY_960 = measured(1417, "requests/day", _CLOCK)
ISSUES_PER_DAY_1200 = measured(288, "requests/day", _CLOCK)
ISSUES_PER_DAY_1800 = measured(96, "requests/day", _CLOCK)
ISSUES_PER_DAY_3600 = measured(32, "requests/day", _CLOCK)
ISSUES_PER_DAY_7200 = measured(14, "requests/day", _CLOCK)
ISSUES_PER_DAY_43200 = measured(3, "requests/day", _CLOCK)
THROTTLED_STANDARD_TOTAL_S = measured(1.5, "s", f"{_STUB}, n = 6", "3 attempts against endless 400 Throttling, mean")
THROTTLED_LEGACY_TOTAL_S = measured(5.7, "s", f"{_STUB}, n = 6", "5 attempts, mean; theory 7.5")
THROTTLED_ADAPTIVE_SPACING_S = measured(2.0, "s", f"{_STUB}, n = 6", "the floor of 0.5 requests/s")
UNAVAILABLE_STANDARD_TOTAL_S = measured(0.16, "s", f"{_STUB}, n = 6", "3 attempts against endless 503")
UNAVAILABLE_LEGACY_TOTAL_S = measured(7, "s", f"{_STUB}, n = 6", "5 attempts against endless 503")
EXPIRED_TOKEN_ATTEMPTS = measured(
    1, "attempts", _STUB, "403 ExpiredToken, every mode: no retry, no refresh", uses=_1_44
)
CLIENT_PER_REFRESH = documented(
    True,
    "",
    f"{_CREDENTIALS} AssumeRoleCredentialFetcher._create_client",
    "each refresh makes a new STS client: retry quota and rate limit start anew",
    uses=(*_1_44, *_2026),
)
DENIED_FETCHES = measured(
    0,
    "requests",
    _STUB,
    "five calls refused with AccessDenied, ExpiredToken, InvalidClientTokenId: no renewal",
    uses=_1_44,
)
IMDS_EXTENDED_MEAN_S = measured(1259, "s", f"{_STUB}, n = 200", "800 s left when IMDS answers with the old set")
IMDS_EXTENDED_S = measured((1020, 1495), "s", f"{_STUB}, n = 200", "the same: shortest, longest")

CLI_SSO_SILENT = documented(
    True,
    "",
    f"{_CLI_V2} customizations/sso/__init__.py inject_json_file_cache; botocore/credentials.py SSOCredentialFetcher",
    "role credentials of Identity Center lie in a file and are fetched silently while the portal's token lives",
    uses=("sdk:aws-cli-v2",),
    read=_READ,
)
CLI_CACHE = documented(
    "~/.aws/cli/cache",
    "",
    f"{_CLI_V1} customizations/assumerole.py CACHE_DIR; {_CLI_V2} customizations/sso/utils.py AWS_CREDS_CACHE_DIR",
    "sessions of roles; v2 keeps those of Identity Center there too",
    uses=("sdk:aws-cli-v1", "sdk:aws-cli-v2"),
    read=_READ,
)
CLI_V1_RETRY_MODE = documented(
    "legacy",
    "",
    f"{_CLI_V1} botocore/configprovider.py _DEFAULT_RETRY_MODE",
    "it brings a botocore 1.43.62 of its own, whose default is legacy",
    uses=("sdk:aws-cli-v1",),
    read=_READ,
)
