"""Exposure of simulated runs: the engine, its holdings and the integration together, against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.load import Results
from analysis.metrics._places import places_of
from analysis.metrics.exposure import probe_errors
from analysis.summary import summarise
from sim.plan import Plan
from sim.records import Level
from sim.runner import run
from sim.scenario import Scenario

LIFE_S = 3600.0
MARGIN_S = 900.0
RATE_RPS = 1.0


def _document(*, is_keys: bool) -> dict[str, Any]:
    chain = {"from": "access_key"} if is_keys else {"from": "sts.AssumeRole", "role": "reader"}
    return {
        "name": "residual-life",
        "question": "How long is a stolen session or key of use?",
        "run": {"horizon_s": 5 * 86_400, "seed": 7, "replications": 2},
        "accounts": {"main": {}},
        "issuers": {
            "sts": {"kind": "sts"},
            "iam": {"kind": "iam", "propagation_s": 0},
        },
        "roles": {
            "reader": {"account": "main", "trust": {"user": "worker"}, "allow": ["s3:GetObject"]},
        },
        "users": {
            "worker": {
                "account": "main",
                "allow": ["s3:GetObject", "sts:AssumeRole"],
                "key": {
                    "life": "policy",
                    "rotation": {"period_s": 86_400, "overlap_s": 7_200},
                    "copies": {"process" if is_keys else "repository": 1},
                },
            }
        },
        "credentials": {"chain": [{**chain, "user": "worker"}]},
        "populations": {
            "workers": {"count": 40, "credentials": "chain", "calls": {"kind": "poisson", "rps": RATE_RPS}}
        },
        "theft": {"places": {"workers": {"process": 1}}, "probes": 500},
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("simulated") / "run"
    folder.mkdir()
    strategies = {name: Scenario.model_validate(_document(is_keys=name == "keys")) for name in ("sessions", "keys")}
    run(Plan("residual-life", strategies, 7, 2, Level.CREDENTIALS), folder, 1, lambda _share: None)
    summarise(folder)
    return Results(folder)


def _mean(results: Results, strategy: str, thief: str) -> float:
    summary = summarise(results.folder)
    selector = {"place": "process", "population": "workers", "thief": thief}
    rows = [row for row in summary["metrics"] if row["strategy"] == strategy and row["selector"] == selector]
    return float(next(row["mean"] for row in rows if row["metric"] == "exposure.mean_s"))


def test_a_session_of_a_busy_client_has_half_of_life_plus_margin(results: Results) -> None:
    """Uniform(m, L) with m = 900 s less the mean gap of the calls: (3,600 + 899) / 2 = 2,249.5 s."""
    assert _mean(results, "sessions", "copy") == pytest.approx((LIFE_S + MARGIN_S - 1 / RATE_RPS) / 2, rel=1e-3)


def test_a_key_rotated_by_period_has_half_of_it_plus_the_overlap(results: Results) -> None:
    """T/2 + g = 12 h + 2 h, stationary from time 0 (40 keys with uniform phases, 5 days)."""
    assert _mean(results, "keys", "copy") == pytest.approx(86_400 / 2 + 7_200, rel=1e-3)


@pytest.mark.parametrize("strategy", ["sessions", "keys"])
@pytest.mark.parametrize("thief", ["copy", "mint"])
def test_every_sampled_theft_finds_what_the_integration_says(results: Results, strategy: str, thief: str) -> None:
    assert places_of(results, strategy) == {("workers", "process"): 40}
    for replication in range(results.replications):
        holdings, probes = (results.table(name, strategy, replication) for name in ("holdings", "probes"))
        assert len(probes) > 400
        in_processes = holdings[holdings["place"] == "process"]
        assert np.abs(probe_errors(in_processes, probes, thief)).max() == 0
