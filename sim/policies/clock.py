"""How an SDK corrects a wrong clock by the date in a service's answers: pure functions of how far off it is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ClockRule", "sends_again"]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """An SDK that signs by the service's clock once an answer has told it.

    Attributes:
        least_s: A refused request is sent again if the clock is off by this much or more.
        heals: Whether it is also sent again where only an old correction was wrong, after the clock was set right.
    """

    least_s: float
    heals: bool


def sends_again(rule: ClockRule, off_s: float, corrected_s: float) -> bool:
    """Whether a request that was refused for its time is sent again, by the clock of the answer.

    Args:
        rule: The SDK's rule.
        off_s: How far its clock is ahead.
        corrected_s: How far ahead it thought it was when it signed.
    """
    off = off_s - corrected_s if rule.heals else off_s
    return abs(off) >= rule.least_s
