"""A stolen session at a server that enforces expiry: first refusal and the victim's failures, real and simulated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim.engine import simulate
from sim.records import TABLES
from sim.scenario import Scenario
from sim.verify.guard import run_sealed
from tests.oracle.real_server import faked, ministack, set_clock, why_not

_MISSING = why_not()
pytestmark = pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")

_DAY_S = 86_400
_CALLS = [60.0 * minute for minute in range(1380)]
_DOWN = [(2_700.0, 3_900.0), (40_000.0, 43_000.0), (60_000.0, 60_500.0)]
_THEFTS = [10.0, 2_650.0, 30_011.0, 42_500.0]
_THIEF_CALLS = [float(at + 17 + 60 * step) for at in (0, 3_000, 32_000, 43_500) for step in range(0, 90, 2)]
_PLAN = {"calls": _CALLS, "down": _DOWN, "thefts": _THEFTS, "thief_calls": _THIEF_CALLS, "session_s": 3600}


@pytest.fixture(scope="module")
def observed() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="credflow-") as name:
        folder = Path(name)
        clock = folder / "clock"
        set_clock(clock, 0)
        with ministack(folder, clock) as endpoint:
            payload = {**_PLAN, "endpoint": endpoint, "clock": str(clock)}
            yield run_sealed("tests.oracle.real_client:live", payload, timeout_s=300, extra=faked(clock))


@pytest.fixture(scope="module")
def simulated() -> dict[str, Any]:
    step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600}
    scenario = Scenario.model_validate(
        {
            "name": "stolen",
            "question": "When is a copied session refused?",
            "run": {"horizon_s": _DAY_S, "seed": 1, "record": "calls"},
            "accounts": {"main": {}},
            "issuers": {"sts": {"kind": "sts", "latency_s": 0.0}},
            "roles": {"app": {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:GetObject"]}},
            "users": {"robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole"], "key": {}}},
            "credentials": {"chain": [{**step, "retry": {"attempts": 1, "backoff": "none"}}]},
            "populations": {
                "victim": {
                    "count": 1,
                    "sdk": "botocore-1.44",
                    "credentials": "chain",
                    "start": {"at_s": 0.0},
                    "calls": {"kind": "trace", "at_s": _CALLS},
                }
            },
            "timeline": [{"at_s": start, "outage": "sts", "for_s": stop - start} for start, stop in _DOWN],
        }
    )
    with tempfile.TemporaryDirectory(prefix="credflow-") as name:
        paths = {table: Path(name) / f"{table}.s00.parquet" for table in TABLES}
        simulate(scenario, 0, paths)
        return _told({table: pq.read_table(path).to_pylist() for table, path in paths.items() if path.exists()})


def _told(tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    asked = [row for row in tables["requests"] if row["operation"] == "AssumeRole"]
    sessions = [row for row in tables["credentials"] if row["kind"] == "session"]
    return {
        "issued": [row["at_s"] for row in asked if row["outcome"] == "ok"],
        "failed_attempts": [row["at_s"] for row in asked if row["outcome"] != "ok"],
        "failed_calls": sorted(row["from_s"] for row in tables["calls"] if row["verdict"] not in {"ok", "Unfinished"}),
        "refusals": {str(at): [_first_refusal(sessions, at), "ExpiredToken"] for at in _THEFTS},
    }


def _first_refusal(sessions: list[dict[str, Any]], stolen_at: float) -> float:
    """The copy ends with the session that the victim held; the thief notices at its next call."""
    held = max((row for row in sessions if row["issued_at_s"] <= stolen_at), key=lambda row: row["issued_at_s"])
    return min(at for at in _THIEF_CALLS if at >= held["expires_at_s"])


def test_the_victim_fails_when_the_simulator_says_so(observed: dict[str, Any], simulated: dict[str, Any]) -> None:
    for what in ("issued", "failed_attempts", "failed_calls"):
        assert observed[what] == simulated[what], what
    assert len(observed["failed_calls"]) > 10


def test_a_copied_session_is_refused_when_the_simulator_says_so(
    observed: dict[str, Any], simulated: dict[str, Any]
) -> None:
    assert observed["refusals"] == simulated["refusals"]
    assert len(observed["refusals"]) == len(_THEFTS)
