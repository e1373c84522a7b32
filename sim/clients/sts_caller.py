"""Calls to STS as a program's work: requests like those for credentials, each of which draws from its account's bucket.

Whether such a call is throttled depends on everybody else's, so each is an event of its own, in order of time; it is
sent by an SDK's client object that lives as long as the process, with its retries.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Final, NamedTuple

from simpy import Event, Interrupt
from simpy import Process as SimProcess

from sim.chains.api_client import ApiClient
from sim.chains.fetched import ERRORS
from sim.chains.fetching import Fetch, Fetched
from sim.clients.client import Client, Kit, Process
from sim.clients.ledger import Ledger
from sim.clock import AFTER_REQUESTS
from sim.credentials import Credential
from sim.issuers.api import Answer, Api, Request
from sim.policies.retry import ErrorClass, RetryRule
from sim.records import EndReason, Outcome, Verdict
from sim.sts_calls import operation_of

__all__ = ["Line", "StsCaller", "StsCalls"]

_FIRST_ORDINAL: Final = 1 << 40
"""Numbers of a client's calls among its requests, behind those of all its fetches."""
_CALL_BITS: Final = 32
_BUSY: Final = {ERRORS[outcome]: outcome for outcome in (Outcome.THROTTLED, Outcome.UNAVAILABLE)}
_CLASSES: Final[dict[Outcome, ErrorClass]] = {
    Outcome.THROTTLED: "throttle",
    Outcome.UNAVAILABLE: "transient",
    Outcome.DENIED: "no",
}

_End = tuple[Credential | None, Verdict]


class Line(NamedTuple):
    """How calls reach STS.

    Attributes:
        api: The endpoint.
        quota_group: Bucket of whoever signs that they draw from.
        retry: The SDK's retry rule.
    """

    api: Api
    quota_group: str
    retry: RetryRule


class StsCaller(Client):
    """A client some of whose calls are requests to STS; what it holds is seen by them instant by instant.

    Args:
        kit: What it is made of; its ledger has no part for calls to STS.
        line: How they reach STS.

    Attributes:
        told: Happens when the fetch under way has ended.
        sending: Its calls to STS, by operation.
    """

    def __init__(self, kit: Kit, line: Line) -> None:
        super().__init__(kit)
        self.line = line
        self.told = self._clock.event()
        self.sending: list[StsCalls] = []
        self._api_client: ApiClient | None = None
        self._on_its_way: Fetched | None = None

    def signer(self, at: float) -> _End | None:
        """What the call that arrives at `at`, now, is signed with, and how it ends if that is nothing.

        Returns:
            None while that hangs on the fetch under way.
        """
        pending, held = self._pending, self.cache.credential
        if pending is not None and (pending.blocking or (at == pending.since and not self.cache.rule.background)):
            return None
        if pending is None and (held is None or self._refusing):
            return None, self._found_nothing
        return held, Verdict.OK

    def api_client(self) -> ApiClient:
        """The client object that sends its calls, one for each life of the process."""
        asker, line = self.cache.asker, self.line
        if self._api_client is None or self._api_client.life != asker.lives:
            self._api_client = ApiClient(asker, line.api, line.retry)
        return self._api_client

    def _fetched(self) -> Fetch:
        """A fetch ends when its answer is there, so that no call is signed with what has not come yet."""
        fetched = yield from self.cache.fetch()
        if self._clock.now < fetched.done_at_s < self._horizon_s:
            self._on_its_way = fetched
            yield self._clock.at(fetched.done_at_s, self._rank)
            self._on_its_way = None
        return fetched

    def _share(self, fetched: Fetched, since: float, blocking: bool, otherwise: Verdict) -> None:
        super()._share(fetched, since, blocking, otherwise)
        told, self.told = self.told, self._clock.event()
        told.succeed()

    def _restart(self, reason: EndReason) -> None:
        lost, self._on_its_way = self._on_its_way, None
        super()._restart(reason)
        if lost is not None and lost.credential is not None:
            self.cache.lose(lost.credential, self._clock.now)
        for calls in self.sending:
            calls.cut()


class StsCalls:
    """A client's calls to one operation of STS.

    Args:
        caller: The client.
        ledger: The account of these calls, which are its only part.
        starts_at_s: When the client starts.
        horizon_s: End of the run.
    """

    def __init__(self, caller: StsCaller, ledger: Ledger, starts_at_s: float, horizon_s: float) -> None:
        self._caller = caller
        self._ledger = ledger
        self._starts_at_s = starts_at_s
        self._horizon_s = horizon_s
        self._part = ledger.parts[0]
        self._asker = caller.cache.asker
        self._first = _FIRST_ORDINAL + (len(caller.sending) << _CALL_BITS)
        self._requests: dict[str, Request] = {}
        self._open: dict[int, tuple[float, SimProcess]] = {}
        caller.sending.append(self)

    def run(self) -> Process:
        """The SimPy process: every call at its instant, after all requests for credentials of that instant."""
        clock, calls, number = self._asker.clock, self._part.calls, 0
        rank = self._asker.holder.rank | AFTER_REQUESTS
        at = calls.first(self._starts_at_s)
        while at < self._horizon_s:
            yield clock.at(at, rank)
            after = math.nextafter(at, math.inf)
            for _ in range(calls.count(at, after)):
                self._open[number] = (at, clock.process(self._make(number, at)))
                number += 1
            at = calls.first(after)

    def cut(self) -> None:
        """The process ends: so do its calls."""
        for _, process in self._open.values():
            process.interrupt()

    def finish(self) -> None:
        """Write what is open at the horizon."""
        for at, _ in self._open.values():
            self._ledger.ended(None, Verdict.UNFINISHED, at, self._horizon_s)
        self._ledger.close(self._horizon_s)

    def _make(self, number: int, at: float) -> Process:
        try:
            signer, verdict = yield from self._call(number, at)
        except Interrupt:
            signer, verdict = None, Verdict.REFRESH_FAILED
        del self._open[number]
        self._ledger.ended(signer, verdict, at, self._asker.clock.now)

    def _call(self, number: int, at: float) -> Generator[Event, None, _End]:
        """The call that arrives at `at`, now: it waits for a signer if it must, and is sent."""
        caller = self._caller
        while (found := caller.signer(at)) is None:
            yield caller.told
        signer, verdict = found
        if signer is None:
            return signer, verdict
        request = self._request(signer)
        sent = yield from caller.api_client().send(request, self._first + number << 16, self._attempt)
        signer, outcome = self._signer(), sent.answer.outcome
        if outcome in _BUSY.values():
            return signer, ERRORS[outcome]
        return signer, self._ledger.verdict(signer, self._asker.clock.now)

    def _attempt(self, now: float, number: int) -> tuple[Answer, None]:
        """One attempt, signed anew: first the bucket, then what AWS says to the signature."""
        signer = self._signer()
        answer = self._caller.line.api.ask(now, self._request(signer), self._asker, number)
        if answer.outcome is Outcome.OK:
            verdict = self._ledger.verdict(signer, now)
            if verdict is not Verdict.OK:
                outcome = _BUSY.get(verdict, Outcome.DENIED)
                answer = answer._replace(outcome=outcome, error=_CLASSES[outcome])
        return answer, None

    def _signer(self) -> Credential:
        """What the client holds; a call that was sent ends with its process, so there is something."""
        held = self._caller.held
        assert held is not None
        return held

    def _request(self, signer: Credential) -> Request:
        """The request of a call, which the signer's account pays for."""
        if signer.account not in self._requests:
            operation = str(operation_of(self._part.action))
            self._requests[signer.account] = Request(operation, self._caller.line.quota_group, signer.account)
        return self._requests[signer.account]
