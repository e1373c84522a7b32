"""What must be true of the two shipped scenarios, on reduced ones.

employee-directory: a fiftieth of the people, a few of the instances, Monday to Wednesday (the deploy and the outage
of STS are in it); rates are scaled back by 50. nightly-batch: a tenth of the processes and of the quota, a third of
the time and of the work, so that demand against quota and calls against refreshes stay as they are.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from sim.loading.scenario_file import load
from tests.support.runs import Frames, run, verdicts

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SCALE = 50
DIRECTORY = {
    "run.horizon_s": 3 * 86_400,
    "populations.people-console.count": 1750 // SCALE,
    "populations.people-cli.count": 2250 // SCALE,
    "populations.people-power.count": 500 // SCALE,
    "populations.people-rare.count": 500 // SCALE,
    "populations.directory-app.count": 8,
    "populations.instances-java.count": 6,
    "populations.instances-go.count": 6,
    "populations.instances-js.count": 6,
}
BATCH = {
    "run.horizon_s": 700,
    "populations.batch.count": 64,
    "populations.batch.work.calls": 1200,
    "populations.batch.work.within_s": 600,
    "accounts.data.quotas.signed": {"rps": 60, "burst": 60},
}
STS_DOWN = (208_800.0, 212_400.0)
PEOPLE = ("people-console", "people-cli", "people-power", "people-rare")
INSTANCES = ("instances-java", "instances-go", "instances-js")
ROLES = ("saml-1h", "identity-center-1h", "identity-center-12h")


@cache
def directory(strategy: str) -> Frames:
    return run(load(SCENARIOS / "employee-directory.yaml", DIRECTORY).strategies[strategy])


@cache
def batch(strategy: str) -> Frames:
    return run(load(SCENARIOS / "nightly-batch.yaml", BATCH).strategies[strategy], level="summary")


def _hourly_peak_rps(at_s: pd.Series) -> float:
    return float((at_s // 3600).value_counts().max()) / 3600 if len(at_s) else 0.0


@pytest.mark.parametrize("strategy", ["keys-90d", *ROLES])
def test_logins_of_people_peak_below_one_a_second(strategy: str) -> None:
    logins = directory(strategy)["logins"]
    assert set(logins["population"]) <= set(PEOPLE)
    interactive = logins.loc[logins["kind"] == "interactive", "at_s"]
    assert len(interactive) > 50
    assert 0.0 < SCALE * _hourly_peak_rps(interactive) < 1.0


@pytest.mark.parametrize("strategy", ["keys-90d", *ROLES])
def test_sts_load_outside_the_batch_stays_below_two_a_second(strategy: str) -> None:
    requests = directory(strategy)["requests"]
    sts = requests[(requests["issuer"] == "sts") & (requests["quota_group"] != "free")]
    down = sts["at_s"].between(*STS_DOWN)
    assert SCALE * _hourly_peak_rps(sts.loc[sts["quota_group"] == "signed", "at_s"]) < 2.0
    assert SCALE * _hourly_peak_rps(sts.loc[~down, "at_s"]) < 2.0
    assert SCALE * _hourly_peak_rps(sts.loc[down, "at_s"]) < 6.0, "people do not log in again for every command"
    assert not (requests["outcome"] == "throttled").any()


@pytest.mark.parametrize("strategy", ["keys-90d", *ROLES])
def test_instances_cause_no_request_that_a_customer_pays(strategy: str) -> None:
    requests = directory(strategy)["requests"]
    mine = requests[requests["population"].isin(INSTANCES)]
    assert len(mine) > 0
    assert set(mine["quota_group"]) == {"free"}
    assert not set(mine["issuer"]) & {"sts", "identity-center"}
    services = requests[requests["population"].isin(["log-delivery", "photo-function"])]
    assert set(services["quota_group"]) == {"free"}


def _lost_in_the_outage(strategy: str, population: str) -> int:
    calls = directory(strategy)["calls"]
    start, stop = STS_DOWN
    during = calls[(calls["from_s"] < stop) & (calls["to_s"] > start) & (calls["population"] == population)]
    return int(during.loc[during["verdict"] != "ok", "calls"].sum())


def test_static_keys_lose_no_call_in_the_outage_of_sts() -> None:
    for population in ("people-cli", "people-power", "directory-app"):
        assert _lost_in_the_outage("keys-90d", population) == 0
        assert {v for p, _, v in verdicts(directory("keys-90d")) if p == population} == {"ok"}
    assert _lost_in_the_outage("saml-1h", "people-cli") > 0
    assert _lost_in_the_outage("identity-center-1h", "people-cli") > 0


def test_strategies_face_the_same_calls() -> None:
    totals = {sum(verdicts(directory(strategy)).values()) for strategy in ("keys-90d", *ROLES)}
    assert len(totals) == 1


def _attempts(strategy: str) -> pd.Series:
    seconds = batch(strategy)["requests_per_second"]
    return seconds[seconds["issuer"] == "sts"].groupby("outcome")["requests"].sum()


def _done(strategy: str) -> float:
    counted = verdicts(batch(strategy))
    return sum(n for (_, _, v), n in counted.items() if v == "ok") / sum(counted.values())


def test_sessions_of_15_min_are_throttled_and_do_half_of_the_work() -> None:
    attempts = _attempts("batch-15m")
    assert 0.35 < attempts["throttled"] / attempts.sum() < 0.60
    assert 0.40 < _done("batch-15m") < 0.65
    failed = sum(n for (_, _, v), n in verdicts(batch("batch-15m")).items() if v not in {"ok", "Unfinished"})
    assert failed / (64 * 1200) < 0.01, "work is lost by waiting, not by failing"


def test_sessions_of_16_min_ask_a_hundredth_as_often() -> None:
    ratio = _attempts("batch-16m").sum() / _attempts("batch-15m").sum()
    assert 0.003 < ratio < 0.02
    assert _done("batch-16m") > 0.9


def test_sessions_of_an_hour_do_all_the_work() -> None:
    attempts = _attempts("batch-1h")
    assert attempts["ok"] == 64
    # 1,200 calls at 2/s take 600 s in the mean, which is the time allowed: a process that is a little late leaves
    # some calls, sqrt(1200 / (2 pi)) of 1,200 on average.
    assert _done("batch-1h") == pytest.approx(1 - (1200 / 6.2832) ** 0.5 / 1200, abs=0.005)
