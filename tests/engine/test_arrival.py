"""Calls that arrive after they were signed: judged when they arrive, and by how old their signature is then."""

from __future__ import annotations

from typing import Any

import pytest

from sim.cli.loading import load_file
from sim.problems import ScenarioError
from tests.support.runs import run, verdicts
from tests.support.small_scenario import GOOD, written
from tests.support.zoo import document, fleet

MINUTELY = {"kind": "trace", "at_s": [60.0 * n for n in range(1, 121)]}
ONCE = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600, "renewed": False}


def late(after_s: float, action: str = "s3:GetObject", step: dict[str, Any] = ONCE, **more: Any) -> dict[str, Any]:
    """A fleet that signs a call a minute for two hours; each arrives so much later."""
    calls = {**MINUTELY, "action": action}
    made = document(
        {"fleet": fleet("own", calls, start={"at_s": 0}, arrives_after_s=after_s, sdk="go-v2-old")},
        horizon_s=7260,
        **more,
    )
    made["credentials"] = {**made["credentials"], "own": [step]}
    made["roles"]["app"]["allow"] = ["*"]
    return made


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_a_session_ends_on_the_way(level: str) -> None:
    """The session ends at 3,660 s: the last call that arrives in time was signed before 3,420 s."""
    counted = verdicts(run(late(240), level=level))
    for client in range(5):
        assert counted["fleet", client, "ok"] == 56  # signed at 60 to 3,360 s
        assert counted["fleet", client, "ExpiredToken"] == 64


@pytest.mark.parametrize(
    ("after_s", "action", "said"),
    [
        (300, "lambda:InvokeFunction", "ok"),
        (301, "lambda:InvokeFunction", "RequestTimeTooSkewed"),
        (301, "elasticmapreduce:ListClusters", "ok"),
        (901, "elasticmapreduce:ListClusters", "RequestTimeTooSkewed"),
        (301, "s3:PutObject", "ok"),
        (900, "s3:PutObject", "ok"),
        (901, "s3:PutObject", "RequestTimeTooSkewed"),
    ],
)
def test_a_signature_is_good_for_minutes(after_s: float, action: str, said: str) -> None:
    counted = verdicts(run(late(after_s, action, {**ONCE, "session_s": 43_200})))
    assert counted == {("fleet", client, said): 120 for client in range(5)}


def test_a_clock_ahead_makes_up_for_the_way() -> None:
    """Signed 4 min in the future and 9 min on the way, a call is 5 min old when it arrives."""
    ahead = [{"at_s": 0, "skew": "fleet", "off_s": 240, "for_s": 3600}]
    counted = verdicts(run(late(540, "lambda:InvokeFunction", {**ONCE, "session_s": 43_200}, timeline=ahead)))
    assert counted["fleet", 0, "ok"] == 59
    assert counted["fleet", 0, "RequestTimeTooSkewed"] == 61


def test_a_refresh_window_as_long_as_the_way_is_enough() -> None:
    step = {key: value for key, value in ONCE.items() if key != "renewed"}
    short = verdicts(run(late(200, step={**step, "session_s": 900})))
    assert short["fleet", 0, "ExpiredToken"] > 0
    long = verdicts(run(late(200, step={**step, "session_s": 900, "refresh": {"advisory_s": 260, "mandatory_s": 260}})))
    assert long == {("fleet", client, "ok"): 120 for client in range(5)}


def test_a_request_signed_ahead_has_a_life_of_its_own() -> None:
    step = {"from": "presigned", "user": "admin", "session_s": 7200}
    counted = verdicts(run(late(1800, "lambda:InvokeFunction", step)))
    assert counted["fleet", 0, "ok"] == 90  # signed at 60 s, used until 5,400 s, arrived by 7,200 s
    assert counted["fleet", 0, "AccessDenied"] == 30


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("app: {count: 3, ", "app: {arrives_after_s: -1, count: 3, ", "-1 is n"),
        ("people: true\n", "people: true\n    arrives_after_s: 60\n", "wait for the answer"),
        ("app: {count: 3, ", "app: {arrives_after_s: 9, on_error: {AccessDenied: stop}, count: 3, ", "no answer yet"),
    ],
)
def test_where_it_makes_no_sense(tmp_path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ScenarioError) as caught:
        load_file(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)
