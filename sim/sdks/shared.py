"""What the SDK generations of 2026 have in common: refresh windows by lifetime and one retry rule."""

from __future__ import annotations

import math
from typing import Final

from sim.aws import retries, sdk_go
from sim.aws.fact import Fact
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule

__all__ = ["STANDARD_2026", "by_lifetime"]

STANDARD_2026: Final = RetryRule(
    attempts=retries.ATTEMPTS.value,
    law="full_jitter",
    throttle_base_s=float(retries.THROTTLE_BASE_S.value),
    transient_base_s=float(retries.TRANSIENT_BASE_S.value),
    cap_s=float(retries.CAP_S.value),
)
"""The standard retry mode of 2026. Go and Java have it behind AWS_NEW_RETRIES_2026."""


def by_lifetime(
    windows: Fact[tuple[int, int, int]], mandatory: Fact[int], again_after: Fact[tuple[int, int]]
) -> Refresh:
    """The refresh rule of 2026: a window by lifetime, a failed refresh serves what is cached and pauses."""
    short, below = sdk_go.LIFE_2026_S.value
    return Refresh(
        advisory=(
            (float(short), float(windows.value[0])),
            (math.nextafter(below, 0.0), float(windows.value[1])),
            (math.inf, float(windows.value[2])),
        ),
        mandatory_s=float(mandatory.value),
        on_failed="serve",
        again_after=(float(again_after.value[0]), float(again_after.value[1])),
    )
