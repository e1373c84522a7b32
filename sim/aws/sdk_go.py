"""AWS SDK for Go v2: refresh windows and retries, older and of 2026."""

from __future__ import annotations

from sim.aws.fact import Fact, Resolves, documented

_CACHE = "github.com/aws/aws-sdk-go-v2@26f0876: aws/credential_cache.go"
_EC2 = "github.com/aws/aws-sdk-go-v2@72a935b: credentials/ec2rolecreds/provider.go"
_IMDS = "github.com/aws/aws-sdk-go-v2@0253c2d: feature/ec2/imds/api_client.go"
_STS = "github.com/aws/aws-sdk-go-v2@0f1f7ec: credentials/stscreds/assume_role_provider.go"
_BACKOFF = "aws-sdk-go-v2: aws/retry/jitter_backoff.go (third-party copy); github.com/aws/aws-sdk-go-v2#3091 (2025-05)"
_NEWER_EC2 = "aws-sdk-go-v2: credentials/ec2rolecreds/provider.go (third-party copy)"
_READ = "2026-11-28"
_TODAY = "2026-11-29"
_OLD = ("sdk:go-v2-old",)
_NEW = ("sdk:go-v2-2026",)

RESOLVES: Fact[Resolves] = documented(
    "once",
    "",
    "github.com/aws/aws-sdk-go-v2@02d654c: config/resolve_credentials.go resolveCredentialChain",
    "one provider is chosen from the configuration when it is loaded, before any is asked",
    uses=(*_OLD, *_NEW),
    read=_READ,
)
EXPIRY_WINDOW_S = documented(0, "s", f"{_CACHE} legacyRetrieve, ExpiryWindow", "refreshed only once expired", uses=_OLD)
HTTP_EXPIRY_WINDOW_S = documented(
    300,
    "s",
    "github.com/aws/aws-sdk-go-v2@02d654c: config/resolve_credentials.go resolveHTTPCredProvider",
    "HTTP endpoint provider; the cache of 2026 takes it for the user's own window, whatever the lifetime. No newer "
    "configuration than that of 2025 is stored, and it still says so",
    uses=(*_OLD, *_NEW),
    read=_TODAY,
)
ASSUME_ROLE_DEFAULT_S = documented(
    900,
    "s",
    f"{_STS} DefaultDuration",
    "unless set; also in the default chain; web identity uses STS's default",
    uses=(*_OLD, *_NEW),
    read=_READ,
)
EC2_LIFE_CAP_S = documented(3600, "s", f"{_EC2} Retrieve", "longer credentials are treated as ending in 1 h", uses=_OLD)
EC2_EXTENSION_S = documented((300, 900), "s", f"{_EC2} HandleFailToRefresh", "uniform", uses=_OLD)
IMDS_DIAL_TIMEOUT_S = documented(0.25, "s", _IMDS)
IMDS_HEADER_TIMEOUT_S = documented(0.5, "s", _IMDS)
IMDS_BACKOFF_MAX_S = documented(
    1,
    "s",
    f"{_IMDS} New AddWithMaxBackoffDelay; {_BACKOFF}",
    "exactly so long from the first retry on: log2 of the cap is 0, and later attempts pause for the cap itself",
    uses=(*_OLD, *_NEW),
    read=_TODAY,
)
RETRY_ATTEMPTS = documented(3, "attempts", "aws-sdk-go-v2: aws/retry/standard.go DefaultMaxAttempts", uses=_OLD)
RETRY_BASE_S = documented(
    2,
    "s",
    _BACKOFF,
    "U(0, 1) * 2^attempt, attempt from 1; @55d15b3 has a sum instead of the product, the issue's output the product",
    uses=_OLD,
)
RETRY_CAP_S = documented(20, "s", _BACKOFF, "exactly 20 s from the fifth retry on", uses=_OLD)

WINDOW_2026_S = documented(
    (300, 900, 3600), "s", f"{_CACHE} advisoryWindowFor", "life up to 20 min, below 90 min, longer", uses=_NEW
)
LIFE_2026_S = documented(
    (1200, 5400), "s", f"{_CACHE} advisoryWindowFor", "up to the first; below the second", uses=_NEW
)
MANDATORY_2026_S = documented(60, "s", f"{_CACHE} mandatoryWindow", uses=_NEW)
AGAIN_AFTER_2026_S = documented((300, 600), "s", f"{_CACHE} jitter(300, 600)", "uniform, whole seconds", uses=_NEW)
LIFE_CAP_2026_S = documented(
    3600,
    "s",
    f"{_EC2} Retrieve; {_CACHE} advisoryWindowFor",
    "the newest stored provider still cuts, and the cache of 2026 counts from the expiry that the provider gives",
    uses=_NEW,
    read=_READ,
)
IMDS_RETRIES_PER = documented(
    "request",
    "",
    f"{_IMDS} New, invokeOperation",
    "each HTTP request of a fetch has its own attempts",
    uses=(*_OLD, *_NEW),
    read=_READ,
)
IMDS_TOKEN_S = documented(
    300,
    "s",
    "github.com/aws/aws-sdk-go-v2@05d6a8e: feature/ec2/imds/token_provider.go defaultTokenTTL, getToken, updateToken",
    "the client keeps a token; one that cannot be had is gone without, and after a timeout none is asked for any more",
    uses=(*_OLD, *_NEW),
    read=_TODAY,
)
ALREADY_EXPIRED_2026 = documented(
    "failure",
    "",
    f"{_CACHE} singleRetrieve",
    "an answer that has ended counts as a failed refresh, with its pause, or as a failure where nothing is cached",
    uses=_NEW,
    read=_READ,
)
CLOCK_CORRECTION_S = documented(
    240,
    "s",
    "github.com/aws/aws-sdk-go-v2 pull requests #2668 (2024-06), #3472 (2026-07)",
    "a request refused for its time is sent again by the clock of the answer, and so are all later ones; before #3472 "
    "a clock that was set right again cost a second attempt each time (#3187)",
    uses=(*_OLD, *_NEW),
    read=_TODAY,
)
CONTAINER_ATTEMPTS = documented(
    3,
    "attempts",
    "github.com/aws/aws-sdk-go-v2@0253c2d: credentials/endpointcreds/internal/client/client.go New",
    "the standard retryer, with its pauses",
    uses=(*_OLD, *_NEW),
    read=_TODAY,
)
NON_RECOVERABLE_2026_S = documented(
    (1, 5),
    "s",
    "github.com/aws/aws-sdk-go-v2@fd9ba2c: stscreds/nonrecoverable.go",
    "STS's AccessDenied and the like are raised at once, in the advisory window, too, and remembered for so long",
    uses=_NEW,
)
CLIENT_KEPT = documented(
    True,
    "",
    f"{_STS} AssumeRoleOptions.Client",
    "one STS client serves all refreshes, so its retry quota lives as long as the process",
    uses=(*_OLD, *_NEW),
    read=_READ,
)
RETRY_QUOTA = documented(
    (500, 5, 10, 1),
    "tokens",
    "github.com/aws/aws-sdk-go-v2@1489ddb: aws/retry/standard.go DefaultRetryRateTokens",
    "tokens, cost, cost after a timeout, returned by a success",
    uses=_OLD,
    read=_READ,
)
