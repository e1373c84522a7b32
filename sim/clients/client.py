"""A client: one cache of credentials and the calls that sign with it, arriving whatever happens (open loop).

While a credential is fresh a call changes nothing, so the client sleeps until the first call that can:
one at or after its cache's due instant. The calls in between are judged in bulk. At level `calls` it wakes
for every call instead; both give the same credentials, requests and verdict counts.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import NamedTuple

import simpy
from simpy import Event, Interrupt

from sim.caches.cache import Cache
from sim.chains.fetching import Fetch, Fetched
from sim.clients.ledger import Ledger
from sim.clock import Clock
from sim.credentials import Credential
from sim.policies.refresh import raises
from sim.records import EndReason, Level, Verdict
from sim.workloads.base import Calls

__all__ = ["Client", "Kit", "Pending", "Process", "When"]

Process = Generator[Event, None, None]


class When(NamedTuple):
    """When a client starts (calls before do not happen), when the run ends, and what it records."""

    starts_at_s: float
    horizon_s: float
    level: Level


class Kit(NamedTuple):
    """What every client is made of.

    Attributes:
        clock: The simulation's clock.
        cache: Its credentials.
        calls: Its calls.
        ledger: The account of its calls.
        when: When it starts, when the run ends, and at which level it records.
    """

    clock: Clock
    cache: Cache
    calls: Calls
    ledger: Ledger
    when: When


class Pending(NamedTuple):
    """A fetch under way: since when, and whether the calls wait for it."""

    since: float
    blocking: bool


class Client:
    """A client whose calls arrive whatever happens (open loop); calls during a fetch share its outcome.

    Attributes:
        process: Its SimPy process, once it was started.

    Args:
        kit: What it is made of.
        fails_first: It renews an expired credential only after a command has failed with it.
    """

    def __init__(self, kit: Kit, *, fails_first: bool = False) -> None:
        self.cache = kit.cache
        self.process: Event | None = None
        self._clock = kit.clock
        self._calls = kit.calls
        self._ledger = kit.ledger
        self._horizon_s = kit.when.horizon_s
        self._counted = kit.when.starts_at_s
        self._each = kit.when.level is Level.CALLS
        self._fails_first = fails_first
        self._refusing = True
        self._found_nothing = Verdict.REFRESH_FAILED
        self._pending: Pending | None = None
        self._late: Fetched | None = None
        self._rank = kit.cache.asker.holder.rank

    def run(self) -> Process:
        """The SimPy process: live, and start anew when interrupted."""
        while True:
            try:
                yield from self._live()
            except Interrupt as interrupt:
                self._restart(EndReason(str(interrupt.cause)))
            else:
                return

    def hold(self, credential: Credential, at: float) -> None:
        """Hold `credential` from `at` on (a stationary start, or a key that somebody else rotates)."""
        self.settle(max(at, self._counted))
        self.cache.adopt(credential, at)
        self._refusing = False

    @property
    def held(self) -> Credential | None:
        """What it signs with."""
        return self.cache.credential

    def settle(self, to: float) -> None:
        """Judge the calls before `to` with what is held now."""
        start = self._counted
        if to <= start or self._pending is not None:
            return
        self._counted = to
        credential = self.cache.credential
        if credential is None or self._refusing:
            self._ledger.unsigned(self._found_nothing, start, min(to, max(self.cache.due_s, start)))
        else:
            self._ledger.signed(credential, start, to)

    def finish(self) -> None:
        """Write everything at the horizon."""
        horizon = self._horizon_s
        if self._pending is not None:
            since, blocking = self._pending
            self._share(Fetched(None, horizon), since, blocking, Verdict.UNFINISHED)
        elif self._counted < horizon:
            self.settle(horizon)
        self._close(horizon)

    def _close(self, horizon: float) -> None:
        self._ledger.close(horizon)
        self.cache.close(horizon, EndReason.OPEN)
        if self._late is not None and self._late.credential is not None:
            self.cache.discard(self._late.credential, self._late.done_at_s, horizon)

    def _live(self) -> Process:
        while True:
            due = self._counted if self._each else max(self._counted, self.cache.due_s)
            at = self._calls.first(due) if due < self._horizon_s else math.inf
            if at >= self._horizon_s:
                return
            yield self._clock.at(at, self._rank)
            if at < self.cache.due_s:
                self.settle(math.nextafter(at, math.inf))
            else:
                yield from self._turn(at)

    def _turn(self, at: float) -> Process:
        """The call at `at` finds that the credential is due."""
        self.settle(at)
        cache = self.cache
        if self._fails_first and cache.credential is not None:
            at = yield from self._notice(at)
        blocking = cache.credential is None or at >= cache.mandatory_s
        self._pending = Pending(at, blocking)
        fetched = yield from self._fetched()
        if fetched.done_at_s >= self._horizon_s:
            self._late = fetched
            yield self._clock.at(math.inf, self._rank)
        self._pending = None
        self._share(fetched, at, blocking, fetched.verdict)
        self._conclude(fetched, blocking)

    def _fetched(self) -> Fetch:
        """Ask the chain, beginning now."""
        return self.cache.fetch()

    def _notice(self, at: float) -> Generator[Event, None, float]:
        """The call at `at` fails with the expired credential; then the renewal begins.

        A command that started before the expiry keeps what it loaded and fails to its end; one that
        starts afterwards fails at its first call and is run again once there is a credential.
        """
        credential = self.cache.credential
        start, last = self._calls.command(at)
        running = credential is not None and start < credential.valid_until_s
        end = math.nextafter(last if running else at, math.inf)
        if end < self._horizon_s:
            yield self._clock.at(end, self._rank)
        self.settle(min(end, self._horizon_s))
        self.cache.release(end, EndReason.EXPIRED)
        if end >= self._horizon_s:
            yield self._clock.at(math.inf, self._rank)
        return end

    def _share(self, fetched: Fetched, since: float, blocking: bool, otherwise: Verdict) -> None:
        """Judge the calls during a fetch: who waits shares its outcome, the others use the old credential."""
        ledger, old = self._ledger, self.cache.credential
        first = math.nextafter(since, math.inf)
        stop = max(fetched.done_at_s, first)
        raised = otherwise is Verdict.UNFINISHED or self._raises(fetched, blocking)
        signer = fetched.credential or (None if raised else old)
        if blocking:
            ledger.waited(signer, otherwise, since, stop, fetched.done_at_s)
        elif self.cache.rule.background and old is not None:
            ledger.signed(old, since, stop)
        elif old is not None and not ledger.waited_alone(signer, otherwise, since, stop, fetched.done_at_s):
            ledger.waited(signer, otherwise, since, first, fetched.done_at_s)
            ledger.signed(old, first, stop)
        self._counted = stop

    def _conclude(self, fetched: Fetched, blocking: bool) -> None:
        """Hold the new credential, or try again later."""
        cache = self.cache
        if fetched.credential is not None:
            cache.adopt(fetched.credential, fetched.done_at_s)
            self._refusing = False
        else:
            cache.postpone(fetched)
            self._found_nothing = fetched.verdict
            self._refusing = self._raises(fetched, blocking)

    def _raises(self, failed: Fetched, blocking: bool) -> bool:
        """Whether calls that meet a failed fetch get its error, whatever is held."""
        return raises(self.cache.rule, blocking=blocking, denied=failed.for_good)

    def restart(self, process: Event, reason: EndReason = EndReason.RESTARTED) -> None:
        """End the process, whether its SimPy process still runs or has nothing left to do; its calls start the next.

        Args:
            process: Its SimPy process.
            reason: What its credentials end with.
        """
        if isinstance(process, simpy.Process) and process.is_alive:
            process.interrupt(reason)
        else:
            self._restart(reason)

    def _restart(self, reason: EndReason) -> None:
        """What lay in memory is gone; calls in flight end as RefreshFailed."""
        at = max(self._clock.now, self._counted)
        pending, self._pending = self._pending, None
        if pending is not None:
            self._share(Fetched(None, at), pending.since, pending.blocking, Verdict.REFRESH_FAILED)
        else:
            self.settle(at)
        self.cache.close(at, reason)
        self.cache.asker.lives += 1
        self._refusing = True
