"""Rows of the compiled loop as columns: the same buffers, and so the same bytes, as rows written one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from sim import recorder
from sim.credentials import Origin
from sim.fleet.state import REASONS, VERDICTS, Records
from sim.issuers.api import Request
from sim.recorder import Sink
from sim.records import EndReason, Kind, Outcome

__all__ = ["COLUMNS", "Feed", "Told"]

_OPEN: Final = REASONS.index(EndReason.OPEN)
_DIGITS: Final = 48  # "0"; an id has at most 26 characters behind its stem


class Told(NamedTuple):
    """What a table says in every row of a fleet.

    Attributes:
        population: Name of the population.
        client: Index of each client.
        slot: Slot of each.
        origin: What the sessions have in common.
        request: What is asked of the issuer.
        issuer: Name of the issuer.
        latency: Time until its answer.
        place: Where the sessions lie.
        grant: What they are good for.
        by_user: Whether a user's key signs the requests.
        stationary: Whether every client's first session was issued before the run.
    """

    population: str
    client: NDArray[np.int64]
    slot: NDArray[np.int64]
    origin: Origin
    request: Request
    issuer: str
    latency: float
    place: str
    grant: str
    by_user: bool
    stationary: bool


Make = Callable[[Records, Told], list[Any]]
"""Makes the columns of a table from rows of the loop."""


class Feed:
    """Gives one sink a fleet's rows, sorted as the sink would sort them, in groups of the same size."""

    def __init__(self, sink: Sink, columns: Make, told: Told) -> None:
        self._sink = sink
        self._columns = columns
        self._told = told
        self._early: list[Records] = []
        self._sorted: list[Records] = []

    def take(self, rows: Records) -> None:
        """Rows in the order in which each client writes them."""
        if len(rows):
            self._early.append(rows)

    def flush(self, before_s: float) -> None:
        """Write full groups of rows due before `before_s`."""
        if self._early:
            early = np.concatenate(self._early)
            early = early[np.lexsort((early["who"], early["due"]))]
            ready = int(np.searchsorted(early["due"], before_s))
            self._sorted.append(early[:ready])
            self._early = [early[ready:]]
        size = recorder.GROUP_ROWS
        if sum(map(len, self._sorted)) >= size:
            rows = np.concatenate(self._sorted)
            full = len(rows) - len(rows) % size
            for start in range(0, full, size):
                self._write(rows[start : start + size])
            self._sorted = [rows[full:].copy()]

    def close(self) -> str:
        """Write what is left and close the file; the result is `Sink.close`'s."""
        self.flush(float("inf"))
        rest = [rows for rows in self._sorted if len(rows)]
        if not rest:
            return self._sink.close()
        self._write(np.concatenate(rest))
        return self._sink.end()

    def _write(self, rows: Records) -> None:
        self._sink.write(self._columns(rows, self._told), len(rows))


@lru_cache(maxsize=256)
def _same(word: str, n: int) -> Any:
    """A column that says the same in every row."""
    return pa.repeat(pa.scalar(word, pa.string()), n)


def _words(codes: NDArray[np.int64], words: tuple[str, ...]) -> Any:
    """A column of few words."""
    if (codes == codes[0]).all():
        return _same(str(words[codes[0]]), len(codes))
    return pa.array([words[code] for code in codes.tolist()], pa.string())


def _numbers(values: NDArray[Any], kind: str = "f8") -> Any:
    return pa.array(np.ascontiguousarray(values, dtype=kind))


def _who(rows: Records, told: Told) -> list[Any]:
    """Columns population, client, slot."""
    who = rows["who"]
    return [_same(told.population, len(rows)), _numbers(told.client[who], "i4"), _numbers(told.slot[who], "i2")]


def _sessions(rows: Records, told: Told) -> Any:
    """Column of the ids of sessions; null for ordinal -1."""
    who = rows["who"]
    return _ids(f"ses-{told.population}-", told.client[who], told.slot[who], np.ascontiguousarray(rows["ordinal"]))


def _ids(stem: str, client: NDArray[np.int64], slot: NDArray[np.int64], ordinal: NDArray[np.int64]) -> Any:
    """Column of ids as `sim.credentials.credential_id` makes them; null for ordinal -1."""
    n, head = len(client), np.frombuffer(stem.encode(), dtype=np.uint8)
    offsets, data = np.zeros(n + 1, np.int32), np.empty(n * (len(head) + 40), np.uint8)
    size = _write_ids(head, client, slot, ordinal, offsets, data)
    given = ordinal >= 0
    bits = None if given.all() else pa.py_buffer(np.packbits(given, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), n, [bits, pa.py_buffer(offsets), pa.py_buffer(data[:size].tobytes())])


@njit(cache=True)  # type: ignore[untyped-decorator]
def _write_ids(head: Any, client: Any, slot: Any, ordinal: Any, offsets: Any, data: Any) -> int:
    at = 0
    for row in range(len(client)):
        if ordinal[row] >= 0:
            for letter in head:
                data[at] = letter
                at += 1
            at = _write_number(client[row], 6, data, at)
            if slot[row] > 0:
                data[at] = 46
                at = _write_number(slot[row], 1, data, at + 1)
            data[at] = 45
            at = _write_number(ordinal[row], 4, data, at + 1)
        offsets[row + 1] = at
    return at


@njit(cache=True)  # type: ignore[untyped-decorator]
def _write_number(number: int, width: int, data: Any, at: int) -> int:
    """Write a number with at least `width` digits; the place behind it."""
    while number >= 10**width:
        width += 1
    for digit in range(width):
        data[at + width - 1 - digit] = _DIGITS + number % 10
        number //= 10
    return at + width


def _credentials(rows: Records, told: Told) -> list[Any]:
    origin, n, expires = told.origin, len(rows), rows["expires"]
    said = (origin.principal, origin.account, str(Kind.SESSION), origin.provider, origin.issuer, origin.operation)
    is_open = rows["code"] == _OPEN
    return [
        _sessions(rows, told),
        *_who(rows, told),
        _numbers(rows["ordinal"], "i4"),
        *(_same(word, n) for word in said),
        _parents(rows, told),
        *(_numbers(v) for v in (rows["issued"], expires, expires, expires + origin.mints_s, rows["start"])),
        pa.array(np.where(is_open, 0.0, rows["stop"]), mask=is_open if is_open.any() else None),
        _words(rows["code"], REASONS),
        _numbers(rows["n"], "i8"),
    ]


def _parents(rows: Records, told: Told) -> Any:
    """Column of the keys that signed the requests; a session from before the run has none."""
    signed = np.full(len(rows), told.by_user) & ~(told.stationary & (rows["ordinal"] == 0))
    client = told.client[rows["who"]]
    return _ids(f"key-{told.population}-", client, np.zeros_like(client), np.where(signed, 0, -1))


def _holdings(rows: Records, told: Told) -> list[Any]:
    n, expires = len(rows), rows["expires"]
    return [
        _same(told.place, n),
        *_who(rows, told),
        _sessions(rows, told),
        _same(str(Kind.SESSION), n),
        *(_numbers(v) for v in (rows["start"], rows["stop"], expires, expires + told.origin.mints_s)),
        _numbers(np.ones(n), "i4"),
        _same("expiry", n),
        _same(told.grant, n),
    ]


def _requests(rows: Records, told: Told) -> list[Any]:
    n, request = len(rows), told.request
    outcome = Outcome.OK if request.allowed else Outcome.DENIED
    said = (told.issuer, request.operation, request.quota_group, request.account, str(outcome))
    return [
        _numbers(rows["due"]),
        *_who(rows, told),
        *(_same(word, n) for word in said),
        _numbers(np.ones(n), "i2"),
        _numbers(np.full(n, told.latency)),
        _sessions(rows, told),
    ]


def _seconds(rows: Records, told: Told) -> list[Any]:
    n, request = len(rows), told.request
    outcome = Outcome.OK if request.allowed else Outcome.DENIED
    said = (told.population, told.issuer, request.operation, request.quota_group, request.account, str(outcome))
    return [_numbers(rows["due"], "i8"), *(_same(word, n) for word in said), _numbers(rows["n"], "i8")]


def _calls(rows: Records, told: Told) -> list[Any]:
    numbers = [_numbers(rows["start"]), _numbers(rows["stop"]), _numbers(rows["n"], "i8"), _numbers(rows["wait"])]
    return [*_who(rows, told), _sessions(rows, told), _words(rows["code"], VERDICTS), *numbers]


def _waits(rows: Records, told: Told) -> list[Any]:
    at, done = rows["start"], rows["stop"]
    numbers = [_numbers(v) for v in (at, done, done - at)]
    totals = [_numbers(rows["n"], "i8"), _numbers(rows["wait"])]
    return [*_who(rows, told), *numbers, *totals, _words(rows["code"], VERDICTS)]


def _probes(rows: Records, told: Told) -> list[Any]:
    expires = rows["expires"]
    return [
        _numbers(rows["start"]),
        *_who(rows, told),
        _same(told.place, len(rows)),
        _sessions(rows, told),
        *(_numbers(v) for v in (rows["stop"], expires, expires + told.origin.mints_s)),
    ]


_WHO: Final = ("population", "client", "slot")
COLUMNS: Final[Mapping[str, tuple[Make, tuple[str, ...]]]] = {
    "credentials": (
        _credentials,
        (
            "credential", *_WHO, "ordinal", "principal", "account", "kind", "provider", "issuer", "operation", "parent",
            "issued_at_s", "expires_at_s", "valid_until_s", "mint_until_s", "held_from_s", "ended_at_s", "end_reason",
            "calls_signed",
        ),
    ),
    "holdings": (
        _holdings,
        (
            "place", *_WHO, "credential", "kind", "from_s", "to_s", "valid_until_s", "mint_until_s", "copies",
            "end_cause", "grant",
        ),
    ),
    "requests": (
        _requests,
        (
            "at_s", *_WHO, "issuer", "operation", "quota_group", "account", "outcome", "attempt", "latency_s", "issued",
        ),
    ),
    "requests_per_second": (
        _seconds,
        ("second", "population", "issuer", "operation", "quota_group", "account", "outcome", "requests"),
    ),
    "calls": (_calls, (*_WHO, "credential", "verdict", "from_s", "to_s", "calls", "wait_s")),
    "waits": (_waits, (*_WHO, "at_s", "done_at_s", "wait_s", "calls", "total_wait_s", "verdict")),
    "probes": (_probes, ("at_s", *_WHO, "place", "credential", "to_s", "valid_until_s", "mint_until_s")),
}  # fmt: skip
"""What makes the columns of each table that a fleet writes, and their names in the order of its schema."""
