"""Run a small scenario and return its tables as frames; and the conservation laws, which hold for every run.

`tests/conftest.py` asserts them on every shard that any test simulates in its own process or in workers of it.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from sim.aws.sts_operations import OPERATIONS
from sim.caches.host_caches import SHARED_SLOT
from sim.engine import simulate
from sim.faults.upgrade import Upgrade
from sim.issuers.spec import Iam, Local
from sim.loading.scenario_file import load
from sim.records import TABLES, Level
from sim.scenario import Scenario
from sim.shards import part_of, shards_of
from sim.streams import population_id
from sim.world import quota_of
from tests.support.arrivals import arrivals, clients_of

__all__ = [
    "Frames",
    "assert_conserved",
    "assert_results_conserved",
    "just_read",
    "read_frames",
    "run",
    "run_file",
    "verdicts",
    "watched",
]


@dataclass
class Watched:
    """Which runs the laws are asserted on: all replications, or only so many of the first."""

    replications: float = float("inf")


watched = Watched()
just_read: list[tuple[frozenset[tuple[str, Path]], Frames]] = []
"""Files and tables of the shard that was run last in this process."""
_NEVER_SIGNED = {"NoCredentials", "RefreshFailed", "Unfinished"}
_TOKENS = {"sso_token", "login_token", "projected_token", "saml_assertion"}
_WHO = ["population", "client", "slot"]
_BY_SECOND = ["second", "population", "issuer", "operation", "quota_group", "account", "outcome"]
_ORDER = {
    "credentials": "ended_at_s", "holdings": "to_s", "requests": "at_s", "requests_per_second": "second",
    "waits": "done_at_s", "logins": "done_at_s", "rotations": "ended_at_s", "probes": "to_s",
}  # fmt: skip


@dataclass(frozen=True)
class Frames:
    """What one run wrote.

    Attributes:
        scenario: The scenario that was run.
        shards: Tables of every shard, in the order of the shards.
        bytes: Every file's bytes by (shard, table).
    """

    scenario: Scenario
    shards: tuple[dict[str, pd.DataFrame], ...]
    bytes: dict[tuple[int, str], bytes]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """A table, all shards concatenated."""
        parts = [shard[table] for shard in self.shards]
        filled = [part for part in parts if len(part)]
        return pd.concat(filled, ignore_index=True) if filled else parts[0]

    def __contains__(self, table: str) -> bool:
        return table in self.shards[0]


def run(
    source: Mapping[str, Any] | Scenario,
    *,
    level: str | None = None,
    replication: int = 0,
    seed: int | None = None,
) -> Frames:
    """Run a scenario (or a document of one) in all its shards."""
    scenario = source if isinstance(source, Scenario) else Scenario.model_validate(dict(source))
    settings = {"record": level, "seed": seed}
    changed = {name: value for name, value in settings.items() if value is not None}
    changed["record"] = Level(changed.get("record", scenario.run.record))
    scenario = scenario.model_copy(update={"run": scenario.run.model_copy(update=changed)})
    return _simulate(scenario, replication)


def run_file(path: Path, strategy: str, settings: Mapping[str, object], **how: Any) -> Frames:
    """Run one strategy of a scenario file with settings."""
    return run(load(path, settings).strategies[strategy], **how)


def read_frames(scenario: Scenario, paths: Mapping[str, Path]) -> Frames:
    """The tables of one shard."""
    return Frames(scenario, ({table: _frame(path) for table, path in paths.items()},), {})


def _frame(path: Path) -> pd.DataFrame:
    """A small table; threads would take longer to wake than to read it."""
    with pq.ParquetFile(path) as file:
        return file.read(use_threads=False).to_pandas(use_threads=False)


def _tables(scenario: Scenario, paths: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """The tables of a shard that was run just now; they were read already to see whether the laws hold."""
    known = [frames for files, frames in just_read if files == frozenset(paths.items())]
    just_read.clear()
    return (known[0] if known else read_frames(scenario, paths)).shards[0]


def verdicts(frames: Frames) -> dict[tuple[str, int, str], int]:
    """Calls by (population, client, verdict)."""
    counted: Counter[tuple[str, int, str]] = Counter()
    calls = frames["calls"]
    for population, client, verdict, n in zip(
        calls["population"], calls["client"], calls["verdict"], calls["calls"], strict=True
    ):
        counted[population, int(client), verdict] += int(n)
    return dict(counted)


def _simulate(scenario: Scenario, replication: int) -> Frames:
    tables = [table for table in TABLES if scenario.run.record in TABLES[table].levels]
    shards, content = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for shard, populations in enumerate(shards_of(scenario)):
            paths = {table: Path(folder) / f"{table}.s{shard:02d}.parquet" for table in tables}
            with patch("sim.engine.gc"):  # a full collection for every tiny run would take most of the time
                simulate(part_of(scenario, populations), replication, paths)
            shards.append(_tables(scenario, paths))
            content.update({(shard, table): path.read_bytes() for table, path in paths.items()})
    return Frames(scenario, tuple(shards), content)


# --- The laws ------------------------------------------------------------------------------------------------------


def assert_conserved(frames: Frames, replication: int, clients: range | None = None) -> None:
    """Every law that holds for the tables of any run; `clients` is the block that was simulated, if not all."""
    _assert_every_call_ended(frames, replication, clients)
    for shard in frames.shards:
        _assert_sorted(shard)
    _assert_durations(frames)
    if frames.scenario.run.record is Level.SUMMARY:
        return
    _assert_credentials(frames)
    _assert_signed(frames)
    _assert_requests(frames)
    _assert_buckets(frames)
    _assert_holdings(frames)
    _assert_waits(frames)


def assert_results_conserved(folder: Path) -> None:
    """Every law for every run of the results folders below `folder`."""
    for path in folder.rglob("manifest.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        files: dict[tuple[str, int], dict[int, dict[str, pd.DataFrame]]] = {}
        for row in manifest["tables"]:
            shards = files.setdefault((row["strategy"], row["replication"]), {})
            shards.setdefault(row["shard"], {})[row["table"]] = _frame(path.parent / row["path"])
        for (strategy, replication), shards in files.items():
            scenario = Scenario.model_validate(manifest["strategies"][strategy]["scenario"])
            assert_conserved(Frames(scenario, tuple(shards.values()), {}), replication)


def _assert_every_call_ended(frames: Frames, replication: int, clients: range | None) -> None:
    """Arrivals = sum of verdicts, for each client; arrivals are counted without the engine."""
    ended: Counter[tuple[str, int]] = Counter()
    for (population, client, _), n in verdicts(frames).items():
        ended[population, client] += n
    expected = {}
    for name in frames.scenario.populations:
        for client in clients or range(clients_of(frames.scenario, name, replication)):
            expected[name, client] = arrivals(frames.scenario, name, client, replication)
    assert ended == Counter({who: n for who, n in expected.items() if n}), "arrivals differ from verdicts"


def _assert_sorted(shard: dict[str, pd.DataFrame]) -> None:
    """Rows in the order of the table's column, equal instants by population id, client and slot; open ones last.

    An expired credential is written when its holder notices, so its row may come after its end.
    """
    for table, column in _ORDER.items():
        if table not in shard:
            continue
        frame = shard[table]
        if table == "credentials":
            frame = frame[frame["end_reason"] != "expired"]
        at = frame[column].astype(float).fillna(np.inf).to_numpy()
        assert (at[1:] >= at[:-1]).all(), f"{table} is not in the order of {column}"
        if table == "requests_per_second":
            continue
        ids = [population_id(name) for name in frame["population"]]
        ranks = list(zip(at, ids, frame["client"], frame["slot"], strict=True))
        assert ranks == sorted(ranks), f"equal instants of {table} are not in the order of who"


def _assert_durations(frames: Frames) -> None:
    horizon = frames.scenario.run.horizon_s
    for table, columns in {
        "requests": ["latency_s"], "calls": ["wait_s", "calls"], "waits": ["wait_s", "total_wait_s", "calls"],
        "logins": ["attention_s", "queue_s"], "rotations": ["late_s", "toil_min"], "requests_per_second": ["requests"],
    }.items():  # fmt: skip
        if table in frames:
            assert (frames[table][columns] >= 0).all().all(), f"negative durations in {table}"
    calls = frames["calls"]
    assert (calls["to_s"] >= calls["from_s"]).all()
    assert calls["from_s"].between(0, horizon).all()
    logins = frames["logins"]
    assert (logins["done_at_s"] >= logins["at_s"] + logins["attention_s"] + logins["queue_s"] - 1e-6).all()


def _assert_credentials(frames: Frames) -> None:
    """Issued = ended + open, once each."""
    credentials = frames["credentials"]
    assert credentials["credential"].is_unique
    is_open = credentials["ended_at_s"].isna()
    assert (is_open == (credentials["end_reason"] == "open")).all()
    ended = credentials[~is_open]
    assert (ended["ended_at_s"] >= ended["held_from_s"]).all()
    assert (ended["ended_at_s"] <= frames.scenario.run.horizon_s).all()
    assert (credentials["valid_until_s"] >= credentials["issued_at_s"]).all()
    assert (credentials["valid_until_s"] <= credentials["expires_at_s"]).all()
    assert (credentials["mint_until_s"] >= credentials["valid_until_s"]).all()
    assert (credentials["held_from_s"] >= 0).all()
    _assert_issued(frames, credentials)


def _assert_issued(frames: Frames, credentials: pd.DataFrame) -> None:
    requests = frames["requests"]
    issued = requests[requests["issued"].notna()]
    known = set(credentials["credential"])
    assert set(issued["issued"]) <= known, "a request issued a credential without a row"
    offered = [name for name, spec in frames.scenario.issuers.items() if isinstance(spec, Local)]
    minted = issued[~issued["issuer"].isin(offered)]
    assert minted["issued"].is_unique
    assert (minted["outcome"] == "ok").all()
    by_api = {*OPERATIONS, "GetRoleCredentials"}
    asked = credentials[credentials["operation"].isin(by_api) & (credentials["issued_at_s"] >= 0)]
    assert set(asked["credential"]) <= set(minted["issued"]), "a credential nobody asked for"
    granted = requests[(requests["outcome"] == "ok") & requests["operation"].isin(by_api - _called(frames.scenario))]
    assert granted["issued"].notna().all(), "a granted request issued nothing"


def _called(scenario: Scenario) -> set[str]:
    """Operations of STS that clients call as their work: nobody keeps what these requests issue."""
    actions = {calls.action for population in scenario.populations.values() for calls in population.calls}
    return {action.removeprefix("sts:") for action in actions}


def _assert_signed(frames: Frames) -> None:
    """Calls signed with a credential = calls in its rows; verdicts and validity agree."""
    credentials, calls = frames["credentials"].set_index("credential"), frames["calls"]
    signed = calls[calls["credential"].notna()]
    by_credential = signed.groupby("credential")["calls"].sum()
    counted = credentials.loc[~credentials["kind"].isin(_TOKENS), "calls_signed"]
    assert set(by_credential.index) <= set(counted.index), "calls signed with a credential without a row"
    expected = by_credential.reindex(counted.index, fill_value=0)
    assert (counted == expected).all(), counted[counted != expected]
    assert set(calls.loc[calls["credential"].isna(), "verdict"]) <= {*_NEVER_SIGNED, "AccessDenied"}
    assert not set(signed["verdict"]) & _NEVER_SIGNED
    _assert_verdicts_fit(frames, signed, credentials)
    _assert_portal_tokens(frames, credentials)


def _assert_verdicts_fit(frames: Frames, signed: pd.DataFrame, credentials: pd.DataFrame) -> None:
    """No ok at or after the end of validity, nothing expired before it."""
    valid_until = credentials["valid_until_s"].reindex(signed["credential"]).to_numpy()
    ok = (signed["verdict"] == "ok").to_numpy()
    populations, chains = frames.scenario.populations, frames.scenario.credentials
    on_way = signed["population"].map(lambda name: populations[name].arrives_after_s).to_numpy(dtype=float)
    assert (signed["from_s"].to_numpy()[ok] + on_way[ok] < valid_until[ok]).all()
    typed = [name for name, spec in populations.items() if chains[spec.credentials][0].mistyped is None]
    ended = signed["verdict"].isin(["ExpiredToken", "InvalidClientTokenId"]) & signed["population"].isin(typed)
    ended = ended.to_numpy()
    rotations = frames["rotations"].dropna(subset="new")
    known = rotations.drop_duplicates("new").set_index("new")["accepted_at_s"].astype(float)
    first = credentials.loc[credentials["kind"] == "access_key", "issued_at_s"] + _propagation_s(frames.scenario)
    known = known.combine_first(first.astype(float))
    known_from = known.reindex(signed["credential"]).fillna(-np.inf).to_numpy()
    too_early = (signed["verdict"] == "InvalidClientTokenId").to_numpy() & (signed["from_s"].to_numpy() < known_from)
    arrived = signed["to_s"].to_numpy() + on_way
    assert (arrived[ended & ~too_early] >= valid_until[ended & ~too_early]).all()


def _propagation_s(scenario: Scenario) -> float:
    """How long IAM takes to make a first key known."""
    found = [issuer.propagation_s for issuer in scenario.issuers.values() if isinstance(issuer, Iam)]
    return found[0] if found else 0.0


def _assert_portal_tokens(frames: Frames, credentials: pd.DataFrame) -> None:
    tokens = credentials[credentials["kind"] == "sso_token"]
    requests = frames["requests"]
    fetches = requests[(requests["operation"] == "GetRoleCredentials") & (requests["attempt"] == 1)]
    assert tokens["calls_signed"].sum() == len(fetches)
    projected = credentials[credentials["kind"] == "projected_token"]
    shown = requests[(requests["operation"] == "AssumeRoleWithWebIdentity") & (requests["attempt"] == 1)]
    with_file = shown[shown["population"].isin(projected["population"])]
    chains = frames.scenario.credentials.values()
    rereads = all(step.rereads_token for chain in chains for step in chain)
    shown_while_there = projected["calls_signed"].sum()
    assert shown_while_there == len(with_file) if rereads else shown_while_there <= len(with_file)


def _assert_requests(frames: Frames) -> None:
    """The count per second is the requests, grouped."""
    requests = frames["requests"].copy()
    assert requests["at_s"].between(0, frames.scenario.run.horizon_s).all()
    requests["second"] = np.floor(requests["at_s"]).astype(np.int64)
    grouped = requests.groupby(_BY_SECOND).size()
    counted = frames["requests_per_second"].set_index(_BY_SECOND)["requests"]
    assert counted.index.is_unique
    assert grouped.to_dict() == counted.to_dict()


def _assert_buckets(frames: Frames) -> None:
    """In any d seconds a bucket (b, r) accepts at most b + r * d."""
    requests = frames["requests"]
    passed = requests[requests["outcome"].isin(["ok", "denied"])]
    for name, account in frames.scenario.accounts.items():
        for group, words in account.quotas.items():
            quota = quota_of(words)
            mine = passed[(passed["account"] == name) & (passed["quota_group"] == group)]
            regions = mine["issuer"].map(lambda one: _region(frames.scenario, one) or account.region)  # noqa: B023
            for region, rows in mine.groupby(regions):
                at = np.sort(rows["at_s"].to_numpy())
                height = np.arange(1, len(at) + 1) - quota.rps * at
                # accepted in [t_i, t_j] is j - i + 1; its excess over r * d is height_j - min(height_i) + 1
                excess = height - np.minimum.accumulate(height) + 1
                assert excess.max() <= quota.burst + 1e-6, f"bucket {name}/{group}/{region} accepted too much"


def _region(scenario: Scenario, issuer: str) -> str | None:
    """Region that an issuer names."""
    return getattr(scenario.issuers[issuer], "region", None)


def _assert_holdings(frames: Frames) -> None:
    """Within the run, of known credentials, one at a time for each cache."""
    holdings, horizon = frames["holdings"], frames.scenario.run.horizon_s
    assert (holdings["from_s"] >= 0).all()
    assert (holdings["to_s"] <= horizon).all()
    assert (holdings["to_s"] > holdings["from_s"]).all()
    credentials = frames["credentials"].set_index("credential")
    assert set(holdings["credential"]) <= set(credentials.index)
    provider = credentials["provider"].reindex(holdings["credential"]).to_numpy()
    many = {name for name, one in frames.scenario.populations.items() if one.new_provider_per == "call"}
    one_cache = ~holdings["population"].isin(many)  # calls that overlap have a provider each
    ordered = holdings.assign(provider=provider)[one_cache].sort_values("from_s", kind="stable")
    before = ordered.groupby(["place", *_WHO, "kind", "provider"])["to_s"].shift()
    kept = ~ordered["place"].isin(["agent", "broker"])  # those hold an entry for each who asks
    upgrades = Counter(fault.target for fault in frames.scenario.timeline if isinstance(fault, Upgrade))
    versions = ordered["population"].map(lambda name: 1 + upgrades[name]).where(ordered["slot"] == SHARED_SLOT, 1)
    assert not (ordered["from_s"] < before)[kept & (versions == 1)].any(), "two credentials in one cache"
    for _, own in ordered[kept & (versions > 1)].groupby(["place", *_WHO, "kind", "provider"], observed=True):
        at_once = [((own["from_s"] <= at) & (own["to_s"] > at)).sum() for at in own["from_s"]]
        assert max(at_once) <= 1 + upgrades[own["population"].iloc[0]], "more credentials than versions share a host"
    entries = ordered.groupby(["place", *_WHO, "credential"])["to_s"].shift()
    assert not (ordered["from_s"] < entries).any(), "one credential twice in one place"
    assert (holdings["valid_until_s"].to_numpy() == credentials["valid_until_s"].reindex(holdings["credential"])).all()


def _assert_waits(frames: Frames) -> None:
    """What calls waited is what groups of calls waited."""
    by_client = ["population", "client"]
    waited = frames["calls"].groupby(by_client)["wait_s"].sum()
    groups = frames["waits"].groupby(by_client)["total_wait_s"].sum()
    both = pd.concat([waited, groups], axis=1).fillna(0.0)
    assert np.allclose(both["wait_s"], both["total_wait_s"], rtol=1e-9, atol=1e-6)
