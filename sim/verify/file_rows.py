"""Rows against processes of the real botocore that share a file of sessions: the engine's `cache: file`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from sim.verify.botocore_rows import installed
from sim.verify.portal_rows import Told, compared, real
from sim.verify.rows import Row, skipped
from sim.verify.small_runs import run

__all__ = ["CASES", "file_rows", "ours"]

_SOURCE: Final = "botocore's file cache, the real one"
_HORIZON_S: Final = 10_000.0
_DOWN: Final = ((2_500.0, 2_950.0), (5_000.0, 7_400.0), (9_000.0, 9_300.0))

CASES: Final[tuple[dict[str, Any], ...]] = (
    {"count": 5, "gap_s": 30.0, "session_s": 3600, "latency_s": 0.5, "failing": ()},
    {"count": 8, "gap_s": 5.0, "session_s": 3000, "latency_s": 2.0, "failing": ()},
    {"count": 4, "gap_s": 60.0, "session_s": 3600, "latency_s": 0.5, "failing": _DOWN},
    {"count": 6, "gap_s": 30.0, "session_s": 1800, "latency_s": 3.0, "failing": _DOWN},
    {"count": 3, "gap_s": 20.0, "session_s": 900, "latency_s": 0.25, "failing": (), "horizon_s": 3000.0},
)
"""Processes of one host, mean gap of their Poisson calls, session, latency of STS, outages."""


def file_rows() -> list[Row]:
    """Rows of a file that processes with memories of their own share, their requests overlapping."""
    titles = [_title(case) for case in CASES]
    if not installed():
        return skipped([(_SOURCE, title) for title in titles], "botocore is not installed")
    played = [ours(case) for case in CASES]
    payload = [{**case, "processes": calls} for case, (calls, _) in zip(CASES, played, strict=True)]
    found = zip(titles, real("sim.verify.file_clock:play", payload), played, strict=True)
    return [compared(_SOURCE, title, told, simulated) for title, told, (_, simulated) in found]


def _title(case: Mapping[str, Any]) -> str:
    down = f"{len(case['failing'])} outages" if case["failing"] else "no outage"
    who = f"{case['count']} processes, a call every {case['gap_s']:g} s each"
    return f"{who}, {case['session_s']:,}-s sessions, STS answers after {case['latency_s']:g} s, {down}"


def ours(case: Mapping[str, Any], sdk: str = "botocore-1.44") -> tuple[list[list[float]], Told]:
    """A case through the engine: the calls that it drew, process by process, and what happened."""
    requests, calls = run(_document(case, sdk), "requests", "calls")
    ok, failed = requests["outcome"] == "ok", calls["verdict"] == "RefreshFailed"
    processes = [np.sort(calls["from_s"][calls["client"] == n]).tolist() for n in range(case["count"])]
    return processes, {
        "issued": requests["at_s"][ok].tolist(),
        "refused": requests["at_s"][~ok].tolist(),
        "failed_calls": sorted(calls["from_s"][failed].tolist()),
    }


def _document(case: Mapping[str, Any], sdk: str) -> dict[str, Any]:
    step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "cache": "file", "retry": {"attempts": 1}}
    role = {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:GetObject"], "max_session_s": 43200}
    fleet = {"count": case["count"], "per_host": case["count"], "sdk": sdk, "credentials": "chain"}
    return {
        "name": "file",
        "question": "Do processes that share a file ask when they really do?",
        "run": {"horizon_s": case.get("horizon_s", _HORIZON_S), "seed": 1, "record": "calls"},
        "accounts": {"main": {}},
        "issuers": {"sts": {"kind": "sts", "latency_s": case["latency_s"]}},
        "roles": {"app": role},
        "users": {"robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole"], "key": {}}},
        "credentials": {"chain": [{**step, "session_s": case["session_s"]}]},
        "populations": {
            "fleet": {**fleet, "start": {"at_s": 0.0}, "calls": {"kind": "poisson", "rps": 1 / case["gap_s"]}}
        },
        "timeline": [{"at_s": start, "outage": "sts", "for_s": stop - start} for start, stop in case["failing"]],
    }
