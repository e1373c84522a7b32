"""AWS SDK for Java v2: refresh windows and retries, up to 2025 and of 2026."""

from __future__ import annotations

from sim.aws.fact import Fact, Resolves, documented

_STS = "github.com/aws/aws-sdk-java-v2@0d77cea: StsCredentialsProvider.java"
_CACHE = "github.com/aws/aws-sdk-java-v2@03b0e59: CachedSupplier.java"
_IMDS = "aws-sdk-java-v2: InstanceProfileCredentialsProvider.java (third-party copy)"
_CONTAINER = "github.com/aws/aws-sdk-java-v2@0173e12: ContainerCredentialsProvider.java"
_BRANCH = "github.com/aws/aws-sdk-java-v2 branch feature/master/credential_cache (pull request #7109, open)"
_WINDOWS = f"{_BRANCH}: CacheRefreshUtils.java computePrefetchWindow"
_BACKOFF = "github.com/aws/aws-sdk-java-v2 pull request #7028"
_TESTS = f"{_BRANCH}: CachedSupplierTest.java"
_SKEW = "github.com/aws/aws-sdk-java-v2@0131c08: ClockSkew.java, ClockSkewAdjuster.java, RetryOnClockSkewCondition.java"
_RETRY = "github.com/aws/aws-sdk-java-v2@25787b3: DefaultRetryStrategy.java"
_READ = "2026-11-28"
_TODAY = "2026-11-29"
_OLD = ("sdk:java-v2-2025",)
_NEW = ("sdk:java-v2-2026",)

RESOLVES: Fact[Resolves] = documented(
    "once",
    "",
    "github.com/aws/aws-sdk-java-v2@07ca27c: AwsCredentialsProviderChain.java lastUsedProvider",
    "unless the program builds the chain with reuseLastProviderEnabled(false)",
    uses=(*_OLD, *_NEW),
    read=_READ,
)
PREFETCH_S = documented(300, "s", f"{_STS} DEFAULT_PREFETCH_TIME", uses=_OLD)
STALE_S = documented(60, "s", f"{_STS} DEFAULT_STALE_TIME", "callers wait; STRICT: the error is raised", uses=_OLD)
JITTER_END_BEFORE_STALE_S = documented(
    60, "s", f"{_CACHE} maxPrefetchJitter", "the prefetch instant is uniform up to 1 min before stale", uses=_OLD
)
IMDS_STALE_S = documented(1, "s", f"{_IMDS} staleTime", uses=_OLD)
IMDS_PREFETCH_SHARE = documented(0.5, "", f"{_IMDS} prefetchTime", "of the remaining life", uses=_OLD)
IMDS_PREFETCH_MIN_S = documented(300, "s", f"{_IMDS} prefetchTime", "not earlier than 5 min from now", uses=_OLD)
IMDS_FAILURE_PAUSE_S = documented(
    (0.1, 10), "s", f"{_CACHE} maxStaleFailureJitter", "once stale: 100 ms doubled each time up to 10 s", uses=_OLD
)
IMDS_EXTENSION_S = documented(
    (60, 600), "s", f"{_CACHE} handleFetchedSuccess", "an expired answer is extended", uses=_OLD
)
CONTAINER_STALE_S = documented(60, "s", f"{_CONTAINER} staleTime", read=_READ)
CONTAINER_PREFETCH_S = documented(
    (3600, 900), "s", f"{_CONTAINER} prefetchTime", "earlier of now + 1 h, expiry - 15 min", read=_READ
)
RETRY_ATTEMPTS = documented(4, "attempts", f"{_RETRY} Legacy.MAX_ATTEMPTS", "legacy mode, the default", uses=_OLD)
RETRY_BASE_S = documented(0.1, "s", f"{_RETRY} Legacy.BASE_DELAY", "full jitter", uses=_OLD)
RETRY_THROTTLE_BASE_S = documented(0.5, "s", f"{_RETRY} Legacy.THROTTLED_BASE_DELAY", "half jitter", uses=_OLD)
RETRY_CAP_S = documented(20, "s", f"{_RETRY} Legacy.MAX_BACKOFF", uses=_OLD)
RETRY_THROTTLE_COST = documented(0, "tokens", f"{_RETRY} Legacy.THROTTLE_EXCEPTION_TOKEN_COST", uses=_OLD)

WINDOW_2026_S = documented(
    (300, 900, 3600), "s", _WINDOWS, "life up to 20 min, below 90 min, longer", uses=_NEW, read=_TODAY
)
LIFE_2026_S = documented(
    (1200, 5400),
    "s",
    _WINDOWS,
    "up to the first; below the second; an older state of the branch compared whole minutes",
    uses=_NEW,
    read=_TODAY,
)
STALE_2026_S = documented(
    60, "s", "github.com/aws/aws-sdk-java-v2 pull request #7053", "also IMDS, container", uses=_NEW
)
AGAIN_AFTER_2026_S = documented(
    (300, 600), "s", _BACKOFF, "uniform pause after a failed refresh, cached set served", uses=_NEW
)
PREFETCH_JITTER_2026 = documented(
    True,
    "",
    f"{_TESTS} prefetchJitterEnabledByDefault_movesPrefetchTimeLater; StsCredentialsProvider.java and "
    "ContainerCredentialsProvider.java build the cache with its defaults",
    "the prefetch instant is still uniform up to 1 min before stale; of the newest InstanceProfileCredentialsProvider "
    "only pull request #7053 was read",
    uses=_NEW,
    read=_TODAY,
)
JITTER_END_BEFORE_STALE_2026_S = documented(
    60, "s", f"{_TESTS} prefetchJitterEnabledByDefault_movesPrefetchTimeLater", uses=_NEW, read=_TODAY
)
ALREADY_STALE_2026 = documented(
    "failure",
    "",
    f"{_TESTS} allowMode_staleCredentialsFromSource_*",
    "an answer that is within the mandatory window already, or has ended, counts as a failed refresh, with its pause; "
    "what becomes of it where nothing is cached was not read",
    uses=_NEW,
    read=_TODAY,
)
NON_RECOVERABLE_2026_S = documented(
    (1, 5),
    "s",
    f"{_TESTS} allowMode_nonRecoverableErrorCached_*; pull requests #7241, #7263",
    "STS's AccessDenied and the like are raised at once, in the advisory window, too, and remembered for so long",
    uses=_NEW,
    read=_TODAY,
)
CONTAINER_RETRIES = documented(
    5,
    "retries",
    "github.com/aws/aws-sdk-java-v2@012de41: ContainerCredentialsRetryPolicy.java MAX_RETRIES",
    "after a 5xx or no answer, without a pause",
    uses=(*_OLD, *_NEW),
    read=_TODAY,
)
CLOCK_CORRECTION_S = documented(
    240,
    "s",
    _SKEW,
    "a request refused for its time is sent again by the clock of the answer, and so are all later ones",
    uses=(*_OLD, *_NEW),
    read=_TODAY,
)
SMITHY_JAVA_AGAIN_AFTER_S = documented((300, 600), "s", "smithy-java: CachingIdentityResolver (third-party copy)")
CLIENT_KEPT = documented(
    True,
    "",
    f"{_STS} stsClient",
    "the provider keeps the STS client that it was built with; its retry quota lives as long as the process",
    uses=(*_OLD, *_NEW),
    read=_READ,
)
