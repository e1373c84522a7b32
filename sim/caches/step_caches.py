"""What stands between a process and the provider of a chain's step: failures remembered, answers that a host shares."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import cast

from simpy import Event, Process

from sim.caches.cache import Cache
from sim.chains.fetching import Fetch, Fetched, Provider, closes
from sim.clock import Clock
from sim.credentials import Credential
from sim.policies.refresh import raises
from sim.records import EndReason

__all__ = ["NegativeCache", "SharedCache", "SharedProvider"]


@dataclass(slots=True)
class NegativeCache:
    """Remembers that a provider failed: until then it fails again, for the same reason, without asking.

    Attributes:
        provider: The provider.
        clock: The simulation's clock.
        for_s: How long a failure is remembered.
    """

    provider: Provider
    clock: Clock
    for_s: float
    _failed: Fetched | None = field(default=None, init=False)
    _until_s: float = field(default=0.0, init=False)

    def fetch(self, ordinal: int) -> Fetch:
        """The remembered failure, or what the provider says."""
        now = self.clock.now
        if self._failed is not None and now < self._until_s:
            return self._failed._replace(done_at_s=max(now, self._failed.done_at_s))
        fetched = yield from self.provider.fetch(ordinal)
        self._failed = fetched if fetched.credential is None else None
        self._until_s = fetched.done_at_s + self.for_s
        return fetched

    def close(self, at: float, reason: EndReason) -> None:
        """The process ends, and its memory with it."""
        self._failed = None
        if closes(self.provider):
            self.provider.close(at, reason)


class SharedCache(Cache):
    """A cache that all processes of a host ask before anybody else: an agent, or a file.

    An agent renews once for all who wait (`single_flight`); through a file, all who find it due ask, each writes
    what it got when it has it, and a failure leaves no trace there. Processes go on holding what they took after it
    was replaced here, so a credential's row is written when the last of them lets go of it.
    """

    __slots__ = ("_answer", "_coming", "_flight", "_replaced", "members", "single_flight")

    def __init__(self, *args: object, single_flight: bool, **words: object) -> None:
        super().__init__(*args, **words)  # type: ignore[arg-type]
        self.single_flight = single_flight
        self.members: list[Cache] = []
        self._flight: Process | None = None
        self._answer: Fetched | None = None
        self._replaced: dict[Credential, float] = {}
        self._coming: dict[Credential, float] = {}

    @property
    def held_from_s(self) -> float:
        """Since when it holds what it holds."""
        return self._held_from

    def obtain(self) -> Fetch:
        """What is cached, renewed first if it is due."""
        now = self.asker.clock.now
        if self.credential is not None and self._held_from <= now < self.due_s:
            return Fetched(self.credential, now)
        if not self.single_flight:
            return (yield from self._ask())
        if self._answer is not None and now < self._answer.done_at_s:
            return self._answer  # given, and not yet there
        if self._flight is None or self._flight.triggered:
            self._flight = self.asker.clock.process(self._fly())
        elif self.credential is not None and now < self.mandatory_s:
            return Fetched(self.credential, now)
        return cast(Fetched, (yield self._flight))

    def _ask(self) -> Fetch:
        """A renewal beside those of others: what comes of it lies here once it is there."""
        old, mandatory = self.credential, self.asker.clock.now >= self.mandatory_s
        fetched = yield from self.fetch()
        if fetched.credential is not None:
            if fetched.done_at_s <= self.asker.clock.now:
                self.adopt(fetched.credential, fetched.done_at_s)
                return fetched
            self._coming[fetched.credential] = fetched.done_at_s
            self.asker.clock.process(self._arrive(fetched.credential, fetched.done_at_s))
            return fetched
        if self.rule.again_after[1] or fetched.not_before_s > -math.inf:
            self.postpone(fetched)
        raised = raises(self.rule, blocking=mandatory, denied=fetched.for_good)
        return fetched._replace(credential=None if raised else old)

    def _arrive(self, credential: Credential, at: float) -> Generator[Event, None, None]:
        """An answer has come: it is written over the last one, unless nobody waits for it any more."""
        yield self.asker.clock.at(at, self.asker.holder.rank)
        if self._coming.pop(credential, None) is not None:
            self.adopt(credential, at)

    def close(self, at: float, reason: EndReason) -> None:
        """Nobody shares it any more, and what has not come yet comes too late."""
        coming, self._coming = self._coming, {}
        for credential, done in coming.items():
            if reason is EndReason.OPEN:
                self.discard(credential, done, at)
            else:
                self.lose(credential, done)
        super().close(at, reason)

    def _fly(self) -> Generator[Event, None, Fetched]:
        """One renewal for all who wait."""
        self._answer = yield from self.renew()
        return self._answer

    def release(self, at: float, reason: EndReason) -> None:
        """Stop offering the credential; its row waits for the processes that still hold it."""
        credential = self.credential
        if credential is None:
            return
        if any(member.credential is credential for member in self.members):
            self._replaced[credential] = self._held_from
            self._leave(at)
            return
        super().release(at, reason)

    def dropped(self, credential: Credential, at: float, reason: EndReason) -> None:
        """A process let go of a credential."""
        if credential in self._replaced and not any(member.credential is credential for member in self.members):
            self._write(credential, self._replaced.pop(credential), at, reason)


@dataclass(slots=True)
class SharedProvider:
    """Asks the cache that a process's host shares; another process's request is no request of this one.

    Attributes:
        cache: The shared cache.
        in_memory: Whether it lies in the process's own memory, shared by its threads, and is gone with it.
    """

    cache: SharedCache
    in_memory: bool = False

    def fetch(self, ordinal: int) -> Fetch:  # noqa: ARG002 - the shared cache numbers its own requests
        """What the shared cache holds or obtains."""
        return self.cache.obtain()

    def close(self, at: float, reason: EndReason) -> None:
        """The process ends, and what lies in its memory with it."""
        if self.in_memory:
            self.cache.close(at, reason)
