"""The simulator's engine over the same call times and outages as the real SDK."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sim.engine import simulate
from sim.records import TABLES
from sim.scenario import Scenario
from tests.oracle.botocore_clock import Spans, Trace

__all__ = ["simulate_imds", "simulate_sts"]


def _scenario(call_times: Sequence[float], sdk: str, outages: Spans, issuer: str, blocks: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "oracle",
            "question": "Does the engine renew when the SDK does?",
            "run": {"horizon_s": call_times[-1] + 1.0, "seed": 1, "record": "calls"},
            "accounts": {"main": {}},
            "populations": {
                "fleet": {
                    "count": 1,
                    "sdk": sdk,
                    "credentials": "chain",
                    "start": {"at_s": 0.0},
                    "calls": {"kind": "trace", "at_s": list(call_times)},
                }
            },
            "timeline": [{"at_s": start, "outage": issuer, "for_s": stop - start} for start, stop in outages],
            **blocks,
        }
    )


def _run(scenario: Scenario, folder: Path, operation: str) -> Trace:
    paths = {table: folder / f"{table}.s00.parquet" for table in TABLES}
    simulate(scenario, 0, paths)
    requests = pq.read_table(paths["requests"]).to_pylist()
    calls = pq.read_table(paths["calls"]).to_pylist()
    mine = [row for row in requests if row["operation"] == operation or row["outcome"] != "ok"]
    return Trace(
        issued=[row["at_s"] for row in mine if row["outcome"] == "ok"],
        failed_attempts=[row["at_s"] for row in mine if row["outcome"] != "ok"],
        failed_calls=sorted(row["from_s"] for row in calls if row["verdict"] not in {"ok", "Unfinished"}),
    )


def simulate_sts(
    call_times: Sequence[float], session_s: int, folder: Path, outages: Spans = (), sdk: str = "botocore-1.44"
) -> Trace:
    """Sign at `call_times` with a role that a long-term key assumes; STS answers at once."""
    step = {
        "from": "sts.AssumeRole",
        "role": "app",
        "user": "robot",
        "session_s": session_s,
        "retry": {"attempts": 1, "backoff": "none"},
    }
    blocks = {
        "issuers": {"sts": {"kind": "sts", "latency_s": 0.0}},
        "roles": {
            "app": {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:GetObject"], "max_session_s": 43200}
        },
        "users": {"robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole"], "key": {}}},
        "credentials": {"chain": [step]},
    }
    return _run(_scenario(call_times, sdk, outages, "sts", blocks), folder, "AssumeRole")


def simulate_imds(call_times: Sequence[float], folder: Path, outages: Spans = (), sdk: str = "botocore-1.44") -> Trace:
    """Sign at `call_times` with instance credentials offered hourly; the service answers at once."""
    blocks = {
        "issuers": {"node": {"kind": "imds", "role": "app", "latency_s": 0.0}},
        "roles": {"app": {"account": "main", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["s3:GetObject"]}},
        "credentials": {"chain": [{"from": "node", "retry": {"attempts": 1, "backoff": "none"}}]},
    }
    return _run(_scenario(call_times, sdk, outages, "node", blocks), folder, "GetCredentials")
