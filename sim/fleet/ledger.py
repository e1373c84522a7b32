"""The account of a plain fleet's calls, compiled: what `sim.clients.ledger` does, with the same sums in the same order.

Functions bear the names of `Ledger`'s methods. `me` is a client's `STATE`, `it` the shared `RULE`, `out` room for rows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from sim.fleet.calls import count, first
from sim.fleet.state import CALLS, EXPIRED_TOKEN, VERDICTS, WAITS

__all__ = ["close", "new_row", "signed", "unsigned", "verdict_at", "waited", "waited_alone"]

_GAP_S = 60.0  # as in `sim.clients.ledger`
_VERDICTS = len(VERDICTS)


@njit  # type: ignore[untyped-decorator]
def new_row(me: Any, it: Any, out: Any, table: int, due: float, ordinal: int) -> Any:
    """The next row, of `table`, due at `due` but not before now."""
    row = out[it.used]
    it.used += 1
    row.table, row.who, row.ordinal, row.due = table, me.who, ordinal, max(due, me.now)
    return row


@njit  # type: ignore[untyped-decorator]
def verdict_at(it: Any, expires: float, at: float) -> int:
    """Verdict of a call with a session that expires at `expires`."""
    return it.valid if at < expires else EXPIRED_TOKEN


@njit  # type: ignore[untyped-decorator]
def signed(me: Any, it: Any, out: Any, ordinal: int, expires: float, start: float, stop: float) -> None:
    """The calls in [start, stop) are signed as they arrive."""
    if stop <= expires:
        _arrived(me, it, out, ordinal, it.valid, start, stop)
        return
    at = start
    if expires > at and at < stop:
        _arrived(me, it, out, ordinal, it.valid, at, expires)
        at = expires
    if at < stop:
        _arrived(me, it, out, ordinal, EXPIRED_TOKEN, at, stop)


@njit  # type: ignore[untyped-decorator]
def unsigned(me: Any, it: Any, out: Any, verdict: int, start: float, stop: float) -> None:
    """The calls in [start, stop) find no credential."""
    _arrived(me, it, out, -1, verdict, start, stop)


@njit  # type: ignore[untyped-decorator]
def _arrived(me: Any, it: Any, out: Any, ordinal: int, verdict: int, start: float, stop: float) -> None:
    if it.summary:
        _continue(me, it, verdict, start, stop)
        return
    n = count(me, it, start, stop)
    if n > 0:
        _write(me, it, out, ordinal, verdict, start, stop, (n, 0.0))


@njit  # type: ignore[untyped-decorator]
def _continue(me: Any, it: Any, verdict: int, start: float, stop: float) -> None:
    if me.stretch_verdict == verdict and me.stretch_stop == start:
        me.stretch_stop = stop
        return
    _end_stretch(me, it)
    me.stretch_verdict, me.stretch_start, me.stretch_stop = verdict, start, stop


@njit  # type: ignore[untyped-decorator]
def _end_stretch(me: Any, it: Any) -> None:
    if me.stretch_verdict >= 0:
        me.total_n[me.stretch_verdict] += count(me, it, me.stretch_start, me.stretch_stop)
    me.stretch_verdict = -1


@njit  # type: ignore[untyped-decorator]
def waited(me: Any, it: Any, out: Any, ordinal: int, verdict: int, start: float, stop: float, done: float) -> None:
    """The calls in [start, stop) waited until `done`."""
    began, total, waits = start, 0, 0.0
    if stop <= np.nextafter(start, math.inf):
        total = count(me, it, start, stop)
        waits = total * (done - start)
    else:
        at = began = first(me, it, start)
        while at < stop:
            after = np.nextafter(at, math.inf)
            n = count(me, it, at, after)
            total += n
            waits += n * (done - at)
            at = first(me, it, after)
    if total > 0:
        _write(me, it, out, ordinal, verdict, began, done, (total, waits))
        _write_wait(me, it, out, verdict, began, done, total, waits)


@njit  # type: ignore[untyped-decorator]
def waited_alone(
    me: Any, it: Any, out: Any, ordinal: int, verdict: int, start: float, stop: float, done: float
) -> bool:
    """Judge the call at `start` as `waited` does, if no other one comes before `stop`."""
    if count(me, it, start, stop) != 1:
        return False
    goes_on = me.stretch_verdict == verdict and me.stretch_stop == start
    if goes_on:
        me.stretch_stop = stop
    else:
        _write_wait(me, it, out, verdict, start, done, 1, done - start)
    _write(me, it, out, ordinal, verdict, start, done, (0 if goes_on else 1, done - start))
    return True


@njit  # type: ignore[untyped-decorator]
def _write_wait(me: Any, it: Any, out: Any, verdict: int, at: float, done: float, n: int, total: float) -> None:
    if done > at and not it.summary:
        row = new_row(me, it, out, WAITS, done, -1)
        row.code, row.start, row.stop, row.n, row.wait = verdict, at, done, n, total


@njit  # type: ignore[untyped-decorator]
def _write(me: Any, it: Any, out: Any, ordinal: int, verdict: int, start: float, stop: float, made: Any) -> None:
    """Count calls; `made` is their number and their waits."""
    n, wait = made
    if it.summary:
        me.total_n[verdict] += n
        me.total_wait[verdict] += wait
        return
    if ordinal >= 0 and ordinal == me.ordinal:
        me.signed += n
    elif ordinal >= 0:
        me.new_signed += n
    near = ordinal >= 0 or start - me.row_stop <= _GAP_S
    if me.row_ordinal == ordinal and me.row_verdict == verdict and near:
        me.row_n += n
        me.row_wait += wait
        me.row_stop = max(me.row_stop, stop)
        return
    _close_segment(me, it, out)
    me.row_ordinal, me.row_verdict, me.row_start, me.row_stop = ordinal, verdict, start, stop
    me.row_n, me.row_wait = n, wait


@njit  # type: ignore[untyped-decorator]
def _close_segment(me: Any, it: Any, out: Any) -> None:
    if me.row_verdict >= 0:
        row = new_row(me, it, out, CALLS, me.row_stop, me.row_ordinal)
        row.code, row.start, row.stop, row.n, row.wait = (
            me.row_verdict, me.row_start, me.row_stop, me.row_n, me.row_wait,
        )  # fmt: skip
        me.row_verdict = -1


@njit  # type: ignore[untyped-decorator]
def close(me: Any, it: Any, out: Any, at: float) -> None:
    """Write everything at the horizon `at`."""
    _end_stretch(me, it)
    _close_segment(me, it, out)
    for verdict in range(_VERDICTS):
        if me.total_n[verdict] > 0:
            row = new_row(me, it, out, CALLS, at, -1)
            row.code, row.start, row.stop = verdict, 0.0, at
            row.n, row.wait = me.total_n[verdict], me.total_wait[verdict]
