"""How a chain's providers obtain credentials: the client's side of every issuer.

A fetch is a SimPy process fragment: it begins at the clock's instant, yields only where other events may
come in between, and says when its answer is there, which may be a latency after the clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from sim.aws.sts_operations import OPERATIONS
from sim.chains.api_client import ApiClient
from sim.chains.fetched import ERRORS, Closes, Fetch, Fetched, Provider, closes, refusal
from sim.clock import Clock
from sim.credentials import Credential, Holder, Origin
from sim.issuers.api import Answer, Api, Request
from sim.issuers.metadata import MetadataService
from sim.policies.clock import ClockRule
from sim.policies.retry import RetryRule
from sim.records import EndReason, Kind, Outcome
from sim.streams import Purpose, Stream, index_of

__all__ = [
    "ERRORS",
    "ApiProvider",
    "Asker",
    "Closes",
    "Fetch",
    "Fetched",
    "HostCredentials",
    "KeyProvider",
    "NoProvider",
    "Provider",
    "SigningKey",
    "closes",
    "refusal",
]


@dataclass(slots=True)
class Asker:
    """The client on whose behalf a provider asks.

    Attributes:
        clock: The simulation's clock.
        stream: Draws of the client's population.
        holder: The client.
        issued: Credentials issued to the client so far.
        lives: How often its process has begun anew; what an SDK remembers is forgotten then.
    """

    clock: Clock
    stream: Stream
    holder: Holder
    issued: int = 0
    lives: int = 0
    index: int = field(init=False)

    def __post_init__(self) -> None:
        self.index = index_of(self.holder.client, self.holder.slot)

    def uniform(self, purpose: Purpose, k: int) -> float:
        """A draw of this client."""
        return self.stream.uniform(purpose, self.index, k)

    def mint(
        self,
        kind: Kind,
        origin: Origin,
        issued_at: float,
        life_s: float,
        parent: str | None,
        signer: Credential | None = None,
    ) -> Credential:
        """A new credential; STS returns whole seconds, so it expires floor(issue) + life."""
        ordinal = self.issued
        self.issued += 1
        issued = math.floor(issued_at)
        return Credential(
            kind, self.holder, ordinal, origin, float(issued), issued + life_s, parent=parent, signer=signer
        )


class Check(Protocol):
    """What an issuer asks of others before it grants a request."""

    def __call__(self, at: float, k: int, answer: Answer) -> Answer:
        """The answer to a request that would be granted; `k` numbers the client's attempts."""


class KeyUser(Protocol):
    """A client that may sign its calls with a key to which its chain has fallen through."""

    @property
    def held(self) -> Credential | None:
        """What it signs with."""

    def hold(self, credential: Credential, at: float) -> None:
        """Use `credential` from `at` on."""


@dataclass(slots=True)
class SigningKey:
    """The key with which a client signs its requests for sessions, held while somebody else rotates it.

    Attributes:
        asker: The client.
        credential: The key.
        client: The client, if its chain may fall through to the key.
    """

    asker: Asker
    credential: Credential | None = None
    client: KeyUser | None = None

    def hold(self, credential: Credential, at: float) -> None:
        """Sign with `credential` from now on."""
        old, self.credential = self.credential, credential
        if self.client is not None and old is not None and self.client.held is old:
            self.client.hold(credential, at)

    def settle(self, to: float) -> None:
        """A signer has no calls of its own."""


@dataclass(slots=True)
class KeyProvider:
    """A user's key as a later step of a chain: it is there whenever the steps before it fail."""

    key: SigningKey

    def fetch(self, ordinal: int) -> Fetch:  # noqa: ARG002 - one signature for all providers
        """The user's newest key that the client has read."""
        return Fetched(self.key.credential, self.key.asker.clock.now)
        yield  # a generator like every fetch, though nothing can come in between


class NoProvider:
    """A static key is not fetched: its user's owner hands it out."""

    def fetch(self, ordinal: int) -> Fetch:
        """Never asked.

        Raises:
            AssertionError: Always.
        """
        raise AssertionError(f"a static key is never fetched (fetch {ordinal})")


@dataclass(slots=True)
class ApiProvider:
    """Asks an AWS API for a session and tries again as its SDK does.

    Attributes:
        asker: The client.
        api: The endpoint.
        request: What is asked.
        origin: What the sessions have in common.
        session_s: Their length.
        retry: The SDK's retry rule.
        source: Provider of the credential that signs the request, if it is itself temporary.
        parent: Credential that signs it, if that is a key.
        key: The key that signs it, if somebody rotates it.
        check: What the issuer asks of others before it grants a request.
        keeps_client: Whether one client object of the SDK serves all fetches of a process.
        clock: How the SDK corrects a wrong clock.
        ends_by_s: When every session ends at the latest: what the assertion at hand says.
        vouched_until_s: Until when the assertion or token at hand vouches for who asks, where it lies nowhere.
        ends_with_signer: Whether the session ends with the one that asked for it at the latest (a role switched to
            in the console).
    """

    asker: Asker
    api: Api
    request: Request
    origin: Origin
    session_s: float
    retry: RetryRule
    source: SourceCache | None = None
    parent: str | None = None
    check: Check | None = None
    keeps_client: bool = False
    clock: ClockRule | None = None
    ends_by_s: float = math.inf
    vouched_until_s: float = math.inf
    ends_with_signer: bool = False
    key: SigningKey | None = None
    _client: ApiClient | None = None

    def fetch(self, ordinal: int) -> Fetch:
        """Ask until there is an answer or no attempt is left."""
        if self.source is None:
            return self.attempts(ordinal, None)
        return self._with_source(ordinal, self.source)

    def close(self, at: float, reason: EndReason) -> None:
        """The process ends: stop holding what signs the requests, and the client that sends them."""
        self._client = None
        if self.source is not None:
            self.source.close(at, reason)

    def _with_source(self, ordinal: int, cache: SourceCache) -> Fetch:
        """First the credential that signs, then the attempts."""
        clock = self.asker.clock
        source = yield from cache.obtain()
        if source.credential is None:
            return source
        if source.done_at_s > clock.now:
            yield clock.at(source.done_at_s, self.asker.holder.rank)
        return (yield from self.attempts(ordinal, source.credential))

    def attempts(self, ordinal: int, signer: Credential | None) -> Fetch:
        """The attempts of one fetch; `signer` is the temporary credential that signs them, if one does."""
        client = self._api_client()
        sent = yield from client.send(self.request, ordinal << 16, partial(self._ask, client, signer))
        if sent.credential is None:
            answer = sent.answer
            refused = refusal(self.api.name, answer.outcome, expired=answer.expired)
            for_good = answer.for_good and self.request.operation in OPERATIONS
            return Fetched(None, sent.done_at_s, refused=refused, for_good=for_good)
        return Fetched(sent.credential, sent.done_at_s)

    def _ask(
        self, client: ApiClient, signer: Credential | None, now: float, number: int
    ) -> tuple[Answer, Credential | None]:
        """One attempt, and the session that it obtains."""
        asker, signer = self.asker, signer if self.key is None else self.key.credential
        answer = self.api.ask(now, self.request, asker, number, signer, client.ahead_s)
        if answer.outcome is Outcome.OK and now >= self.vouched_until_s:
            answer = Answer(Outcome.DENIED, "no", answer.latency_s, expired=True)
        if self.check is not None and answer.outcome is Outcome.OK:
            answer = self.check(now, number, answer)
        if answer.outcome is not Outcome.OK:
            return answer, None
        parent = self.parent if signer is None else signer.id
        return answer, asker.mint(Kind.SESSION, self.origin, now, self._life_s(now, signer), parent)

    def _life_s(self, at: float, signer: Credential | None) -> float:
        """Length of a session issued at `at`: at most what is left of the session or assertion that it belongs to."""
        ends_by_s = self.ends_by_s
        if self.ends_with_signer and signer is not None:
            ends_by_s = signer.expires_at_s
        return min(self.session_s, ends_by_s - math.floor(at))

    def _api_client(self) -> ApiClient:
        """The SDK's client object: a new one for each fetch, or the one that this process has kept."""
        client = self._client
        if client is None or not self.keeps_client or client.life != self.asker.lives:
            client = self._client = ApiClient(self.asker, self.api, self.retry, self.clock)
        return client


class HostCredentials(Protocol):
    """What a host's metadata service offers, as credentials that all its processes share."""

    service: MetadataService

    def offered(self, at: float) -> Credential:
        """The credential offered at `at`."""


class SourceCache(Protocol):
    """A cache whose credential signs requests for another one."""

    def obtain(self) -> Fetch:
        """The cached credential, renewed first if its SDK says so."""

    def close(self, at: float, reason: EndReason) -> None:
        """The process ends: stop holding anything."""
