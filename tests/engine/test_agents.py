"""Agents and brokers against caches walked call by call, and what each generation of them is known for."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.chains.local_providers import AGENT_SLOT
from sim.policies.agent import AgentRule, Limiter, again_at, due_at, serves, sweep_at
from tests.support.naive_agents import Walk, broker_walk, pod_identity_walk
from tests.support.runs import Frames, run

HOUR, DAY = 3600.0, 86_400.0
ROLES: dict[str, Any] = {
    "server": {"account": "hub", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["sts:AssumeRole"]},
    "app": {
        "account": "main",
        "trust": {"role": "server", "service": "pods.eks.amazonaws.com"},
        "allow": ["s3:GetObject"],
    },
}
BROKER: dict[str, Any] = {"kind": "broker", "role": "server", "latency_s": 0, "upstream": {"from": "sts.AssumeRole"}}
AGENT: dict[str, Any] = {"kind": "pod_identity", "cluster": "cluster", "upstream": "eks", "latency_s": 0}
ISSUERS: dict[str, Any] = {
    "sts": {"kind": "sts", "latency_s": 0},
    "eks": {"kind": "eks_auth", "latency_s": 0},
    "cluster": {"kind": "idp"},
    "kiam": BROKER,
    "agent": AGENT,
}


def _document(populations: dict[str, Any], horizon_s: float, **blocks: Any) -> dict[str, Any]:
    made = {
        "name": "agents",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 11},
        "accounts": {"main": {}, "hub": {}},
        "issuers": ISSUERS,
        "roles": ROLES,
        "credentials": {"kiam": [{"from": "kiam", "role": "app"}], "agent": [{"from": "agent", "role": "app"}]},
        "populations": populations,
    }
    return {**made, **blocks}


def _traces(instants: dict[int, list[float]], credentials: str, sdk: str, **more: Any) -> dict[str, Any]:
    """One population of one client for each list of instants, all on one broker's server."""
    return {
        f"pod-{n}": {
            "count": 1,
            "per_host": 1,
            "sdk": sdk,
            "credentials": credentials,
            "start": {"at_s": 0},
            "calls": {"kind": "trace", "at_s": at},
            **more,
        }
        for n, at in instants.items()
    }


def _calls(n: int, gap_s: float, horizon_s: float, salt: int) -> list[float]:
    """Irregular instants without randomness: multiples of an irrational number, stretched."""
    golden = (math.sqrt(5) - 1) / 2
    at, found = 0.37 * n, []
    k = 0
    while True:
        k += 1
        at += gap_s * (0.1 + 1.8 * ((k * golden + salt * math.pi) % 1))
        if at >= horizon_s:
            return found
        found.append(round(at, 3))


def _same(frames: Frames, walk: Walk, agent: str, upstream: str) -> None:
    requests = frames["requests"]
    asked = requests[requests["issuer"] == upstream].sort_values("at_s")
    assert asked["at_s"].tolist() == walk.upstream
    fetched = requests[requests["issuer"] == agent]
    clients = fetched["client"] + fetched["population"].str.partition("-")[2].astype(int)
    assert sorted(zip(fetched["at_s"], clients, strict=True)) == sorted(walk.fetches)
    calls = frames["calls"]
    expired = calls[calls["verdict"] == "ExpiredToken"]
    assert expired["calls"].sum() == sum(walk.expired.values())


@pytest.mark.parametrize(
    ("session_s", "left_s"), [(900, 300), (900, 890), (1800, 300), (1800, 960), (3600, 900), (900, 0)]
)
def test_a_broker_in_front_of_botocore_is_two_caches_in_a_row(session_s: float, left_s: float) -> None:
    """Windows that overlap (left below the SDK's 900 s), that touch, and that do not."""
    horizon = 4 * HOUR
    instants = {n: _calls(n, gap, horizon, n) for n, gap in enumerate((7.0, 60.0, 400.0, 1500.0))}
    upstream = {"from": "sts.AssumeRole", "session_s": session_s}
    kiam = {**BROKER, "upstream": upstream, "cache": {"renew_when_left_s": left_s}, "per": "server"}
    words = _document(_traces(instants, "kiam", "botocore-1.24"), horizon, issuers={**ISSUERS, "kiam": kiam})
    walk = broker_walk(instants, session_s=session_s, left_s=left_s, window_s=900)
    _same(run(words), walk, "kiam", "sts")
    assert len(walk.fetches) > len(walk.upstream) > 4


def test_a_broker_that_sweeps_renews_what_nobody_asked_for() -> None:
    horizon = 2 * HOUR
    instants = {0: [10.25, 20.5, 4000.125], 1: [600.75, 5000.5]}
    kiam = {**BROKER, "cache": {"sweep_s": 60}, "per": "server"}
    frames = run(_document(_traces(instants, "kiam", "botocore-1.24"), horizon, issuers={**ISSUERS, "kiam": kiam}))
    asked = frames["requests"][frames["requests"]["issuer"] == "sts"]["at_s"].tolist()
    phase = asked[1] % 60
    sweeps = [phase + 60 * n for n in range(120) if phase + 60 * n < horizon]
    walk = broker_walk(instants, session_s=900, left_s=300, window_s=900, sweeps=sweeps)
    assert asked == pytest.approx(walk.upstream)
    assert len(asked) == pytest.approx(horizon / 630, abs=1)


@pytest.mark.parametrize("release", ["0.1.37", "0.2"])
def test_a_pod_identity_agent_in_front_of_botocore(release: str) -> None:
    """Tokens of 2 h are written at 80 % of their life; sessions of 1 h are renewed by sweeps at half an hour."""
    horizon, pods = 6 * HOUR, 3
    cluster, settings = {"kind": "idp", "token_s": 7200}, {"renew_after_s": 1790, "rps": 1e6, "burst": 1e6}
    agent = {**AGENT, "agent": release, "life_s": HOUR, "settings": settings}
    calls = {"kind": "trace", "at_s": _calls(1, 200.0, horizon, 5)}
    fleet = {"count": pods, "per_host": pods, "sdk": "botocore-1.44", "credentials": "agent", "start": {"at_s": 0}}
    issuers = {**ISSUERS, "cluster": cluster, "agent": agent}
    frames = run(_document({"pod-0": {**fleet, "calls": calls}}, horizon, issuers=issuers))
    requests = frames["requests"]
    asked = requests[requests["issuer"] == "eks"]["at_s"].to_numpy()
    phase = next(at for at in asked if at > calls["at_s"][0]) % 60
    instants = dict.fromkeys(range(pods), calls["at_s"])
    tokens = {pod: [(5760.0 * n, 5760.0 * n + 7200) for n in range(5)] for pod in range(pods)}
    walk = pod_identity_walk(
        instants,
        tokens,
        by_token=release == "0.1.37",
        life_s=HOUR,
        renew_after_s=1790,
        window_s=900,
        sweeps=[phase + 60 * n for n in range(400) if phase + 60 * n < horizon],
    )
    assert asked.tolist() == pytest.approx(sorted(walk.upstream))
    fetched = requests[requests["issuer"] == "agent"]
    assert sorted(zip(fetched["at_s"], fetched["client"], strict=True)) == sorted(walk.fetches)


def test_0_1_37_misses_with_every_new_token_and_renews_the_ghost_until_it_ends() -> None:
    """Five pods with tokens of 24 h, written at 80 %: asked at 21 h, 0.1.37 holds two entries each until 24 h."""
    counted = {}
    for release in ("0.1.37", "0.2"):
        fleet = {"count": 5, "per_host": 5, "credentials": "agent", "start": {"at_s": 0, "spread_s": 600}}
        calls = {"kind": "every", "action": "s3:GetObject", "every_s": 60}
        issuers = {**ISSUERS, "agent": {**AGENT, "agent": release}}
        frames = run(_document({"pods": {**fleet, "calls": calls}}, 2 * DAY, issuers=issuers))
        entries = frames["holdings"][frames["holdings"]["place"] == "agent"]
        lying = [entries[(entries["from_s"] <= at) & (entries["to_s"] > at)] for at in (22 * HOUR, 28 * HOUR)]
        counted[release] = [len(one) for one in lying]
    assert counted == {"0.1.37": [10, 5], "0.2": [5, 5]}


def test_renewals_that_fall_due_together_come_two_a_sweep() -> None:
    """40 pods start at once: the limiter of 3/s and 3 is charged twice for each renewal, so the rest is put off."""
    fleet = {"count": 40, "per_host": 40, "credentials": "agent", "start": {"at_s": 0}}
    calls = {"kind": "every", "action": "s3:GetObject", "every_s": 60, "phase_s": 0}
    issuers = {**ISSUERS, "eks": {"kind": "eks_auth", "latency_s": 0.1}}
    frames = run(_document({"pods": {**fleet, "calls": calls}}, 4 * HOUR, issuers=issuers))
    asked = frames["requests"][frames["requests"]["issuer"] == "eks"]
    renewals = asked[asked["at_s"] > 3 * HOUR]
    per_sweep = renewals.groupby((renewals["at_s"] // 60).astype(int)).size()
    assert per_sweep.max() == 2
    assert renewals["at_s"].max() > 3 * HOUR + 60 * 20


def test_a_limiter_that_is_waited_on_takes_tokens_in_advance() -> None:
    limiter = Limiter(3.0, 3.0)
    assert [limiter.allow(0.0), limiter.allow(0.0)] == [True, True]
    assert limiter.wait(0.0) == 0.0
    assert not limiter.allow(0.0)
    assert limiter.wait(0.0) == pytest.approx(1 / 3)
    assert not limiter.allow(1 / 3)
    assert limiter.allow(2 / 3 + 1e-9)


def test_rules_of_an_entry() -> None:
    rule = AgentRule("pod", renew_after_s=100, renew_when_left_s=30, sweep_s=60, min_left_s=15, again_after=(60, 120))
    assert due_at(rule, 1000, 1200) == 1100
    assert due_at(rule, 1000, 1120) == 1090
    assert serves(rule, 1100, 1200, 1184.9)
    assert not serves(rule, 1100, 1200, 1185)
    assert not serves(AgentRule("role", serves_due=False), 1100, 1200, 1100)
    assert again_at(rule, 1000, 2000, 0.5) == 1090
    assert again_at(rule, 1000, 1016, 0.5) == 1016
    assert again_at(rule, 1000, 1015, 0.5) is None
    assert sweep_at(rule, 7, 67) == 67
    assert sweep_at(rule, 7, 68) == 127
    assert sweep_at(AgentRule("role"), 0, 68) == math.inf


def test_an_outage_of_eks_auth_is_bridged_by_what_the_agent_holds() -> None:
    """Sessions of 6 h, renewed at 3 h: EKS Auth may be away for up to 3 h, and no call notices."""
    fleet = {"count": 6, "per_host": 3, "credentials": "agent", "start": {"at_s": 0, "spread_s": 60}}
    calls = {"kind": "poisson", "action": "s3:GetObject", "rps": 0.02}
    words = _document({"pods": {**fleet, "calls": calls}}, 12 * HOUR)
    short = run({**words, "timeline": [{"at_s": 2 * HOUR, "outage": "eks", "for_s": 3 * HOUR}]})
    assert set(short["calls"]["verdict"]) == {"ok"}
    long = run({**words, "timeline": [{"at_s": 2 * HOUR, "outage": "eks", "for_s": 6 * HOUR}]})
    assert "RefreshFailed" in set(long["calls"]["verdict"])
    tried = long["requests"][long["requests"]["issuer"] == "eks"]
    again = tried[(tried["outcome"] == "unavailable") & (tried["slot"] == AGENT_SLOT)]
    assert len(again) > 100


def test_the_payer_of_a_broker_is_its_own_account() -> None:
    frames = run(_document(_traces({0: [1.0]}, "kiam", "botocore-1.44"), 10))
    asked = frames["requests"].set_index("issuer")
    assert asked.loc["sts", "account"] == "hub"
    assert asked.loc["sts", "quota_group"] == "signed"
    assert asked.loc["kiam", "quota_group"] == "free"


def test_pod_identity_is_charged_to_eks_auth() -> None:
    accounts = {"main": {"quotas": {"eks_auth": {"rps": 0.001, "burst": 2}}}, "hub": {}}
    fleet = {"count": 4, "per_host": 4, "credentials": "agent", "start": {"at_s": 0}}
    calls = {"kind": "trace", "at_s": [1.0]}
    frames = run(_document({"pods": {**fleet, "calls": calls}}, 60, accounts=accounts))
    asked = frames["requests"][frames["requests"]["issuer"] == "eks"]
    assert set(asked["quota_group"]) == {"eks_auth"}
    assert (asked["outcome"] == "ok").sum() == 2
    assert frames["calls"].groupby("verdict")["calls"].sum().to_dict() == {"ok": 2, "RefreshFailed": 2}


@pytest.mark.parametrize(("single_flight", "asked"), [(True, 1), (False, 8)])
def test_processes_of_a_pod_that_ask_together(single_flight: bool, asked: int) -> None:
    """Eight of them, at one instant: the agents of 2024 asked EKS Auth for each; then all are served from the cache."""
    calls = {"kind": "trace", "at_s": [10.0, 100.0]}
    pod = {"count": 1, "threads": 8, "credentials": "apart", "start": {"at_s": 0}, "calls": calls}
    agent = {**AGENT, "settings": {"single_flight": single_flight}}
    issuers = {**ISSUERS, "agent": agent, "eks": {"kind": "eks_auth", "latency_s": 0.1}}
    chain = {"apart": [{"from": "agent", "role": "app", "cache": "thread"}]}
    requests = run(_document({"pods": pod}, 600.0, issuers=issuers, credentials=chain))["requests"]
    assert (requests["issuer"] == "eks").sum() == asked


def test_a_renewal_that_the_run_does_not_outlive_has_issued_a_credential() -> None:
    """The sweep's request is answered after the horizon: the credential that it issued has a row all the same."""
    pod = {"count": 1, "credentials": "agent", "start": {"at_s": 0}, "calls": {"kind": "every", "every_s": 30}}
    issuers = {**ISSUERS, "eks": {"kind": "eks_auth", "latency_s": 200.0}}
    issuers["agent"] = {**AGENT, "settings": {"renew_after_s": 600}}
    frames = run(_document({"pods": pod}, 960.0, issuers=issuers))
    asked = frames["requests"].query("issuer == 'eks'")
    assert len(asked) == 2
    assert asked["at_s"].max() + 200 > 960
    assert set(asked["issued"]) <= set(frames["credentials"]["credential"])
