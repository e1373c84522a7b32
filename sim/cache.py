"""A client's credential cache: what it holds, where it lies, when its SDK renews it."""

from __future__ import annotations

import math

from sim.credentials import Credential
from sim.fetching import ApiProvider, Asker, Fetch, Fetched, Provider, chain_fetch
from sim.policies.refresh import Refresh, retry_at, seen_expiry, windows
from sim.recorder import Recorder
from sim.records import EndReason
from sim.streams import Purpose
from sim.thieves.loot import Loot

__all__ = ["Cache", "Place"]

_CAUSE = {
    "expiry": EndReason.EXPIRED,
    "rotation": EndReason.ROTATED,
    "deactivation": EndReason.DEACTIVATED,
    "deletion": EndReason.DELETED,
    "revocation": EndReason.REVOKED,
}


class Place:
    """Writes what lies at one place, and who would have found it there.

    Args:
        name: laptop, process, imds, repository, ...
        recorder: The shard's sink.
        horizon_s: End of the run; nothing is written past it.
        probes: Instants at which a sampled thief looks here, ascending.
        loot: What remembers all that lies here, where an incident is told of it.
    """

    __slots__ = ("_horizon_s", "_loot", "_probes", "_recorder", "name")

    def __init__(
        self,
        name: str,
        recorder: Recorder,
        horizon_s: float,
        probes: tuple[float, ...] = (),
        loot: Loot | None = None,
    ) -> None:
        self.name = name
        self._recorder = recorder
        self._horizon_s = horizon_s
        self._probes = probes
        self._loot = loot

    @property
    def written(self) -> bool:
        """Whether anything that lies here is ever written."""
        return bool(self._probes) or self._loot is not None or self._recorder.holdings is not None

    def held(self, credential: Credential, start: float, stop: float, due: float, copies: int, asker: Asker) -> None:
        """Write that `credential` lay here in [start, stop), clipped to the run."""
        start, stop = max(start, 0.0), min(stop, self._horizon_s)
        if stop <= start:
            return
        if self._loot is not None:
            self._loot.lay(credential, start, stop)
        holder = asker.holder
        who = (holder.population, holder.client, holder.slot)
        terms = (credential.valid_until_s, credential.mint_until_s)
        for at in self._probes:
            if start <= at < stop and credential.valid_until_s > at:
                self._recorder.probes.add(due, holder.rank, (at, *who, self.name, credential.id, stop, *terms))
        if self._recorder.holdings is not None:
            row = (self.name, *who, credential.id, credential.kind, start, stop, *terms, copies, credential.end_cause)
            self._recorder.holdings.add(due, holder.rank, row)


class Cache:
    """Holds one credential at a time for one client and renews it by its SDK's rule.

    Attributes:
        credential: What is held, or None.
        rule: The SDK's refresh windows.
        due_s: A call at or after this instant makes the client act; inf for a key.
        mandatory_s: From here on callers wait.
    """

    __slots__ = (
        "_held_from",
        "_only",
        "_owned",
        "_place",
        "_plain",
        "_providers",
        "_recorder",
        "asker",
        "credential",
        "due_s",
        "fetches",
        "mandatory_s",
        "rule",
    )

    def __init__(
        self,
        asker: Asker,
        providers: tuple[Provider, ...],
        rule: Refresh,
        place: Place | None,
        recorder: Recorder,
        *,
        owned: bool = True,
    ) -> None:
        self.asker = asker
        self.rule = rule
        self._providers = providers
        self._only = providers[0] if len(providers) == 1 else None
        self._place = place if place is not None and place.written else None
        self._recorder = recorder
        self._owned = owned and recorder.credentials is not None
        self._plain = rule.extend is None and rule.jitter_s == 0
        self.credential: Credential | None = None
        self.due_s = -math.inf
        self.mandatory_s = -math.inf
        self.fetches = 0
        self._held_from = 0.0

    @property
    def provider(self) -> Provider | None:
        """The only provider, or None where there are several."""
        return self._only

    def fetch(self) -> Fetch:
        """Ask the chain for a credential, beginning now; the caller decides what to do with it."""
        ordinal = self.fetches
        self.fetches += 1
        if self._only is not None:
            return self._only.fetch(ordinal)
        return chain_fetch(self._providers, ordinal, self.asker.clock, self.asker.holder.rank)

    def adopt(self, credential: Credential, at: float) -> None:
        """Hold `credential` from `at` on, in place of what was held."""
        if self.credential is not credential:
            self.release(at, EndReason.REPLACED)
            self._held_from = at
        self.credential = credential
        self.due_s, self.mandatory_s = self.windows(at, credential.expires_at_s)

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
        """After a failed fetch: the instant from which a call tries again."""
        u = self.asker.uniform(Purpose.AGAIN_AFTER, self.fetches) if self.rule.again_after[1] else 0.0
        self.due_s = max(retry_at(self.rule, failed.done_at_s, u), failed.not_before_s)

    def release(self, at: float, reason: EndReason) -> None:
        """Stop holding the credential at `at` and write it down."""
        credential = self.credential
        if credential is None:
            return
        self.credential = None
        self.due_s = self.mandatory_s = -math.inf
        due = max(at, self.asker.clock.now)
        if self._place is not None:
            self._place.held(credential, self._held_from, at, due, 1, self.asker)
        if self._owned and credential.holder is self.asker.holder:
            if credential.valid_until_s <= at and reason is not EndReason.OPEN:
                reason = _CAUSE[credential.end_cause]
                at = credential.valid_until_s if reason is EndReason.EXPIRED else at
            write_credential(self._recorder, credential, self._held_from, at, reason, due)

    def close(self, at: float, reason: EndReason) -> None:
        """The process ends: stop holding anything, credentials that sign for others included."""
        self.release(at, reason)
        for provider in self._providers:
            if isinstance(provider, ApiProvider) and provider.source is not None:
                provider.source.close(at, reason)

    def discard(self, credential: Credential, at: float, horizon_s: float) -> None:
        """Write a credential that was issued but came too late to be held."""
        if self._owned and credential.holder is self.asker.holder:
            write_credential(self._recorder, credential, at, horizon_s, EndReason.OPEN, horizon_s)

    def obtain(self) -> Fetch:
        """As the source of another credential: the cached one, renewed now if its SDK says so."""
        now = self.asker.clock.now
        if self.credential is not None and now < self.due_s:
            return Fetched(self.credential, now)
        old, mandatory = self.credential, now >= self.mandatory_s
        fetched = yield from self.fetch()
        if fetched.credential is not None:
            self.adopt(fetched.credential, fetched.done_at_s)
            return fetched
        self.postpone(fetched)
        return Fetched(None if mandatory and self.rule.on_failed == "raise" else old, fetched.done_at_s)


def write_credential(
    recorder: Recorder, credential: Credential, held_from: float, at: float, reason: EndReason, due: float
) -> None:
    """Write the row of a credential that its holder stopped holding at `at`."""
    if recorder.credentials is None:
        return
    holder = credential.holder
    row = (
        credential.id,
        holder.population,
        holder.client,
        holder.slot,
        credential.ordinal,
        credential.principal,
        credential.account,
        credential.kind,
        credential.provider,
        credential.issuer,
        credential.operation,
        credential.parent,
        credential.issued_at_s,
        credential.expires_at_s,
        credential.valid_until_s,
        credential.mint_until_s,
        max(held_from, 0.0),
        None if reason is EndReason.OPEN else max(at, held_from, 0.0),
        reason,
        credential.calls_signed,
    )
    recorder.credentials.add(due, holder.rank, row)
