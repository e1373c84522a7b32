"""Calls are a function of (seed, client, time): nothing that is added or changed elsewhere moves a draw."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.loading.scenario_file import load
from sim.scenario import Scenario
from sim.shards import shards_of
from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import STAFF, ZOO, document, fleet

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
DAY = 86_400.0
DIRECTORY = {
    "run.horizon_s": 3 * DAY,
    "populations.people-console.count": 12,
    "populations.people-cli.count": 12,
    "populations.people-power.count": 4,
    "populations.people-rare.count": 4,
    "populations.directory-app.count": 8,
    "populations.instances-java.count": 3,
    "populations.instances-go.count": 3,
    "populations.instances-js.count": 3,
}
BATCH = {
    "populations.batch.count": 8,
    "populations.batch.per_host": 4,
    "populations.batch.work.calls": 400,
    "populations.batch.work.within_s": 240,
    "run.horizon_s": 400,
}
_TABLES = ("credentials", "holdings", "requests", "calls", "waits", "logins", "rotations", "probes")


def _totals(frames: Frames) -> dict[tuple[str, int], int]:
    totals: dict[tuple[str, int], int] = {}
    for (population, client, _), n in verdicts(frames).items():
        totals[population, client] = totals.get((population, client), 0) + n
    return totals


def _of(frames: Frames, table: str, population: str, clients: int | None = None) -> pd.DataFrame:
    frame = frames[table]
    mine = frame[frame["population"] == population]
    if clients is not None:
        mine = mine[mine["client"] < clients]
        mine = mine.drop(columns=[name for name in ("consumers", "on_old") if name in mine])  # they count clients
    return mine.reset_index(drop=True)


def _assert_same(one: Frames, other: Frames, population: str, clients: int | None = None, skip: str = "") -> None:
    for table in _TABLES:
        if table != skip:
            pd.testing.assert_frame_equal(
                _of(one, table, population, clients),
                _of(other, table, population, clients),
                check_exact=True,
                obj=table,
            )


@pytest.mark.parametrize(
    ("file", "settings"),
    [("employee-directory.yaml", DIRECTORY), ("nightly-batch.yaml", BATCH)],
    ids=["directory", "batch"],
)
def test_strategies_face_the_same_calls(file: str, settings: dict[str, Any]) -> None:
    totals = {name: _totals(run(s, level="summary")) for name, s in load(SCENARIOS / file, settings).strategies.items()}
    first, *others = totals.values()
    assert len(others) >= 4
    assert sum(first.values()) > 3000
    for other in others:
        assert other == first


@pytest.mark.parametrize(
    "name", ["people-sso", "people-saml", "people-key", "calls-several", "chain-node", "chain-chained"]
)
def test_two_days_are_a_prefix_of_three(name: str) -> None:
    longer, shorter = copy.deepcopy(ZOO[name]), copy.deepcopy(ZOO[name])
    longer["run"]["horizon_s"], shorter["run"]["horizon_s"] = 3 * DAY, 2 * DAY
    three, two = run(longer), run(shorter)
    cut = three["requests"][three["requests"]["at_s"] < 2 * DAY].reset_index(drop=True)
    pd.testing.assert_frame_equal(cut, two["requests"], check_exact=True)
    logins = three["logins"][three["logins"]["done_at_s"] < 2 * DAY].reset_index(drop=True)
    pd.testing.assert_frame_equal(logins, two["logins"], check_exact=True)
    what = ["credential", "issued_at_s", "expires_at_s", "valid_until_s", "mint_until_s", "parent", "held_from_s"]
    known = three["credentials"].set_index("credential")[what[1:]]
    begun = two["credentials"].set_index("credential")[what[1:]]
    pd.testing.assert_frame_equal(known.loc[begun.index], begun, check_exact=True)
    ended = two["credentials"][two["credentials"]["ended_at_s"].notna()].set_index("credential")
    pd.testing.assert_frame_equal(
        three["credentials"].set_index("credential").loc[ended.index], ended, check_exact=True
    )


@pytest.mark.parametrize("chain", ["chained", "by-user", "node", "thread", "saml", "sso", "key", "password"])
def test_adding_clients_moves_no_other_draw(chain: str) -> None:
    people = chain in {"saml", "sso", "key", "password"}
    # A login queue that never fills: only draws may couple people, and they must not.
    words = {**STAFF, "credentials": chain, "count": 3} if people else fleet(chain, count=4)
    issuers = {**ZOO["people-sso"]["issuers"], "idp": {"kind": "idp", "servers": 1000}}
    few = run(document({"some": words}, horizon_s=1.5 * DAY, issuers=issuers))
    many = run(document({"some": {**words, "count": words["count"] + 4}}, horizon_s=1.5 * DAY, issuers=issuers))
    # Which of them a sampled thief visits depends on how many there are.
    _assert_same(few, many, "some", words["count"], skip="probes")


def test_adding_a_population_an_issuer_or_a_fault_moves_nothing_else() -> None:
    one = {"fleet": fleet("node", per_host=2), "staff": {**STAFF, "credentials": "sso", "count": 3}}
    alone = run(document(one, horizon_s=2 * DAY))
    more = {"another": fleet("by-user"), **one, "zebra": {**STAFF, "credentials": "key"}}
    fault = [{"at_s": 50_000, "restart": "another"}, {"at_s": 60_000, "outage": "spare", "for_s": 600}]
    issuers = {"spare": {"kind": "sts"}, **ZOO["people-sso"]["issuers"]}
    beside = run(document(more, horizon_s=2 * DAY, timeline=fault, issuers=issuers))
    for population in one:
        _assert_same(alone, beside, population)


def test_a_fault_moves_no_call() -> None:
    """Under an outage calls fail; they arrive as before, and once it is forgotten the same follows."""
    populations = {"fleet": fleet("chained", {"kind": "poisson", "rps": 0.05})}
    calm = run(document(populations, horizon_s=DAY))
    outage = [{"at_s": 20_000, "outage": "sts", "for_s": 4000}]
    rough = run(document(populations, horizon_s=DAY, timeline=outage))
    assert _totals(calm) == _totals(rough)
    assert verdicts(calm) != verdicts(rough)


def test_calls_arrive_at_the_same_instants_under_every_chain() -> None:
    instants = []
    for chain in ("chained", "node", "by-service", "shared-key"):
        calls = run(document({"fleet": fleet(chain)}, horizon_s=DAY / 2), level="calls")["calls"]
        instants.append(calls.sort_values(["client", "from_s"])[["client", "from_s"]].to_numpy().tolist())
    assert len(instants[0]) > 500
    assert all(other == instants[0] for other in instants[1:])


def test_replications_and_seeds_differ() -> None:
    first, second, seeded = (
        run(ZOO["chain-chained"]),
        run(ZOO["chain-chained"], replication=1),
        run(ZOO["chain-chained"], seed=8),
    )
    for other in (second, seeded):
        assert set(first["requests"]["at_s"]).isdisjoint(other["requests"]["at_s"])
        assert _totals(first) != _totals(other)


@pytest.mark.parametrize("name", ["people-outages", "two-share-a-bucket", "restart-chained"])
def test_the_same_strategy_twice_is_the_same_bytes(name: str) -> None:
    assert run(ZOO[name]).bytes == run(copy.deepcopy(ZOO[name])).bytes


@pytest.mark.parametrize("name", ["people-outages", "two-share-a-bucket"])
def test_the_order_of_populations_changes_nothing(name: str) -> None:
    turned = copy.deepcopy(ZOO[name])
    turned["populations"] = dict(reversed(turned["populations"].items()))
    one, other = run(ZOO[name]), run(turned)
    for population in turned["populations"]:
        _assert_same(one, other, population)
    tables = {table for _, table in one.bytes}
    for table in tables:
        assert sorted(v for k, v in one.bytes.items() if k[1] == table) == sorted(
            v for k, v in other.bytes.items() if k[1] == table
        )


def test_an_entry_about_others_moves_no_draw_of_a_fault() -> None:
    """Whom a fault hits, and in which order a fleet restarts, do not depend on what stands before it."""
    mine = [
        {"at_s": 900, "restart": "fleet", "ramp_s": 600},
        {"at_s": 300, "skew": "fleet", "off_s": 1000, "share": 0.5, "for_s": 300},
        {"at_s": 300, "throttle": "fleet", "share": 0.5, "for_s": 300},
        {"at_s": 60, "imds_stuck": "node", "share": 0.5},
    ]
    others = [
        {"at_s": 100, "restart": "others", "ramp_s": 50},
        {"at_s": 200, "skew": "others", "off_s": 400, "share": 0.5, "for_s": 60},
        {"at_s": 200, "throttle": "others", "share": 0.5, "for_s": 60},
        {"at_s": 100, "outage": "idp", "for_s": 5},
    ]
    busy = {"kind": "poisson", "rps": 0.2}
    words = {"fleet": fleet("chained", busy, count=9), "others": fleet("by-user", busy)}
    quotas = {name: {"quotas": {"signed": {"rps": 600, "burst": 600}}} for name in ("main", "other")}
    documents = [document(words, horizon_s=3000, timeline=some, accounts=quotas) for some in (mine, [*others, *mine])]
    assert len(shards_of(Scenario.model_validate(documents[0]))) == 1, "a shard sees no entry about other shards anyway"
    alone, among = (run(one) for one in documents)
    ended = _of(alone, "credentials", "fleet")
    assert (ended["end_reason"] == "restarted").sum() > 5
    assert {"Throttling", "RequestTimeTooSkewed", "ok"} <= {verdict for _, _, verdict in verdicts(alone)}
    _assert_same(alone, among, "fleet")
