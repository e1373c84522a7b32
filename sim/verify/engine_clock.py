"""The simulator's engine over the same cases as a real SDK."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from sim.engine import simulate
from sim.records import TABLES
from sim.scenario import Scenario
from sim.streams import Purpose, Stream, index_of
from sim.verify.cases import Case
from sim.verify.trace import Spans, Trace

__all__ = ["on_this_host", "play", "simulate_imds", "simulate_sts"]

_SEED: Final = 1
_ONCE: Final = {"attempts": 1, "backoff": "none"}
_DRAWS: Final = 2048
_LAST_FETCH_S: Final = 5.0
"""The run ends after the last call and the attempts of its fetch."""


def play(case: Case, sdk: str = "botocore-1.44") -> Trace:
    """A case through the engine.

    Args:
        case: The calls and what their provider goes through.
        sdk: SDK preset; commands with a file cache are those of `aws-cli-v2`.
    """
    callers = (case.calls,) if case.shared else case.callers
    if case.provider == "imds":
        return _play(case, callers, sdk, "node", _imds_blocks(case), "GetCredentials")
    if case.provider == "container":
        return _play(case, callers, sdk, "task", _container_blocks(case), "GetCredentials")
    sdk = "aws-cli-v2" if case.provider == "file" else sdk
    return _play(case, callers, sdk, "sts", _sts_blocks(case.session_s), "AssumeRole")


def on_this_host(case: Case) -> Case:
    """The case with the phase and the draws that the engine will make: the real SDK is to be given the same."""
    stream = Stream.of(_SEED, 0, "fleet0")
    phase = -case.offered_every_s * stream.uniform(Purpose.IMDS_PHASE, 0)
    draws = tuple(stream.uniform(Purpose.EXTENSION, index_of(0), n) for n in range(_DRAWS))
    if case.provider == "container":
        return replace(case, phase_s=phase)
    return replace(case, phase_s=phase, draws=draws) if case.provider == "imds" else case


def simulate_sts(call_times: Sequence[float], session_s: int, outages: Spans = (), sdk: str = "botocore-1.44") -> Trace:
    """Sign at `call_times` with a role that a long-term key assumes; STS answers at once."""
    return play(Case("", "sts", (tuple(call_times),), session_s=session_s, failing=outages), sdk)


def simulate_imds(call_times: Sequence[float], outages: Spans = (), sdk: str = "botocore-1.44") -> Trace:
    """Sign at `call_times` with instance credentials offered hourly; the service answers at once."""
    return play(Case("", "imds", (tuple(call_times),), failing=outages), sdk)


def _sts_blocks(session_s: int) -> dict[str, Any]:
    step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": session_s, "retry": _ONCE}
    role = {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:GetObject"], "max_session_s": 43200}
    return {
        "issuers": {"sts": {"kind": "sts", "latency_s": 0.0}},
        "roles": {"app": role},
        "users": {"robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole"], "key": {}}},
        "credentials": {"chain": [step]},
    }


def _imds_blocks(case: Case) -> dict[str, Any]:
    node = {"kind": "imds", "role": "app", "latency_s": 0.0}
    return {
        "issuers": {"node": {**node, "life_s": case.life_s, "offered_every_s": case.offered_every_s}},
        "roles": {"app": {"account": "main", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["s3:GetObject"]}},
        "credentials": {"chain": [{"from": "node", "retry": _ONCE}]},
    }


def _container_blocks(case: Case) -> dict[str, Any]:
    task = {"kind": "container", "role": "app", "latency_s": 0.0, "rps": None, "burst": None}
    trust = {"service": "ecs-tasks.amazonaws.com"}
    return {
        "issuers": {"task": {**task, "life_s": case.life_s, "offered_every_s": case.offered_every_s}},
        "roles": {"app": {"account": "main", "trust": trust, "allow": ["s3:GetObject"]}},
        "credentials": {"chain": [{"from": "task"}]},
    }


def _play(
    case: Case, callers: Sequence[Sequence[float]], sdk: str, issuer: str, blocks: dict[str, Any], operation: str
) -> Trace:
    fleets = {
        f"fleet{number}": {
            "count": 1,
            "sdk": sdk,
            "credentials": "chain",
            "start": {"at_s": 0.0},
            "calls": {"kind": "trace", "at_s": list(calls)},
        }
        for number, calls in enumerate(callers)
    }
    document = {
        "name": "oracle",
        "question": "Does the engine renew when the SDK does?",
        "run": {"horizon_s": case.calls[-1] + _LAST_FETCH_S, "seed": _SEED, "record": "calls"},
        "accounts": {"main": {}},
        "populations": fleets,
        "timeline": [{"at_s": start, "outage": issuer, "for_s": stop - start} for start, stop in case.failing],
        **blocks,
    }
    with tempfile.TemporaryDirectory(prefix="credflow-") as folder:
        return _run(Scenario.model_validate(document), Path(folder), operation)


def _run(scenario: Scenario, folder: Path, operation: str) -> Trace:
    paths = {table: folder / f"{table}.s00.parquet" for table in TABLES}
    simulate(scenario, 0, paths)
    requests = pq.read_table(paths["requests"]).to_pylist()
    calls = pq.read_table(paths["calls"]).to_pylist()
    mine = [row for row in requests if row["operation"] == operation or row["outcome"] != "ok"]
    never = {"NoCredentials", "RefreshFailed"}
    return Trace(
        issued=[row["at_s"] for row in mine if row["outcome"] == "ok"],
        failed_attempts=[row["at_s"] for row in mine if row["outcome"] != "ok"],
        failed_calls=sorted(row["from_s"] for row in calls if row["verdict"] in never),
    )
