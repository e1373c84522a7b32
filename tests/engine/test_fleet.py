"""The compiled loop of plain fleets against the processes: the same tables, byte for byte; everything else refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import recorder
from sim.clock import Clock
from sim.engine import Shard
from sim.faults.outage import Outage
from sim.fleet import build as fleet_build
from sim.fleet import fleet
from sim.fleet.fleet import Fleet
from sim.fleet.plain import KNOWN, chain_of, obstacle
from sim.loading.scenario_file import load
from sim.policies.refresh import Refresh
from sim.principals.role import Trust
from sim.recorder import Recorder
from sim.records import TABLES, Level
from sim.scenario import Scenario
from sim.sdks import SDKS, Sdk
from sim.world import World

FLEET = Path(__file__).parents[1] / "bench" / "fleet.yaml"
SMALL = {"populations.clients.count": 6, "run.horizon_s": 12_000}
POPULATION, STEP, CALLS = "populations.clients", "credentials.app.0", "populations.clients.calls"
COLD = {f"{POPULATION}.start": {"at_s": 100.5, "spread_s": 700}}
SLOW = {"issuers.sts.latency_s": 7.25}
BUSY = {f"{CALLS}.rps": 0.7}
SPARSE = {f"{CALLS}.rps": 0.0002, "run.horizon_s": 300_000}
DENIED = {"denied": True}  # no file may say so: the validation refuses it
SHORT = {f"{STEP}.session_s": 900}
LONG = {f"{STEP}.session_s": 43200, "roles.app.max_session_s": 43200, "run.horizon_s": 200_000}
THEFT = {"theft": {"places": {"clients": {"process": 1}}, "probes": 300}}

ELIGIBLE: dict[str, dict[str, Any]] = {
    "plain": {},
    "short": SHORT,
    "long": LONG,
    "busy": BUSY,
    "busy-short": {**BUSY, **SHORT, "run.horizon_s": 4000},
    "busy-slow": {**BUSY, **SLOW},
    "busy-slow-short": {**BUSY, **SLOW, **SHORT},
    "busy-for-long": {f"{CALLS}.rps": 3.0, f"{POPULATION}.count": 3, "run.horizon_s": 40_000},
    "sparse": SPARSE,
    "sparse-short": {**SPARSE, **SHORT},
    "no-latency": {"issuers.sts.latency_s": 0},
    "cold": COLD,
    "cold-slow-short": {**COLD, **SLOW, **SHORT, **BUSY},
    "cold-at-once": {f"{POPULATION}.start": {"at_s": 0}},
    "cut-in-a-fetch": {f"{POPULATION}.start": {"at_s": 0, "spread_s": 60}, **SLOW, **BUSY, "run.horizon_s": 33.3},
    "cut-in-a-renewal": {**SLOW, **BUSY, **SHORT, "run.horizon_s": 2500.5, f"{POPULATION}.count": 40},
    "cut-before-the-start": {f"{POPULATION}.start": {"at_s": 10, "spread_s": 30}, "run.horizon_s": 20},
    "threads": {f"{POPULATION}.threads": 3, **BUSY},
    "threads-each": {f"{POPULATION}.threads": 3, f"{STEP}.cache": "thread"},
    "service": {STEP: {"from": "sts.AssumeRole", "service": "lambda.amazonaws.com", "role": "app"},
                "roles.app.trust": {"service": "lambda.amazonaws.com"}},
    "action-denied": {f"{CALLS}.action": "s3:PutObject"},
    "fetch-denied": DENIED,
    "fetch-denied-busy-slow": {**DENIED, **BUSY, **SLOW, "run.horizon_s": 9000},
    "fetch-denied-cold": {**DENIED, **COLD},
    "theft": {**THEFT, **SHORT},
    "theft-threads": {**THEFT, f"{POPULATION}.threads": 2, f"{STEP}.cache": "thread"},
    "windows": {f"{STEP}.refresh": {"advisory_s": 1200, "mandatory_s": 60}},
    "always-due": {f"{POPULATION}.sdk": {"sts": {"advisory_s": 7200, "mandatory_s": 7200}}, "run.horizon_s": 3000},
    "never-early": {f"{STEP}.refresh": {"advisory_s": 0, "mandatory_s": 0}, **BUSY},
    "role-chains-on": {"roles.next": {"account": "main", "trust": {"role": "app"}}, "roles.app.allow": ["sts:*"]},
    "another-account": {"accounts.other": {}, "roles.app.account": "other", "users.deployer.allow": ["sts:*"]},
    **{f"sdk-{sdk}": {f"{POPULATION}.sdk": sdk} for sdk in SDKS},
    **{f"sdk-{sdk}-busy-slow": {f"{POPULATION}.sdk": sdk, **BUSY, **SLOW, **SHORT} for sdk in SDKS},
    **{f"sdk-{sdk}-denied": {f"{POPULATION}.sdk": sdk, **DENIED, **SLOW} for sdk in SDKS},
}  # fmt: skip


def part_of(changes: dict[str, Any], level: str = "credentials") -> Scenario:
    denied, changes = changes.get("denied"), {path: value for path, value in changes.items() if path != "denied"}
    scenario = next(iter(load(FLEET, {**SMALL, "run.record": level, **changes}).strategies.values()))
    if denied:
        closed = scenario.roles["app"].model_copy(update={"trust": Trust(user="somebody-else")})
        return scenario.model_copy(update={"roles": {"app": closed}})
    return scenario


def world_of(part: Scenario, folder: Path, replication: int = 0) -> World:
    folder.mkdir(exist_ok=True)
    paths = {name: folder / f"{name}.parquet" for name in TABLES if part.run.record in TABLES[name].levels}
    return World(part, replication, Recorder(paths, part.run.record), Clock())


def assert_equal(part: Scenario, folder: Path, clients: range | None = None, replication: int = 0) -> None:
    """Both ways of running give the same rows and the same files."""
    ways = {}
    for way in (Shard, Fleet):
        world = world_of(part, folder / way.__name__, replication)
        assert obstacle(world) is None
        ways[way.__name__] = way(world, clients).run()
    assert ways["Fleet"] == ways["Shard"]
    for name in ways["Fleet"]:
        assert (folder / f"Fleet/{name}.parquet").read_bytes() == (folder / f"Shard/{name}.parquet").read_bytes()


@pytest.mark.parametrize("level", ["credentials", "summary"])
@pytest.mark.parametrize("name", ELIGIBLE)
def test_both_ways_give_the_same_bytes(name: str, level: str, tmp_path: Path) -> None:
    assert_equal(part_of(ELIGIBLE[name], level), tmp_path)


@pytest.mark.parametrize("level", ["credentials", "summary"])
def test_full_groups_small_rooms_and_narrow_windows(level: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(recorder, "GROUP_ROWS", 64)
    monkeypatch.setattr(fleet_build, "ROOM", 40)
    monkeypatch.setattr(fleet, "_WINDOW_TURNS", 25)
    assert_equal(part_of({f"{CALLS}.rps": 0.05, **SHORT, **THEFT, "run.horizon_s": 6000}, level), tmp_path)


def test_no_row_left_for_the_last_group(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(recorder, "GROUP_ROWS", 4)
    part = part_of({f"{POPULATION}.count": 8}, "summary")
    assert_equal(part, tmp_path)


def test_blocks_and_replications(tmp_path: Path) -> None:
    part = part_of({f"{POPULATION}.count": 1_000_030, **BUSY, "run.horizon_s": 9000})
    assert_equal(part, tmp_path, range(999_995, 1_000_005), replication=3)


def test_ordinals_of_five_digits(tmp_path: Path) -> None:
    changes = {**SHORT, f"{CALLS}.rps": 3.0, f"{POPULATION}.count": 1, "run.horizon_s": 3600}
    assert_equal(part_of(changes), tmp_path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rps=st.floats(1e-4, 2.0), session=st.floats(900, 3600), latency=st.floats(0, 20), sdk=st.sampled_from(sorted(SDKS)),
    horizon=st.floats(10, 15_000), threads=st.integers(1, 3), seed=st.integers(0, 2**63 - 1),
    start=st.none() | st.floats(0, 9), level=st.sampled_from(["credentials", "summary"]), denied=st.booleans(),
)  # fmt: skip
def test_any_plain_fleet(  # noqa: PLR0917 - drawn by name
    rps, session, latency, sdk, horizon, threads, seed, start, level, denied, tmp_path
) -> None:  # fmt: skip
    changes = {
        f"{CALLS}.rps": rps, f"{STEP}.session_s": session, "issuers.sts.latency_s": latency, f"{POPULATION}.sdk": sdk,
        "run.horizon_s": horizon, f"{POPULATION}.threads": threads, "run.seed": seed, f"{POPULATION}.count": 4,
        **({} if start is None else {f"{POPULATION}.start": {"at_s": start, "spread_s": 5}}),
        **(DENIED if denied else {}), **THEFT,
    }  # fmt: skip
    assert_equal(part_of(changes, level), tmp_path)


# --- What is refused -----------------------------------------------------------------------------------------------

KEY = {"key": {"life": "policy", "rotation": {"period_s": 86400}}}
QUOTA = {"signed": {"rps": 600, "burst": 600}}
MORE_CALLS = {"kind": "poisson", "rps": 0.1, "action": "s3:PutObject"}
NODE = {
    "issuers.node": {"kind": "imds", "role": "host"},
    "roles.host": {"account": "main", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["sts:AssumeRole"]},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "level calls": ({"run.record": "calls"}, "every call"),
    "a timeline": ({"timeline": [{"at_s": 10, "outage": "sts", "for_s": 60}]}, "Scenario.timeline"),
    "a bucket": ({"accounts.main.quotas": QUOTA}, "bucket"),
    "work": ({f"{POPULATION}.work": {"calls": 10, "within_s": 100}}, "Population.work"),
    "other calls": ({CALLS: {"kind": "every", "every_s": 60}}, "Poisson"),
    "several calls": ({f"{POPULATION}.calls": [MORE_CALLS, MORE_CALLS]}, "Poisson"),
    "several steps": (
        {"credentials.app": [{"from": "sts.AssumeRole", "user": "deployer", "role": "app"}, {"from": "node"}], **NODE},
        "several steps",
    ),
    "a source": (
        {STEP: {"from": "sts.AssumeRole", "role": "app", "source": "node"}, "credentials.node": [{"from": "node"}],
         **NODE, "roles.app.trust": {"role": "host"}}, "Step.source",
    ),
    "another issuer": ({STEP: {"from": "node"}, **NODE}, "AssumeRole"),
    "a key": ({STEP: {"from": "access_key", "user": "deployer"}}, "AssumeRole"),
    "a key that rotates": ({"users.deployer": {"account": "main", **KEY}}, "AccessKey.life"),
    "profiles": ({f"{POPULATION}.profiles": 2}, "Population.profiles"),
    "people": ({f"{POPULATION}.people": True, f"{POPULATION}.workday":
                {"present": 1, "first_use": {"mean_s": 30000, "sd_s": 60}, "length_s": 28800}}, "Population"),
    "a start before 0": ({f"{POPULATION}.start": {"at_s": -5}}, "before 0"),
    "two populations": (
        {"populations.others": {"count": 1, "credentials": "app", "calls": MORE_CALLS}}, "meet each other",
    ),
}  # fmt: skip


def why_not(part: Scenario, folder: Path) -> str:
    return obstacle(world_of(part, folder)) or ""


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_loop_does_not_know_is_refused(name: str, tmp_path: Path) -> None:
    changes, reason = REFUSED[name]
    assert reason in why_not(part_of(changes), tmp_path)


def with_block(part: Scenario, changed: Any) -> Scenario:
    """The scenario with one of its blocks replaced by one of the same kind."""
    name, population, step = chain_of(part)

    def put(scenario: Scenario, field: str, value: Any) -> Scenario:
        return scenario.model_copy(update={field: value})

    def in_population(field: str, value: Any) -> Scenario:
        return put(part, "populations", {name: population.model_copy(update={field: value})})

    def in_step(field: str, value: Any) -> Scenario:
        return put(part, "credentials", {"app": (step.model_copy(update={field: value}),)})

    user = part.users["deployer"]
    return {
        "Scenario": lambda: changed,
        "Run": lambda: put(part, "run", changed),
        "Theft": lambda: put(part, "theft", changed),
        "Account": lambda: put(part, "accounts", {"main": changed}),
        "Population": lambda: put(part, "populations", {name: changed}),
        "Start": lambda: in_population("start", changed),
        "Poisson": lambda: in_population("calls", (changed,)),
        "Step": lambda: put(part, "credentials", {"app": (changed,)}),
        "RefreshWords": lambda: in_step("refresh", changed),
        "Sts": lambda: put(part, "issuers", {"sts": changed}),
        "Role": lambda: put(part, "roles", {"app": changed}),
        "User": lambda: put(part, "users", {"deployer": changed}),
        "AccessKey": lambda: put(part, "users", {"deployer": user.model_copy(update={"key": changed})}),
    }[type(changed).__name__]()


def blocks_of(part: Scenario) -> list[Any]:
    _, population, step = chain_of(part)
    user = part.users["deployer"]
    return [
        part, part.run, part.theft, part.accounts["main"], population, population.start, population.calls[0], step,
        step.refresh, part.issuers["sts"], part.roles["app"], user, user.key,
    ]  # fmt: skip


def test_every_field_that_is_not_known_is_refused(tmp_path: Path) -> None:
    part = part_of(COLD)
    for block in blocks_of(part):
        kind = type(block)
        for field in set(kind.model_fields) - KNOWN[kind]:
            new = (Outage(at_s=1, outage="sts", for_s=1),) if field == "timeline" else "something new"
            changed = with_block(part, block.model_copy(update={field: new}))
            assert f"{kind.__name__}.{field}" in why_not(changed, tmp_path)


def test_a_block_of_a_new_kind_is_refused(tmp_path: Path) -> None:
    part = part_of(COLD)
    population = part.populations["clients"]
    other = type("Other", (type(population),), {})
    changed = part.model_copy(update={"populations": {"clients": other.model_construct(**dict(population))}})
    assert why_not(changed, tmp_path) == "Other is of another kind"


@pytest.mark.parametrize("kind", [Sdk, Refresh])
def test_a_preset_that_says_more_is_refused(kind: type, tmp_path: Path, monkeypatch) -> None:
    newer = dataclasses.make_dataclass(kind.__name__, [("more", int, 0)], bases=(kind,), frozen=True)
    monkeypatch.setitem(KNOWN, newer, KNOWN[kind])
    sdk = SDKS["botocore-1.44"]

    def preset(more: int) -> Sdk:
        block = sdk if kind is Sdk else sdk.sts
        fields = {field.name: getattr(block, field.name) for field in dataclasses.fields(block) if field.init}
        made = newer(**fields, more=more)
        return made if kind is Sdk else dataclasses.replace(sdk, sts=made)

    for more, expected in ((0, ""), (1, f"{kind.__name__}.more is set")):
        monkeypatch.setitem(SDKS, "botocore-1.44", preset(more))
        assert why_not(part_of({}), tmp_path) == expected


def test_windows_that_end_are_refused(tmp_path: Path, monkeypatch) -> None:
    sdk = SDKS["botocore-1.44"]
    ends = dataclasses.replace(sdk.sts, advisory=((3600.0, 60.0),))
    monkeypatch.setitem(SDKS, "botocore-1.44", dataclasses.replace(sdk, sts=ends))
    assert "windows" in why_not(part_of({}), tmp_path)


def test_static_stability_is_refused(tmp_path: Path, monkeypatch) -> None:
    sdk = SDKS["botocore-1.44"]
    monkeypatch.setitem(
        SDKS, "botocore-1.44", dataclasses.replace(sdk, sts=dataclasses.replace(sdk.sts, extend=(1, 2)))
    )
    assert why_not(part_of({}), tmp_path) == "Refresh.extend is set"


def test_a_table_with_another_column_is_refused(tmp_path: Path, monkeypatch) -> None:
    table = TABLES["waits"]
    monkeypatch.setitem(TABLES, "waits", dataclasses.replace(table, columns=table.columns[:-1]))
    assert "waits" in why_not(part_of({}), tmp_path)


def test_levels_of_the_engine_choose_the_way(tmp_path: Path) -> None:
    assert [why_not(part_of({}, level), tmp_path) == "" for level in Level] == [True, True, False]


def test_the_loop_keeps_its_memory_flat(tmp_path: Path, monkeypatch) -> None:
    """Rows that wait for their group never exceed a window's worth, however long the run."""
    monkeypatch.setattr(recorder, "GROUP_ROWS", 512)
    waiting: list[int] = []
    run = Fleet(world_of(part_of({"run.horizon_s": 300_000, **SHORT}), tmp_path))
    flushed = run._advance

    def advance(until: float) -> int:
        turns = flushed(until)
        waiting.append(max(sum(map(len, (*feed._early, *feed._sorted))) for feed in run._feeds.values()))
        return turns

    monkeypatch.setattr(run, "_advance", advance)
    rows = run.run()["requests"][0]
    assert rows > 15_000, rows
    assert np.max(waiting) <= 512
