"""Programs that build a provider again and again: an empty cache and a new STS client for each connection or call."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from functools import partial

from simpy import Event, Interrupt
from simpy import Process as SimProcess

from sim.caches.cache import Cache
from sim.chains.fetching import Fetch, Fetched
from sim.clients.client import Kit, Process
from sim.clients.job import Job
from sim.clients.program import Program
from sim.clients.provider_spans import Turns, life_of
from sim.clients.reactions import Threads, answers_of
from sim.clients.worker import Worker
from sim.credentials import Credential
from sim.principals.population import Population, Work
from sim.principals.program import PerCalls, PerTime
from sim.providers.step import Step
from sim.records import EndReason, Verdict

__all__ = ["CallByCall", "Programs", "Rebuilder"]


class Programs:
    """What the programs of a population do around the SDK; false if nothing.

    Args:
        population: The population.
        step: First step of its chain.
    """

    def __init__(self, population: Population, step: Step) -> None:
        self._answers = answers_of(population.on_error)
        self._per = population.new_provider_per
        self._cached = step.cache != "none"
        self._running = population.start is None
        self._threads: dict[int, Threads] = {}

    def __bool__(self) -> bool:
        return bool(self._answers) or self._per is not None or not self._cached

    @property
    def call_by_call(self) -> bool:
        """Whether every call asks for a credential of its own, so that nothing is held at first."""
        return self._per == "call" or not self._cached

    def around(self, client: int, kit: Kit, build: Callable[[], Cache]) -> Program:
        """The program around one cache of a client's process; `build` makes a new provider."""
        threads = self._threads.setdefault(client, Threads(self._answers))
        if self.call_by_call:
            return CallByCall(kit, threads, build if self._per == "call" else None)
        if isinstance(self._per, PerCalls | PerTime):
            turns = Turns(life_of(self._per), running=self._running)
            return Rebuilder(kit, threads, turns)
        return Program(kit, threads)

    def working(self, client: int, kit: Kit, work: Work) -> Worker:
        """The program around one cache of a client's process that has a fixed amount of work."""
        if not self._answers and self._per is None:
            return Worker(kit, work)
        threads = self._threads.setdefault(client, Threads(self._answers))
        per = PerCalls(calls=1) if self._per == "call" else self._per  # calls come one after the other
        turns = None if per is None else Turns(life_of(per), running=self._running)
        return Job(kit, work, threads, turns)


class Rebuilder(Program):
    """A program that builds a new provider now and then.

    Args:
        kit: What it is made of.
        threads: The process that it belongs to.
        turns: How long its providers serve.
    """

    def __init__(self, kit: Kit, threads: Threads, turns: Turns) -> None:
        super().__init__(kit, threads)
        self._turns = turns
        self._ends_s: float | None = None

    def hold(self, credential: Credential, at: float) -> None:
        """Hold `credential` from `at` on; whoever holds one at time 0 has a provider already."""
        super().hold(credential, at)
        if self._ends_s is None and self.process is None:
            self._ends_s = self._turns.next_ends_s(self._calls, self.cache.asker, 0.0)

    def _awaited(self) -> Iterator[tuple[float, partial[Process]]]:
        if self._ends_s is not None:
            start = max(self._counted, self._resume_s, self._ends_s)
            yield self._calls.first(start) if start < self._horizon_s else math.inf, partial(self._rebuild)
        yield from super()._awaited()

    def _rebuild(self, at: float) -> Process:
        """The call at `at` builds a provider; what the old one held is gone."""
        self.settle(at)
        self.cache.close(at, EndReason.REPLACED)
        self._ends_s, self._refusing = None, True
        yield from self._turn(at)

    def _turn(self, at: float) -> Process:
        if self._ends_s is None:
            self._ends_s = self._turns.next_ends_s(self._calls, self.cache.asker, at)
        yield from super()._turn(at)

    def _restart(self, reason: EndReason) -> None:
        super()._restart(reason)
        self._ends_s = None


class CallByCall(Program):
    """A program whose every call asks for a credential of its own, beside other calls that do the same.

    Args:
        kit: What it is made of; its cache holds what the last call got, until the next one gets something.
        threads: The process that it belongs to.
        build: Builds the provider of a call; if None, one provider serves all, caches nothing and keeps its source.
    """

    def __init__(self, kit: Kit, threads: Threads, build: Callable[[], Cache] | None) -> None:
        super().__init__(kit, threads)
        self._build = build
        self._built: dict[Cache, None] = {}
        self._flying: dict[float, SimProcess] = {}
        self._trying: SimProcess | None = None
        self._missed: list[Fetched] = []

    def finish(self) -> None:
        """Write everything at the horizon; calls under way are Unfinished."""
        horizon = self._horizon_s
        for at in self._flying:
            self._ledger.waited(None, Verdict.UNFINISHED, at, math.nextafter(at, math.inf), horizon)
        super().finish()
        for provider in self._built:
            provider.forget(horizon, EndReason.OPEN)
        for fetched in self._missed:
            if fetched.credential is not None:
                self.cache.discard(fetched.credential, fetched.done_at_s, horizon)

    def _awaited(self) -> Iterator[tuple[float, partial[Process]]]:
        yield self._attempt_s, partial(self._attempt)
        start = max(self._counted, self._resume_s)
        yield self._calls.first(start) if start < self._horizon_s else math.inf, partial(self._call)

    def _call(self, at: float) -> Process:
        """The call at `at` sets out."""
        self.settle(at)
        self._counted = math.nextafter(at, math.inf)
        self._flying[at] = self._clock.process(self._fly(at))
        return
        yield  # a process like the others, though nothing can come in between

    def _attempt(self, at: float) -> Process:
        """The pause is over: the program asks once, before any call arrives."""
        self.settle(at)
        self._attempt_s = math.inf
        self._trying = self._clock.process(self._try())
        return
        yield  # a process like the others, though nothing can come in between

    def _try(self) -> Generator[Event, None, None]:
        try:
            fetched = yield from self._ask()
        except Interrupt:  # the process ended
            return
        self._see(None if fetched.credential is not None else self._reactions.refusal(fetched))

    def _fly(self, at: float) -> Generator[Event, None, None]:
        """One call: fetch, sign, end."""
        after = math.nextafter(at, math.inf)
        try:
            fetched = yield from self._ask()
        except Interrupt:  # the process ended
            self._ledger.waited(None, Verdict.REFRESH_FAILED, at, after, max(self._clock.now, at))
            return
        if self._clock.now < fetched.done_at_s:
            return  # it does not come back before the end of the run
        del self._flying[at]
        signer = fetched.credential
        self._ledger.waited(signer, fetched.verdict, at, after, fetched.done_at_s)
        self._see(
            self._reactions.refusal(fetched) if signer is None else self._ended(signer, at, fetched.done_at_s, True)
        )

    def _ask(self) -> Fetch:
        """A provider's answer, once it is there; what it obtained is held until the next one."""
        provider, fetched = self._new_provider(), Fetched(None, self._clock.now)
        try:
            fetched = yield from provider.fetch()
            done = fetched.done_at_s
            if done >= self._horizon_s:
                self._missed.append(fetched)
                return fetched
            if done > self._clock.now:
                yield self._clock.at(done, self._rank)
        except Interrupt:
            self._drop(provider, EndReason.RESTARTED)
            if fetched.credential is not None:
                self.cache.lose(fetched.credential, fetched.done_at_s)
            raise
        self._drop(provider, EndReason.REPLACED)
        if fetched.credential is not None:
            self.cache.adopt(fetched.credential, done)
        return fetched

    def _new_provider(self) -> Cache:
        if self._build is None:
            return self.cache
        provider = self._build()
        provider.fetches, self.cache.fetches = self.cache.fetches, self.cache.fetches + 1
        self._built[provider] = None
        return provider

    def _drop(self, provider: Cache, reason: EndReason) -> None:
        """A call's provider is gone, and with it what signed its requests."""
        if provider in self._built:
            del self._built[provider]
            provider.forget(self._clock.now, reason)

    def _see(self, error: str | None) -> None:
        """React to how a call ended; the program may wake earlier than it meant to."""
        if error is None or self._clock.now < self._resume_s:
            return
        self._react(error, self._clock.now)
        if self.process is not self._clock.active_process:
            self._wake()

    def _restart(self, reason: EndReason) -> None:
        flying, self._flying = self._flying, {}
        for process in (*flying.values(), self._trying):
            if process is not None and process.is_alive and process is not self._clock.active_process:
                process.interrupt("restart")
        super()._restart(reason)
