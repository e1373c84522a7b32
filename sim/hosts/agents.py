"""Agents and brokers: a cache of credentials between the processes of a host and AWS."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterator
from dataclasses import dataclass

from simpy import Event

from sim.caches.cache import Place
from sim.chains.fetched import refusal
from sim.chains.fetching import ApiProvider, Asker, Fetch, Fetched
from sim.credentials import Credential
from sim.hosts.endpoints import Try, tried_again
from sim.hosts.host import Settles
from sim.hosts.lent import Lent
from sim.hosts.tokens import TokenFile
from sim.issuers.api import Answer, Api, Request
from sim.policies.agent import AgentRule, Limiter, again_at, due_at, serves, sweep_at
from sim.policies.retry import RetryRule
from sim.records import Outcome
from sim.streams import Purpose, population_id

__all__ = ["Agent", "AgentProvider", "Wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a process wants of an agent.

    Attributes:
        key: Under which entry the agent looks for it.
        owner: Index of whoever the entry's draws are for.
        upstream: How the agent obtains it.
        signer: Token that it shows for it, if it needs one.
    """

    key: Hashable
    owner: int
    upstream: ApiProvider
    signer: Credential | None


@dataclass(slots=True)
class _Entry:
    """What an agent holds under one key."""

    wanted: Wanted
    credential: Credential
    from_s: float
    due_s: float
    deferred: int


class _Flight:
    """A request upstream that others who want the same wait for."""

    def __init__(self, landed: Event) -> None:
        self.landed = landed
        self.fetched: Fetched | None = None

    def land(self, fetched: Fetched) -> None:
        self.fetched = fetched
        self.landed.succeed()


class Agent:
    """One agent (of a node) or broker: answers from its cache, asks upstream on a miss, renews what is due.

    Renewals follow each other within a sweep, as one loop makes them. Entries stay until they are renewed in
    vain: nobody tells the agent that a pod is gone or that its token was replaced, so such entries live on
    (ghosts) until their token ends.

    Args:
        asker: The agent.
        rule: How it caches.
        place: Where its entries lie.
        lent: What it handed out.
        horizon_s: End of the run.
    """

    def __init__(self, asker: Asker, rule: AgentRule, place: Place, lent: Lent, horizon_s: float) -> None:
        self.asker = asker
        self._rule = rule
        self._place = place
        self._lent = lent
        self._horizon_s = horizon_s
        self._phase_s = (rule.sweep_s or 0.0) * asker.uniform(Purpose.AGENT_SWEEP, 0)
        self._limiter = None if rule.limiter is None else Limiter(*rule.limiter)
        self._entries: dict[Hashable, _Entry] = {}
        self._flights: dict[Hashable, _Flight] = {}
        self._planned: set[float] = set()
        self._asked = 0

    @property
    def clients(self) -> list[Settles]:
        """The processes that sign with what it hands out."""
        return self._lent.clients

    def run(self) -> Generator[Event, None, None]:
        """An agent does nothing of its own until there is an entry to renew."""
        return
        yield

    def finish(self) -> None:
        """Write what is held or still valid at the horizon."""
        horizon = self._horizon_s
        for entry in self._entries.values():
            self._held(entry, horizon)
        self._lent.write_expired(horizon)
        self._lent.finish(horizon)

    def obtain(self, wanted: Wanted) -> Fetch:
        """The entry for what is wanted, from the cache or from upstream."""
        now, entry = self.asker.clock.now, self._entries.get(wanted.key)
        if entry is not None and (self._rule.single_flight or entry.from_s <= now):
            if serves(self._rule, entry.due_s, entry.credential.expires_at_s, now):
                entry.wanted = wanted  # renewals show the token that was seen last
                return Fetched(entry.credential, max(now, entry.from_s))
            self._forget(wanted.key, now)
        flight = self._flights.get(wanted.key) if self._rule.single_flight else None
        if flight is not None and flight.fetched is None:
            yield flight.landed
        if flight is not None and flight.fetched is not None and self.asker.clock.now < flight.fetched.done_at_s:
            return flight.fetched
        return (yield from self._ask(wanted))

    def _ask(self, wanted: Wanted) -> Fetch:
        """Ask upstream; whoever wants the same meanwhile shares the answer."""
        flight = self._flights[wanted.key] = _Flight(Event(self.asker.clock))
        fetched = None
        try:
            fetched = yield from self._upstream(wanted)
        finally:  # who asked may be restarted, and the request is gone with it
            flight.land(fetched or Fetched(None, self.asker.clock.now))
        if fetched.credential is not None:
            self._lend(fetched.credential, fetched.done_at_s)
            if self._rule.single_flight:
                self._enter(wanted, fetched.credential, fetched.done_at_s)
            else:  # others ask beside it: what has come is not hidden by what is still under way
                self.asker.clock.process(self._enter_later(wanted, fetched.credential, fetched.done_at_s))
        return fetched

    def _enter_later(self, wanted: Wanted, credential: Credential, at: float) -> Generator[Event, None, None]:
        yield self.asker.clock.at(max(at, self.asker.clock.now), self.asker.holder.rank)
        self._enter(wanted, credential, at)

    def _upstream(self, wanted: Wanted) -> Fetch:
        self._asked += 1
        return wanted.upstream.attempts(self._asked, wanted.signer)

    def _lend(self, credential: Credential, from_s: float) -> None:
        self._lent.write_expired(self.asker.clock.now)
        self._lent.add(credential, from_s)

    def _enter(self, wanted: Wanted, credential: Credential, from_s: float) -> None:
        due = due_at(self._rule, from_s, credential.expires_at_s)
        old = self._entries.get(wanted.key)
        self._forget(wanted.key, from_s)
        self._entries[wanted.key] = _Entry(wanted, credential, from_s, due, 0 if old is None else old.deferred)
        self._plan(due)

    def _forget(self, key: Hashable, at: float) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._held(entry, at)

    def _held(self, entry: _Entry, to_s: float) -> None:
        self._place.held(entry.credential, entry.from_s, to_s, max(to_s, self.asker.clock.now), 1, self.asker)

    def _plan(self, due_s: float) -> None:
        """See to it that there is a sweep when an entry is due."""
        at = sweep_at(self._rule, self._phase_s, due_s)
        if at < self._horizon_s and at not in self._planned:
            self._planned.add(at)
            self.asker.clock.process(self._sweep(at))

    def _sweep(self, at: float) -> Generator[Event, None, None]:
        """Renew what is due, one after the other, in the order in which it was last renewed."""
        clock = self.asker.clock
        yield clock.at(max(at, clock.now), self.asker.holder.rank)
        for entry in self._due(clock.now):
            if self._entries.get(entry.wanted.key) is entry:
                yield from self._renew(entry)
        self._planned.discard(at)
        for entry in self._due(at):  # what a limiter held up, and what a request put in between
            self._plan(max(entry.due_s, clock.now))

    def _due(self, at: float) -> list[_Entry]:
        return [entry for entry in self._entries.values() if entry.due_s <= at]

    def _renew(self, entry: _Entry) -> Generator[Event, None, None]:
        clock, rank = self.asker.clock, self.asker.holder.rank
        for until in self._admitted(clock.now):
            if until is None:
                self._defer(entry)
                return
            if until > clock.now:
                yield clock.at(until, rank)
        fetched = yield from self._upstream(entry.wanted)
        if fetched.credential is not None:  # it has been issued, whether or not the run lasts until it is here
            self._lend(fetched.credential, fetched.done_at_s)
        if fetched.done_at_s > clock.now:
            yield clock.at(fetched.done_at_s, rank)
        if fetched.credential is not None:
            self._enter(entry.wanted, fetched.credential, fetched.done_at_s)
        elif fetched.denied:
            self._forget(entry.wanted.key, clock.now)
        else:
            self._defer(entry)

    def _admitted(self, now: float) -> Iterator[float | None]:
        """Instants until which a renewal waits for its tokens; None if it has to be put off."""
        if self._limiter is not None:
            yield now if self._limiter.allow(now) else None
            for _ in range(1, self._rule.tokens_per_renewal):
                yield self._limiter.wait(now)

    def _defer(self, entry: _Entry) -> None:
        now = self.asker.clock.now
        entry.deferred += 1
        which = entry.wanted.signer.ordinal if entry.wanted.signer is not None else 0
        u = self.asker.stream.uniform(Purpose.AGENT_AGAIN, entry.wanted.owner, which << 32 | entry.deferred)
        due = again_at(self._rule, now, entry.credential.expires_at_s, u)
        if due is None:
            self._forget(entry.wanted.key, now)
        else:
            entry.due_s = due
            self._plan(due)


@dataclass(slots=True)
class AgentProvider:
    """Asks the agent or broker of the client's host.

    Attributes:
        asker: The client.
        agent: The agent.
        api: The agent as an endpoint: latency, outages, records.
        request: What is asked of it.
        retry: When the client asks again.
        key: Who shares an entry.
        upstream: How the agent obtains what this client wants.
        token: The pod's token, which it shows to the agent, if it has one.
    """

    asker: Asker
    agent: Agent
    api: Api
    request: Request
    retry: RetryRule
    key: str
    upstream: ApiProvider
    token: TokenFile | None

    def fetch(self, ordinal: int) -> Fetch:
        """Ask the agent, again where it had nothing."""
        return tried_again(self.asker, self.retry, ordinal, lambda attempt: self._ask(ordinal, attempt))

    def _ask(self, ordinal: int, attempt: int) -> Try:
        """One request; where the agent has to ask upstream first, it counts when that one is answered."""
        clock, holder = self.asker.clock, self.asker.holder
        answer = self.api.ask(clock.now, self.request, self.asker, (ordinal << 16) | attempt)
        got = Fetched(None, clock.now)
        if answer.outcome is Outcome.OK:
            got = yield from self.agent.obtain(self._wanted())
            answer = _passed_on(answer, got, clock.now)
        issued = None if got.credential is None else got.credential.id
        self.api.record(clock.now, holder, self.request, attempt, answer, issued)
        refused = "" if got.credential is not None else refusal(self.api.name, answer.outcome)
        return Fetched(got.credential, clock.now + answer.latency_s, refused=refused), answer.error

    def _wanted(self) -> Wanted:
        """What this client wants now: the token in its file changes."""
        client, principal = self.asker.holder.client, self.upstream.origin.principal
        token = None if self.token is None else self.token.token()
        if self.key == "role":
            return Wanted(principal, population_id(principal) >> 1, self.upstream, token)
        key = token.id if token is not None and self.key == "token" else (client, principal)
        return Wanted(key, client, self.upstream, token)


def _passed_on(answer: Answer, got: Fetched, now: float) -> Answer:
    """The agent's answer, after what it got upstream."""
    latency_s = max(got.done_at_s - now, 0.0) + answer.latency_s
    if got.credential is not None:
        return Answer(Outcome.OK, "no", latency_s)
    return (
        Answer(Outcome.DENIED, "no", latency_s) if got.denied else Answer(Outcome.UNAVAILABLE, "transient", latency_s)
    )
