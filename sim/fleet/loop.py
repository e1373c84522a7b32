"""The turns of a plain fleet's clients, compiled: what `sim.clients` and `sim.caches.cache` do, on the same draws.

Clients of a plain fleet meet nobody, so each is advanced by itself up to an instant, then the next one.
`me` is a client's `STATE`, `it` the shared `RULE`, `out` room for rows.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Any, Final

import numpy as np
from numba import njit, uint64

from sim import streams, unit_poisson
from sim.fleet import calls, ledger, state
from sim.fleet.state import CREDENTIALS, HOLDINGS, REASONS, REFRESH_FAILED, REQUESTS, UNFINISHED, Records
from sim.records import EndReason
from sim.streams import uniform_of, words

__all__ = ["MOST_ROWS", "advance", "begin", "finish", "hold_at_start", "uniforms", "windows"]

MOST_ROWS: Final = 32
"""Rows that one turn, or a client's end, writes at most."""
_REPLACED, _EXPIRED, _OPEN = (REASONS.index(r) for r in (EndReason.REPLACED, EndReason.EXPIRED, EndReason.OPEN))


@njit(cache=True)  # type: ignore[untyped-decorator]
def uniforms(seed: int, key: int, population: int, index: Any, k: int) -> Any:
    """The k-th draw of every index: `Stream.uniform` for many."""
    drawn = np.empty(len(index))
    for number in range(len(index)):
        drawn[number] = uniform_of(words(seed, key, index[number], k, population, uint64(0))[0])
    return drawn


@njit  # type: ignore[untyped-decorator]
def windows(it: Any, at: float, expires: float, u: float) -> tuple[float, float]:
    """`sim.policies.refresh.windows` of a session."""
    expiry = min(expires, at + it.life_cap)
    mandatory = expiry - it.mandatory
    kind = 0
    while expiry - at > it.longest[kind]:
        kind += 1
    due = expiry - it.window[kind]
    if it.share >= 0:
        due = min(due, at + max(it.share * (expiry - at), it.share_min))
    if it.jitter > 0:
        due += min(it.jitter, max(expiry - it.jitter_until - due, 0.0)) * u
    if it.strict:
        return np.nextafter(due, math.inf), np.nextafter(mandatory, math.inf)
    return due, mandatory


@njit  # type: ignore[untyped-decorator]
def _next_call(me: Any, it: Any) -> float:
    """The first call that can change something; inf if none does before the horizon."""
    due = max(me.counted, me.due)
    if me.pending or due >= it.horizon:
        return math.inf
    at = calls.first(me, it, due)
    return at if at < it.horizon else math.inf


@njit  # type: ignore[untyped-decorator]
def _settle(me: Any, it: Any, out: Any, to: float) -> None:
    start = me.counted
    if to <= start:
        return
    me.counted = to
    if me.ordinal < 0 or me.refusing:
        ledger.unsigned(me, it, out, REFRESH_FAILED, start, min(to, max(me.due, start)))
    else:
        ledger.signed(me, it, out, me.ordinal, me.expires, start, to)


@njit  # type: ignore[untyped-decorator]
def _turn(me: Any, it: Any, out: Any, at: float) -> None:
    """The call at `at` finds that the credential is due."""
    me.now = at
    _settle(me, it, out, at)
    blocking = me.ordinal < 0 or at >= me.mandatory
    _ask(me, it, out, at)
    done = at + it.latency
    me.since = at
    if done >= it.horizon:
        me.pending, me.blocking = 1, blocking
        return
    _share(me, it, out, done, blocking, REFRESH_FAILED)
    if me.new_ordinal >= 0:
        _adopt(me, it, out, done)
        me.refusing = 0
    else:
        me.due = _again_at(me, it, done)
        me.refusing = it.raises_denials or (blocking and not it.serves)


@njit  # type: ignore[untyped-decorator]
def _again_at(me: Any, it: Any, done: float) -> float:
    """When a client whose request was denied asks again: at once where nothing is there to serve."""
    if it.raises_denials:
        return float(done + it.denied_low + (it.denied_high - it.denied_low) * _draw(me, it, it.again_key))
    if me.ordinal < 0 and it.serves:
        return done
    u = _draw(me, it, it.again_key) if it.again_high > 0 else 0.0
    return float(done + it.again_low + (it.again_high - it.again_low) * u)


@njit  # type: ignore[untyped-decorator]
def _ask(me: Any, it: Any, out: Any, at: float) -> None:
    """The only attempt of a fetch: nothing but a policy can refuse it, and a denial is final."""
    me.fetches += 1
    if it.allowed:
        me.new_ordinal, me.new_issued, me.new_signed = me.minted, math.floor(at), 0
        me.new_expires = me.new_issued + it.life
        me.minted += 1
    ledger.new_row(me, it, out, REQUESTS, at, me.new_ordinal)


@njit  # type: ignore[untyped-decorator]
def _draw(me: Any, it: Any, key: int) -> float:
    index = uint64(me.client) | uint64(me.slot) << uint64(40)
    return float(uniform_of(words(it.seed, key, index, uint64(me.fetches), it.population, uint64(0))[0]))


@njit  # type: ignore[untyped-decorator]
def _share(me: Any, it: Any, out: Any, done: float, blocking: bool, otherwise: int) -> None:
    """Judge the calls during a fetch: who waits shares its outcome, the others use the old credential."""
    since = me.since
    after = np.nextafter(since, math.inf)
    stop = max(done, after)
    ordinal, expires = me.new_ordinal, me.new_expires
    if otherwise == UNFINISHED:
        ordinal = -1
    elif ordinal < 0 and not it.raises_denials and (not blocking or it.serves):
        ordinal, expires = me.ordinal, me.expires
    verdict = ledger.verdict_at(it, expires, done) if ordinal >= 0 else otherwise
    if blocking:
        ledger.waited(me, it, out, ordinal, verdict, since, stop, done)
    elif it.background:
        ledger.signed(me, it, out, me.ordinal, me.expires, since, stop)
    elif not ledger.waited_alone(me, it, out, ordinal, verdict, since, stop, done):
        ledger.waited(me, it, out, ordinal, verdict, since, after, done)
        ledger.signed(me, it, out, me.ordinal, me.expires, after, stop)
    me.counted = stop


@njit  # type: ignore[untyped-decorator]
def _adopt(me: Any, it: Any, out: Any, at: float) -> None:
    """Hold the new credential from `at` on, in place of what was held."""
    _release(me, it, out, at, _REPLACED)
    me.ordinal, me.issued, me.expires, me.signed = me.new_ordinal, me.new_issued, me.new_expires, me.new_signed
    me.held_from, me.new_ordinal = at, -1
    u = _draw(me, it, it.jitter_key) if it.jitter > 0 else 0.0
    me.due, me.mandatory = windows(it, at, me.expires, u)


@njit  # type: ignore[untyped-decorator]
def _release(me: Any, it: Any, out: Any, at: float, reason: int) -> None:
    """Stop holding the credential at `at` and write it down; at level `summary` only where thieves look."""
    if me.ordinal < 0:
        return
    start, stop = max(me.held_from, 0.0), min(at, it.horizon)
    if stop > start and (me.watched or not it.summary):
        row = ledger.new_row(me, it, out, HOLDINGS, at, me.ordinal)
        row.start, row.stop, row.expires = start, stop, me.expires
    if it.summary:
        return
    row = ledger.new_row(me, it, out, CREDENTIALS, at, me.ordinal)
    if me.expires <= at and reason != _OPEN:
        at, reason = me.expires, _EXPIRED
    row.issued, row.expires, row.start, row.stop = me.issued, me.expires, start, max(at, start)
    row.code, row.n = reason, me.signed


@njit  # type: ignore[untyped-decorator]
def _finish(me: Any, it: Any, out: Any) -> None:
    """Write everything that is open at the horizon, and a session that came too late to be held."""
    me.now = it.horizon
    if me.pending:
        _share(me, it, out, it.horizon, me.blocking != 0, UNFINISHED)
    else:
        _settle(me, it, out, it.horizon)
    ledger.close(me, it, out, it.horizon)
    _release(me, it, out, it.horizon, _OPEN)
    if me.new_ordinal >= 0 and not it.summary:
        row = ledger.new_row(me, it, out, CREDENTIALS, it.horizon, me.new_ordinal)
        row.issued, row.expires, row.start, row.stop = me.new_issued, me.new_expires, me.since + it.latency, it.horizon
        row.code, row.n = _OPEN, 0


def _entries(sources: str) -> tuple[Any, Any, Any, Any]:
    """What Python calls. Numba's cache knows an entry by its file and what it closes over: here all the sources."""

    @njit(cache=True)  # type: ignore[untyped-decorator]
    def advance(fleet: Records, rule: Records, out: Records, until: float, start: int) -> int:
        it = rule[0]
        for number in range(start, len(fleet)):
            me = fleet[number]
            while me.next_at < until:
                if it.used > it.room:
                    return number
                _turn(me, it, out, me.next_at)
                me.next_at = _next_call(me, it)
        return len(fleet) if sources else 0

    @njit(cache=True)  # type: ignore[untyped-decorator]
    def finish(fleet: Records, rule: Records, out: Records, start: int) -> int:
        it = rule[0]
        for number in range(start, len(fleet)):
            if it.used > it.room:
                return number
            _finish(fleet[number], it, out)
        return len(fleet) if sources else 0

    @njit(cache=True)  # type: ignore[untyped-decorator]
    def begin(fleet: Records, rule: Records) -> int:
        it = rule[0]
        for number in range(len(fleet)):
            me = fleet[number]
            me.next_at = _next_call(me, it)
        return len(fleet) if sources else 0

    @njit(cache=True)  # type: ignore[untyped-decorator]
    def hold_at_start(fleet: Records, rule: Records, gap: float, draws: Any) -> int:
        it = rule[0]
        for number in range(len(fleet)):
            me, (u, v, log, jitter) = fleet[number], draws[number]
            cycle = max(min(windows(it, 0.0, it.life, jitter)[0], it.life), 0.0)
            age = cycle * v if u * (cycle + gap) < cycle else cycle - gap * log
            me.ordinal, me.issued, me.held_from = 0, math.floor(-age), -age
            me.expires = me.issued + it.life
            me.due, me.mandatory = windows(it, -age, me.expires, jitter)
            me.minted, me.refusing = 1, 0
        return len(fleet) if sources else 0

    return advance, finish, begin, hold_at_start


_SOURCES = (Path(str(module.__file__)) for module in (calls, state, ledger, streams, unit_poisson))
advance, finish, begin, hold_at_start = _entries(hashlib.sha256(b"".join(p.read_bytes() for p in _SOURCES)).hexdigest())
"""`begin(fleet, rule)` looks up every client's first turn. `advance(fleet, rule, out, until, start)` lets every client
from number `start` on live until `until`; `finish(fleet, rule, out, start)` writes what is open at the horizon. Both
return the number of the client at which the room for rows ended; the number of clients if it did not.
`hold_at_start(fleet, rule, gap, draws)` gives every new client the session that it has held for a while at 0
(`sim.caches.stationary`); `gap`: mean time between calls; `draws`, shape (clients, 4): u, v, log1p(-v) and the
jitter's."""
