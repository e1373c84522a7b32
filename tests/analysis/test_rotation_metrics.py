"""Rotations, the calls they break, and the ranking of keys, against counting by hand and closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.metrics._ranking import first_above, keys_at, ranked, removed
from tests.analysis.frames import context, number, values
from tests.support.means import assert_mean

USERS = {
    "robot": {"key": {"rotation": {"toil_min": 90.0}}},
    "person": {"key": {"rotation": {"toil_min": 30.0}}},
    "plain": {"key": {"rotation": None}},
}


NONE = pd.DataFrame({"old": [], "new": [], "started_at_s": []})


def _rotations(**rotation: Any) -> list[dict[str, Any]]:
    return [
        {"population": "people", "done_at_s": 5.0, "accepted_at_s": 4.0, "left_at_s": 3.0, "toil_min": 20.0}
        | {"old": "a0", "new": "a1", "outcome": "done", **rotation},
        {"population": "people", "accepted_at_s": 4.0, "left_at_s": 104.0, "late_s": 3.0, "toil_min": 20.0}
        | {"old": "b0", "new": "b1", "outcome": "open", **rotation},
        {"population": "app", "done_at_s": 9.0, "accepted_at_s": 8.0, "on_old": 7, "late_s": 3.0, "toil_min": 90.0}
        | {"old": "c0", "new": "c1", "outcome": "done", **rotation},
        {"population": "app", "old": "d0", "new": None, "outcome": "refused", **rotation},
    ]


def test_rotations_done_late_refused_and_their_toil() -> None:
    found = values("rotation", context(), rotations=_rotations())
    names = ("done", "begun", "late", "refused", "on_old", "toil_min")
    assert [number(found, f"rotation.{name}") for name in names] == [2, 3, 2, 1, 7, 130]
    assert number(found, "rotation.toil_min", "population=people") == 40
    assert number(found, "rotation.late_share", "population=people") == 0.5


def test_the_overlap_that_breaks_none_is_the_longest_lag_less_the_propagation() -> None:
    found = values("rotation", context(), rotations=_rotations())
    assert number(found, "rotation.overlap_needed_s", "population=people") == 100
    assert math.isinf(number(found, "rotation.overlap_needed_s", "population=app")), "a client never left"
    assert math.isinf(number(found, "rotation.overlap_needed_s"))


def test_broken_calls_are_those_of_rotated_keys_only() -> None:
    calls = [
        {"population": "people", "credential": "a1", "verdict": "InvalidClientTokenId", "from_s": 1.0, "calls": 3},
        {"population": "people", "credential": "a0", "verdict": "InvalidClientTokenId", "from_s": 9.0, "calls": 20},
        {"population": "app", "credential": "c0", "verdict": "InvalidClientTokenId", "from_s": 9.0, "calls": 100},
        {"population": "app", "credential": "zz", "verdict": "InvalidClientTokenId", "from_s": 9.0, "calls": 1000},
        {"population": "app", "credential": "c1", "verdict": "ok", "from_s": 1.0, "calls": 10_000},
    ]
    found = values("broken_keys", context(), calls=calls, rotations=_rotations())
    assert number(found, "rotation.broken_calls") == 123
    assert number(found, "rotation.broken_calls", "cause=propagation") == 3
    assert number(found, "rotation.broken_calls", "cause=deactivation,population=app") == 100
    nothing = values("broken_keys", context(level="summary"), calls=calls)
    assert nothing["rotation.broken_calls", ""].reason == "needs level credentials"


def _keys(ages: Any, users: Any, copies: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [f"key-{n:05d}" for n in range(len(ages))]
    credentials = pd.DataFrame({"credential": names, "population": "fleet", "kind": "access_key"}).assign(
        principal=[f"user/{user}" for user in users],
        issued_at_s=-np.asarray(ages, float),
        held_from_s=0.0,
        ended_at_s=math.nan,
    )
    holdings = pd.DataFrame({"credential": names, "slot": 4094, "from_s": 0.0, "to_s": 10.0}).assign(copies=copies)
    return credentials, holdings


def test_keys_are_ranked_by_age_times_copies_for_a_minute_of_toil() -> None:
    """Exposures 90, 40, 300, 60 at 90, 30, 30, 20 min: worth 1, 1.33, 10, 3."""
    credentials, holdings = _keys([90, 40, 100, 60], ["robot", "person", "person", "plain"], [1, 1, 3, 1])
    order = ranked(keys_at(credentials, holdings, NONE, {"users": USERS}, 0.0))
    assert order["credential"].tolist() == ["key-00002", "key-00003", "key-00001", "key-00000"]
    share, hours = removed(order, 490.0)
    assert share.tolist() == pytest.approx([300 / 490, 360 / 490, 400 / 490, 1])
    assert hours.tolist() == pytest.approx([30 / 60, 50 / 60, 80 / 60, 170 / 60])
    assert first_above(share) == 3
    assert first_above(share[:2]) is None


def test_only_keys_in_use_at_the_instant_count() -> None:
    credentials, holdings = _keys([90, 40, 100, 70], ["person"] * 4, [1, 1, 1, 1])
    credentials.loc[0, "ended_at_s"] = 4.0
    credentials.loc[1, "held_from_s"] = 5.0  # the new key of the rotation that begins then
    credentials.loc[2, "ended_at_s"] = 5.0  # the old one
    rotations = pd.DataFrame(
        {"old": ["key-00003"], "new": ["x"], "started_at_s": [4.0]}
    )  # somebody still signs with it
    loaded = holdings.assign(slot=0, copies=100)
    keys = keys_at(credentials, pd.concat([holdings, loaded]), rotations, {"users": USERS}, 5.0)
    assert keys["credential"].tolist() == ["key-00002"]
    assert keys["age_s"].tolist() == [105]
    assert keys["copies"].tolist() == [1]


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4385, 0.8])
def test_exponential_ages_give_the_closed_form(share: float) -> None:
    """Equal toil, equal copies: the oldest share p of the keys holds p (1 - ln p) of the exposure; 80 % at 0.4385."""
    draws = np.random.default_rng(11)  # noqa: TID251 - a reference, not a simulation
    removed_by = []
    for _ in range(40):
        ages = draws.exponential(1e8, 2000)
        credentials, holdings = _keys(ages, ["person"] * 2000, np.ones(2000))
        order = ranked(keys_at(credentials, holdings, NONE, {"users": USERS}, 0.0))
        removed_by.append(removed(order, float(ages.sum()))[0][round(share * 2000) - 1])
    assert_mean(np.array(removed_by), share * (1 - math.log(share)), slack=2e-3)


def test_the_ranking_metrics_tell_the_first_keys_their_toil_and_what_the_campaign_removed() -> None:
    scenario = {**context().scenario, "users": USERS, "rotation": {"at_s": 1.0}}
    credentials, holdings = _keys([90, 40, 100, 60], ["robot", "person", "person", "plain"], [1, 1, 3, 1])
    credentials["ended_at_s"] = None
    done = [
        {"old": "key-00002", "new": "x", "cause": "campaign", "started_at_s": 1.0},
        {"old": "key-00000", "new": None, "cause": "campaign", "started_at_s": 2.0},
    ]
    found = values(
        "key_ranking",
        context(scenario=scenario),
        credentials=credentials.to_dict("records"),
        holdings=holdings.to_dict("records"),
        rotations=done,
    )
    assert number(found, "ranking.keys") == 4
    assert number(found, "ranking.keys_for_80") == 3
    assert number(found, "ranking.keys_for_80_share") == 0.75
    assert number(found, "ranking.toil_for_80_h") == pytest.approx(80 / 60)
    assert number(found, "ranking.toil_h") == pytest.approx(170 / 60)
    assert number(found, "ranking.removed_share") == pytest.approx(303 / 496), "a second later"
