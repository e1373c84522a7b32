"""Sessions that were copied and are never renewed: they are used to their end, and past it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.cli.loading import load_file
from sim.problems import ScenarioError
from tests.support.runs import run, verdicts
from tests.support.small_scenario import GOOD, written
from tests.support.zoo import document, fleet

MINUTELY = {"kind": "trace", "at_s": [60.0 * n for n in range(1, 121)]}
COPY = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600, "renewed": False}


def copied(chain: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A fleet whose processes start at 0 with a chain of their own, a call a minute for two hours."""
    made = document({"fleet": fleet("copy", MINUTELY, start={"at_s": 0}, sdk="botocore-1.44")}, horizon_s=7260, **more)
    made["credentials"] = {**made["credentials"], "copy": chain}
    return made


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_a_copy_is_signed_with_past_its_end(level: str) -> None:
    """Issued with the first call at 60 s, so the calls from 3,660 s on are refused; STS hears nothing more."""
    frames = run(copied([COPY]), level=level)
    for client in range(5):
        assert verdicts(frames)["fleet", client, "ok"] == 60
        assert verdicts(frames)["fleet", client, "ExpiredToken"] == 60
    asked = frames["requests_per_second"]
    assert asked[asked["operation"] == "AssumeRole"]["requests"].sum() == 5


def test_a_renewed_one_is_not() -> None:
    counted = verdicts(run(copied([{**COPY, "renewed": True}])))
    assert counted == {("fleet", client, "ok"): 120 for client in range(5)}


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_a_copy_of_an_instances_credentials_ends_with_them(level: str) -> None:
    """Sets live for 2 h and are offered hourly, so what is read at the start ends within the run's first two hours."""
    made = copied([{"from": "node", "renewed": False}])
    made["run"]["horizon_s"] = 7260.0
    made["issuers"]["node"] = {"kind": "imds", "role": "host", "life_s": 5400, "offered_every_s": 3600}
    counted = verdicts(run(made, level=level))
    for client in range(5):
        assert 29 <= counted["fleet", client, "ok"] <= 90
        assert counted["fleet", client, "ExpiredToken"] == 120 - counted["fleet", client, "ok"]


def test_a_source_that_is_a_copy_renews_roles_until_it_ends() -> None:
    """Roles of 15 min from a source of 1 h: refused from then on, and the last role outlives the source."""
    source = {"from": "sts.GetSessionToken", "user": "admin", "session_s": 3600, "renewed": False}
    role = {"from": "sts.AssumeRole", "role": "app", "source": "source", "session_s": 960, "retry": {"attempts": 1}}
    made = copied([role])
    made["credentials"]["source"] = [source]
    made["populations"]["fleet"]["sdk"] = "go-v2-old"
    frames = run(made)
    asked = frames["requests"][frames["requests"]["operation"] == "AssumeRole"]
    granted, refused = (asked[asked["outcome"] == outcome]["at_s"] for outcome in ("ok", "denied"))
    assert granted.max() < 3660 <= refused.min()
    last_ok = frames["calls"][frames["calls"]["verdict"] == "ok"]["to_s"].max()
    assert 3660 < last_ok < 3660 + 960


def test_a_restart_copies_anew() -> None:
    frames = run(copied([COPY], timeline=[{"at_s": 5400, "restart": "fleet"}]))
    assert verdicts(frames)["fleet", 0, "ok"] == 60 + 31
    assert verdicts(frames)["fleet", 0, "ExpiredToken"] == 29


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_a_program_that_takes_the_expiry_for_a_later_one(level: str) -> None:
    """Renewed 5 min after its end: in between, calls are refused."""
    step = {**COPY, "renewed": True, "refresh": {"advisory_s": -300, "mandatory_s": -300}}
    frames = run(copied([step]), level=level)
    assert verdicts(frames)["fleet", 0, "ExpiredToken"] == 6  # 3,660 to 3,960 s; botocore's windows begin just after
    assert verdicts(frames)["fleet", 0, "ok"] == 114
    asked = frames["requests_per_second"]
    assert asked[asked["operation"] == "AssumeRole"]["requests"].sum() == 10


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
@pytest.mark.parametrize("more", [{}, {"work": {"calls": 120, "within_s": 7260}}])
def test_who_is_told_that_it_has_ended_asks_anew(level: str, more: dict[str, Any]) -> None:
    """The calls at 3,660 s and at 7,320 s (past the run) tell: one is refused, and one more session is issued."""
    made = copied([COPY])
    made["populations"]["fleet"] |= {"on_error": {"ExpiredToken": "refresh"}, **more}
    frames = run(made, level=level)
    for client in range(5):
        assert verdicts(frames)["fleet", client, "ExpiredToken"] == 1
        assert verdicts(frames)["fleet", client, "ok"] == 119
    asked = frames["requests_per_second"]
    assert asked[asked["operation"] == "AssumeRole"]["requests"].sum() == 10


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("way: sso}", "way: sso, renewed: false}", "ask for by itself"),
        ("session_s: 3600}", "session_s: 3600, renewed: false, refresh: {advisory_s: 60}}", "remove one of them"),
        ("session_s: 3600}", "session_s: 3600, renewed: false}", "give at_s"),
        ("session_s: 3600}", "session_s: 3600, refresh: {advisory_s: -60}}", "with at_s"),
        ("credentials: app, ", "credentials: app, sdk: {sts: {mandatory_s: -60}}, ", "with at_s"),
        ("session_s: 3600}]", "session_s: 3600}, {from: sts.AssumeRole, role: app, source: instance, renewed: false}]",
         "first step"),
        ("session_s: 3600}", "session_s: 3600, renewed: never}", "true or false"),
        ("credentials: app, ", "credentials: app, on_error: {RefreshFailed: refresh}, ", "here nothing did"),
        ("credentials: app, ", "credentials: app, on_error: {sts.AccessDenied: refresh}, ", "here nothing did"),
    ],
)  # fmt: skip
def test_where_a_copy_makes_no_sense(tmp_path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ScenarioError) as caught:
        load_file(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)


def test_a_key_that_signs_for_sessions_lies_where_its_copies_do() -> None:
    """Nobody signs a call with it, and yet it is there to be taken; without copies it lies nowhere that is told."""
    words = document({"fleet": fleet("by-user", MINUTELY, start={"at_s": 0})}, horizon_s=3000)
    words["users"]["robot"]["key"] = {}
    plain = run(words)
    assert "access_key" not in set(plain["holdings"]["kind"])
    words["users"]["robot"]["key"] = {"copies": {"ci": 2, "image": 1}}
    frames = run(words)
    lain = frames["holdings"][frames["holdings"]["kind"] == "access_key"]
    assert set(lain["place"]) == {"ci", "image"}
    assert set(zip(lain["from_s"], lain["to_s"], strict=True)) == {(0.0, 3000.0)}
    assert set(lain["end_cause"]) == {"never"}
    assert set(lain["credential"]) == set(
        frames["requests"].merge(frames["credentials"], left_on="issued", right_on="credential")["parent"]
    )
    for table in ("calls", "requests", "requests_per_second", "waits"):
        assert frames[table].equals(plain[table]), table
