"""Client programs: what they do when a call ends in an error, and how often they build a new provider.

The program around an SDK sees its calls end. Where the scenario says what it does about an error, the first
call that ends so is an event of its own: a look-up in the verdicts over time, so the calls before it are
still judged in bulk. While a program pauses, and after it has given up, its calls arrive all the same and
end as NoCredentials: nobody signs or sends them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Final

from sim.chains.fetching import Fetched
from sim.clients.client import Kit, Process
from sim.clients.reacting import Reacting
from sim.clients.reactions import Threads
from sim.credentials import Credential
from sim.records import EndReason, Verdict

__all__ = ["Program"]

_OK: Final = (Verdict.OK,)


class Program(Reacting):
    """A client whose program reacts to errors.

    Args:
        kit: What it is made of.
        threads: The process that it belongs to.
    """

    def __init__(self, kit: Kit, threads: Threads) -> None:
        super().__init__(kit, threads)
        self._attempt_s = math.inf
        self._turned: tuple[Fetched, bool] | None = None

    def settle(self, to: float) -> None:
        """Judge the calls before `to`: while the program pauses none is sent, else with what is held now."""
        start = self._counted
        if to <= start or self._pending is not None:
            return
        resumed = min(to, self._resume_s)
        if resumed > start:
            self._ledger.unsigned(Verdict.NO_CREDENTIALS, start, resumed)
            self._counted = start = resumed
        super().settle(to)
        credential = self.cache.credential
        if credential is None or self._refusing or not self._reactions.counting:
            return
        if self._ledger.first_ending(credential, _OK, start)[0] < to:
            self._reactions.succeeded()

    def _live(self) -> Process:
        """Sleep until the next instant at which something can happen; what it is may have changed meanwhile."""
        while True:
            at = self._next()[0]
            yield self._clock.at(at if at < self._horizon_s else math.inf, self._rank)
            now, act = self._next()
            if now <= at:
                yield from act(now)

    def _next(self) -> tuple[float, partial[Process]]:
        """When the program wakes, and for what: its own attempt, a call that renews, a call that ends in an error."""
        return min(self._awaited(), key=lambda one: one[0])

    def _awaited(self) -> Iterator[tuple[float, partial[Process]]]:
        start = max(self._counted, self._resume_s)
        yield self._attempt_s, partial(self._attempt)
        due = max(start, self.cache.due_s)
        at = self._calls.first(due) if due < self._horizon_s else math.inf
        yield at, partial(self._turn)
        credential = self.cache.credential
        heeded = self._reactions.heeded
        if credential is not None and heeded and start < self._horizon_s:
            at, verdict = self._ledger.first_ending(credential, heeded, start)
            yield at, partial(self._fail, verdict)

    def _fail(self, verdict: Verdict, at: float) -> Process:
        """The call at `at` is answered with an error that the program knows."""
        self.settle(math.nextafter(at, math.inf))
        self._react(verdict.value, at)
        return
        yield  # a process like the others, though nothing can come in between

    def _attempt(self, at: float) -> Process:
        """The pause is over: the program asks its chain again, before any call arrives."""
        self._attempt_s = math.inf
        if at >= self.cache.due_s:
            yield from self._turn(at)
        elif self.cache.credential is None:  # the SDK itself does not ask yet
            self.settle(at)
            self._react(self._last_error, at)

    def _turn(self, at: float) -> Process:
        """A fetch; then the program sees how the calls that waited for it ended."""
        self._turned = None
        old = self.cache.credential
        yield from super()._turn(at)
        if self._turned is None:
            return
        fetched, blocking = self._turned
        signer = fetched.credential or (None if self._raises(fetched, blocking) else old)
        error = (
            self._reactions.refusal(fetched) if signer is None else self._ended(signer, at, fetched.done_at_s, blocking)
        )
        if error is not None:
            if fetched.done_at_s > self._clock.now:
                yield self._clock.at(fetched.done_at_s, self._rank)
            self._react(error, fetched.done_at_s)

    def _conclude(self, fetched: Fetched, blocking: bool) -> None:
        super()._conclude(fetched, blocking)
        self._turned = (fetched, blocking)

    def _ended(self, signer: Credential, at: float, done: float, blocking: bool) -> str | None:
        """The first error among the calls that waited; a success makes errors forgotten."""
        if not blocking and self.cache.rule.background:
            return None
        after = math.nextafter(at, math.inf)
        endings = self._ledger.ending_at(signer, at, max(done, after) if blocking else after, done)
        if Verdict.OK in endings:
            self._reactions.succeeded()
        return self._reactions.known(verdict.value for verdict in endings)

    def _react(self, error: str, at: float) -> None:
        """Do what the scenario says about an error that ended a call at `at`, the clock's instant."""
        if at < self._resume_s:
            return  # it is already reacting to another call
        self._last_error = error
        does, pause = self._reactions.next(error)
        if does == "stop":
            self._threads.give_up(at)
        elif does == "again":
            self._resume_s = self._attempt_s = at + pause
        elif does == "restart":
            self._threads.end_process(self, at + pause)
        elif does == "refresh":
            self._throw_away(at)

    def give_up(self, at: float) -> None:
        """The program gives up at `at`; it keeps what it holds."""
        self.settle(at)
        self._resume_s = self._attempt_s = math.inf

    def _restart(self, reason: EndReason) -> None:
        """A new process holds nothing; it starts at once, or after the program's pause."""
        super()._restart(reason)
        self._attempt_s = math.inf
        self._resume_s, self._restarts_at = self._restarts_at, -math.inf
        self._reactions.restarted(by_program=not math.isinf(self._resume_s))
