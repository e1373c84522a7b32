"""Which attempts a full bucket refused, whatever it answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

__all__ = ["refused_by_bucket"]


def refused_by_bucket(requests: pd.DataFrame, scenario: Mapping[str, Any]) -> pd.Series[bool]:
    """Which rows of `requests_per_second` a full bucket refused.

    A quota whose refusal reads as if the service were unavailable is recorded as such; all its refusals count.
    """
    buckets = {
        (account, group)
        for account, about in (scenario.get("accounts") or {}).items()
        if isinstance(quotas := about.get("quotas"), Mapping)
        for group, quota in quotas.items()
        if isinstance(quota, Mapping) and (quota.get("refusal") or {}).get("retryable") == "transient"
    }
    pairs = zip(requests["account"].astype(str), requests["quota_group"].astype(str), strict=True)
    disguised = pd.Series([pair in buckets for pair in pairs], index=requests.index, dtype=bool)
    outcome = requests["outcome"]
    return (outcome == "throttled") | (disguised & (outcome == "unavailable"))
