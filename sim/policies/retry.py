"""How a refused request is tried again: attempts and pauses as pure functions of a draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ErrorClass", "Law", "RetryRule", "pause_s", "retries"]

ErrorClass = Literal["throttle", "transient", "no"]
Law = Literal["none", "fixed", "exponential", "full_jitter", "equal_jitter", "decorrelated"]


@dataclass(frozen=True, slots=True)
class RetryRule:
    """Retry rule of one SDK generation.

    Attributes:
        attempts: Attempts in all, the first included.
        law: Law of the pause.
        throttle_base_s: Base of the pause after a throttle.
        transient_base_s: Base of the pause after a transient error.
        cap_s: Longest pause before jitter; inf for none.
        throttle_law: Law of the pause after a throttle, where it is another one.
    """

    attempts: int
    law: Law
    throttle_base_s: float
    transient_base_s: float
    cap_s: float
    throttle_law: Law | None = None


def retries(rule: RetryRule, error: ErrorClass, attempt: int) -> bool:
    """Whether attempt number `attempt` (from 1) is followed by another one."""
    return error != "no" and attempt < rule.attempts


def pause_s(rule: RetryRule, error: ErrorClass, attempt: int, u: float, previous_s: float = 0.0) -> float:
    """Pause after the refused attempt number `attempt` (from 1).

    Args:
        rule: The SDK's rule.
        error: Class of the refusal.
        attempt: Number of the refused attempt.
        u: Uniform draw in [0, 1).
        previous_s: The pause before this one, for decorrelated jitter.
    """
    base = rule.throttle_base_s if error == "throttle" else rule.transient_base_s
    grown = min(base * 2.0 ** min(attempt - 1, 64), rule.cap_s)
    law = rule.throttle_law if error == "throttle" and rule.throttle_law else rule.law
    match law:
        case "none":
            return 0.0
        case "fixed":
            return min(base, rule.cap_s)
        case "exponential":
            return grown
        case "full_jitter":
            return u * grown
        case "equal_jitter":
            return grown / 2 + u * grown / 2
        case "decorrelated":
            return min(rule.cap_s, base + u * (max(previous_s, base) * 3 - base))
