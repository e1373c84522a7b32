"""A client object of an SDK for one AWS API: the attempts of a request, what they cost it, and its own rate limit."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple, Protocol

from simpy import Event

from sim.clock import Clock
from sim.credentials import Credential, Holder
from sim.issuers.api import Answer, Api, Request
from sim.policies.adaptive import RateLimiter
from sim.policies.clock import ClockRule, sends_again
from sim.policies.retry import RetryQuota, RetryRule, hinted_s, pause_s, retries
from sim.records import Outcome
from sim.sdks.retry_modes import ADAPTIVE_LIMIT
from sim.streams import Purpose

__all__ = ["ApiClient", "Sent"]

Ask = Callable[[float, int], tuple[Answer, Credential | None]]
"""One attempt at an instant, with its number among all of the asker: the answer, and what it obtains."""


class Sender(Protocol):
    """On whose behalf requests are sent."""

    clock: Clock
    holder: Holder
    lives: int

    def uniform(self, purpose: Purpose, k: int) -> float:
        """A draw of its own."""


class Sent(NamedTuple):
    """What a request came to.

    Attributes:
        answer: Answer to its last attempt.
        at_s: When that was made.
        credential: What was obtained, if anything was.
    """

    answer: Answer
    at_s: float
    credential: Credential | None

    @property
    def done_at_s(self) -> float:
        """When the answer was there."""
        return self.at_s + self.answer.latency_s


class ApiClient:
    """A client object of an SDK for one API, made now: the tokens it has for retries, and its own rate limit.

    Requests may be under way at the same time.

    Args:
        sender: On whose behalf it sends.
        api: Where to.
        rule: The SDK's retry rule.
        clock: How it corrects a wrong clock; None: it does not.

    Attributes:
        life: The process's life in which it was made.
        ahead_s: How far ahead it takes its host's clock to be.
    """

    __slots__ = ("_api", "_clock", "_limiter", "_quota", "_rule", "_sender", "ahead_s", "life")

    def __init__(self, sender: Sender, api: Api, rule: RetryRule, clock: ClockRule | None = None) -> None:
        self.life = sender.lives
        self.ahead_s = 0.0
        self._clock = clock
        self._sender = sender
        self._api = api
        self._rule = rule
        self._quota = None if rule.quota is None else RetryQuota(rule.quota)
        self._limiter = RateLimiter(ADAPTIVE_LIMIT, sender.clock.now) if rule.adaptive else None

    def send(self, request: Request, before: int, ask: Ask) -> Generator[Event, None, Sent]:
        """Ask, beginning now, until there is an answer or no attempt is left.

        Args:
            request: What is asked.
            before: Number of the attempt before the first; the sender's requests have numbers far apart.
            ask: Makes one attempt.
        """
        sender, rule, limiter = self._sender, self._rule, self._limiter
        clock, quota = sender.clock, None if self._quota is None else self._quota.beside()
        attempt, pause = 1, 0.0
        while True:
            if limiter is not None and (at := limiter.sends_at(clock.now)) > clock.now:
                yield clock.at(at, sender.holder.rank)
            number = before + attempt
            answer, obtained = ask(clock.now, number)
            if request.clock is not None and self._clock is not None:
                answer = self._learned(self._clock, answer, request.clock.ahead_s(clock.now))
            sent = Sent(answer, clock.now, obtained)
            self._answered(answer, sent.done_at_s, quota)
            self._api.record(
                sent.at_s, sender.holder, request, attempt, answer, None if obtained is None else obtained.id
            )
            over = answer.outcome is Outcome.OK or not retries(rule, answer.error, attempt)
            if over or not _affords(quota, answer):
                return sent
            u = sender.uniform(Purpose.BACKOFF, number)
            pause = hinted_s(rule, pause_s(rule, answer.error, attempt, u, pause), answer.retry_after_s)
            attempt += 1
            yield clock.at(sent.done_at_s + pause, sender.holder.rank)

    def _learned(self, rule: ClockRule, answer: Answer, ahead_s: float) -> Answer:
        """The answer as a client takes it that learns the time from it: a refusal for its time may be sent again."""
        if answer.outcome is Outcome.UNAVAILABLE:
            return answer  # no date, or not the service's own
        again = answer.skewed and sends_again(rule, ahead_s, self.ahead_s)
        self.ahead_s = ahead_s
        return answer._replace(error="transient") if again else answer

    def _answered(self, answer: Answer, at_s: float, quota: RetryQuota | None) -> None:
        """An attempt was answered."""
        if self._limiter is not None:
            self._limiter.answered(at_s, answer.error == "throttle")
        if quota is not None and answer.outcome is Outcome.OK:
            quota.succeed()


def _affords(quota: RetryQuota | None, answer: Answer) -> bool:
    """Whether the client can pay for another attempt; if so, it does."""
    return quota is None or quota.pay(answer.error, answer.timed_out)
