"""Thefts from clients that arrive and end: a session of D stolen at a uniform instant of a job's life L outlives it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.load import Results
from analysis.metrics._places import all_places, lives_of
from analysis.metrics.exposure import CAP_S, law, probe_errors
from analysis.summary import evaluate
from sim.records import Level
from sim.runner import Plan
from sim.runner import run as run_plan
from sim.scenario import Scenario
from tests.analysis.frames import context
from tests.support.runs import run
from tests.support.zoo import document, fleet

TICKS = {"kind": "every", "every_s": 1, "phase_s": 0}
COME = {"kind": "trace", "at_s": [100, 1000, 5000, 5500]}
SESSION_S = 3600.0
MARGIN_S = 900.0
HORIZON_S = 16_000.0


def jobs(lifetime_s, horizon_s=HORIZON_S, chain="by-user", **theft):
    """Two jobs come at each of four instants; each asks for a session of an hour with its first call."""
    words = fleet(chain, TICKS, count=2, arrivals=COME, lifetime_s=lifetime_s, threads=1)
    places = {"places": {"fleet": {"process": 1}}, "probes": 400, "foothold_s": 100.0}
    made = document({"fleet": words}, horizon_s=horizon_s, theft=places | theft)
    made["issuers"]["sts"]["latency_s"] = 0.0  # else a job has nothing to take while it waits for its first session
    return made


def law_of_jobs(frames, thief="copy", place="process"):
    """The exposure of a place of the jobs."""
    scenario = frames.scenario.model_dump(mode="json", by_alias=True)
    lives = lives_of(scenario, frames["lives"], "fleet", place)
    held = frames["holdings"]
    rows = held[(held["place"] == place) & (held["population"] == "fleet")]
    return law(rows, thief, places=99, horizon_s=frames.scenario.run.horizon_s, foothold_s=100.0, lives=lives)


@pytest.fixture(scope="module")
def short():
    """Jobs of 600 s."""
    return run(jobs(600))


def test_a_session_outlives_its_job_by_what_is_left(short):
    """X = D - U(0, L): mean D - L/2, and from D - L to D, though the job is gone after L."""
    found = law_of_jobs(short)
    assert found.mean(CAP_S) == pytest.approx(SESSION_S - 300, rel=1e-5)
    assert found.quantiles([0.25, 0.5, 0.75]) == pytest.approx([3150, 3300, 3450], rel=1e-4)
    assert found.nothing == pytest.approx(0.0, abs=1e-5)
    assert found.survival(np.array([2999.0])) == pytest.approx(1.0, abs=1e-5)


def test_a_job_that_outlives_its_sessions_renews_them():
    """A session every D - m seconds; the one that is there at t has D - (t mod (D - m)) left."""
    lifetime_s, turn = 10_000.0, SESSION_S - MARGIN_S
    turns, rest = divmod(lifetime_s, turn)
    expected = SESSION_S - (turns * turn**2 / 2 + rest**2 / 2) / lifetime_s
    assert law_of_jobs(run(jobs(lifetime_s))).mean(CAP_S) == pytest.approx(expected, rel=1e-3)


def test_a_job_that_lives_twice_as_long_is_robbed_twice_as_often():
    """Sum over jobs of the integral of D - t over its life, by the sum of the lives."""
    frames = run(jobs({"discrete": {300: 0.5, 1800: 0.5}}))
    lives = (frames["lives"]["to_s"] - frames["lives"]["from_s"]).to_numpy()
    assert sorted(set(lives.round(3))) == [300.0, 1800.0]
    expected = (SESSION_S * lives - lives**2 / 2).sum() / lives.sum()
    assert law_of_jobs(frames).mean(CAP_S) == pytest.approx(expected, rel=1e-5)


def test_lives_are_cut_at_the_horizon():
    frames = run(jobs(600, horizon_s=5300))
    assert frames["lives"]["to_s"].tolist() == [700, 700, 1600, 1600, 5300, 5300]
    whole, cut = 600.0, 300.0
    expected = SESSION_S - (4 * whole**2 / 2 + 2 * cut**2 / 2) / (4 * whole + 2 * cut)
    assert law_of_jobs(frames).mean(CAP_S) == pytest.approx(expected, rel=1e-5)


def test_sampled_thefts_fall_into_lives_and_agree_with_the_integral(short):
    probes, held = short["probes"], short["holdings"]
    assert len(probes) == 400, "none is spent on a job that is not there"
    lives = short["lives"].set_index("client").loc[probes["client"]]
    assert probes["at_s"].between(lives["from_s"].to_numpy(), lives["to_s"].to_numpy()).all()
    errors = probe_errors(held[held["place"] == "process"], probes, "copy")
    assert np.abs(errors).max() == 0
    left = probes["valid_until_s"] - probes["at_s"]
    assert left.mean() == pytest.approx(SESSION_S - 300, abs=4 * 600 / np.sqrt(12 * 400))


def test_a_host_is_there_while_any_of_its_jobs_is():
    lives = pd.DataFrame(
        {"population": "app", "client": [0, 1, 2, 3], "from_s": [0.0, 50, 400, 300], "to_s": [100.0, 120, 500, 350]}
    )
    about = context().scenario
    about["populations"]["app"] |= {"arrivals": {"kind": "every"}, "per_host": 2}
    found = lives_of(about, lives, "app", "imds")
    assert found.values.tolist() == [[0, 0, 120], [1, 300, 350], [1, 400, 500]]
    assert lives_of(about, lives, "app", "repository") is None, "a key that was copied there stays"
    assert lives_of(about, lives, "people", "laptop") is None


def test_metadata_of_a_host_goes_with_its_jobs():
    """A set of 6 h offered as the host comes, whose jobs live for 600 s: it has all of its life but U(0, 600) left."""
    document_ = jobs(600, chain="node", places={"fleet": {"imds": 1}})
    document_["populations"]["fleet"]["per_host"] = 2
    found = law_of_jobs(run(document_), place="imds")
    assert found.mean(CAP_S) == pytest.approx(21_600 - 300, rel=1e-3)


INCIDENT = {"population": "fleet", "place": "process", "thieves": ["copy", "mint", "foothold"], "first_use_s": 5}


@pytest.mark.parametrize(("at_s", "cause"), [(300, "expiry"), (900, "nothing"), (5600, "expiry")])
def test_a_leak_is_of_a_job_that_is_there(at_s, cause):
    """Used after the job is gone, refused at the session's own end; where nobody is, nothing leaks."""
    leaks = {"leak": INCIDENT | {"at_s": at_s, "first_use_s": 1000, "detected_after_s": None}}
    frames = run(jobs(600, incidents=leaks, places={}, foothold_s=50))
    story = frames["thefts"].set_index("thief")
    assert set(story["end_cause"]) == {cause}
    if cause == "expiry":
        victim = int(story["client"].iloc[0])
        life = frames["lives"].set_index("client").loc[victim]
        assert life["from_s"] <= at_s < life["to_s"] < story.loc["copy", "first_use_at_s"]
        assert story.loc["copy", "last_ok_at_s"] == pytest.approx(life["from_s"] + SESSION_S, abs=1)


def test_figures_are_by_the_time_that_jobs_are_there(tmp_path):
    """Eight jobs of 600 s ask once each: 8 requests in 8 x 600 s; the exposure stands in the figures at all levels."""
    scenario = Scenario.model_validate(jobs(600))
    for level in (Level.CREDENTIALS, Level.SUMMARY):
        folder = tmp_path / level
        folder.mkdir()
        run_plan(Plan("jobs", {"base": scenario}, 1, 1, level), folder, 1, lambda _share: None)
        values = evaluate(folder, "base", 0, all_places(Results(folder))["base"])
        told = {(one.metric, dict(one.selector).get("thief", "")): one.value / one.over for one in values}
        assert told["requests.per_client_day", ""] == pytest.approx(86_400 / 600)
        assert told["exposure.mean_s", "copy"] == pytest.approx(3300, rel=0.02)
    nobody = Scenario.model_validate(jobs(600, horizon_s=50))
    folder = tmp_path / "nobody"
    folder.mkdir()
    run_plan(Plan("jobs", {"base": nobody}, 1, 1, Level.CREDENTIALS), folder, 1, lambda _share: None)
    values = evaluate(folder, "base", 0, all_places(Results(folder))["base"])
    reasons = {one.reason for one in values if one.metric in ("exposure.mean_s", "exposure.privilege_hours")}
    assert all(reasons)
