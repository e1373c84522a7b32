"""Drills in reduced sizes: what each of them must show whatever its size; and what their charts are drawn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.charts.working_over_time import stuck_over_time
from analysis.metrics.working import latest
from sim.loading.scenario_file import load
from tests.support.runs import Frames, run

DRILLS = Path(__file__).parents[2] / "scenarios" / "drills"
FEW = {"populations.pods.count": 600, "accounts.cluster.quotas.signed": {"rps": 18, "burst": 18}}


def drill(name: str, strategy: str, settings: dict[str, Any], keep: tuple[str, ...] = ()) -> Frames:
    scenario = load(DRILLS / f"{name}.yaml", settings).strategies[strategy]
    if keep:
        kept = {one: scenario.populations[one] for one in keep}
        scenario = scenario.model_copy(update={"populations": kept})
    return run(scenario)


@pytest.mark.parametrize("strategy", ["at-once", "jitter-2m"])
def test_a_deploy_at_once_is_throttled_and_a_spread_one_is_not(strategy: str) -> None:
    """600 pods against 18/s, as 20,000 against 600/s: at once the bucket needs (N - b) / r = 32 s at least."""
    frames = drill("deploy-20k", strategy, {**FEW, "run.horizon_s": 300})
    tried = frames["requests"][frames["requests"]["operation"] == "AssumeRole"]
    granted = tried[tried["outcome"] == "ok"]["at_s"]
    assert len(granted) == 600
    assert bool((tried["outcome"] == "throttled").any()) == (strategy == "at-once")
    if strategy == "at-once":
        assert granted.max() >= (600 - 18) / 18


def test_botocore_with_15_min_dies_in_ten_minutes_and_keys_do_not() -> None:
    keep = ("boto-15m", "boto-12h", "static-key")
    frames = drill("sts-outage", "down-10m", {"run.horizon_s": 5000}, keep)
    now = latest(frames["calls"], 4200.0)
    works = now.groupby("population")["works"].sum().to_dict()
    assert works["boto-15m"] == 0
    assert works["boto-12h"] >= 3
    assert works["static-key"] == 5


def test_a_stuck_service_serves_for_two_hours_and_not_for_seven() -> None:
    for strategy, expected in (("stuck-2h", 10), ("stuck-7h", 0)):
        settings = {"run.horizon_s": 36_000}
        frames = drill("imds-stuck", strategy, settings, ("botocore", "static-key"))
        at = 7200 + (7200 if strategy == "stuck-2h" else 25_200)
        works = latest(frames["calls"], at).groupby("population")["works"].sum().to_dict()
        assert works == {"botocore": expected, "static-key": 10}


def test_at_nine_whoever_has_to_log_in_cannot() -> None:
    few = {"populations.people.count": 30, "run.horizon_s": 39_600}
    stuck = {}
    for strategy in ("saml-1h", "sso", "keys"):
        calls = drill("idp-at-nine", strategy, few)["calls"]
        stuck[strategy] = float(stuck_over_time(calls, np.array([32_399.0, 35_900.0]))[1])
        assert stuck_over_time(calls, np.array([32_399.0]))[0] == 0
    assert stuck["keys"] == 0 < stuck["sso"] < stuck["saml-1h"]


def test_the_latest_call_says_who_works() -> None:
    rows = [("a", 0, "ok", 0.0, 10.0), ("a", 0, "RefreshFailed", 11.0, 20.0), ("a", 1, "ok", 0.0, 30.0),
            ("a", 0, "ok", 21.0, 30.0), ("a", 2, "Unfinished", 5.0, 30.0)]  # fmt: skip
    calls = pd.DataFrame(rows, columns=["population", "client", "verdict", "from_s", "to_s"])
    for at, works in ((5.0, [True, True]), (12.0, [False, True]), (25.0, [True, True])):
        assert latest(calls, at).sort_values("client")["works"].tolist() == works
    assert stuck_over_time(calls, np.array([0.0, 11.0, 20.9, 21.0])).tolist() == [0, 1, 1, 0]
