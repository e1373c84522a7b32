"""How a process gets the credentials of its host: by HTTP from an endpoint, from its environment, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum

from simpy import Event

from sim.chains.fetched import refusal
from sim.chains.fetching import Asker, Fetch, Fetched, HostCredentials
from sim.clock import Clock
from sim.issuers.api import Answer, Api, Request
from sim.issuers.spec import Endpoint, Imds
from sim.policies.retry import ErrorClass, RetryRule, pause_s, retries
from sim.records import Outcome, Verdict
from sim.streams import Purpose

__all__ = ["Anonymous", "EndpointProvider", "Local", "Reach", "Try", "reach_of", "tried_again"]

Try = Generator[Event, None, tuple[Fetched, ErrorClass]]
"""One try of a fetch, and how its refusal counts."""

_TOKEN = "PutToken"
_TRIES_APART = 16
"""Numbers of the HTTP requests of one try lie below this."""


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
        requests: The HTTP requests of one fetch, in order.
        retry: When a fetch is tried again.
        timeout_s: How long it waits for an answer that does not come.
        reach: What gets through.
        refuses_expired: Whether it raises on a set that has ended already.
    """

    requests: tuple[Request, ...]
    retry: RetryRule
    timeout_s: float
    reach: Reach = Reach.TOKEN
    refuses_expired: bool = False


@dataclass(slots=True)
class EndpointProvider:
    """Asks the endpoint of the client's host, one HTTP request after the other.

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

    def fetch(self, ordinal: int) -> Fetch:
        """Fetch the set that is offered now; the whole fetch is tried again."""
        return tried_again(self.asker, self.local.retry, ordinal, lambda attempt: self._try(ordinal, attempt))

    def _try(self, ordinal: int, attempt: int) -> Try:
        """One try: the requests in their order, until one is refused."""
        at = self.asker.clock.now
        credential = self.host.offered(at)
        answer = Answer(Outcome.OK, "no", 0.0)
        for number, request in enumerate(self.local.requests, start=1):
            if at >= self.asker.clock.horizon_s:
                return Fetched(None, at), "no"
            k = (ordinal << 16) | ((attempt - 1) * _TRIES_APART + number)
            answer = self._answer(at, request, k)
            last = number == len(self.local.requests) and answer.outcome is Outcome.OK
            self.api.record(at, self.asker.holder, request, attempt, answer, credential.id if last else None)
            at += answer.latency_s
            if answer.outcome is not Outcome.OK and not self._goes_on_without(request):
                return self._failed(at, answer), answer.error
        if self.local.refuses_expired and credential.expires_at_s < at:
            return Fetched(None, at), "no"
        return Fetched(credential, at), answer.error
        yield  # a generator like every try, though nothing can come in between

    def _goes_on_without(self, request: Request) -> bool:
        return request.operation == _TOKEN and self.local.reach is not Reach.TOKEN

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
        if reach is not Reach.TOKEN and request.operation == _TOKEN:
            return Answer(Outcome.UNAVAILABLE, "transient", self.local.timeout_s)
        if reach is Reach.NOTHING:
            return answer._replace(outcome=Outcome.DENIED)
        return answer


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
        if fetched.credential is not None or not retries(rule, error, attempt):
            return fetched
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
