"""Retry rules that the AWS SDKs share: the 2026 generation, the older standard mode, the legacy mode."""

from __future__ import annotations

from sim.aws.fact import documented

_STANDARD = "botocore 1.44.5: retries/standard.py"
_OLD = "botocore 1.40.0: retries/standard.py"
_LEGACY = "botocore 1.44.5: data/_retry.json; retryhandler.py delay_exponential"
_ADAPTIVE = "botocore 1.44.5: retries/adaptive.py, throttling.py, bucket.py"
_NEW_USE = (
    "sdk:botocore-1.44",
    "sdk:botocore-2026",
    "sdk:js-v3",
    "sdk:js-v3-explicit",
    "sdk:go-v2-2026",
    "sdk:java-v2-2026",
)
_CLI = ("sdk:aws-cli-v2",)
_LEGACY_USE = ("sdk:botocore-1.24", "sdk:aws-cli-v1")
_CLI_V2 = "github.com/aws/aws-cli@73fb33b (2.36.7): awscli/botocore/configprovider.py"
_READ = "2026-11-28"

ATTEMPTS = documented(
    3, "attempts", f"{_STANDARD} MaxAttemptsChecker", "the first included; DynamoDB 4", uses=(*_NEW_USE, *_CLI)
)
THROTTLE_BASE_S = documented(
    1,
    "s",
    f"{_STANDARD} ExponentialBackoff; npm @smithy/core 3.41.0",
    "U(0, 1) * min(b * 2^i, cap), i from 0",
    uses=_NEW_USE,
)
TRANSIENT_BASE_S = documented(
    0.05, "s", f"{_STANDARD} ExponentialBackoff; npm @smithy/core 3.41.0", "DynamoDB 0.025", uses=_NEW_USE
)
CAP_S = documented(20, "s", f"{_STANDARD} ExponentialBackoff._MAX_BACKOFF", uses=(*_NEW_USE, *_CLI))
RETRY_AFTER_EXTRA_MAX_S = documented(5, "s", f"{_STANDARD} ExponentialBackoff._RETRY_AFTER_MAX_ADDITIONAL")
OLD_BASE_S = documented(1, "s", f"{_OLD} ExponentialBackoff", "every class of error", uses=_CLI)
CLI_NEW_RETRIES = documented(
    False,
    "",
    f"{_CLI_V2} _resolve_new_retries",
    "the 2026 rules only with AWS_NEW_RETRIES_2026=true; mode standard",
    uses=_CLI,
    read=_READ,
)
QUOTA_TOKENS = documented(
    500,
    "tokens",
    f"{_STANDARD} RetryQuotaChecker",
    "per client object; a refresh makes a new client for STS",
    uses=_NEW_USE,
)
QUOTA_THROTTLE_COST = documented(5, "tokens", f"{_STANDARD} RetryQuotaChecker", uses=_NEW_USE)
QUOTA_OTHER_COST = documented(14, "tokens", f"{_STANDARD} RetryQuotaChecker", uses=_NEW_USE)
QUOTA_SUCCESS_RETURN = documented(1, "tokens", f"{_STANDARD} RetryQuotaChecker", "first try")
QUOTA_RETRIES_THROTTLED = documented(100, "retries", f"{_STANDARD} RetryQuotaChecker", "until the bucket is empty")
QUOTA_RETRIES_OTHER = documented(35, "retries", f"{_STANDARD} RetryQuotaChecker", "until the bucket is empty")
OLD_QUOTA_COST = documented(5, "tokens", f"{_OLD} RetryQuotaChecker")
OLD_QUOTA_TIMEOUT_COST = documented(10, "tokens", f"{_OLD} RetryQuotaChecker")
OLD_QUOTA_RETRIES_TIMEOUT = documented(50, "retries", f"{_OLD} RetryQuotaChecker", "until the bucket is empty")
LEGACY_ATTEMPTS = documented(5, "attempts", _LEGACY, "botocore before 1.44.0", uses=_LEGACY_USE)
LEGACY_BASE_S = documented(1, "s", _LEGACY, "U(0, 1) * 2^(attempt - 1), no cap", uses=_LEGACY_USE)
ADAPTIVE_CUT = documented(0.7, "", _ADAPTIVE, "new rate after a throttle, of the current one")
ADAPTIVE_SCALE = documented(0.4, "", _ADAPTIVE, "of the cubic growth")
ADAPTIVE_MEASURE_BIN_S = documented(0.5, "s", _ADAPTIVE)
ADAPTIVE_SMOOTHING = documented(0.8, "", _ADAPTIVE)
ADAPTIVE_MIN_RPS = documented(0.5, "requests/s", _ADAPTIVE)
ADAPTIVE_MIN_CAPACITY = documented(1, "tokens", _ADAPTIVE)
ADAPTIVE_MEASURED_CAP = documented(2, "", _ADAPTIVE, "times the measured rate")
