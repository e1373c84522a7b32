"""A user disabled in Identity Center: no sign-in, an hour of new role sessions, and the tail of the last one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.runs import run
from tests.support.zoo import document

AT, CACHED = 20_000.0, 3600.0


def people(*timeline, session_s=3600, client=None):
    """Three people at work all day, one permission set."""
    fault = {"at_s": AT, "disable_user": "staff"} | ({} if client is None else {"client": client})
    staff = {
        "count": 3,
        "people": True,
        "credentials": "sso",
        "start": {"at_s": 0},
        "calls": {"kind": "poisson", "rps": 0.05, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=80_000, timeline=[fault, *timeline])
    words["issuers"]["center"]["permission_sets"]["staff"]["session_s"] = session_s
    return run(words, level="calls")


@pytest.mark.parametrize("session_s", [3600, 43_200])
def test_access_ends_within_an_hour_and_the_length_of_the_permission_set(session_s):
    frames = people(session_s=session_s)
    assert (frames["logins"]["at_s"] < AT).all(), "sign-in is blocked at once"
    fetched = frames["requests"][frames["requests"]["operation"] == "GetRoleCredentials"]
    assert fetched["at_s"].max() < AT + CACHED
    calls = frames["calls"]
    ok = calls[calls["verdict"] == "ok"]["from_s"]
    sessions = frames["credentials"][frames["credentials"]["kind"] == "session"]
    assert ok.max() < sessions["expires_at_s"].max() <= AT + CACHED + session_s
    after = calls[calls["from_s"] > AT + CACHED + session_s]
    assert len(after) > 50 or session_s == 43_200
    assert set(after["verdict"]) <= {"RefreshFailed", "ExpiredToken"}


def test_only_the_person_who_is_disabled():
    frames = people(client=1)
    failed = frames["calls"][frames["calls"]["verdict"] != "ok"]
    late = failed[failed["from_s"] > AT]
    assert set(late["client"]) == {1}


def test_portal_tokens_end_when_the_portal_notices():
    credentials = people()["credentials"]
    tokens = credentials[credentials["kind"] == "sso_token"]
    assert tokens["valid_until_s"].max() == AT + CACHED
    assert np.isfinite(tokens["mint_until_s"]).all()
