"""Small scenarios through the whole engine, as columns: what rows about runs are computed from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.engine import simulate
from sim.records import TABLES, Level
from sim.scenario import Scenario

__all__ = ["DAY_S", "Columns", "fleet", "key_users", "per_client", "run"]

DAY_S: Final = 86_400.0

Columns = dict[str, NDArray[Any]]
"""A table: arrays by name of the column."""


def run(document: Mapping[str, Any], *tables: str, replication: int = 0) -> list[Columns]:
    """Run a scenario and return the tables that were named."""
    scenario = Scenario.model_validate(dict(document))
    with tempfile.TemporaryDirectory(prefix="credflow-") as folder:
        paths = {name: Path(folder) / f"{name}.s00.parquet" for name in TABLES if _kept(name, scenario)}
        simulate(scenario, replication, paths)
        read = [pq.read_table(paths[name]) for name in tables]
    return [{name: table[name].to_numpy() for name in table.column_names} for table in read]


def _kept(table: str, scenario: Scenario) -> bool:
    return Level(scenario.run.record) in TABLES[table].levels


def fleet(
    count: int, gap_s: float, horizon_s: float, *, session_s: int = 3600, sdk: str = "botocore-1.44", seed: int = 7
) -> dict[str, Any]:
    """Processes with an assumed role, each making Poisson calls with a mean gap; STS answers at once."""
    step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": session_s}
    role = {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:GetObject"], "max_session_s": 43200}
    return {
        "name": "small",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": seed},
        "accounts": {"main": {}},
        "issuers": {"sts": {"kind": "sts", "latency_s": 0.0}},
        "roles": {"app": role},
        "users": {"robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole"], "key": {}}},
        "credentials": {"chain": [step]},
        "populations": {
            "fleet": {
                "count": count,
                "sdk": sdk,
                "credentials": "chain",
                "calls": {"kind": "poisson", "rps": 1.0 / gap_s},
            }
        },
    }


def key_users(count: int, key: Mapping[str, Any], horizon_s: float) -> dict[str, Any]:
    """IAM users with a long-term key each, who hardly call."""
    return {
        "name": "small",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 7},
        "accounts": {"main": {}},
        "issuers": {"iam": {"kind": "iam"}},
        "users": {"person": {"account": "main", "allow": ["s3:*"], "key": dict(key)}},
        "credentials": {"chain": [{"from": "access_key", "user": "person"}]},
        "populations": {"people": {"count": count, "credentials": "chain", "calls": {"kind": "every", "every_s": 1e6}}},
    }


def per_client(clients: NDArray[Any], count: int, weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
    """Rows, or the sum of weights, of each client, shape (count,)."""
    return np.bincount(clients.astype(np.int64), weights, minlength=count).astype(float)
