"""What the SDK generations of 2026 have in common: refresh windows by lifetime."""

from __future__ import annotations

import math
from dataclasses import replace

from sim.aws import sdk_go
from sim.aws.fact import Fact
from sim.policies.refresh import Refresh

__all__ = ["by_lifetime", "with_sts"]


def by_lifetime(
    windows: Fact[tuple[int, int, int]],
    mandatory: Fact[int],
    again_after: Fact[tuple[int, int]],
    *,
    ended_left_s: float = 0.0,
) -> Refresh:
    """The refresh rule of 2026: a window by lifetime, a failed refresh serves what is cached and pauses.

    Args:
        windows: Advisory windows of the three classes of lifetimes.
        mandatory: The mandatory window.
        again_after: Pause after a failure.
        ended_left_s: Life left of an answer that counts as a failure.
    """
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
        ended_left_s=ended_left_s,
    )


def with_sts(rule: Refresh, non_recoverable: Fact[tuple[int, int]]) -> Refresh:
    """The same for sessions of STS, whose refusals for good are raised and remembered for a moment."""
    shortest, longest = non_recoverable.value
    return replace(rule, denied_again_after=(float(shortest), float(longest)))
