"""AWS SDK for Java v2, up to 2025 and of 2026."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.aws import sdk_java as facts
from sim.policies.clock import ClockRule
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.sdks.base import Sdk, fixed_pauses
from sim.sdks.retry_modes import OLD_QUOTA, STANDARD_2026
from sim.sdks.shared import by_lifetime, with_sts

__all__ = ["JAVA_V2_2025", "JAVA_V2_2026"]

_JITTER_END: Final = float(facts.JITTER_END_BEFORE_STALE_S.value)

# Once stale, the pauses after failures double from 0.1 s to 10 s; a rule has one range, so their range stands here.
_IMDS_2025: Final = Refresh(
    advisory=((math.inf, 0.0),),
    mandatory_s=float(facts.IMDS_STALE_S.value),
    on_failed="serve",
    again_after=(0.0, float(facts.IMDS_FAILURE_PAUSE_S.value[1])),
    jitter_s=math.inf,
    jitter_until_s=float(facts.IMDS_STALE_S.value) + _JITTER_END,
    share_of_life=facts.IMDS_PREFETCH_SHARE.value,
    share_min_s=float(facts.IMDS_PREFETCH_MIN_S.value),
    extend=facts.IMDS_EXTENSION_S.value,
)

_LATEST_S, _BEFORE_END_S = facts.CONTAINER_PREFETCH_S.value
_CONTAINER_2025: Final = Refresh(
    advisory=((math.inf, float(_BEFORE_END_S)),),
    mandatory_s=float(facts.CONTAINER_STALE_S.value),
    latest_s=float(_LATEST_S),
)

_CONTAINER_RETRY: Final = fixed_pauses(1 + facts.CONTAINER_RETRIES.value, 0.0)
_CLOCK: Final = ClockRule(float(facts.CLOCK_CORRECTION_S.value), heals=True)

JAVA_V2_2025: Final = Sdk(
    name="java-v2-2025",
    title="AWS SDK for Java v2, up to 2025",
    source="aws-sdk-java-v2: StsCredentialsProvider@0d77cea, CachedSupplier@03b0e59, DefaultRetryStrategy@25787b3",
    sts=Refresh(
        advisory=((math.inf, float(facts.PREFETCH_S.value)),),
        mandatory_s=float(facts.STALE_S.value),
        jitter_s=math.inf,
        jitter_until_s=float(facts.STALE_S.value) + _JITTER_END,
    ),
    imds=_IMDS_2025,
    container=_CONTAINER_2025,
    retry=RetryRule(
        attempts=facts.RETRY_ATTEMPTS.value,
        law="full_jitter",
        throttle_base_s=facts.RETRY_THROTTLE_BASE_S.value,
        transient_base_s=facts.RETRY_BASE_S.value,
        cap_s=float(facts.RETRY_CAP_S.value),
        quota=replace(OLD_QUOTA, throttle_cost=facts.RETRY_THROTTLE_COST.value, timeout_cost=OLD_QUOTA.cost),
        throttle_law="equal_jitter",
    ),
    keeps_client=facts.CLIENT_KEPT.value,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    clock=_CLOCK,
)

_STALE_2026_S: Final = float(facts.STALE_2026_S.value)
_WINDOWS_2026: Final = replace(
    by_lifetime(facts.WINDOW_2026_S, facts.STALE_2026_S, facts.AGAIN_AFTER_2026_S, ended_left_s=_STALE_2026_S),
    jitter_s=math.inf if facts.PREFETCH_JITTER_2026.value else 0.0,
    jitter_until_s=_STALE_2026_S + float(facts.JITTER_END_BEFORE_STALE_2026_S.value),
)

JAVA_V2_2026: Final = Sdk(
    name="java-v2-2026",
    title="AWS SDK for Java v2, 2026",
    source="aws-sdk-java-v2, branch feature/master/credential_cache: CacheRefreshUtils, StsCredentialsProvider, "
    "CachedSupplierTest; pull requests #7028, #7053, #7093, #7241, #7263",
    sts=with_sts(_WINDOWS_2026, facts.NON_RECOVERABLE_2026_S),
    imds=_WINDOWS_2026,
    container=_WINDOWS_2026,
    retry=STANDARD_2026,
    keeps_client=facts.CLIENT_KEPT.value,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    clock=_CLOCK,
)
