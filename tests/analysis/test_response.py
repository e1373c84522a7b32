"""Containment and collateral on rows whose answers are known by counting."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.charts.lanes import failing_share
from analysis.metrics.response import _surge, cut_off
from sim.records import Level
from tests.analysis.frames import context, number, table, values

LEAK = {"incident": "leak", "thief": "copy", "at_s": 100.0, "detected_at_s": 200.0, "last_ok_at_s": 260.0}
SPAN = {"incident": "leak", "thief": "copy", "action": "s3:GetObject", "weight": 1.0, "from_s": 110.0, "to_s": 260.0}
CALL = {"population": "app", "client": 0, "slot": 0}


def call(verdict, start, stop, calls=1, **who):
    """A segment of calls."""
    return {**CALL, **who, "verdict": verdict, "from_s": float(start), "to_s": float(stop), "calls": calls}


def found(thefts, spans=(), calls=(), requests=(), level=Level.CREDENTIALS):
    """The family's values."""
    return values(
        "response", context(level=level), thefts=list(thefts), theft_spans=list(spans), calls=list(calls),
        requests_per_second=list(requests),
    )  # fmt: skip


def test_containment_counts_from_the_detection():
    thefts = [
        LEAK,
        LEAK | {"thief": "mint", "last_ok_at_s": math.inf},
        LEAK | {"thief": "foothold", "last_ok_at_s": 150.0},
        LEAK | {"incident": "empty", "last_ok_at_s": None},
        LEAK | {"incident": "unseen", "detected_at_s": math.inf},
    ]
    told = found(thefts)
    assert number(told, "containment_s", "incident=leak,thief=copy") == 60
    assert math.isinf(number(told, "containment_s", "incident=leak,thief=mint"))
    assert number(told, "containment_s", "incident=leak,thief=foothold") == 0
    assert number(told, "containment_s", "incident=empty,thief=copy") == 0
    assert math.isnan(number(told, "containment_s", "incident=unseen,thief=copy"))
    assert number(told, "incident.exposure_s", "incident=unseen,thief=copy") == 160


def test_privilege_hours_weigh_what_is_allowed():
    spans = [SPAN, SPAN | {"action": "ec2:RunInstances", "weight": 10.0, "to_s": 146.0}]
    assert number(found([LEAK], spans), "privilege_hours", "incident=leak,thief=copy") == pytest.approx(
        (150 + 360) / 3600
    )
    forever = [SPAN | {"to_s": math.inf}, SPAN | {"action": "x", "weight": 0.0, "to_s": math.inf}]
    assert math.isinf(number(found([LEAK], forever), "privilege_hours", "incident=leak,thief=copy"))


PLANS = {"act": [{"after_s": 0, "restart": "app"}], "wait": []}
CALLS = [
    call("RefreshFailed", 150, 160, 9),
    call("ok", 170, 200, 5),
    call("AccessDenied", 210, 290, 8),
    call("RefreshFailed", 300, 340, 4),
    call("ok", 350, 900, 40),
    call("Unfinished", 990, 999, 2),
    call("AccessDenied", 220, 400, 6, client=1),
]


def collateral(calls, without, plan="act"):
    """The family's values where the calls of a response and those without it are known."""
    about = context()
    about.scenario["theft"] |= {"incidents": {"leak": {"plan": plan}}, "plans": PLANS}
    return values("response", about, thefts=[LEAK], calls=calls, calls_unanswered=without)


def test_collateral_is_what_would_not_have_failed_without_the_response():
    without = [CALLS[0], call("ok", 170, 900, 57), call("AccessDenied", 220, 300, 4, client=1)]
    told = collateral(CALLS, without)
    assert number(told, "collateral_calls") == number(told, "collateral_calls", "population=app") == 18 - 4
    assert number(told, "collateral_s") == 140, "client 1 would have been cut off for 80 of its 180 s"
    clients = sum(one["count"] for one in context().populations.values())
    assert number(told, "collateral_mean_s") == (140 + 100) / clients
    assert number(told, "collateral_calls", "population=people") == 0


def test_what_a_response_mends_counts_below_zero():
    told = collateral([call("ok", 150, 900, 66)], CALLS)
    assert number(told, "collateral_calls") == -27
    assert number(told, "collateral_s") == 0
    assert number(told, "collateral_mean_s") < 0


@pytest.mark.parametrize("plan", ["wait", None])
def test_a_plan_without_steps_has_no_collateral(plan):
    told = collateral(CALLS, [], plan)
    for metric in ("collateral_calls", "collateral_s", "collateral_mean_s"):
        assert number(told, metric) == number(told, metric, "population=app") == 0


def test_time_cut_off_is_from_a_failed_call_to_the_next_ok():
    times = cut_off(pd.DataFrame(CALLS), 200.0)
    assert times.to_dict() == {("app", 0, 0): 140.0, ("app", 1, 0): 180.0}
    single = [call(row["verdict"], at, at) for row in CALLS[2:5] for at in (row["from_s"], row["to_s"])]
    assert cut_off(pd.DataFrame(single), 200.0).to_dict() == {("app", 0, 0): 140.0}, "level calls says the same"


def test_the_surge_is_the_busiest_second_of_a_bucket():
    row = {"account": "main", "quota_group": "signed", "population": "app", "issuer": "sts", "operation": "AssumeRole"}
    requests = [
        row | {"second": 100, "requests": 90, "outcome": "ok"},
        row | {"second": 300, "requests": 7, "outcome": "ok"},
        row | {"second": 300, "requests": 4, "outcome": "throttled"},
    ]
    assert number(found([LEAK], requests=requests), "surge_rps", "account=main,quota_group=signed") == 11


@pytest.mark.parametrize(("region", "surge"), [(None, 16), ("eu-west-1", 11)])
def test_the_surge_of_two_regions_is_that_of_the_busier(region, surge):
    row = {"account": "main", "quota_group": "signed", "population": "app", "operation": "AssumeRole", "outcome": "ok"}
    requests = pd.DataFrame(
        [
            row | {"issuer": "sts", "second": 300, "requests": 11},
            row | {"issuer": "sts-eu", "second": 300, "requests": 5},
        ]
    )
    about = {"issuers": {"sts": {"kind": "sts", "region": None}, "sts-eu": {"kind": "sts", "region": region}}}
    assert [value.value for value in _surge(requests, 200.0, about)] == [surge]


def test_the_share_that_fails_spreads_a_segment_evenly():
    calls = table("calls", [call("ok", 0, 20, 20), call("AccessDenied", 10, 20, 30), call("ok", 35, 35, 1)])
    share = failing_share(calls, np.array([0.0, 10.0, 20.0, 30.0, 40.0]))
    assert share[:2].tolist() == pytest.approx([0.0, 0.75])
    assert np.isnan(share[2])
    assert share[3] == 0
