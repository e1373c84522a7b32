"""A program with a fixed amount of work: one call at a time (closed loop)."""

from __future__ import annotations

import math

from sim.chains.fetching import Fetch, Fetched
from sim.clients.client import Client, Kit, Pending, Process
from sim.principals.population import Work
from sim.records import EndReason, Verdict

__all__ = ["Worker"]


class Worker(Client):
    """A program with a fixed amount of work that makes one call at a time (closed loop).

    Its call process tells think times: the program's own time stands still while a call waits, so an
    instant of the run is the program's time plus all waits so far.

    Args:
        kit: What it is made of.
        work: What it has to do.
    """

    def __init__(self, kit: Kit, work: Work) -> None:
        super().__init__(kit)
        self._deadline_s = min(kit.when.starts_at_s + work.within_s, kit.when.horizon_s)
        self._left = work.calls
        self._cursor = kit.when.starts_at_s
        self._waited = 0.0
        self._done = False

    def settle(self, to: float) -> None:
        """Judge the calls made before `to` with what is held now; those that fetch judge themselves."""
        credential = self.cache.credential
        if credential is None or self._pending is not None:
            return
        for until in self._ledger.changes(credential):
            limit = min(to, until, self._deadline_s) - self._waited
            n = min(self._calls.count(self._cursor, limit), self._left)
            if n:
                at = self._calls.first(self._cursor) + self._waited
                limit = self._instant_of(n, limit) if n == self._left else limit
                self._ledger.bulk(credential, at, limit + self._waited, n)
                self._left -= n
                self._cursor = limit

    def finish(self) -> None:
        """Write everything at the horizon; calls not made are Unfinished."""
        horizon = self._horizon_s
        self.settle(horizon)
        if self._left:
            self._ledger.lost(Verdict.UNFINISHED, self._deadline_s, self._left)
        self._close(horizon)

    def _restart(self, reason: EndReason) -> None:
        """What lay in memory is gone; a call in flight ends as RefreshFailed, the work goes on."""
        now = self._clock.now
        pending, self._pending = self._pending, None
        if pending is not None:
            self._ledger.one(None, Verdict.REFRESH_FAILED, pending.since, now)
            self._left -= 1
            self._waited += now - pending.since
        else:
            self.settle(now)
        self.cache.close(now, reason)
        self.cache.asker.lives += 1

    def _live(self) -> Process:
        while self._left and not self._done:
            own = self._calls.first(self._cursor)
            if self._instant(own) >= self._deadline_s:
                break
            yield from self._go_on(own, own + self._waited)
        if not self._done:
            at = max(self._cursor + self._waited if not self._left else self._deadline_s, self._clock.now)
            yield self._clock.at(at if at < self._horizon_s else math.inf, self._rank)
            self.cache.close(at, EndReason.FINISHED)
        self._done = True

    def _instant(self, own: float) -> float:
        """The run's instant of the call at the program's time `own`, as far as is known."""
        return own + self._waited

    def _go_on(self, own: float, at: float) -> Process:
        """Make the next call, or all that are alike from it on."""
        alike = None if self._each or at >= self.cache.due_s else self._alike_until(at)
        if alike is not None:
            yield self._clock.at(max(alike, self._clock.now), self._rank)
            self.settle(alike)
        else:
            yield self._clock.at(max(at, self._clock.now), self._rank)
            yield from self._call(own, at)

    def _alike_until(self, at: float) -> float | None:
        """Until when all calls from the one at `at` on are alike; None if there is only one, or nothing held."""
        if self.cache.credential is None or self._refusing:
            return None
        limit = self._alike_at_most(at) - self._waited
        n = min(self._calls.count(self._cursor, limit), self._left)
        if n < 2:
            return None
        return (self._instant_of(n, limit) if n == self._left else limit) + self._waited

    def _alike_at_most(self, at: float) -> float:
        """From when on a call may differ from the one at `at`."""
        return max(min(self.cache.due_s, self._deadline_s), at)

    def _instant_of(self, n: int, limit: float) -> float:
        """Just after the n-th call from the cursor on, which comes before `limit`, by bisection."""
        low, high = self._cursor, limit
        while math.nextafter(low, math.inf) < high:
            middle = low + (high - low) / 2
            if self._calls.count(self._cursor, middle) >= n:
                high = middle
            else:
                low = middle
        return high

    def _call(self, own: float, at: float) -> Process:
        """Make the call at the program's time `own`, the run's `at`."""
        cache = self.cache
        self._cursor = math.nextafter(own, math.inf)
        if at < cache.due_s and cache.credential is not None:
            signer = None if self._refusing else cache.credential
            self._ended(None, self._ledger.one(signer, self._found_nothing, at, at), at)
            self._left -= 1
            return
        blocking = cache.credential is None or at >= cache.mandatory_s
        fetched = yield from self._ask(at, blocking)
        done = fetched.done_at_s
        old = None if self._raises(fetched, blocking) else cache.credential
        background = cache.rule.background and not blocking
        signed_at = at if background else done
        if done < self._deadline_s or background:
            signer = old if background else fetched.credential or old
            verdict = self._ledger.one(signer, fetched.verdict, at, signed_at)
            self._ended(fetched if signer is None else None, verdict, signed_at)
            self._left -= 1
        self._waited += signed_at - at
        if fetched.credential is not None:
            self._late = None
        self._conclude(fetched, blocking)

    def _ask(self, at: float, blocking: bool) -> Fetch:
        """Ask the chain for the call at `at`."""
        self._pending = Pending(at, blocking)
        fetched = yield from self.cache.fetch()
        if fetched.done_at_s >= self._deadline_s:
            self._late = fetched
            if fetched.done_at_s >= self._horizon_s:
                yield self._clock.at(math.inf, self._rank)
        self._pending = None
        return fetched

    def _ended(self, failed: Fetched | None, verdict: Verdict, at: float) -> None:
        """A call ended at `at`, because of a fetch that failed if nobody signed it: the work goes on all the same."""
