"""Collateral through the engine: the same run without the response, on the same random numbers."""

from __future__ import annotations

import copy

import pytest

from analysis.load import Results
from analysis.metrics._places import all_places
from analysis.summary import evaluate
from sim.records import Level
from sim.runner import Plan, jobs_of, run
from sim.scenario import Scenario
from tests.support.naive_thief import leak

OFF = {"after_s": 0, "deactivate_key": "robot", "replaced_after_s": 1000}
OUTAGE = {"at_s": 5000, "outage": "sts", "for_s": 6000}
DENIED = {"at_s": 600, "policy": "user/robot", "allow": ["ec2:*"], "for_s": 4000}
PLANS = {
    "nothing": [],
    "off": [OFF],
    "mend": [{"after_s": 0, "policy": "user/robot", "allow": ["s3:*"]}],
    "restart": [{"after_s": 300, "restart": "others"}],
}


def document(plan, timeline=()):
    """A key leaks and is detected at 1,500 s; others assume a role and have nothing to do with it."""
    one = copy.deepcopy(leak({}, []))
    one["run"] = {"horizon_s": 20_000}
    one["roles"] = {"app": {"account": "main", "trust": {"service": "ecs-tasks.amazonaws.com"}, "allow": ["s3:*"]}}
    one["credentials"]["app"] = [
        {"from": "sts.AssumeRole", "role": "app", "service": "ecs-tasks.amazonaws.com", "session_s": 3600}
    ]
    one["populations"]["fleet"] |= {"count": 3, "calls": {"kind": "every", "every_s": 10, "action": "s3:GetObject"}}
    others = {"count": 4, "credentials": "app", "calls": {"kind": "poisson", "rps": 0.05, "action": "s3:GetObject"}}
    one["populations"]["others"] = others
    one["theft"]["incidents"]["leak"] |= {"plan": plan}
    one["theft"]["plans"] = PLANS
    return Scenario.model_validate(one | {"timeline": list(timeline)})


STRATEGIES = {
    "none": document(None, [OUTAGE]),
    "nothing": document("nothing", [OUTAGE]),
    "off": document("off", [OUTAGE]),
    "off-calm": document("off"),
    "restart": document("restart", [OUTAGE]),
    "mend": document("mend", [DENIED]),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unanswered")
    run(Plan("leak", STRATEGIES, 1, 1, Level.CREDENTIALS), folder, 1, lambda _share: None)
    return Results(folder)


def told(results, strategy):
    """(metric, population) -> value."""
    values = evaluate(results.folder, strategy, 0, all_places(results)[strategy])
    return {(one.metric, dict(one.selector).get("population", "")): one.value / one.over for one in values}


def hashes(results, table, strategy):
    """Content of a table's files."""
    return [one["sha256"] for one in results.manifest["tables"] if (one["table"], one["strategy"]) == (table, strategy)]


def test_without_its_steps_a_plan_is_nobodys_response(results):
    """By equality of bytes: plans without steps, no plan, and every plan's run without it."""
    calm = hashes(results, "calls", "nothing")
    assert calm == hashes(results, "calls", "none")
    assert calm == hashes(results, "calls_unanswered", "off") == hashes(results, "calls_unanswered", "restart")
    assert calm != hashes(results, "calls", "off")
    assert not hashes(results, "calls_unanswered", "nothing")
    assert not [path for path in results.folder.iterdir() if path.name.startswith(".")], "scratch is left behind"


def test_the_plan_nothing_has_no_collateral_whatever_fails(results):
    found = told(results, "nothing")
    assert found["calls.failed", "others"] > 0, "the outage after the detection makes calls fail"
    for metric in ("collateral_calls", "collateral_s", "collateral_mean_s"):
        assert {value for (name, _), value in found.items() if name == metric} == {0.0}


def test_collateral_is_the_responses_own_to_the_call(results):
    """The key is out for 1,000 s and everybody calls every 10 s: 100 calls of each of three."""
    with_outage, calm = told(results, "off"), told(results, "off-calm")
    for found in (with_outage, calm):
        assert found["collateral_calls", ""] == found["collateral_calls", "fleet"] == 300
        assert found["collateral_calls", "others"] == found["collateral_s", "others"] == 0
        assert found["collateral_s", "fleet"] == found["collateral_mean_s", "fleet"] == pytest.approx(1000)
    assert with_outage["calls.failed", ""] > calm["calls.failed", ""] == 300


def test_a_restart_shifts_refreshes_out_of_an_outage_or_into_it(results):
    """What the response moves is its own, of either sign; it is the difference of the failed calls, to the call."""
    found, calm = told(results, "restart"), told(results, "nothing")
    assert found["collateral_calls", "others"] == found["calls.failed", "others"] - calm["calls.failed", "others"]
    assert found["collateral_calls", "others"] != 0


def test_what_a_response_mends_counts_below_zero(results):
    """A wrong policy acts until 4,600 s; the response sets it right at 1,500 s: 310 calls of each of three."""
    assert told(results, "mend")["collateral_calls", "fleet"] == -3 * 310


def test_strategies_share_the_run_without_a_response():
    """Nothing, no plan and every plan without its steps are one simulation a shard."""
    same = {name: STRATEGIES[name] for name in ("none", "nothing", "off", "restart")}
    jobs = jobs_of(Plan("leak", same, 1, 1, Level.CREDENTIALS))
    shards = len(jobs_of(Plan("leak", {"none": same["none"]}, 1, 1, Level.CREDENTIALS)))
    assert shards == 2
    assert len(jobs) == shards + 2, "one more for the shard that each plan acts on"
    assert len(jobs_of(Plan("leak", {"off": same["off"]}, 1, 1, Level.CREDENTIALS))) == shards + 1
    assert len(jobs_of(Plan("leak", {"off": same["off"]}, 1, 1, Level.SUMMARY))) == shards
