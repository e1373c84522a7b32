"""Retry modes of the AWS SDKs: legacy, standard as it was, standard of 2026, adaptive."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.aws import retries
from sim.policies.adaptive import AdaptiveRule
from sim.policies.retry import QuotaRule, RetryRule

__all__ = ["ADAPTIVE_LIMIT", "LEGACY", "OLD_QUOTA", "RETRY_MODES", "STANDARD_2026", "STANDARD_OLD"]

OLD_QUOTA: Final = QuotaRule(
    tokens=retries.QUOTA_TOKENS.value,
    cost=retries.OLD_QUOTA_COST.value,
    throttle_cost=retries.OLD_QUOTA_COST.value,
    timeout_cost=retries.OLD_QUOTA_TIMEOUT_COST.value,
    success_return=retries.QUOTA_SUCCESS_RETURN.value,
)
_QUOTA_2026: Final = replace(
    OLD_QUOTA,
    cost=retries.QUOTA_OTHER_COST.value,
    throttle_cost=retries.QUOTA_THROTTLE_COST.value,
    timeout_cost=retries.QUOTA_OTHER_COST.value,
)

LEGACY: Final = RetryRule(
    attempts=retries.LEGACY_ATTEMPTS.value,
    law="full_jitter",
    throttle_base_s=float(retries.LEGACY_BASE_S.value),
    transient_base_s=float(retries.LEGACY_BASE_S.value),
    cap_s=math.inf,
)
"""botocore before 1.44 unless told otherwise: no cap, no quota."""

STANDARD_OLD: Final = RetryRule(
    attempts=retries.ATTEMPTS.value,
    law="full_jitter",
    throttle_base_s=float(retries.OLD_BASE_S.value),
    transient_base_s=float(retries.OLD_BASE_S.value),
    cap_s=float(retries.CAP_S.value),
    quota=OLD_QUOTA,
)

STANDARD_2026: Final = RetryRule(
    attempts=retries.ATTEMPTS.value,
    law="full_jitter",
    throttle_base_s=float(retries.THROTTLE_BASE_S.value),
    transient_base_s=float(retries.TRANSIENT_BASE_S.value),
    cap_s=float(retries.CAP_S.value),
    quota=_QUOTA_2026,
    hint_extra_s=float(retries.RETRY_AFTER_EXTRA_MAX_S.value),
)
"""The standard retry mode of 2026. Go and Java have it behind AWS_NEW_RETRIES_2026."""

RETRY_MODES: Final[dict[str, RetryRule]] = {
    "legacy": LEGACY,
    "standard-old": STANDARD_OLD,
    "standard-2026": STANDARD_2026,
    "adaptive": replace(STANDARD_2026, adaptive=True),
}
"""Every mode by the word that scenarios use."""

ADAPTIVE_LIMIT: Final = AdaptiveRule(
    cut=retries.ADAPTIVE_CUT.value,
    scale=retries.ADAPTIVE_SCALE.value,
    bin_s=retries.ADAPTIVE_MEASURE_BIN_S.value,
    smoothing=retries.ADAPTIVE_SMOOTHING.value,
    min_rps=retries.ADAPTIVE_MIN_RPS.value,
    min_capacity=float(retries.ADAPTIVE_MIN_CAPACITY.value),
    measured_cap=float(retries.ADAPTIVE_MEASURED_CAP.value),
)
