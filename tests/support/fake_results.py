"""Results folders made by hand: no engine, every table of the contract, numbers that add up.

`write_results` writes any rows as a folder; `write_fake_results` writes a plausible small comparison
(20 people with access keys or sessions, an application on 2 hosts) of several strategies.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.records import SCHEMA_VERSION, TABLES, Level
from sim.scenario import Scenario
from tests.support.fake_scenario import HORIZON_S, HOSTS, OUTAGE_S, PEOPLE, PROCESSES, fake_scenarios

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]

_ARROW = {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "int32": pa.int32(), "int16": pa.int16()}
_DEFAULTS: Row = {"client": 0, "slot": 0, "copies": 1, "end_cause": "expiry", "attempt": 1, "latency_s": 0.05}


def fraction(*numbers: int) -> float:
    """A fixed number in [0, 1) per tuple: spread like a draw, drawn by nobody."""
    digest = hashlib.blake2b(repr(numbers).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def to_arrow(table: str, rows: Sequence[Row]) -> pa.Table:
    """The rows as an Arrow table with exactly the contract's columns; missing values get plain defaults."""
    columns = TABLES[table].columns
    schema = pa.schema([pa.field(c.name, _ARROW[c.type], nullable=c.nullable) for c in columns])
    blank = {c.name: None if c.nullable else "" if c.type == "string" else 0 for c in columns} | {
        k: v for k, v in _DEFAULTS.items() if k in {c.name for c in columns}
    }
    for row in rows:
        if unknown := set(row) - set(blank):
            raise KeyError(f"{table} has no columns {sorted(unknown)}")
    return pa.Table.from_pylist([blank | row for row in rows], schema=schema)


def write_results(
    folder: Path,
    scenarios: Mapping[str, Scenario],
    rows: Callable[[str, int], Rows],
    *,
    replications: int = 1,
    level: Level = Level.CREDENTIALS,
    quotas: Sequence[Row] = (),
    facts: Sequence[Row] = (),
    shards: int = 1,
) -> Path:
    """Write `rows(strategy, replication)` (table -> rows) as a results folder with its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[Row] = []
    for strategy in scenarios:
        for replication in range(replications):
            given = rows(strategy, replication)
            for table in (t for t in TABLES.values() if level in t.levels):
                arrow = to_arrow(table.name, list(given.get(table.name, ())))
                entries += _write_shards(folder, strategy, replication, table.name, arrow=arrow, n=shards)
    base = next(iter(scenarios.values()))
    manifest = {
        "schema": SCHEMA_VERSION,
        "scenario": base.name,
        "question": base.question,
        "seed": base.run.seed,
        "replications": replications,
        "level": str(level),
        "horizon_s": base.run.horizon_s,
        "start": base.run.start.isoformat(),
        "baseline": base.baseline or next(iter(scenarios)),
        "strategies": {
            name: {"title": f"title of {name}", "scenario": scenario.model_dump(mode="json", by_alias=True)}
            for name, scenario in scenarios.items()
        },
        "facts": list(facts),
        "quotas": list(quotas),
        "packages": {"simpy": "0"},
        "tables": entries,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    (folder / "run.json").write_text(json.dumps({"wall_s": 1.0, "host": "host.example"}))
    return folder


def _write_shards(folder: Path, strategy: str, replication: int, table: str, *, arrow: pa.Table, n: int) -> list[Row]:
    entries = []
    step = max(1, math.ceil(arrow.num_rows / n))
    for shard in range(n):
        part = arrow.slice(shard * step, step)
        path = Path("tables") / strategy / f"r{replication:04d}" / f"{table}.s{shard:02d}.parquet"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(part, folder / path, compression="zstd")
        digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        entries.append(
            {"table": table, "strategy": strategy, "replication": replication, "shard": shard}
            | {"path": path.as_posix(), "rows": part.num_rows, "sha256": digest}
        )
    return entries


def fake_rows(strategy: str, replication: int) -> dict[str, list[Row]]:
    """Rows of every table for one strategy of `fake_scenarios` and one replication, ordered as the contract says."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    life = math.inf if strategy == "keys" else 3_600.0 * int(strategy.split("-")[1][:-1])
    for client in range(PEOPLE):
        _client(rows, replication, "people", client, life)
    for client in range(PROCESSES):
        _client(rows, replication, "app", client, life if life == math.inf else 21_600.0)
    if life == math.inf:
        _key_copies(rows)
    always = {
        "action": "s3:GetObject",
        "weight": 1.0,
        "minted": 0,
        "after_s": 0.0,
        "from_s": -math.inf,
        "to_s": math.inf,
    }
    rows["grants"] += [
        {**always, "population": "people", "grant": f"{owner}"} for owner in ("user/person", "permission_set/reader")
    ]
    rows["grants"] += [{**always, "population": "app", "grant": f"{owner}"} for owner in ("user/app", "role/app")]
    _faults(rows, replication, strategy)
    _per_second(rows)
    keys = {"holdings": "to_s", "requests": "at_s", "calls": "to_s", "waits": "done_at_s", "logins": "done_at_s"}
    for table, key in keys.items():
        rows[table].sort(key=lambda row, key=key: (row[key], row["population"], row.get("client", 0)))
    return rows


def _client(rows: dict[str, list[Row]], replication: int, population: str, client: int, life: float) -> None:
    who = {"population": population, "client": client, "slot": 0}
    is_person = population == "people"
    if life == math.inf:
        age = 30 * 86_400 * (1 + fraction(replication, client))
        end = math.inf if not is_person else HORIZON_S + 60 * 86_400 * fraction(replication, client, 1)
        _credential(rows, who, 0, -age, expires=math.inf, valid_until=end, to=HORIZON_S, kind="access_key", calls=400)
        return
    issued, ordinal = 3_000.0 * fraction(replication, client, 2), 0
    while issued < HORIZON_S:
        gap = (life - 900) * (1 + (2 * fraction(replication, client, ordinal, 3) if is_person else 0))
        _request(rows, who, issued, ordinal)
        to = min(issued + gap, HORIZON_S)
        _credential(rows, who, ordinal, issued, expires=issued + life, valid_until=issued + life, to=to, calls=20)
        if is_person:
            kind = "interactive" if ordinal % 4 == 0 else "silent"
            _login(rows, who, issued, kind)
        issued, ordinal = issued + gap, ordinal + 1


def _credential(
    rows: dict[str, list[Row]],
    who: Row,
    ordinal: int,
    issued: float,
    *,
    expires: float,
    valid_until: float,
    to: float,
    kind: str = "session",
    calls: int,
) -> None:
    name = f"{'key' if kind == 'access_key' else 'ses'}-{who['population']}-{who['client']:06d}-{ordinal:04d}"
    start, is_open = max(issued, 0.0), to >= HORIZON_S
    person, key = who["population"] == "people", kind == "access_key"
    principal = f"user/{'person' if person else 'app'}" if key else ("permission_set/reader" if person else "role/app")
    rows["credentials"].append(
        {**who, "credential": name, "ordinal": ordinal, "principal": principal, "account": "prod", "kind": kind}
        | {"provider": who["population"], "issuer": "iam" if key else "sso" if person else "imds"}
        | {"operation": "CreateAccessKey" if key else "GetRoleCredentials" if person else "IMDS"}
        | {"issued_at_s": issued, "expires_at_s": expires, "valid_until_s": valid_until, "mint_until_s": valid_until}
        | {"held_from_s": start, "ended_at_s": None if is_open else to, "calls_signed": calls}
        | {"end_reason": "open" if is_open else "replaced"}
    )
    cause = "never" if valid_until == math.inf else "rotation" if key else "expiry"
    held = {"credential": name, "kind": kind, "from_s": start, "to_s": min(to, HORIZON_S), "end_cause": cause}
    held |= {"valid_until_s": valid_until, "mint_until_s": valid_until + (0 if key else 3_600), "grant": principal}
    places = ["laptop", *(["backup"] if key else [])] if person else ["process"]
    rows["holdings"] += [{**who, **held, "place": place} for place in places]
    if not person and not key and who["client"] % (PROCESSES // HOSTS) == 0:
        rows["holdings"].append({**who, **held, "place": "imds", "client": who["client"] // (PROCESSES // HOSTS)})
    rows["calls"].append(
        {**who, "credential": name, "verdict": "ok", "from_s": start + 1, "to_s": max(start + 1, to - 1)}
        | {"calls": calls, "wait_s": 0.0 if key else 0.1}
    )


def _key_copies(rows: dict[str, list[Row]]) -> None:
    held = {"population": "app", "credential": "key-app-000000-0000", "kind": "access_key", "from_s": 0.0}
    held |= {"to_s": HORIZON_S, "valid_until_s": math.inf, "mint_until_s": math.inf, "end_cause": "never"}
    held |= {"grant": "user/app"}
    rows["holdings"].append({**held, "place": "repository"})
    rows["holdings"].append({**held, "place": "image"})


def _request(rows: dict[str, list[Row]], who: Row, at: float, ordinal: int) -> None:
    person = who["population"] == "people"
    base = {**who, "issuer": "sso" if person else "imds", "account": "people" if person else "prod"}
    base |= {"operation": "GetRoleCredentials" if person else "IMDS"}
    base |= {"quota_group": "identity_center" if person else "imds"}
    if ordinal % 7 == 3:
        rows["requests"].append({**base, "at_s": max(at - 1, 0.0), "outcome": "throttled", "attempt": 1})
    rows["requests"].append({**base, "at_s": at, "outcome": "ok", "attempt": 1 + (ordinal % 7 == 3)})
    rows["waits"].append(
        {**who, "at_s": at, "done_at_s": at + 0.1, "wait_s": 0.1, "calls": 1, "total_wait_s": 0.1, "verdict": "ok"}
    )


def _login(rows: dict[str, list[Row]], who: Row, at: float, kind: str) -> None:
    human = 45.0 if kind == "interactive" else 0.0
    rows["logins"].append(
        {**who, "at_s": at, "way": "sso", "kind": kind, "issuer": "idp", "outcome": "ok", "attempts": 1}
        | {"attention_s": human, "queue_s": 0.0, "done_at_s": at + human + 0.8}
    )


def _faults(rows: dict[str, list[Row]], replication: int, strategy: str) -> None:
    key = strategy == "keys"
    sts = {"issuer": "sts", "account": "prod", "quota_group": "signed", "operation": "AssumeRole"}
    for client in range(0, PROCESSES, 2):
        who = {"population": "app", "client": client, "slot": 0}
        at = OUTAGE_S[0] + 3_000 * fraction(replication, client, 4)
        if not key:
            rows["requests"].append({**who, **sts, "at_s": at, "outcome": "unavailable"})
            rows["calls"].append(
                {**who, "verdict": "RefreshFailed", "from_s": at, "to_s": at + 60, "calls": 5 + client, "wait_s": 1.0}
            )
    rows["calls"].append(
        {"population": "app", "client": 1, "slot": 0, "verdict": "Unfinished", "from_s": HORIZON_S - 1}
        | {"to_s": HORIZON_S - 1, "calls": 1, "wait_s": 1.0}
    )
    if key:
        for client in (2, 5):
            rows["rotations"].append(
                {"population": "people", "client": client, "slot": 0, "user": "person", "toil_min": 20.0}
                | {"old": f"key-people-{client:06d}-0000", "new": f"key-people-{client:06d}-0001", "due_at_s": 1_000.0}
                | {"started_at_s": 1_000.0 + 500 * (client - 2), "late_s": 500.0 * (client - 2)}
                | {"done_at_s": None if client == 5 else 90_000.0, "ended_at_s": None if client == 5 else 90_000.0}
                | {"cause": "policy", "outcome": "open" if client == 5 else "done", "consumers": 1}
            )


def _per_second(rows: dict[str, list[Row]]) -> None:
    names = ("population", "issuer", "operation", "quota_group", "account", "outcome")
    counts: dict[tuple[Any, ...], int] = {}
    for row in rows["requests"]:
        cell = (math.floor(row["at_s"]), *(row[name] for name in names))
        counts[cell] = counts.get(cell, 0) + 1
    rows["requests_per_second"] = [
        dict(zip(("second", *names), cell, strict=True), requests=count) for cell, count in sorted(counts.items())
    ]


def write_fake_results(
    folder: Path, strategies: int = 2, replications: int = 3, level: Level = Level.CREDENTIALS, shards: int = 2
) -> Path:
    """A plausible full results folder, at most a few thousand rows; returns `folder`."""
    quotas = [
        {"account": "prod", "quota_group": "signed", "rps": 600.0, "burst": 600.0, "basis": "documented"}
        | {"source": "https://docs.aws.amazon.com/"}
    ]
    facts = [
        {"name": "sts.signed.rps", "value": 600, "unit": "1/s", "source": "https://docs.aws.amazon.com/"}
        | {"read": "2026-11-01", "basis": "documented", "note": ""},
        {"name": "idp.service_s", "value": 0.8, "unit": "s", "source": "", "read": "", "basis": "assumed", "note": ""},
    ]
    return write_results(
        folder, fake_scenarios(strategies), fake_rows,
        replications=replications, level=level, quotas=quotas, facts=facts, shards=shards,
    )  # fmt: skip
