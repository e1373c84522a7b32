"""A client's credential cache: what it holds, where it lies, when its SDK renews it."""

from __future__ import annotations

import math
from typing import Protocol

from sim.caches.places import Place
from sim.caches.written import write_credential, write_ended
from sim.chains.fetching import Asker, Fetch, Fetched, Provider, closes
from sim.credentials import Credential
from sim.policies.refresh import Refresh, is_ended, raises, retry_at, seen_expiry, windows
from sim.recorder import Recorder
from sim.records import EndReason
from sim.streams import Purpose

__all__ = ["Cache", "Place"]


class Shares(Protocol):
    """A cache whose credentials several processes hold."""

    def dropped(self, credential: Credential, at: float, reason: EndReason) -> None:
        """A process let go of a credential."""


class Cache:
    """Holds one credential at a time for one client and renews it by its SDK's rule.

    A chain of several providers falls through: the first one that has a credential wins. An SDK that resolves its
    chain `once` asks that provider alone from then on; one that resolves it with `each_fetch` begins at the top.

    Args:
        asker: The client.
        providers: Its chain.
        rules: The SDK's refresh windows for what each of them yields.
        place: Where the credential lies.
        recorder: The shard's sink.
        owned: Whether its credentials are its own to write down.
        once: Whether the SDK resolves the chain once.
        lasts: Whether what was obtained serves later calls too; without it nothing is cached.

    Attributes:
        credential: What is held, or None.
        rule: The SDK's refresh windows for what is held.
        due_s: A call at or after this instant makes the client act; inf for a key.
        mandatory_s: From here on callers wait.
        shares: Caches of the host that its credentials may come from.
        loads: Whether the first fetch is made when the provider is loaded: what it gets is due like any other.
    """

    __slots__ = (
        "_again_s",
        "_checks",
        "_first",
        "_held_from",
        "_lasts",
        "_loaded",
        "_once",
        "_only",
        "_owned",
        "_place",
        "_plain",
        "_providers",
        "_recorder",
        "_rules",
        "_winner",
        "asker",
        "credential",
        "due_s",
        "fetches",
        "loads",
        "mandatory_s",
        "rule",
        "shares",
    )

    def __init__(
        self,
        asker: Asker,
        providers: tuple[Provider, ...],
        rules: tuple[Refresh, ...],
        place: Place | None,
        recorder: Recorder,
        *,
        owned: bool = True,
        once: bool = True,
        lasts: bool = True,
    ) -> None:
        self.asker = asker
        self._rules = rules
        self._checks = any(rule.ended_left_s is not None for rule in rules)
        self.loads = self._loaded = False
        self._again_s = -math.inf
        self._once = once
        self._lasts = lasts
        self._winner = 0
        self._first: int | None = None
        self._providers = providers
        self._only = providers[0] if len(providers) == 1 else None
        self._place = place if place is not None and place.written else None
        self._recorder = recorder
        self._owned = owned and recorder.credentials is not None
        self.shares: tuple[Shares, ...] = ()
        self._use(0)
        self.credential: Credential | None = None
        self.due_s = -math.inf
        self.mandatory_s = -math.inf
        self.fetches = 0
        self._held_from = 0.0

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Its chain."""
        return self._providers

    @property
    def provider(self) -> Provider | None:
        """The only provider, or None where there are several."""
        return self._only

    def fetch(self) -> Fetch:
        """Ask the chain for a credential, beginning now; the caller decides what to do with it."""
        if self.loads and not self._loaded and self.credential is None:
            return self._load()
        return self._checked() if self._checks else self._ask_chain()

    def keep_provider(self) -> None:
        """Its provider was loaded before the run began."""
        self._loaded = True

    def _ask_chain(self) -> Fetch:
        """Ask the chain once more."""
        ordinal = self.fetches
        self.fetches += 1
        if self._only is not None:
            return self._only.fetch(ordinal)
        return self._resolve(ordinal)

    def _checked(self) -> Fetch:
        """Ask, and take what has ended already for a failure, where the SDK does."""
        fetched = yield from self._ask_chain()
        found = fetched.credential
        if found is not None and is_ended(self._rules[self._winner], fetched.done_at_s, found.expires_at_s):
            return Fetched(None, fetched.done_at_s)
        return fetched

    def _load(self) -> Fetch:
        """A provider is loaded: it takes what it gets; the call that needed it renews that if it is due already."""
        clock, first = self.asker.clock, (yield from self._ask_chain())
        found, at = first.credential, first.done_at_s
        if found is None:
            return first
        self._loaded = True
        self._use(self._winner)
        due, mandatory = self.windows(at, found.expires_at_s)
        if at < due:
            return first
        if at > clock.now:
            yield clock.at(at, self.asker.holder.rank)
        again = yield from self._checked()
        if again.credential is not None or raises(self.rule, blocking=at >= mandatory, denied=again.for_good):
            return again
        u = self.asker.uniform(Purpose.AGAIN_AFTER, self.fetches) if self.rule.again_after[1] else 0.0
        self._again_s = retry_at(self.rule, again.done_at_s, u)
        return first._replace(done_at_s=again.done_at_s)

    def _resolve(self, ordinal: int) -> Fetch:
        """Ask the providers in order; the first credential wins. After that, an SDK may ask the winner alone."""
        clock, rank = self.asker.clock, self.asker.holder.rank
        asked = range(len(self._providers)) if self._first is None else (self._first,)
        fetched = Fetched(None, clock.now)
        for number in asked:
            if fetched.done_at_s > clock.now:
                yield clock.at(fetched.done_at_s, rank)
            fetched = yield from self._providers[number].fetch(ordinal)
            if fetched.credential is not None:
                self._winner = number
                self._first = number if self._once else None
                break
        return fetched

    def _use(self, number: int) -> None:
        """From now on by the rule for what this provider yields."""
        self.rule = rule = self._rules[number]
        self._plain = rule.extend is None and rule.jitter_s == 0

    def adopt(self, credential: Credential, at: float) -> None:
        """Hold `credential` from `at` on, in place of what was held."""
        if self.credential is not credential:
            self.release(at, EndReason.REPLACED)
            self._held_from = at
        if self._only is None:
            self._use(self._winner)
        self.credential = credential
        if self._lasts:
            self.due_s, self.mandatory_s = self.windows(at, credential.expires_at_s)
            self.due_s = max(self.due_s, self._again_s)
        self._again_s = -math.inf

    def windows(self, at: float, expires_at_s: float) -> tuple[float, float]:
        """Advisory and mandatory instant of a credential received at `at`."""
        rule, asker, number = self.rule, self.asker, self.fetches
        if self._plain:
            return windows(rule, at, expires_at_s, 0.0)
        if rule.extend is not None:
            expires_at_s = seen_expiry(rule, at, expires_at_s, asker.uniform(Purpose.EXTENSION, number))
        u = asker.uniform(Purpose.REFRESH_JITTER, number) if rule.jitter_s > 0 else 0.0
        return windows(rule, at, expires_at_s, u)

    def postpone(self, failed: Fetched) -> None:
        """After a failed fetch: the instant from which a call tries again; at once where nothing is there to serve.

        A person who gave up is not asked again for a while, but the SDK asks once it can do without no longer.
        """
        rule, denied = self.rule, failed.for_good and self.rule.denied_again_after is not None
        at = failed.done_at_s
        if denied or self.credential is not None or rule.on_failed == "raise":
            pauses = denied or rule.again_after[1] > 0
            u = self.asker.uniform(Purpose.AGAIN_AFTER, self.fetches) if pauses else 0.0
            at = retry_at(rule, at, u, denied=denied)
        idle = failed.not_before_s if self.needs_one else min(failed.not_before_s, self.mandatory_s)
        self.due_s = max(at, idle)

    @property
    def needs_one(self) -> bool:
        """Whether its SDK lets calls wait for a credential now: it has none, or too little is left of it."""
        return self.credential is None or self.asker.clock.now >= self.mandatory_s

    def release(self, at: float, reason: EndReason) -> None:
        """Stop holding the credential at `at` and write it down."""
        credential = self.credential
        if credential is None:
            return
        self._leave(at)
        if self._owned and credential.holder is self.asker.holder:
            self._write(credential, self._held_from, at, reason)
        for shared in self.shares:
            shared.dropped(credential, at, reason)

    def _leave(self, at: float) -> None:
        """What was held lies here no longer."""
        credential, self.credential = self.credential, None
        self.due_s = self.mandatory_s = -math.inf
        if self._place is not None and credential is not None:
            due = max(at, self.asker.clock.now)
            self._place.held(credential, self._held_from, at, due, 1, self.asker)

    def _write(self, credential: Credential, held_from: float, at: float, reason: EndReason) -> None:
        """Write the row of a credential that nobody holds any more."""
        write_ended(self._recorder, credential, held_from, at, reason, self.asker.clock.now)

    def close(self, at: float, reason: EndReason) -> None:
        """The process ends: stop holding anything, credentials that sign for others included."""
        self.release(at, reason)
        self.forget(at, reason)

    def forget(self, at: float, reason: EndReason) -> None:
        """Whatever the providers remember ends: sources, failures, and which of them won."""
        self._first, self._loaded = None, False
        for provider in self._providers:
            if closes(provider):
                provider.close(at, reason)

    def discard(self, credential: Credential, at: float, horizon_s: float) -> None:
        """Write a credential that was issued but came too late to be held."""
        if self._owned and credential.holder is self.asker.holder:
            write_credential(self._recorder, credential, at, horizon_s, EndReason.OPEN, horizon_s)

    def lose(self, credential: Credential, at: float) -> None:
        """Write a credential that was under way to a process when it ended."""
        if self._owned and credential.holder is self.asker.holder:
            self._write(credential, at, at, EndReason.RESTARTED)

    def obtain(self) -> Fetch:
        """As the source of another credential: the cached one, renewed now if its SDK says so."""
        now = self.asker.clock.now
        if self.credential is not None and now < self.due_s:
            return Fetched(self.credential, max(now, self._held_from))
        return (yield from self.renew())

    def renew(self) -> Fetch:
        """As the source of another credential: a new one, or the old one while it may still serve."""
        now = self.asker.clock.now
        old, mandatory = self.credential, now >= self.mandatory_s
        fetched = yield from self.fetch()
        if fetched.credential is not None:
            self.adopt(fetched.credential, fetched.done_at_s)
            return fetched
        self.postpone(fetched)
        raised = raises(self.rule, blocking=mandatory, denied=fetched.for_good)
        return fetched._replace(credential=None if raised else old)
