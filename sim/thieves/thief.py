"""One thief: holds what was taken, obtains what can be obtained from it, and renews that while he may.

He changes nothing in the run. Everything that ends what he holds is known when it is issued, so his story is told
to its end, past the horizon: a session renewed out of nothing but itself, or from a key that nothing ends, is `never`.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sim.authority import Judge
from sim.credentials import Credential, Ending, Holder, Origin
from sim.records import Kind, Verdict
from sim.thieves.ways import Target, Ways

__all__ = ["EXCHANGED", "Means", "Span", "Thief", "spans_of"]

EXCHANGED: Final = (Kind.SSO_TOKEN, Kind.LOGIN_TOKEN, Kind.SAML_ASSERTION, Kind.PASSWORD, Kind.PROJECTED_TOKEN)
"""Kinds that sign no call themselves: they are only good for obtaining what does."""


@dataclass(frozen=True, slots=True)
class Means:
    """What thieves of an incident have in common.

    Attributes:
        ways: What can be obtained with what.
        endings: What the timeline ends early of a principal's credentials.
        changes: Instants at which policies change.
        renews_when_left_s: A session is renewed when so much of it is left.
        holder: The thief as a holder of credentials.
    """

    ways: Ways
    endings: Callable[[str], tuple[Ending, ...]]
    changes: tuple[float, ...]
    renews_when_left_s: float
    holder: Holder


class Item(NamedTuple):
    """A credential in the thief's hands, from an instant on."""

    credential: Credential
    from_s: float


class Span(NamedTuple):
    """An unbroken time in which an action is allowed, and what ends it."""

    from_s: float
    to_s: float
    cause: str


@dataclass(slots=True)
class Thief:
    """A thief who obtains whatever he can from what he took.

    Attributes:
        means: What he works with.
        items: Everything that he ever held.
        taken: How many credentials he took.
        minted_at_s: When he obtained sessions.
    """

    means: Means
    items: list[Item] = field(default_factory=list)
    taken: int = 0
    minted_at_s: list[float] = field(default_factory=list)
    _live: list[Credential] = field(default_factory=list)
    _renews: dict[Target, float] = field(default_factory=dict)
    _hopeless: set[Target] = field(default_factory=set)

    def keep(self, taken: Sequence[Item]) -> None:
        """Use `taken` as it is."""
        self.taken += len(taken)
        self.items += taken

    def mint(self, taken: Sequence[Item]) -> None:
        """Obtain and renew all that can be obtained from `taken`, to the closure, until nothing is accepted."""
        self.taken += len(taken)
        targets = self.means.ways.targets()
        stop = self._settled_s(taken, len(targets))
        arrivals = sorted(taken, key=lambda item: item.from_s)
        instants = [item.from_s for item in arrivals]
        changes = frozenset(at for at in self.means.changes if instants and instants[0] < at < stop)
        instants += changes
        heapq.heapify(instants)
        while instants:
            now = heapq.heappop(instants)
            if now > stop:
                self._for_ever(now)
                return
            if now in changes:
                self._hopeless.clear()
            while arrivals and arrivals[0].from_s <= now:
                self._hold(arrivals.pop(0))
            self._live = [one for one in self._live if now < one.valid_until_s]
            for due in self._closure(targets, now):
                heapq.heappush(instants, due)

    def _closure(self, targets: tuple[Target, ...], now: float) -> Iterator[float]:
        """Obtain everything that is due at an instant, and what can be obtained from that; when each is due again."""
        progress = True
        while progress:
            progress = False
            for target in targets:
                if target in self._hopeless or self._renews.get(target, -math.inf) > now:
                    continue
                life = max((self.means.ways.life_s(one, target, now) for one in self._live), default=0.0)
                if life > 0:
                    progress = True
                    yield self._obtain(target, now, math.floor(now) + life)
                else:
                    self._hopeless.add(target)

    def _obtain(self, target: Target, now: float, expires_at_s: float) -> float:
        credential = self._session(target, now, expires_at_s)
        self._hold(Item(credential, now))
        self.minted_at_s.append(now)
        early = expires_at_s - self.means.renews_when_left_s
        self._renews[target] = early if early > now else expires_at_s
        return self._renews[target]

    def _session(self, target: Target, now: float, expires_at_s: float) -> Credential:
        principal = target.principal
        origin = Origin(
            principal, target.account, "thief", "sts", target.operation, endings=self.means.endings(principal)
        )
        return Credential(
            Kind.SESSION, self.means.holder, len(self.minted_at_s), origin, float(math.floor(now)), expires_at_s
        )

    def _hold(self, item: Item) -> None:
        """Hold a credential; one of a kind that was not there makes what was refused worth asking again."""
        mine = item.credential
        if all(_kind_of(one) != _kind_of(mine) for one in self._live):
            self._hopeless.clear()
        self.items.append(item)
        self._live.append(mine)

    def _settled_s(self, taken: Sequence[Item], targets: int) -> float:
        """From when on whatever is still renewed is renewed for ever.

        Nothing changes any more, what was taken and ends has ended, and so many lives of the longest session have
        passed that a session which is still there descends from one of its own kind, or from a key without an end.
        """
        ways = self.means.ways
        ends = [ending.at_s for target in ways.targets() for ending in self.means.endings(target.principal)]
        taken_ends = [item.credential.valid_until_s for item in taken]
        instants = [*ends, *taken_ends, *self.means.changes, *(item.from_s for item in taken)]
        return max((at for at in instants if math.isfinite(at)), default=0.0) + (targets + 2) * _LONGEST_S

    def _for_ever(self, now: float) -> None:
        """What is still renewed is held without an end."""
        for target, due in self._renews.items():
            if due >= now:
                self.items.append(Item(self._session(target, now, math.inf), now))


def _kind_of(credential: Credential) -> tuple[str, ...]:
    """What decides what can be obtained with a credential that is accepted."""
    code = "code" if credential.mfa else ""
    return credential.kind, credential.principal, credential.operation, credential.provider, credential.issuer, code


_LONGEST_S: Final = 129_600.0 + 1.0  # GetSessionToken's 36 h, and the whole second


def spans_of(items: Iterable[Item], judge: Judge, action: str) -> list[Span]:
    """When an action is allowed with any of the items: disjoint, ascending, joined where they meet."""
    found = sorted(span for item in items for span in _allowed(item, judge, action))
    joined: list[Span] = []
    for span in found:
        if joined and span.from_s <= joined[-1].to_s:
            if span.to_s > joined[-1].to_s:
                joined[-1] = Span(joined[-1].from_s, span.to_s, span.cause)
        else:
            joined.append(span)
    return joined


def _allowed(item: Item, judge: Judge, action: str) -> Iterator[Span]:
    """When an action is allowed with one credential."""
    credential, since = item.credential, item.from_s
    if credential.kind in EXCHANGED:
        return
    for until, verdict in judge.pieces(credential, action):
        if until > since and verdict is Verdict.OK:
            ends = until >= credential.valid_until_s
            yield Span(since, until, credential.end_cause if ends else "policy")
        since = max(since, until)
