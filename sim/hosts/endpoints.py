"""How a process gets the credentials of its host: by HTTP from an endpoint, from its environment, or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import Enum

from simpy import Event

from sim.chains.fetched import refusal
from sim.chains.fetching import Asker, Fetch, Fetched, HostCredentials
from sim.clock import Clock
from sim.issuers.api import Answer, Api, Request
from sim.issuers.spec import Endpoint, Imds
from sim.policies.retry import ErrorClass, RetryRule, last_pause_s, pause_s, retries
from sim.records import EndReason, Outcome, Verdict
from sim.streams import Purpose

__all__ = ["Anonymous", "EndpointProvider", "Local", "Reach", "Try", "reach_of", "tried_again"]

Try = Generator[Event, None, tuple[Fetched, ErrorClass]]
"""One try of a fetch, and how its refusal counts."""
_Asking = Generator[Event, None, tuple[Answer, float]]
"""A request with its repetitions: the last answer, and when it was there."""

_TRIES_APART = 16
"""Numbers of the HTTP requests of one try lie below this, where the whole fetch is tried again."""
_ONCE = RetryRule(1, "none", 0.0, 0.0, math.inf)


class Reach(Enum):
    """What a process gets from the metadata service over its network hops."""

    TOKEN = "token"
    """A token, and with it credentials (IMDSv2)."""
    WITHOUT_TOKEN = "without a token"
    """No token: the answer does not survive the hops. SDKs go on without one (IMDSv1) after their timeout."""
    NOTHING = "nothing"
    """No token, and the service answers nobody who has none."""


def reach_of(spec: Endpoint, hops: int) -> Reach:
    """What processes so many hops away get from an endpoint."""
    if not isinstance(spec, Imds) or hops <= spec.hop_limit:
        return Reach.TOKEN
    return Reach.NOTHING if spec.http_tokens == "required" else Reach.WITHOUT_TOKEN


@dataclass(frozen=True, slots=True)
class Local:
    """How an SDK talks to an endpoint of its host.

    Attributes:
        requests: The HTTP requests of one fetch, in order, without that for a token.
        retry: When a fetch, or a request of it, is tried again.
        timeout_s: How long it waits for an answer that does not come.
        reach: What gets through.
        token: The request for a token that comes before, if there is one.
        token_s: How long a token serves later requests; 0: every fetch begins with a new one.
        needs_token: Whether the endpoint answers nobody without a token.
        each: Whether each request is tried again by itself, instead of the whole fetch.
    """

    requests: tuple[Request, ...]
    retry: RetryRule
    timeout_s: float
    reach: Reach = Reach.TOKEN
    token: Request | None = None
    token_s: float = 0.0
    needs_token: bool = False
    each: bool = False


@dataclass(slots=True)
class EndpointProvider:
    """Asks the endpoint of the client's host, one HTTP request after the other.

    Where a token is refused the SDK goes on without one, as before there were tokens (IMDSv1).

    Attributes:
        asker: The client.
        host: Its host.
        local: How its SDK asks.
        api: The endpoint: latency, outages, records.
    """

    asker: Asker
    host: HostCredentials
    local: Local
    api: Api
    _token_until_s: float = field(default=-math.inf, init=False)
    _without: bool = field(default=False, init=False)

    def fetch(self, ordinal: int) -> Fetch:
        """Fetch the set that is offered now; the whole fetch, or each of its requests, is tried again."""
        rule = _ONCE if self.local.each else self.local.retry
        return tried_again(self.asker, rule, ordinal, lambda attempt: self._try(ordinal, attempt))

    def close(self, at: float, reason: EndReason) -> None:  # noqa: ARG002 - one signature for all that remember
        """The process ends, and with it its token."""
        self._token_until_s, self._without = -math.inf, False

    def _try(self, ordinal: int, attempt: int) -> Try:
        """One try: the requests in their order, until one is refused."""
        at = self.asker.clock.now
        sent = _Sent(ordinal, attempt)
        credential = self.host.offered(at)
        if not self.local.token_s:
            self._token_until_s, self._without = -math.inf, False
        answer = Answer(Outcome.OK, "no", 0.0)
        for request in self.local.requests:
            last = credential.id if request is self.local.requests[-1] else None
            answer, at = yield from self._ask(at, request, sent, last)
            if answer.outcome is not Outcome.OK:
                return self._failed(at, answer), answer.error
        return Fetched(credential, at), answer.error

    def _ask(self, at: float, request: Request, sent: _Sent, issued: str | None) -> _Asking:
        """A request, again where its SDK repeats single ones; each time with a token, if there is one."""
        clock, attempt = self.asker.clock, 1
        while True:
            if self.local.token is not None and request is not self.local.token:
                at = yield from self._have_token(at, self.local.token, sent)
            if at >= clock.horizon_s:
                return Answer(Outcome.UNAVAILABLE, "no", 0.0), at
            answer = self._answer(at, request, sent.next())
            told = issued if answer.outcome is Outcome.OK else None
            number = attempt if self.local.each else sent.attempt
            self.api.record(at, self.asker.holder, request, number, answer, told)
            at += answer.latency_s
            if not self.local.each or not retries(self.local.retry, answer.error, attempt):
                return answer, at
            at += pause_s(self.local.retry, answer.error, attempt, self.asker.uniform(Purpose.BACKOFF, sent.key))
            attempt += 1
            yield clock.at(at, self.asker.holder.rank)

    def _have_token(self, at: float, request: Request, sent: _Sent) -> Generator[Event, None, float]:
        """See to a token; it may be refused, and after a timeout the SDK asks for none any more."""
        if self._without or at <= self._token_until_s:
            return at
        answer, at = yield from self._ask(at, request, sent, None)
        if answer.outcome is Outcome.OK:
            self._token_until_s = at + self.local.token_s if self.local.token_s else math.inf
        else:
            self._without = not self.local.each or answer.timed_out
        return at

    def _failed(self, at: float, answer: Answer) -> Fetched:
        """Where nothing can be had, the SDK finds no credentials; elsewhere it only failed to get some."""
        nothing = self.local.reach is Reach.NOTHING
        verdict = Verdict.NO_CREDENTIALS if nothing else Verdict.REFRESH_FAILED
        return Fetched(None, at, refused=refusal(self.api.name, answer.outcome), verdict=verdict)

    def _answer(self, at: float, request: Request, k: int) -> Answer:
        reach, bucket = self.local.reach, self.host.service.bucket
        answer = self.api.ask(at, request, self.asker, k)
        if answer.outcome is not Outcome.OK:
            return answer
        if bucket is not None and not bucket.take(at):
            return answer._replace(outcome=Outcome.THROTTLED, error="throttle")
        if request is self.local.token:
            timed_out = Answer(Outcome.UNAVAILABLE, "transient", self.local.timeout_s, timed_out=True)
            return answer if reach is Reach.TOKEN else timed_out
        if self.local.needs_token and at > self._token_until_s:
            return answer._replace(outcome=Outcome.DENIED)
        return answer


@dataclass(slots=True)
class _Sent:
    """Numbers the HTTP requests of one try of a fetch: what decides about each of them is drawn by its number."""

    ordinal: int
    attempt: int
    _count: int = 0

    def next(self) -> int:
        """The number of another request."""
        self._count += 1
        return self.key

    @property
    def key(self) -> int:
        """The number of the last request."""
        return (self.ordinal << 16) | ((self.attempt - 1) * _TRIES_APART + self._count)


def tried_again(asker: Asker, rule: RetryRule, ordinal: int, attempt_at: Callable[[int], Try]) -> Fetch:
    """Try a fetch, from the clock's instant on, until it succeeds or its rule gives up.

    Args:
        asker: The client.
        rule: When it tries again.
        ordinal: Number of the fetch.
        attempt_at: Makes the attempt of this number now.
    """
    attempt, pause = 1, 0.0
    while True:
        fetched, error = yield from attempt_at(attempt)
        if fetched.credential is not None:
            return fetched
        if not retries(rule, error, attempt):
            return fetched._replace(done_at_s=fetched.done_at_s + last_pause_s(rule, error))
        pause = pause_s(rule, error, attempt, asker.uniform(Purpose.BACKOFF, (ordinal << 16) | attempt), pause)
        attempt += 1
        yield asker.clock.at(fetched.done_at_s + pause, asker.holder.rank)


@dataclass(slots=True)
class Anonymous:
    """No credential at all: the requests go out unsigned, and AWS denies them."""

    clock: Clock

    def fetch(self, ordinal: int) -> Fetch:  # noqa: ARG002 - a fetch like any other
        """Find nothing, now and for ever."""
        return Fetched(None, self.clock.now, float("inf"), verdict=Verdict.ACCESS_DENIED)
        yield  # a generator like every fetch, though nothing can come in between
