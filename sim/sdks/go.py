"""AWS SDK for Go v2, older and of 2026."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.aws import sdk_go as facts
from sim.policies.clock import ClockRule
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.sdks.base import Sdk, fixed_pauses
from sim.sdks.retry_modes import OLD_QUOTA, STANDARD_2026
from sim.sdks.shared import by_lifetime, with_sts

__all__ = ["GO_V2_2026", "GO_V2_OLD"]

_EXPIRED: Final = Refresh(
    advisory=((math.inf, float(facts.EXPIRY_WINDOW_S.value)),), mandatory_s=float(facts.EXPIRY_WINDOW_S.value)
)
_HTTP: Final = Refresh(
    advisory=((math.inf, float(facts.HTTP_EXPIRY_WINDOW_S.value)),), mandatory_s=float(facts.HTTP_EXPIRY_WINDOW_S.value)
)
_IMDS_RETRY: Final = fixed_pauses(facts.RETRY_ATTEMPTS.value, float(facts.IMDS_BACKOFF_MAX_S.value))
_EACH: Final = facts.IMDS_RETRIES_PER.value == "request"
_TOKEN_S: Final = float(facts.IMDS_TOKEN_S.value)
_CLOCK: Final = ClockRule(float(facts.CLOCK_CORRECTION_S.value), heals=True)
_HOUR: Final = float(facts.EC2_LIFE_CAP_S.value)

_RETRY: Final = RetryRule(
    attempts=facts.RETRY_ATTEMPTS.value,
    law="full_jitter",
    throttle_base_s=float(facts.RETRY_BASE_S.value),
    transient_base_s=float(facts.RETRY_BASE_S.value),
    cap_s=float(facts.RETRY_CAP_S.value),
    quota=OLD_QUOTA,
)
_CONTAINER_RETRY: Final = replace(_RETRY, attempts=facts.CONTAINER_ATTEMPTS.value, quota=None)

GO_V2_OLD: Final = Sdk(
    name="go-v2-old",
    title="AWS SDK for Go v2, before 2026",
    source="aws-sdk-go-v2: credential_cache.go legacyRetrieve, ec2rolecreds@72a935b, stscreds, retry/jitter_backoff.go",
    sts=_EXPIRED,
    imds=replace(
        _EXPIRED,
        life_cap_s=_HOUR,
        on_failed="serve",
        again_after=(float(facts.EC2_EXTENSION_S.value[0]), float(facts.EC2_EXTENSION_S.value[1])),
    ),
    retry=_RETRY,
    keeps_client=facts.CLIENT_KEPT.value,
    container=_HTTP,
    default_session_s=float(facts.ASSUME_ROLE_DEFAULT_S.value),
    resolves=facts.RESOLVES.value,
    imds_retry=_IMDS_RETRY,
    imds_timeout_s=float(facts.IMDS_DIAL_TIMEOUT_S.value + facts.IMDS_HEADER_TIMEOUT_S.value),
    imds_retries_each=_EACH,
    imds_token_s=_TOKEN_S,
    container_retry=_CONTAINER_RETRY,
    clock=_CLOCK,
)

_WINDOWS: Final = by_lifetime(facts.WINDOW_2026_S, facts.MANDATORY_2026_S, facts.AGAIN_AFTER_2026_S)
_HTTP_2026: Final = replace(_WINDOWS, advisory=_HTTP.advisory)

GO_V2_2026: Final = Sdk(
    name="go-v2-2026",
    title="AWS SDK for Go v2, 2026",
    source="aws-sdk-go-v2: credential_cache.go@26f0876 (the 2026 retries behind AWS_NEW_RETRIES_2026)",
    sts=with_sts(_WINDOWS, facts.NON_RECOVERABLE_2026_S),
    imds=replace(_WINDOWS, life_cap_s=float(facts.LIFE_CAP_2026_S.value)),
    retry=STANDARD_2026,
    keeps_client=facts.CLIENT_KEPT.value,
    default_session_s=float(facts.ASSUME_ROLE_DEFAULT_S.value),
    resolves=facts.RESOLVES.value,
    imds_retry=_IMDS_RETRY,
    imds_timeout_s=float(facts.IMDS_DIAL_TIMEOUT_S.value + facts.IMDS_HEADER_TIMEOUT_S.value),
    imds_retries_each=_EACH,
    imds_token_s=_TOKEN_S,
    container=_HTTP_2026,
    container_retry=replace(STANDARD_2026, attempts=facts.CONTAINER_ATTEMPTS.value, quota=None, hint_extra_s=None),
    clock=_CLOCK,
)
