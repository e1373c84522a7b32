"""Rows against the real botocore: every refresh instant, every failed attempt, every failed call, by equality."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from sim.aws import sdk_botocore as facts
from sim.verify.cases import Case, container_cases, dense_cases, random_cases
from sim.verify.engine_clock import on_this_host, play
from sim.verify.guard import run_sealed
from sim.verify.rows import Row, exact, skipped
from sim.verify.trace import Trace

__all__ = ["SEED", "compare", "installed", "published_rows", "random_rows", "real_traces"]

SEED: Final = 20_261_124
"""Seed of the random cases."""
_EACH: Final = 2
_CONTAINERS: Final = 3
_SOURCE: Final = "botocore, the real one"
_PUBLISHED: Final = "botocore 1.44.5, published runs"
_QUANTITY: Final = "refreshes / failed attempts / failed calls"
_DAY: Final = tuple(60.0 * minute for minute in range(24 * 60))

_RUNS: Final[tuple[tuple[Case, tuple[int, int, int]], ...]] = (
    (Case("24 h, a call a minute, 3,600-s session", "sts", (_DAY,)), (32, 0, 0)),
    (Case("24 h, a call a minute, 900-s session", "sts", (_DAY,), session_s=900), (1440, 0, 0)),
    (Case("24 h, a call a minute, 1,200-s session", "sts", (_DAY,), session_s=1200), (240, 0, 0)),
    (Case("3 h, STS down 2,700-3,000 s", "sts", (_DAY[:180],), failing=((2700.0, 3000.0),)), (4, 4, 0)),
    (Case("3 h, STS down 2,700-3,900 s", "sts", (_DAY[:180],), failing=((2700.0, 3900.0),)), (4, 19, 14)),
)
"""Published runs: refreshes, failed attempts, failed calls (the two outages' refreshes are ours)."""


def installed() -> bool:
    """Whether the real SDK is here."""
    return importlib.util.find_spec("botocore") is not None


def real_traces(cases: Sequence[Case]) -> list[Trace]:
    """What the real SDK does in each case, in a sealed process."""
    payload = [case.plain() for case in cases]
    return [Trace(**trace) for trace in run_sealed("sim.verify.botocore_clock:play", payload)]


def compare(source: str, case: Case, real: Trace, simulated: Trace) -> Row:
    """A row that passes if the two traces are equal, instant by instant."""
    row = exact(source, f"{case.title}: {_QUANTITY}", real.counts(), simulated.counts())
    if real == simulated:
        return row
    return Row(row.source, row.quantity, row.expected, row.simulated, None, None, "failed", _first(real, simulated))


def _first(real: Trace, simulated: Trace) -> str:
    """Where two traces part."""
    for name in ("issued", "failed_attempts", "failed_calls"):
        one, other = set(getattr(real, name)), set(getattr(simulated, name))
        if one != other:
            return f"first difference in {name} at {min(one ^ other):,.3f} s"
    return "the traces differ"


def random_rows() -> list[Row]:
    """Rows of dense and random cases: one cache, two, a file on the disk; IMDS rotated, stuck, failing; containers."""
    cases = [
        on_this_host(case) for case in (*random_cases(SEED, _EACH), *dense_cases(), *container_cases(SEED, _CONTAINERS))
    ]
    if not installed():
        return skipped([(_SOURCE, f"{case.title}: {_QUANTITY}") for case in cases], "botocore is not installed")
    pairs = zip(cases, real_traces(cases), strict=True)
    return [compare(_SOURCE, case, real, play(case)) for case, real in pairs]


def published_rows() -> list[Row]:
    """Rows of what was published of runs of botocore 1.44.5; they need no SDK."""
    rows = [exact(_PUBLISHED, f"{case.title}: {_QUANTITY}", told, play(case).counts()) for case, told in _RUNS]
    return [*rows, *_instant_rows(), *_measured_rows()]


def _instant_rows() -> list[Row]:
    day, outage = play(_RUNS[0][0]).issued, play(_RUNS[4][0]).failed_calls
    gaps = sorted({later - earlier for earlier, later in pairwise(day)})
    imds = play(Case("", "imds", (_DAY,)))
    return [
        exact(_PUBLISHED, "3,600-s session, a call a minute: gaps between refreshes, s", [2760.0], gaps),
        exact(_PUBLISHED, "STS down 2,700-3,900 s: first failed call, s", 3060.0, outage[0]),
        exact(_PUBLISHED, "IMDS, 6-h sets offered hourly, a call a minute for 24 h: fetches", 5, len(imds.issued)),
    ]


def _measured_rows() -> list[Row]:
    """Refreshes of a client that calls every second, from the shelf's measured facts."""
    per_day = {
        960: facts.ISSUES_PER_DAY_960,
        1200: facts.ISSUES_PER_DAY_1200,
        1800: facts.ISSUES_PER_DAY_1800,
        3600: facts.ISSUES_PER_DAY_3600,
        7200: facts.ISSUES_PER_DAY_7200,
        43200: facts.ISSUES_PER_DAY_43200,
    }
    seconds = tuple(float(second) for second in range(86_400))
    rows = [
        exact(
            _PUBLISHED, f"{length:,}-s session, a call a second: refreshes a day", fact.value, _issues(seconds, length)
        )
        for length, fact in per_day.items()
    ]
    hour = _issues(seconds[:3600], 900)
    return [*rows, exact(_PUBLISHED, "900-s session, a call a second: refreshes an hour", 3600, hour)]


def _issues(calls: tuple[float, ...], session_s: int) -> int:
    return len(play(Case("", "sts", (calls,), session_s=session_s)).issued)
