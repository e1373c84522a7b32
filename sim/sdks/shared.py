"""What the SDK generations of 2026 have in common: refresh windows by lifetime."""

from __future__ import annotations

import math

from sim.aws import sdk_go
from sim.aws.fact import Fact
from sim.policies.refresh import Refresh

__all__ = ["by_lifetime"]


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
