"""What SDKs do beside their windows: requests of a fetch, sets that have ended, refusals for good, wrong clocks."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest

from tests.support.runs import Frames, run

HOUR = 3600.0
_TRUST: dict[str, Any] = {"host": {"service": "ec2.amazonaws.com"}, "task": {"service": "ecs-tasks.amazonaws.com"}}
ROLES: dict[str, Any] = {
    **{
        name: {"account": "main", "trust": trust, "allow": ["s3:*", "elastictranscoder:*"]}
        for name, trust in _TRUST.items()
    },
    "app": {
        "account": "main",
        "trust": {"user": "robot"},
        "allow": ["s3:*", "elastictranscoder:*"],
        "max_session_s": 43_200,
    },
}
ISSUERS: dict[str, Any] = {
    "sts": {"kind": "sts", "latency_s": 0},
    "imds": {"kind": "imds", "role": "host", "latency_s": 0},
    "task": {"kind": "container", "role": "task", "latency_s": 0},
}


def _every(gap_s: float, action: str = "s3:GetObject", to_s: float = 6 * HOUR) -> dict[str, Any]:
    """Calls at exact instants: 0, a gap, two gaps, ..."""
    return {"kind": "trace", "at_s": [gap_s * n for n in range(math.ceil(to_s / gap_s))], "action": action}


def _run(
    sdk: Any, step: dict[str, Any], horizon_s: float, timeline: Any = (), issuers: Any = (), **population: Any
) -> Frames:
    fleet = {"count": 1, "sdk": sdk, "credentials": "chain", "start": {"at_s": 0}, "calls": _every(60), **population}
    words = {
        "name": "details",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 5, "record": "calls"},
        "accounts": {"main": {}},
        "issuers": {**ISSUERS, **dict(issuers)},
        "roles": ROLES,
        "users": {"robot": {"account": "main", "allow": ["sts:AssumeRole", "s3:*", "elastictranscoder:*"], "key": {}}},
        "credentials": {"chain": [step]},
        "populations": {"fleet": fleet},
        "timeline": list(timeline),
    }
    return run(words)


def _session(sdk: Any, session_s: float, horizon_s: float, timeline: Any = (), **population: Any) -> Frames:
    step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": session_s}
    return _run(sdk, step, horizon_s, timeline, **population)


def _verdicts(frames: Frames) -> dict[str, int]:
    return frames["calls"].groupby("verdict")["calls"].sum().to_dict()


def _asked(frames: Frames) -> list[tuple[float, str, str]]:
    asked = frames["requests"]
    return list(zip(asked["at_s"], asked["operation"], asked["outcome"], strict=True))


# --- A fetch from the host ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sdk", ["botocore-1.44", "botocore-1.24", "java-v2-2025", "java-v2-2026", "js-v3"])
def test_a_token_that_is_refused_is_gone_without(sdk: str) -> None:
    """IMDSv1: the next request goes out without a token, and is refused as well while the service is down."""
    frames = _run(sdk, {"from": "imds"}, 50, [{"at_s": 0, "outage": "imds", "for_s": 100}])
    assert _asked(frames) == [(0.0, "PutToken", "unavailable"), (0.0, "GetRoleName", "unavailable")]
    assert _verdicts(frames) == {"RefreshFailed": 1}


@pytest.mark.parametrize("sdk", ["go-v2-old", "go-v2-2026"])
def test_go_tries_each_request_of_a_fetch_again(sdk: str) -> None:
    """Three attempts a second apart, each of which asks three times for a token it cannot have."""
    frames = _run(sdk, {"from": "imds"}, 50, [{"at_s": 0, "outage": "imds", "for_s": 100}])
    tokens = [(at, "PutToken", "unavailable") for at in (0.0, 1.0, 2.0)]
    assert _asked(frames)[:4] == [*tokens, (2.0, "GetRoleName", "unavailable")]
    assert [at for at, operation, _ in _asked(frames) if operation == "GetRoleName"] == [2.0, 5.0, 8.0]
    assert frames["requests"]["attempt"].tolist() == [1, 2, 3, 1, 1, 2, 3, 2, 1, 2, 3, 3]


def test_a_fetch_of_go_survives_what_would_end_a_whole_try() -> None:
    """Down for half a second at the role's name: only that request is repeated, with the token at hand."""
    slow = {"imds": {**ISSUERS["imds"], "latency_s": 0.2}}
    down = [{"at_s": 0.1, "outage": "imds", "for_s": 0.5}]
    frames = _run("go-v2-2026", {"from": "imds"}, 50, down, slow)
    assert [(operation, outcome) for _, operation, outcome in _asked(frames)] == [
        ("PutToken", "ok"),
        ("GetRoleName", "unavailable"),
        ("GetRoleName", "ok"),
        ("GetCredentials", "ok"),
    ]
    assert _verdicts(frames) == {"ok": 1}


def test_go_keeps_a_token_for_five_minutes() -> None:
    """A service that offers what has ended is asked with every call (Go before 2026): with a token each 300 s."""
    stuck = {"imds": {**ISSUERS["imds"], "life_s": HOUR, "offered_every_s": 3 * HOUR}}
    frames = _run("go-v2-old", {"from": "imds"}, 3 * HOUR, (), stuck)
    tokens = [at for at, operation, _ in _asked(frames) if operation == "PutToken"]
    sets = [at for at, operation, _ in _asked(frames) if operation == "GetCredentials"]
    assert len(sets) > 50
    gaps = [later - earlier for earlier, later in pairwise(tokens)]
    assert min(gaps) == 360.0
    assert gaps.count(360.0) == len(gaps) - 1  # and once the hour that a set is good
    other = _run("botocore-1.24", {"from": "imds"}, HOUR, (), stuck)
    assert sum(name == "PutToken" for _, name, _ in _asked(other)) == sum(
        name == "GetCredentials" for _, name, _ in _asked(other)
    )


def test_botocore_fetches_twice_at_first_where_the_set_is_due_already() -> None:
    """Sets of 1,000 s: every one has less than 900 s left sooner or later; later calls ask once."""
    short = {"task": {**ISSUERS["task"], "life_s": 1000, "offered_every_s": 900}}
    frames = _run("botocore-1.44", {"from": "task"}, 120, (), short, count=40)
    asked = frames["requests"].groupby("client")["at_s"].apply(list)
    assert {tuple(instants) for instants in asked} <= {(0.0,), (0.0, 0.0), (0.0, 60.0), (0.0, 0.0, 60.0)}
    twice = sum(instants[:2] == [0.0, 0.0] for instants in asked)
    assert 30 <= twice < 40  # the phase of the set is uniform: 800 of 900 s
    others = _run("java-v2-2025", {"from": "task"}, 50, (), short, count=40)
    assert len(others["requests"]) == 40


# --- What has ended when it comes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("sdk", "pauses"), [("go-v2-2026", True), ("java-v2-2026", True), ("go-v2-old", False)])
def test_a_set_that_has_ended_counts_as_a_failed_refresh_in_2026(sdk: str, pauses: bool) -> None:
    """The service offers the same set for good: past its end it is asked every five to ten minutes; before 2026 with
    every call. The calls go out all the same, and are refused."""
    stuck = {"imds": {**ISSUERS["imds"], "life_s": 2 * HOUR, "offered_every_s": HOUR}}
    frames = _run(sdk, {"from": "imds"}, 5 * HOUR, [{"at_s": 60, "imds_stuck": "imds"}], stuck)
    expired = frames["calls"][frames["calls"]["verdict"] == "ExpiredToken"]["from_s"]
    assert set(_verdicts(frames)) == {"ok", "ExpiredToken"}
    asked = [at for at, operation, _ in _asked(frames) if operation == "GetCredentials" and at > expired.min() + 600]
    gaps = {later - earlier for earlier, later in pairwise(asked)}
    assert (300 <= min(gaps) <= max(gaps) <= 660) if pauses else gaps == {60.0}


def test_botocore_without_static_stability_raises_on_a_set_that_has_ended() -> None:
    ended = {"imds": {**ISSUERS["imds"], "life_s": 600, "offered_every_s": 4 * HOUR}}
    old = _run("botocore-1.24", {"from": "imds"}, HOUR, (), ended)
    new = _run("botocore-1.44", {"from": "imds"}, HOUR, (), ended)
    assert "RefreshFailed" in _verdicts(old)
    assert "ExpiredToken" not in _verdicts(old)
    assert set(_verdicts(new)) <= {"ok", "ExpiredToken"}


# --- Failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sdk", ["go-v2-2026", "java-v2-2026", "botocore-2026"])
def test_a_refusal_for_good_is_raised_while_the_session_is_good(sdk: str) -> None:
    """The trust is gone: from the advisory window on no call gets through, and STS is asked every few seconds."""
    gone = [{"at_s": 100, "remove_trust": "app"}]
    frames = _session(sdk, HOUR, HOUR, gone, calls=_every(2))
    failed = frames["calls"][frames["calls"]["verdict"] == "RefreshFailed"]
    refused = frames["requests"][frames["requests"]["outcome"] == "denied"]["at_s"].tolist()
    assert failed["from_s"].min() == refused[0] >= 2700
    assert (frames["calls"][frames["calls"]["from_s"] >= refused[0]]["verdict"] == "RefreshFailed").all()
    gaps = {later - earlier for earlier, later in pairwise(refused)}
    assert gaps == {2.0, 4.0, 6.0}


@pytest.mark.parametrize("sdk", ["botocore-1.44", "java-v2-2025", "js-v3"])
def test_other_sdks_serve_what_they_hold_when_they_are_refused_early(sdk: str) -> None:
    frames = _session(sdk, HOUR, HOUR - 601, [{"at_s": 100, "remove_trust": "app"}], calls=_every(2))
    assert set(_verdicts(frames)) == {"ok"}


def test_a_key_that_is_unknown_is_no_refusal_for_good() -> None:
    """STS answers InvalidClientTokenId, which no list of the SDKs holds: the session serves on, and the next is tried
    minutes later."""
    off = [{"at_s": 100, "deactivate_key": "robot"}]
    frames = _session("go-v2-2026", HOUR, HOUR, off, calls=_every(2))
    refused = frames["requests"][frames["requests"]["outcome"] == "denied"]["at_s"].tolist()
    assert set(_verdicts(frames)) == {"ok"}
    assert 1 <= len(refused) <= 3


@pytest.mark.parametrize("sdk", ["go-v2-2026", "java-v2-2026", "botocore-2026", "js-v3"])
def test_who_holds_nothing_does_not_pause(sdk: str) -> None:
    """The pause after a failure is for those who can serve meanwhile; without a session every call asks."""
    down = [{"at_s": 0, "outage": "sts", "for_s": 95}]
    frames = _session(sdk, HOUR, 200, down, calls=_every(10))
    assert _verdicts(frames) == {"RefreshFailed": 10, "ok": 10}
    local = _run(sdk, {"from": "imds"}, 200, [{"at_s": 0, "outage": "imds", "for_s": 95}], calls=_every(10))
    assert local["calls"][local["calls"]["verdict"] == "ok"]["from_s"].min() == (90 if sdk == "go-v2-2026" else 100)


@pytest.mark.parametrize("sdk", ["go-v2-2026", "botocore-1.44"])
def test_a_program_with_work_fails_as_one_whose_calls_arrive(sdk: str) -> None:
    """Closed loop: the same refusal for good, call by call."""
    work = {"calls": 1790, "within_s": HOUR}
    frames = _session(sdk, HOUR, HOUR, [{"at_s": 100, "remove_trust": "app"}], calls=_every(2), work=work)
    failed = _verdicts(frames).get("RefreshFailed", 0)
    assert failed == pytest.approx({"go-v2-2026": 440, "botocore-1.44": 290}[sdk], abs=12)


# --- Clocks ---------------------------------------------------------------------------------------------------------

_CORRECTING = ["go-v2-old", "go-v2-2026", "java-v2-2025", "java-v2-2026"]
_WRONG = [{"at_s": 601, "skew": "fleet", "off_s": 1200, "for_s": 1800}]
_KEY = {"from": "access_key", "user": "robot"}


@pytest.mark.parametrize("sdk", ["botocore-1.44", "botocore-2026", "aws-cli-v2"])
def test_without_correction_every_call_is_refused_while_the_clock_is_wrong(sdk: str) -> None:
    frames = _run(sdk, _KEY, HOUR, _WRONG)
    assert _verdicts(frames) == {"ok": 30, "RequestTimeTooSkewed": 30}


@pytest.mark.parametrize("sdk", _CORRECTING)
def test_an_sdk_that_learns_the_time_sends_the_refused_call_again(sdk: str) -> None:
    frames = _run(sdk, _KEY, HOUR, _WRONG)
    assert _verdicts(frames) == {"ok": 60}


@pytest.mark.parametrize("sdk", ["js-v3", "js-v3-explicit"])
def test_javascript_loses_the_first_call_after_the_clock_was_set_right(sdk: str) -> None:
    """Its correction is wrong then, the clock is not: so it does not blame the clock. One for each service."""
    frames = _run(sdk, _KEY, HOUR, _WRONG)
    lost = frames["calls"][frames["calls"]["verdict"] == "RequestTimeTooSkewed"]
    assert lost["from_s"].tolist() == [2460.0]
    assert _verdicts(frames) == {"ok": 59, "RequestTimeTooSkewed": 1}
    two = _run(sdk, _KEY, HOUR, _WRONG, calls=[_every(60), _every(60, "elastictranscoder:CreateJob")])
    assert _verdicts(two) == {"ok": 118, "RequestTimeTooSkewed": 2}
    small = [{**_WRONG[0], "off_s": 800}]  # S3 takes 15 min, Elastic Transcoder 5
    assert _verdicts(_run(sdk, _KEY, HOUR, small, calls=[_every(60), _every(60, "elastictranscoder:CreateJob")])) == {
        "ok": 119,
        "RequestTimeTooSkewed": 1,
    }


def test_the_client_of_sts_learns_the_time_once() -> None:
    """It is kept: its first request with the wrong clock is refused and sent again, later ones are right at once."""
    wrong = [{"at_s": 100, "skew": "fleet", "off_s": -2000}]
    for sdk in [*_CORRECTING, "js-v3"]:
        asked = _session(sdk, 1800, 2 * HOUR, wrong)["requests"]["outcome"].tolist()
        assert asked[:3] == ["ok", "denied", "ok"]
        assert asked.count("denied") == 1
    kept = _session("botocore-1.44", 1800, 2 * HOUR, wrong)["requests"]["outcome"].tolist()
    assert kept[0] == "ok"
    assert set(kept[1:]) == {"denied"}


def test_the_client_of_sts_after_the_clock_was_set_right() -> None:
    """JavaScript's gives up and asks at the next call; Java's sends the request again."""
    wrong = [{"at_s": 100, "skew": "fleet", "off_s": -2000, "for_s": 2000}]
    js = _session("js-v3-explicit", 1800, 1.2 * HOUR, wrong)["requests"]
    java = _session("java-v2-2026", 1800, 1.2 * HOUR, wrong)["requests"]
    assert js["outcome"].tolist() == ["ok", "denied", "ok", "denied", "ok"]
    assert js["attempt"].tolist() == [1, 1, 2, 1, 1]
    assert java["attempt"].tolist()[-2:] in ([1, 2], [2, 1])


def test_correction_is_a_word_of_the_scenario() -> None:
    given = {"preset": "botocore-1.44", "corrects_clock": True}
    taken = {"preset": "js-v3", "corrects_clock": False}
    assert _verdicts(_run(given, _KEY, HOUR, _WRONG)) == {"ok": 60}
    assert _verdicts(_run(taken, _KEY, HOUR, _WRONG)) == {"ok": 30, "RequestTimeTooSkewed": 30}
