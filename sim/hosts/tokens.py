"""OIDC tokens that vouch for a workload: projected into a pod and renewed by its kubelet, or asked for by a job."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from simpy import Event

from sim.caches.cache import Place
from sim.caches.written import write_credential
from sim.chains.fetching import ApiProvider, Asker, Fetch, Fetched, refusal
from sim.clock import AFTER_CLIENTS, BEFORE_CLIENTS
from sim.credentials import Credential, Origin
from sim.issuers.api import Answer
from sim.issuers.idp import IdpQueue
from sim.laws import draw
from sim.recorder import Recorder
from sim.records import EndReason, Kind, Outcome
from sim.streams import Purpose

__all__ = ["IdpKeys", "JobTokenProvider", "Pod", "ProjectedToken", "ProjectedTokenProvider", "ReadOnce", "TokenFile"]


class Pod(NamedTuple):
    """The times of a pod and of the tokens in it.

    Attributes:
        life_s: Life of a token.
        every_s: Time from one token to the next.
        first_at_s: Instant at which token 0 was written; not after the pod's start.
        spans: When the pod is there; one that comes back is a new pod with a new token.
        horizon_s: End of the run.
    """

    life_s: float
    every_s: float
    first_at_s: float
    spans: tuple[tuple[float, float], ...]
    horizon_s: float


class ProjectedToken:
    """A pod's service-account token: the kubelet writes a new one when a share of its life is over.

    Which token lies in the file is a function of time, so nobody waits for it; the old one stays valid.

    Args:
        asker: The pod.
        origin: What its tokens have in common.
        pod: When it is there, and how often it gets a token.
        place: Where the file lies.
        recorder: The shard's sink.
    """

    def __init__(self, asker: Asker, origin: Origin, pod: Pod, place: Place, recorder: Recorder) -> None:
        self._asker = asker
        self._origin = origin
        self._pod = pod
        self._place = place
        self._recorder = recorder
        self._first_at_s = pod.first_at_s
        self._gone = not pod.spans
        self._number = 0
        self._current = self._token(0)

    def token(self) -> Credential:
        """The token that lies in the file now."""
        if self._asker.clock.now >= self._written_at(self._number + 1):
            self._next()
        return self._current

    def run(self) -> Generator[Event, None, None]:
        """Write token after token while the pod is there."""
        clock = self._asker.clock
        for number, (start, stop) in enumerate(self._pod.spans):
            if number:
                yield clock.at(start, BEFORE_CLIENTS)
                self._come_back(start)
            while self._written_at(self._number + 1) < stop:
                yield clock.at(max(self._written_at(self._number + 1), clock.now), self._asker.holder.rank)
                self.token()
            yield clock.at(stop, AFTER_CLIENTS)
            self._end(stop, EndReason.FINISHED)
            self._gone = True

    def finish(self) -> None:
        """Write the token in the file at the horizon."""
        if not self._gone:
            self._end(self._pod.horizon_s, EndReason.OPEN)

    def _come_back(self, at: float) -> None:
        self._number += 1
        self._first_at_s = at - self._number * self._pod.every_s
        self._current = self._token(self._number)
        self._gone = False

    def _written_at(self, number: int) -> float:
        return self._first_at_s + number * self._pod.every_s

    def _token(self, number: int) -> Credential:
        issued = float(math.floor(self._written_at(number)))
        asker = self._asker
        return Credential(Kind.PROJECTED_TOKEN, asker.holder, number, self._origin, issued, issued + self._pod.life_s)

    def _next(self) -> None:
        at = self._written_at(self._number + 1)
        self._end(at, EndReason.REPLACED)
        self._number += 1
        self._current = self._token(self._number)

    def _end(self, at: float, reason: EndReason) -> None:
        start = max(self._written_at(self._number), 0.0)
        if start >= at:
            return
        self._place.held(self._current, start, at, at, 1, self._asker)
        write_credential(self._recorder, self._current, start, at, reason, at)


class TokenFile(Protocol):
    """Where a program finds the token that it shows."""

    def token(self) -> Credential:
        """The token that it shows now."""


@dataclass(slots=True)
class ReadOnce:
    """A program that read the token's file when it first needed it, and shows the same one until it restarts."""

    projected: ProjectedToken
    asker: Asker
    _read: Credential | None = field(default=None, init=False)
    _life: int = field(default=-1, init=False)

    def token(self) -> Credential:
        """The token that the process read first."""
        if self._read is None or self._life != self.asker.lives:
            self._read, self._life = self.projected.token(), self.asker.lives
        return self._read


@dataclass(slots=True)
class ProjectedTokenProvider:
    """AssumeRoleWithWebIdentity with the token that lies in the pod (IRSA)."""

    projected: TokenFile
    sessions: ApiProvider

    def fetch(self, ordinal: int) -> Fetch:
        """Read the token's file, then ask STS."""
        token = self.projected.token()
        token.calls_signed += 1
        return self.sessions.attempts(ordinal, token)


@dataclass(slots=True)
class JobTokenProvider:
    """AssumeRoleWithWebIdentity with a token that the job asks of its identity provider for each session."""

    idp: IdpQueue
    sessions: ApiProvider

    def fetch(self, ordinal: int) -> Fetch:
        """Ask the provider, then STS."""
        asker = self.sessions.asker
        clock = asker.clock
        service = draw(asker.stream, self.idp.spec.service_s, Purpose.IDP_SERVICE, asker.index, ordinal)
        served = self.idp.serve(clock.now, service, asker, ordinal)
        if not served.ok:
            return Fetched(None, served.done_at_s, refused=refusal(self.idp.name, Outcome.UNAVAILABLE))
        if served.done_at_s > clock.now:
            yield clock.at(served.done_at_s, asker.holder.rank)
        self.sessions.vouched_until_s = math.floor(served.done_at_s) + self.idp.spec.token_s
        return (yield from self.sessions.attempts(ordinal, None))


@dataclass(slots=True)
class IdpKeys:
    """STS asks the identity provider for its signing keys before it believes a token.

    A fetch that takes too long fails the request (IDPCommunicationError, which SDKs try again), and goes on
    occupying the provider.
    """

    idp: IdpQueue
    asker: Asker

    def __call__(self, at: float, k: int, answer: Answer) -> Answer:
        """The answer to a request that STS would grant at `at`; `k` numbers the attempt."""
        keys = self.idp.spec.keys
        if keys is None:
            return answer
        service = draw(self.asker.stream, keys.service_s, Purpose.IDP_KEYS, self.asker.index, k)
        took = self.idp.occupy(at, service)
        if took > keys.timeout_s:
            return Answer(Outcome.UNAVAILABLE, "transient", answer.latency_s + keys.timeout_s)
        return answer._replace(latency_s=answer.latency_s + took)
