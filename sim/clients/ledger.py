"""The account of a client's calls: every call once, with one verdict, in bulk where nothing can change."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sim.authority import Judge
from sim.clients.pieces import Pieces, begins, verdict_at
from sim.clock import Clock
from sim.credentials import Credential, Holder
from sim.recorder import Recorder
from sim.records import Level, Verdict
from sim.workloads.base import Calls, Part

__all__ = ["Ledger"]

_GAP_S: Final = 60.0  # unsigned calls further apart are told apart, so that a row says when they failed


@dataclass(slots=True)
class _Stretch:
    """Calls of equal verdict in [start, stop) that have not been counted yet."""

    calls: Calls
    verdict: Verdict
    start: float
    stop: float


class Ledger:
    """Counts one client's calls by credential and verdict and writes them at the run's level."""

    __slots__ = (
        "_authority",
        "_clock",
        "_from",
        "_holder",
        "_judged",
        "_judged_for",
        "_key",
        "_level",
        "_n",
        "_recorder",
        "_stretch",
        "_to",
        "_totals",
        "_wait",
        "parts",
    )

    def __init__(
        self, holder: Holder, parts: tuple[Part, ...], authority: Judge, recorder: Recorder, clock: Clock
    ) -> None:
        self.parts = parts
        self._clock = clock
        self._holder = holder
        self._authority = authority
        self._recorder = recorder
        self._level = recorder.level
        self._judged_for: Credential | None = None
        self._judged: tuple[Pieces, ...] = ()
        self._key: tuple[Credential | None, Verdict] | None = None
        self._from = self._to = self._wait = 0.0
        self._n = 0
        self._totals: dict[Verdict, list[Any]] = {}
        self._stretch: _Stretch | None = None

    def signed(self, credential: Credential, start: float, stop: float) -> None:
        """Judge the calls in [start, stop), all signed with `credential` as they arrive."""
        for part, pieces in zip(self.parts, self._pieces(credential), strict=True):
            if stop <= pieces[0][0]:
                self._arrived(part.calls, credential, pieces[0][1], start, stop)
                continue
            at = start
            for until, verdict in pieces:
                if at >= stop:
                    break
                if until > at:
                    self._arrived(part.calls, credential, verdict, at, min(until, stop))
                    at = until

    def unsigned(self, verdict: Verdict, start: float, stop: float) -> None:
        """The calls in [start, stop) find no credential and end with `verdict` as they arrive."""
        for part in self.parts:
            self._arrived(part.calls, None, verdict, start, stop)

    def waited(self, credential: Credential | None, verdict: Verdict, start: float, stop: float, done: float) -> None:
        """The calls in [start, stop) waited until `done`; then they were signed, or ended with `verdict`."""
        for number, part in enumerate(self.parts):
            judged = verdict if credential is None else verdict_at(self._pieces(credential)[number], done)
            self._waited(part.calls, credential, judged, start, stop, done)

    def waited_alone(
        self, credential: Credential | None, verdict: Verdict, start: float, stop: float, done: float
    ) -> bool:
        """Judge the call at `start` as `waited` does, if no other one comes before `stop`.

        Returns:
            Whether it was alone; if not, nothing was judged.
        """
        if len(self.parts) != 1 or self.parts[0].calls.count(start, stop) != 1:
            return False
        if credential is not None:
            verdict = verdict_at(self._pieces(credential)[0], done)
        if self._stretch is not None and self._stretch.verdict is verdict and self._stretch.stop == start:
            self._stretch.stop = stop
            self._write(credential, verdict, start, done, 0, done - start)
            return True
        self._write(credential, verdict, start, done, 1, done - start)
        self._write_wait(start, done, 1, done - start, verdict)
        return True

    def one(self, credential: Credential | None, verdict: Verdict, at: float, done: float) -> Verdict:
        """One call of the only part arrived at `at` and was signed at `done`, or ended with `verdict`.

        Returns:
            How it ended.
        """
        if credential is not None:
            verdict = self.verdict(credential, done)
        self.ended(credential, verdict, at, done)
        return verdict

    def verdict(self, credential: Credential, at: float) -> Verdict:
        """How a call of the only part ends that `credential` signs at `at`."""
        return verdict_at(self._pieces(credential)[0], at)

    def ended(self, credential: Credential | None, verdict: Verdict, at: float, done: float) -> None:
        """One call arrived at `at` and ended with `verdict` as it was signed at `done`."""
        self._write(credential, verdict, at, done, 1, done - at)
        self._write_wait(at, done, 1, done - at, verdict)

    def bulk(self, credential: Credential, start: float, stop: float, n: int) -> None:
        """`n` calls of the only part in [start, stop), signed as they arrive, within one piece of verdict."""
        self._write(credential, verdict_at(self._pieces(credential)[0], start), start, stop, n, 0.0)

    def changes(self, credential: Credential) -> tuple[float, ...]:
        """Instants at which the verdict of the only part's calls changes, in order; the last is inf."""
        return tuple([until for until, _ in self._pieces(credential)[0]])

    def begins(self, credential: Credential, verdicts: Collection[Verdict], start: float) -> float:
        """From when on, at or after `start`, the only part's calls end with one of `verdicts`; inf if never."""
        return begins(self._pieces(credential)[0], verdicts, start)

    def first_ending(
        self, credential: Credential, verdicts: Collection[Verdict], start: float
    ) -> tuple[float, Verdict]:
        """First call at or after `start` that ends with one of `verdicts`, if `credential` signs as they arrive.

        Returns:
            Its instant and verdict; inf if there is none.
        """
        found, how = math.inf, Verdict.OK
        for part, pieces in zip(self.parts, self._pieces(credential), strict=True):
            since = start
            for until, verdict in pieces:
                if until <= since:
                    continue
                if verdict in verdicts and since < found:
                    at = part.calls.first(since)
                    if at < min(until, found):
                        found, how = at, verdict
                        break
                since = until
        return found, how

    def ending_at(self, credential: Credential, start: float, stop: float, done: float) -> list[Verdict]:
        """How the calls that arrived in [start, stop) end, if `credential` signs them at `done`: a verdict a part."""
        pairs = zip(self.parts, self._pieces(credential), strict=True)
        return [verdict_at(pieces, done) for part, pieces in pairs if part.calls.count(start, stop)]

    def lost(self, verdict: Verdict, at: float, n: int) -> None:
        """`n` calls that were never made."""
        self._write(None, verdict, at, at, n, 0.0)

    def _pieces(self, credential: Credential) -> tuple[Pieces, ...]:
        """The verdict over time of every part's calls, kept for the credential asked about last."""
        if credential is not self._judged_for:
            self._judged = tuple(
                [self._authority.pieces(credential, part.action, part.resource) for part in self.parts]
            )
            self._judged_for = credential
        return self._judged

    def _arrived(
        self, calls: Calls, credential: Credential | None, verdict: Verdict, start: float, stop: float
    ) -> None:
        if self._level is Level.SUMMARY:
            self._continue(calls, verdict, start, stop)
        elif self._level is Level.CALLS:
            at = calls.first(start)
            while at < stop:
                after = math.nextafter(at, math.inf)
                self._write(credential, verdict, at, at, calls.count(at, after), 0.0)
                at = calls.first(after)
        else:
            n = calls.count(start, stop)
            if n:
                self._write(credential, verdict, start, stop, n, 0.0)

    def _continue(self, calls: Calls, verdict: Verdict, start: float, stop: float) -> None:
        """At level `summary` no row tells credentials apart: a stretch of equal verdict is counted when it ends."""
        stretch = self._stretch
        if stretch is not None and stretch.stop == start and stretch.verdict is verdict and stretch.calls is calls:
            stretch.stop = stop
            return
        self._end_stretch()
        self._stretch = _Stretch(calls, verdict, start, stop)

    def _end_stretch(self) -> None:
        stretch, self._stretch = self._stretch, None
        if stretch is not None:
            self._write(None, stretch.verdict, 0.0, 0.0, stretch.calls.count(stretch.start, stretch.stop), 0.0)

    def _waited(
        self, calls: Calls, credential: Credential | None, verdict: Verdict, start: float, stop: float, done: float
    ) -> None:
        if stop <= math.nextafter(start, math.inf) and self._level is not Level.CALLS:
            n = calls.count(start, stop)
            if n:
                self._write(credential, verdict, start, done, n, n * (done - start))
                self._write_wait(start, done, n, n * (done - start), verdict)
            return
        at = first = calls.first(start)
        total, waits = 0, 0.0
        while at < stop:
            after = math.nextafter(at, math.inf)
            n = calls.count(at, after)
            total += n
            waits += n * (done - at)
            if self._level is Level.CALLS:
                self._write(credential, verdict, at, done, n, n * (done - at))
            at = calls.first(after)
        if total:
            if self._level is not Level.CALLS:
                self._write(credential, verdict, first, done, total, waits)
            self._write_wait(first, done, total, waits, verdict)

    def _write_wait(self, at: float, done: float, n: int, total: float, verdict: Verdict) -> None:
        sink = self._recorder.waits
        if sink is not None and done > at:
            holder = self._holder
            row = (holder.population, holder.client, holder.slot, at, done, done - at, n, total, verdict)
            sink.add(max(done, self._clock.now), holder.rank, row)

    def _write(
        self, credential: Credential | None, verdict: Verdict, start: float, stop: float, n: int, wait: float
    ) -> None:
        if credential is not None:
            credential.calls_signed += n
        level = self._level
        if level is Level.SUMMARY:
            total = self._totals.setdefault(verdict, [0, 0.0])
            total[0] += n
            total[1] += wait
            return
        if level is Level.CALLS:
            self._row(credential, verdict, start, stop, n, wait)
            return
        key = self._key
        near = credential is not None or start - self._to <= _GAP_S
        if key is not None and key[0] is credential and key[1] is verdict and near:
            self._n += n
            self._wait += wait
            self._to = max(self._to, stop)
            return
        self.close_segment()
        self._key, self._from, self._to, self._n, self._wait = (credential, verdict), start, stop, n, wait

    def close_segment(self) -> None:
        """Write the open segment of equal credential and verdict."""
        if self._key is not None:
            self._row(*self._key, self._from, self._to, self._n, self._wait)
            self._key = None

    def close(self, at: float) -> None:
        """Write everything at the horizon `at`."""
        self._end_stretch()
        self.close_segment()
        for verdict, (n, wait) in sorted(self._totals.items()):
            if n == 0:
                continue
            self._row(None, verdict, 0.0, at, n, wait)

    def _row(
        self, credential: Credential | None, verdict: Verdict, start: float, stop: float, n: int, wait: float
    ) -> None:
        holder = self._holder
        name = None if credential is None else credential.id
        row = (holder.population, holder.client, holder.slot, name, verdict, start, stop, n, wait)
        self._recorder.calls.add(max(stop, self._clock.now), holder.rank, row)
