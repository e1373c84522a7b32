"""A fixed amount of work by a program that reacts to errors, or builds its providers anew.

A pause is time in which the program's own time stands still, like a wait for a credential: the work is done
later, and no call is lost to it. A program that gives up pauses for ever; the rest of its work is not done.
"""

from __future__ import annotations

import math

from sim.chains.fetching import Fetched
from sim.clients.client import Kit, Process
from sim.clients.provider_spans import Turns
from sim.clients.reacting import Reacting
from sim.clients.reactions import Threads
from sim.clients.worker import Worker
from sim.principals.population import Work
from sim.records import EndReason, Verdict

__all__ = ["Job"]


class Job(Reacting, Worker):
    """A program with a fixed amount of work that reacts to how its calls end.

    Args:
        kit: What it is made of.
        work: What it has to do.
        threads: The process that it belongs to.
        turns: How long its providers serve; None if one serves as long as the process.
    """

    def __init__(self, kit: Kit, work: Work, threads: Threads, turns: Turns | None) -> None:
        super().__init__(kit, threads, work=work)
        self._turns = turns
        self._ends: float | None = None
        self._paused_at = 0.0
        self._asks = False
        self._attempt_at: float | None = None
        self._error: tuple[str, float] | None = None

    def settle(self, to: float) -> None:
        """Judge the calls made before `to`; while the program pauses it makes none."""
        if not self._pauses:
            super().settle(to)

    @property
    def _pauses(self) -> bool:
        """Whether the program has met an error and has not gone on yet."""
        return self._resume_s > -math.inf

    def _instant(self, own: float) -> float:
        """The run's instant of a call: after the pause, if the program pauses."""
        return super()._instant(own) + (self._resume_s - self._paused_at if self._pauses else 0.0)

    def _go_on(self, own: float, at: float) -> Process:
        """Sit out a pause, or make the next calls."""
        if not self._pauses:
            yield from super()._go_on(own, at)
            return
        resumed = self._resume_s
        yield self._clock.at(resumed, self._rank)
        if resumed == self._resume_s:  # else another thread gave up meanwhile
            self._resume(resumed)
            if self._asks:
                yield from self._attempt(resumed)

    def _resume(self, at: float) -> None:
        self._waited += at - self._paused_at
        self._resume_s = -math.inf

    def _alike_at_most(self, at: float) -> float:
        """Until the provider is done, or a call ends in what the program would see."""
        credential = self.cache.credential
        seen = [*self._reactions.heeded, *([Verdict.OK] if self._reactions.counting else [])]
        error = self._ledger.begins(credential, seen, at) if credential is not None and seen else math.inf
        return min(super()._alike_at_most(at), error, self._provider_ends_s(at))

    def _provider_ends_s(self, at: float) -> float:
        if self._turns is None:
            return math.inf
        if self._ends is None:
            return at  # the next call builds the first one
        return self._ends + (self._waited if self._turns.life.calls is not None else 0.0)

    def _call(self, own: float, at: float) -> Process:
        """Make a call; then the program sees how it ended."""
        if self._pauses:  # another thread gave up meanwhile
            return
        self._build(own, at)
        yield from super()._call(own, at)
        yield from self._heed()

    def _build(self, own: float, at: float) -> None:
        """The call at `own` builds a provider, if the last one is done; what that held is gone."""
        if self._turns is None:
            return
        start = own if self._turns.life.calls is not None else at
        if self._ends is not None:
            if start < self._ends:
                return
            self.cache.close(at, EndReason.REPLACED)
        self._ends = self._turns.next_ends_s(self._calls, self.cache.asker, start)

    def _ended(self, failed: Fetched | None, verdict: Verdict, at: float) -> None:
        """A call ended at `at`: a success makes errors forgotten, an error is seen."""
        if verdict is Verdict.OK:
            self._reactions.succeeded()
            return
        met = self._reactions
        error = met.refusal(failed) if failed is not None else met.known((verdict.value,))
        self._error = None if error is None else (error, at)

    def _attempt(self, at: float) -> Process:
        """The pause is over: the program asks its chain again, before its next call."""
        cache = self.cache
        if at >= cache.due_s:
            blocking = cache.credential is None or at >= cache.mandatory_s
            self._attempt_at = at
            fetched = yield from self._ask(at, blocking)
            self._attempt_at = None
            if fetched.credential is not None:
                self._late = None
            elif blocking and (error := self._reactions.refusal(fetched)) is not None:
                self._error = error, fetched.done_at_s
            self._waited += fetched.done_at_s - at
            self._conclude(fetched, blocking)
        elif cache.credential is None:  # the SDK itself does not ask yet
            self._error = (self._last_error, at)
        yield from self._heed()

    def _heed(self) -> Process:
        """Do what the scenario says about an error that a call ended in."""
        if self._error is None:
            return
        (error, at), self._error = self._error, None
        if at > self._clock.now:
            yield self._clock.at(at, self._rank)
        if self._pauses:
            return  # another thread gave up meanwhile
        self._last_error = error
        does, pause = self._reactions.next(error)
        if does == "stop":
            self._threads.give_up(at)
        elif does == "again":
            self._pause(at, at + pause, asks=True)
        elif does == "restart":
            self._threads.end_process(self, at + pause)
        elif does == "refresh":
            self._throw_away(at)

    def _pause(self, at: float, until: float, *, asks: bool) -> None:
        self._paused_at, self._resume_s, self._asks = at, until, asks

    def give_up(self, at: float) -> None:
        """The program gives up at `at`; it keeps what it holds, and the rest of its work is not done."""
        self.settle(at)
        self._pause(self._paused_at if self._pauses else at, math.inf, asks=False)

    def _restart(self, reason: EndReason) -> None:
        """A new process holds nothing and goes on with the work, at once or after the program's pause."""
        now, until = self._clock.now, self._restarts_at
        if self._pauses:
            self._resume(now)
        if self._attempt_at is not None:  # it was no call that waited
            self._waited += now - self._attempt_at
            self._attempt_at = self._pending = None
        super()._restart(reason)
        self._ends = self._error = None
        self._restarts_at = -math.inf
        self._reactions.restarted(by_program=until > -math.inf)
        if until > now:
            self._pause(now, until, asks=False)
