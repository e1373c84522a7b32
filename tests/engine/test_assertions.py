"""SessionNotOnOrAfter of a SAML assertion: sessions end that long after the login, whatever was asked for."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.support.runs import Frames, run, verdicts
from tests.support.small_scenario import check_edit
from tests.support.zoo import document

HOUR = 3600.0
LEVELS = ("summary", "credentials", "calls")


def people(way: str, ends_s: float | None, *, asks_s: float = 2 * HOUR, level: str = "credentials") -> Frames:
    """Three people who call every minute for four hours, with sessions of so long of a provider that says so much."""
    step = {"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": way, "session_s": asks_s}
    staff = {
        "count": 3,
        "people": True,
        "credentials": "own",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 60, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=4 * HOUR)
    words["roles"]["app"]["max_session_s"] = 43_200
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.5, "session_not_on_or_after_s": ends_s}
    sso = {"from": "center", "permission_set": "staff", "way": "sso"}
    words["credentials"] = {**words["credentials"], "own": [sso if way == "sso" else step]}
    return run(words, level=level)


def lives(frames: Frames, kind: str = "session") -> pd.Series:
    rows = frames["credentials"][frames["credentials"]["kind"] == kind]
    return rows["expires_at_s"] - rows["issued_at_s"].map(int)


@pytest.mark.parametrize("way", ["console", "saml-file", "process"])
@pytest.mark.parametrize(
    ("ends_s", "asks_s", "life_s"),
    [(None, 2 * HOUR, 2 * HOUR), (HOUR, 2 * HOUR, HOUR), (HOUR, 900.0, 900.0), (3 * HOUR, 2 * HOUR, 2 * HOUR)],
)
def test_a_session_lasts_as_asked_or_as_the_assertion_says(
    way: str, ends_s: float | None, asks_s: float, life_s: float
) -> None:
    found = lives(people(way, ends_s, asks_s=asks_s))
    assert len(found) >= 3
    assert set(found) == {life_s}


def test_what_sts_takes_longer_to_answer_is_lost() -> None:
    """STS is down for three minutes: the retry that it answers yields what the assertion leaves of the hour."""
    words = document(
        {
            "staff": {
                "count": 1,
                "people": True,
                "credentials": "own",
                "start": {"at_s": 0},
                "calls": {"kind": "every", "every_s": 60, "action": "s3:GetObject"},
            }
        },
        horizon_s=HOUR,
        timeline=[{"at_s": 0, "outage": "sts", "for_s": 180}],
    )
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.5, "session_not_on_or_after_s": HOUR}
    retry = {"attempts": 20, "backoff": "fixed", "base_s": 20}
    step = {
        "from": "sts.AssumeRoleWithSAML",
        "role": "app",
        "idp": "idp",
        "way": "process",
        "retry": retry,
        "login": {"attention_s": 1},
    }
    words["credentials"] = {"own": [step]}
    frames = run(words)
    login = frames["logins"].iloc[0]
    session = frames["credentials"].query("kind == 'session'").iloc[0]
    assert session["issued_at_s"] >= 180
    assert session["expires_at_s"] == int(login["done_at_s"]) + HOUR
    assert session["expires_at_s"] - session["issued_at_s"] < HOUR - 100


def test_the_portal_session_is_the_shorter_of_the_two() -> None:
    assert set(lives(people("sso", None), "sso_token")) == {8 * HOUR}
    short = people("sso", HOUR)
    assert set(lives(short, "sso_token")) == {HOUR}
    assert len(short["logins"]) > len(people("sso", None)["logins"])


@pytest.mark.parametrize("way", ["process", "sso"])
def test_levels_agree(way: str) -> None:
    frames = {level: people(way, HOUR, level=level) for level in LEVELS}
    counted = {level: verdicts(one) for level, one in frames.items()}
    assert counted["summary"] == counted["credentials"] == counted["calls"]
    asked = {level: int(one["requests_per_second"]["requests"].sum()) for level, one in frames.items()}
    assert len(set(asked.values())) == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{kind: idp}", "{kind: idp, session_not_on_or_after_s: 600}", ["600", "900"]),
        ("idp: {kind: idp}", "idp: {kind: idp}\n  other: {kind: idp, session_not_on_or_after_s: 3600}", ["remove it"]),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Any, old: str, new: str, words: list[str]) -> None:
    name = "other" if "other" in new else "idp"
    check_edit(tmp_path, (old, new, f"issuers.{name}.session_not_on_or_after_s", words), mark="session_not_on")
