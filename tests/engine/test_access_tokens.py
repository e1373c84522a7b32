"""Access tokens of Identity Center: an hour each, renewed silently with a refresh token, by a login without."""

from __future__ import annotations

from typing import Any

import pytest

from sim.cli.loading import load_file
from sim.problems import ScenarioError
from tests.support.runs import Frames, run, verdicts
from tests.support.small_scenario import GOOD, written
from tests.support.zoo import document

HOUR = 3600.0


def people(*timeline: dict[str, Any], level: str = "credentials", token_s: float | None = HOUR, **step: Any) -> Frames:
    """Three people who call all day with role sessions of an hour and a portal session of eight."""
    staff = {
        "count": 3,
        "people": True,
        "credentials": "sso",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 70, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=8 * HOUR - 600, timeline=list(timeline))
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.5}
    if token_s is not None:
        words["issuers"]["center"]["access_token_s"] = token_s
    chain = {"from": "center", "permission_set": "staff", "way": "sso", **step}
    words["credentials"] = {**words["credentials"], "sso": [chain]}
    return run(words, level=level)


def asked(frames: Frames, operation: str) -> int:
    found = frames["requests_per_second"]
    return int(found[found["operation"] == operation]["requests"].sum())


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_a_refresh_token_spares_the_login(level: str) -> None:
    """Role sessions are renewed with 15 min left, and the access token, then 45 min old, first: once each time."""
    frames = people(level=level)
    assert len(frames["logins"]) == 3
    assert asked(frames, "GetRoleCredentials") == 3 * 11
    assert 3 * 10 - 3 <= asked(frames, "CreateToken") <= 3 * 10  # a first session may be a second older than its token
    assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}


def test_without_one_an_hour_ends_in_a_login() -> None:
    """At 45 min the token still serves, at 90 min it does not: at 95 min botocore must have a session, and so on."""
    frames = people(refresh_token=False, login={"keeps_idp_session": 0})
    assert asked(frames, "CreateToken") == 0
    assert len(frames["logins"]) == 3 * 5
    tokens = frames["credentials"].query("kind == 'sso_token'")
    assert len(tokens) == 3 * 5
    assert (tokens["expires_at_s"] - tokens["issued_at_s"] == HOUR).all(), "a thief of the file finds no more than that"


def test_the_same_as_ever_if_nothing_is_said() -> None:
    frames = people(token_s=None)
    assert len(frames["logins"]) == 3
    assert asked(frames, "CreateToken") == 0


def test_a_portal_that_is_down_is_missed_when_the_token_ends() -> None:
    """Down from 2 to 3 h: nothing can be renewed, by nobody, and no login helps."""
    frames = people({"at_s": 2 * HOUR, "outage": "center", "for_s": HOUR})
    failed = {verdict for _, _, verdict in verdicts(frames)} - {"ok"}
    assert failed == {"RefreshFailed"}
    unavailable = frames["requests"].query("operation == 'CreateToken' and outcome == 'unavailable'")
    assert len(unavailable) > 0
    assert len(frames["logins"]) == 3


def test_a_refused_refresh_is_tried_again_as_any_request_is() -> None:
    """Each fetch makes three attempts at the token endpoint (AWS CLI: standard mode), then three at the portal."""
    frames = people({"at_s": 8000, "outage": "center", "for_s": 900})
    refused = frames["requests"].query("outcome == 'unavailable'")
    tokens = refused.query("operation == 'CreateToken'")
    assert len(tokens) > 9
    assert tokens["attempt"].value_counts().nunique() == 1
    assert set(tokens["attempt"]) == {1, 2, 3}
    assert len(refused) == 2 * len(tokens), "an access token that lives still serves"


def test_a_token_endpoint_that_does_not_answer_fails_the_fetch_at_once() -> None:
    """A refusal is an answer, with which the SDK goes on; no answer in time is none."""
    frames = people({"at_s": 8000, "delay": "center", "adds_s": 100, "for_s": 900})
    refused = frames["requests"].query("outcome == 'unavailable'")
    assert set(refused["operation"]) == {"CreateToken"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "account: main, permission",
            "account: main, access_token_s: 90000, permission",
            "ends with the portal session",
        ),
        ("way: sso}", "way: sso, refresh_token: false}", "give issuers.centre.access_token_s"),
        ("{from: imds}", "{from: imds, refresh_token: false}", "goes with Identity Center"),
    ],
)
def test_where_it_makes_no_sense(tmp_path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ScenarioError) as caught:
        load_file(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)
