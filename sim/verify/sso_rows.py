"""Rows against the real botocore's access tokens of Identity Center as bearer tokens of calls: the shelf's facts.

No client of the simulator signs with such a token; role credentials, for which they are had, are in `portal_rows`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from sim.aws import sdk_botocore as facts
from sim.streams import Purpose, Stream
from sim.verify.botocore_rows import installed
from sim.verify.guard import run_sealed
from sim.verify.rows import Row, exact, skipped
from sim.verify.trace import Trace, inside

__all__ = ["CASES", "ours", "real_traces", "sso_rows"]

_SOURCE: Final = "botocore's Identity Center, the real one"
_SEED: Final = 20_261_129
_HORIZON_S: Final = 30_000


def _poisson(number: int, gap_s: float) -> list[float]:
    """Instants of calls, on multiples of 1/64 s, which a datetime holds."""
    stream, at = Stream.of(_SEED, 0, "sso"), 0.0
    calls: list[float] = []
    while at < _HORIZON_S:
        at -= gap_s * math.log(stream.uniform(Purpose.CASE, number, len(calls)))
        calls.append(math.floor(at * 64) / 64)
    return calls


def _case(number: int, kind: str, life_s: int, gap_s: float, failing: list[list[float]]) -> dict[str, Any]:
    return {"kind": kind, "calls": _poisson(number, gap_s), "life_s": life_s, "failing": failing}


_DOWN: Final = [[2_600.0, 3_500.0], [9_000.0, 12_600.0], [20_000.0, 20_400.0]]
CASES: list[dict[str, Any]] = [
    _case(n, kind, life_s, gap_s, failing)
    for n, (kind, life_s, gap_s, failing) in enumerate(
        (kind, life_s, gap_s, failing)
        for kind in ("token", "token commands")
        for life_s, gap_s in ((3600, 20.0), (4500, 150.0))
        for failing in ([], _DOWN)
    )
]
"""Access tokens of an hour and more, with and without outages of the token endpoint."""
CASES += [
    {"kind": kind, "calls": [float(at) for at in range(2600, 3800)], "life_s": 3600, "failing": [[2600.0, 2750.5]]}
    for kind in ("token", "token commands")
]
"""A call a second about the window, in which a second more or less is seen."""


def real_traces() -> list[Trace]:
    """What the real SDK does in each case, in a sealed process."""
    return [Trace(**told) for told in run_sealed("sim.verify.sso_clock:play", CASES)]


def ours(case: Mapping[str, Any]) -> Trace:
    """Attempts at a next access token by the shelf's facts: a window, a pause in a process; at its end calls fail."""
    commands = case["kind"].endswith("commands")
    trace, expires, next_try = Trace(), float(case["life_s"]), -math.inf
    failing = [(start, stop) for start, stop in case["failing"]]
    for at in case["calls"]:
        if expires - at >= facts.SSO_TOKEN_ADVISORY_S.value or (at < next_try and not commands):
            continue
        next_try = at + facts.SSO_TOKEN_ATTEMPT_EVERY_S.value
        if not inside(at, failing):
            trace.issued.append(at)
            expires = at + case["life_s"]
            expires = float(math.floor(expires)) if commands else expires  # a file holds whole seconds
            continue
        trace.failed_attempts.append(at)
        if at >= expires:
            trace.failed_calls.append(at)
    return trace


def sso_rows() -> list[Row]:
    """Rows of access tokens: every answer, failed attempt and failed call, by equality."""
    titles = [_title(case) for case in CASES]
    if not installed():
        return skipped([(_SOURCE, title) for title in titles], "botocore is not installed")
    pairs = zip(titles, CASES, real_traces(), strict=True)
    return [_row(title, real, ours(case)) for title, case, real in pairs]


def _row(title: str, real: Trace, simulated: Trace) -> Row:
    row = exact(_SOURCE, title, real.counts(), simulated.counts())
    if row.verdict == "passed" and real != simulated:
        return exact(_SOURCE, title, real.counts(), "the same counts at other instants")
    return row


def _title(case: Mapping[str, Any]) -> str:
    gap = (case["calls"][-1] - case["calls"][0]) / len(case["calls"])
    number = len(case["failing"])
    down = f"{number} outage{'' if number == 1 else 's'}" if number else "no outage"
    what = {
        "token": "access tokens in a process",
        "token commands": "access tokens by commands",
    }[case["kind"]]
    return f"{what}, {case['life_s']:,} s, a call every {gap:.0f} s, {down}: answers / failed attempts / failed calls"
