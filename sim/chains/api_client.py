"""A client object of an SDK for one API: what it remembers between attempts."""

from __future__ import annotations

from sim.issuers.api import Answer
from sim.policies.adaptive import RateLimiter
from sim.policies.retry import RetryQuota, RetryRule
from sim.records import Outcome
from sim.sdks.retry_modes import ADAPTIVE_LIMIT

__all__ = ["ApiClient"]


class ApiClient:
    """A client object of an SDK for one API: the tokens it has for retries, and its own rate limit.

    Args:
        rule: The SDK's retry rule.
        at_s: When it is made.
        life: The process's life in which it is made.
    """

    __slots__ = ("life", "limiter", "quota")

    def __init__(self, rule: RetryRule, at_s: float, life: int) -> None:
        self.life = life
        self.quota = None if rule.quota is None else RetryQuota(rule.quota)
        self.limiter = RateLimiter(ADAPTIVE_LIMIT, at_s) if rule.adaptive else None

    def begin(self) -> None:
        """A new request."""
        if self.quota is not None:
            self.quota.begin()

    def sends_at(self, at_s: float) -> float:
        """When an attempt that is ready at `at_s` is sent."""
        return at_s if self.limiter is None else self.limiter.sends_at(at_s)

    def answered(self, answer: Answer, at_s: float) -> None:
        """An attempt was answered."""
        if self.limiter is not None:
            self.limiter.answered(at_s, answer.error == "throttle")
        if self.quota is not None and answer.outcome is Outcome.OK:
            self.quota.succeed()

    def affords(self, answer: Answer) -> bool:
        """Whether the client can pay for another attempt; if so, it does."""
        return self.quota is None or self.quota.pay(answer.error, answer.timed_out)
