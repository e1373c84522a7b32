"""How a refused request is tried again: attempts, pauses as pure functions of a draw, and what a client can afford."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ErrorClass",
    "Law",
    "QuotaRule",
    "RetryQuota",
    "RetryRule",
    "hinted_s",
    "last_pause_s",
    "pause_s",
    "retries",
]

ErrorClass = Literal["throttle", "transient", "no"]
Law = Literal["none", "fixed", "exponential", "full_jitter", "equal_jitter", "decorrelated"]


@dataclass(frozen=True, slots=True)
class QuotaRule:
    """What retries cost one client object, in tokens.

    Attributes:
        tokens: Tokens of a new client, and the most it ever has.
        cost: Of a retry.
        throttle_cost: Of a retry after a throttle.
        timeout_cost: Of a retry after a timeout.
        success_return: Returned by a request that succeeds at once; one that succeeds later returns what its
            last retry cost.
    """

    tokens: int
    cost: int
    throttle_cost: int
    timeout_cost: int
    success_return: int


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
        quota: What retries cost the client; None: nothing.
        adaptive: Whether the client limits its own rate once it was throttled.
        hint_extra_s: A pause that the answer asks for (x-amz-retry-after) is kept, but exceeds the rule's own by at
            most this; None: such a header is not read.
        on: Classes of refusals that are tried again.
        pauses_last: Whether it pauses after the last attempt, too, before it gives up (one of fixed pauses).
    """

    attempts: int
    law: Law
    throttle_base_s: float
    transient_base_s: float
    cap_s: float
    throttle_law: Law | None = None
    quota: QuotaRule | None = None
    adaptive: bool = False
    hint_extra_s: float | None = None
    on: tuple[ErrorClass, ...] = ("throttle", "transient")
    pauses_last: bool = False


class RetryQuota:
    """The tokens of one client object; a request that cannot pay for its retry is not tried again."""

    __slots__ = ("_last", "_purse", "_rule")

    def __init__(self, rule: QuotaRule) -> None:
        self._rule = rule
        self._last: int | None = None
        self._purse = [rule.tokens]

    @property
    def tokens(self) -> int:
        """Tokens that the client has."""
        return self._purse[0]

    def beside(self) -> RetryQuota:
        """The same tokens, for a request that is under way beside others."""
        other = RetryQuota(self._rule)
        other._purse = self._purse
        return other

    def begin(self) -> None:
        """A new request."""
        self._last = None

    def pay(self, error: ErrorClass, timed_out: bool = False) -> bool:
        """Pay for a retry after this error; False if the client cannot."""
        rule = self._rule
        cost = rule.throttle_cost if error == "throttle" else rule.timeout_cost if timed_out else rule.cost
        if cost > self.tokens:
            return False
        self._purse[0] -= cost
        self._last = cost
        return True

    def succeed(self) -> None:
        """The request succeeded."""
        returned = self._rule.success_return if self._last is None else self._last
        self._purse[0] = min(self._rule.tokens, self.tokens + returned)


def retries(rule: RetryRule, error: ErrorClass, attempt: int) -> bool:
    """Whether attempt number `attempt` (from 1) is followed by another one."""
    return error in rule.on and attempt < rule.attempts


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


def last_pause_s(rule: RetryRule, error: ErrorClass) -> float:
    """Pause between the last refused attempt and giving up."""
    return pause_s(rule, error, rule.attempts, 0.0) if rule.pauses_last and error in rule.on else 0.0


def hinted_s(rule: RetryRule, own_s: float, hint_s: float | None) -> float:
    """Pause of a rule whose own is `own_s`, after an answer that asked for `hint_s`."""
    if hint_s is None or rule.hint_extra_s is None:
        return own_s
    return max(own_s, min(hint_s, rule.hint_extra_s + own_s))
