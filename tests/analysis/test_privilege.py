"""Privilege-hours against exposure, a naive evaluation, and closed forms through the engine."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.metrics.exposure import CAP_S, THIEVES, law
from analysis.metrics.privilege import FAMILY, privilege_hours
from sim.records import Level
from tests.analysis.frames import context, number, table, values
from tests.support import naive_exposure as naive
from tests.support.naive_exposure import Held
from tests.support.naive_thief import leak
from tests.support.runs import run

HORIZON = 20.0
CLIENTS = 3
DAY = 86_400.0
NAMES = ("one", "two")
seeded = settings(derandomize=True, max_examples=60, deadline=None)
instants = st.integers(0, 80).map(lambda n: n / 4)
LIMITS = {"places": CLIENTS, "horizon_s": HORIZON, "foothold_s": 3.0}


def granted(grant="one", **more):
    """A row of `grants`: the action is always allowed."""
    row = {"population": "app", "grant": grant, "action": "s3:GetObject", "resource": "", "weight": 1.0, "minted": 0}
    return row | {"after_s": 0.0, "from_s": -math.inf, "to_s": math.inf} | more


@st.composite
def holdings(draw):
    """What lay where, each of one of two grants."""
    rows = []
    for _ in range(draw(st.integers(0, 8))):
        start, stop = sorted((draw(instants), draw(instants)))
        valid = draw(st.one_of(instants, st.sampled_from([30.0, 100.0, math.inf])))
        rows.append(Held(draw(st.integers(0, CLIENTS - 1)), start, stop, valid, valid + 5.0))
    grants = [draw(st.sampled_from(NAMES)) for _ in rows]
    return rows, grants


@seeded
@given(held=holdings(), thief=st.sampled_from(THIEVES))
def test_one_action_of_weight_1_is_the_exposure(held, thief):
    rows, grants = held
    frame = naive.frame(rows).assign(grant=grants)
    allowed = [granted(name, minted=minted, after_s=5.0 * minted) for name in NAMES for minted in (0, 1)]
    hours = privilege_hours(frame, pd.DataFrame(allowed), thief, **LIMITS)
    found = law(naive.frame(rows), thief, **LIMITS)
    assert hours * 3600 == pytest.approx(found.mean(CAP_S), rel=1e-9, abs=1e-9)


@seeded
@given(
    held=holdings(),
    times=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from("ab"), instants, instants), max_size=5),
)
def test_policies_that_change_equal_the_naive_integral(held, times):
    """In steps of 1/8: every theft at the middle of a step, every instant after it looked at in turn."""
    rows, grants = held
    weights = {"a": 1.0, "b": 10.0}
    spans = [(name, action, min(x, y), max(x, y)) for name, action, x, y in times if x != y]
    allowed = [granted(n, action=a, weight=weights[a], from_s=x, to_s=y) for n, a, x, y in spans]
    frame = naive.frame(rows).assign(grant=grants)
    step, total = 1 / 4, 0.0
    for client in range(CLIENTS):
        for start in np.arange(0.0, HORIZON, step):
            mine = [(row, name) for row, name in zip(rows, grants, strict=True) if row.client == client]
            taken = [(r, n) for r, n in mine if r.from_s <= start < min(r.to_s, r.valid_until_s)]
            for later in np.arange(start, HORIZON, step):
                # a theft within [start, start + step): the cell that it lies in counts half
                part = step * step * (0.5 if later == start else 1.0)
                for action, weight in weights.items():
                    ok = any(
                        later < row.valid_until_s and n == name and a == action and x <= later < y
                        for row, name in taken
                        for n, a, x, y in spans
                    )
                    total += weight * part * ok
    frame_of = pd.DataFrame(allowed or [granted("nobody")])
    hours = privilege_hours(frame, frame_of, "copy", **LIMITS)
    assert hours * 3600 * HORIZON * CLIENTS == pytest.approx(total, rel=1e-9, abs=1e-9)


def test_places_thieves_and_totals():
    """Two places, weights 3 to 1; the thief who mints does for an hour more what only a role may."""
    held = {"population": "app", "client": 0, "from_s": 0.0, "to_s": 10.0, "valid_until_s": 172_800.0, "grant": "one"}
    rows = [held | {"place": "process"}, held | {"place": "image", "grant": "two"}]
    grants = [granted(), granted(action="ec2:RunInstances", weight=10.0, minted=1, after_s=3600.0)]
    about = context(places={("app", "process"): 1, ("app", "image"): 1})
    about.scenario["theft"]["places"] = {"app": {"process": 3, "image": 1}}
    told = values("privilege", about, holdings=rows, grants=[*grants, *grants])  # as two shards write them
    share = 10.0 / about.horizon_s
    mean = share * (172_800 - 5)
    name = "exposure.privilege_hours"
    copy = number(told, name, "place=process,population=app,thief=copy")
    assert copy == pytest.approx(mean / 3600)
    mint = number(told, name, "place=process,population=app,thief=mint")
    assert mint == pytest.approx((mean + 10 * (mean + share * 3600)) / 3600)
    assert number(told, name, "place=image,population=app,thief=mint") == 0
    assert number(told, name, "population=app,thief=mint") == pytest.approx(0.75 * mint)


def test_without_holdings_there_is_a_reason():
    about = context(level=Level.SUMMARY, places={("app", "process"): 1})
    frames = {name: table(name, []) for name in FAMILY.tables}
    assert all(math.isnan(one.value) and one.reason for one in FAMILY.compute(frames, about))


def engine_hours(document, thief):
    """Privilege-hours of the key in the repository of a run."""
    frames = run(document)
    held = frames["holdings"]
    place = held[held["place"] == "repository"]
    horizon = frames.scenario.run.horizon_s
    return privilege_hours(place, frames["grants"], thief, places=1, horizon_s=horizon, foothold_s=1.0)


@pytest.fixture(scope="module")
def key():
    """A key that nothing ends; after T the user may no longer start instances."""
    document = leak({"own": ["robot"]}, [])
    document["roles"]["own"]["allow"] = ["dynamodb:*"]
    actions = {"s3:GetObject": 1.0, "ec2:RunInstances": 10.0, "dynamodb:GetItem": 5.0, "iam:CreateUser": 1000.0}
    document["theft"] = {"places": {"fleet": {"repository": 1}}, "actions": actions}
    return document


def test_a_key_opens_what_its_users_policies_allow(key):
    """Never rotated, so its allowed actions count a year; its role's only to the thief who mints; others nothing."""
    assert engine_hours(key, "copy") == pytest.approx(8760 * (1 + 10))
    assert engine_hours(key, "mint") == pytest.approx(8760 * (1 + 10 + 5))


def test_a_policy_taken_away_ends_privilege_and_not_exposure(key):
    """Stolen at U(0, H), allowed until T: E[max(T - U, 0)] = T^2 / 2H; denied within [T, T + D): D of a year less."""
    horizon, gone = key["run"]["horizon_s"], 0.6 * key["run"]["horizon_s"]
    document = key | {"timeline": [{"at_s": gone, "policy": "user/robot", "allow": ["s3:GetObject"]}]}
    expected = 8760 + 10 * gone**2 / (2 * horizon) / 3600
    assert engine_hours(document, "copy") == pytest.approx(expected)
    deny = {"at_s": gone, "policy": "user/robot", "deny": ["ec2:RunInstances"], "adds": True, "for_s": 10_000}
    before = gone * 10_000 + 10_000**2 / 2  # thefts before the gap lose all of it, those within what is left of it
    expected = 8760 * 11 - 10 * before / horizon / 3600
    assert engine_hours(key | {"timeline": [deny]}, "copy") == pytest.approx(expected)


def test_chains_behind_a_key_last_their_hours():
    """Key rotated never but deactivated at T: user's session 36 h more, each role of the chain an hour more."""
    document = leak({"first": ["robot"], "second": ["first"]}, [])
    for name, action in (("first", "dynamodb:*"), ("second", "kms:*")):
        document["roles"][name]["allow"] = [action, "sts:AssumeRole"]
    actions = {"s3:GetObject": 1.0, "dynamodb:GetItem": 10.0, "kms:Decrypt": 100.0}
    document["theft"] = {"places": {"fleet": {"repository": 1}}, "actions": actions}
    horizon, gone = document["run"]["horizon_s"], 50_000
    document["timeline"] = [{"at_s": gone, "deactivate_key": "robot"}]
    mean, share = gone**2 / (2 * horizon), gone / horizon
    after = [129_600 + 3600 * n for n in range(3)]
    expected = sum(weight * (mean + share * more) for weight, more in zip((1, 10, 100), after, strict=True)) / 3600
    assert engine_hours(document, "copy") == pytest.approx(mean / 3600)
    assert engine_hours(document, "mint") == pytest.approx(expected)
