"""The story of one client: all of its records, none of another's, in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.explain import Client, explain, told
from analysis.load import Results
from tests.support.fake_results import write_results
from tests.support.fake_scenario import fake_scenarios


def story_rows(_strategy: str, _replication: int) -> dict[str, list[dict[str, Any]]]:
    who = {"population": "app", "client": 1}
    session = {
        "kind": "session",
        "issuer": "sts",
        "operation": "AssumeRole",
        "principal": "role/app",
        "account": "prod",
    }
    times = {"issued_at_s": 3600.0, "expires_at_s": 7200.0, "valid_until_s": 7200.0, "held_from_s": 3600.05}
    held = {**who, **session, **times, "credential": "ses-1", "parent": "key-1"}
    request = {**who, "issuer": "sts", "operation": "AssumeRole", "quota_group": "signed", "account": "prod"}
    login = {**who, "way": "sso", "kind": "interactive", "issuer": "idp", "outcome": "ok", "attempts": 2}
    rotation = {"user": "app", "old": "key-1", "new": "key-2", "due_at_s": 0.0, "late_s": 172800.0, "toil_min": 90.0}
    return {
        "credentials": [
            {**held, "ended_at_s": 6400.0, "end_reason": "replaced", "calls_signed": 1234},
            {**held, "client": 2, "credential": "ses-of-another", "end_reason": "open"},
        ],
        "requests": [
            {**request, "at_s": 3600.0, "outcome": "throttled", "attempt": 1},
            {**request, "at_s": 3600.0, "outcome": "ok", "attempt": 2, "issued": "ses-1"},
        ],
        "waits": [{**who, "at_s": 3600.0, "done_at_s": 3600.05, "wait_s": 0.05, "calls": 3, "verdict": "ok"}],
        "calls": [
            {**who, "credential": "ses-1", "verdict": "ok", "from_s": 3600.0, "to_s": 6400.0, "calls": 1234},
            {**who, "slot": 7, "verdict": "NoCredentials", "from_s": 10.0, "to_s": 10.0, "calls": 1},
        ],
        "logins": [{**login, "at_s": 3500.0, "attention_s": 45.0, "queue_s": 0.8, "done_at_s": 3545.8}],
        "rotations": [{**who, **rotation, "started_at_s": 172800.0, "done_at_s": None}],
    }


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(write_results(tmp_path / "r", {"keys": fake_scenarios()["keys"]}, story_rows))


def test_everything_is_told_in_order(results: Results) -> None:
    events = explain(results, Client("app", 1), "keys")
    texts = [event.text for event in events if event.rank > 0]
    starts = [
        "1 call NoCredentials",
        "interactive login (sso) at idp: ok, typed 2 times (45 s",
        "asks sts AssumeRole, att",
    ]
    starts += ["asks sts AssumeRole: throttled", "3 calls wait up to 0.050 s", "1,234 calls ok with ses-1 until Mon"]
    starts += ["HOLDS ses-1 as role/app from sts AssumeRole, signed by key-1", "ends ses-1: replaced after 1,234"]
    starts += ["ROTATION of app: key-2 created"]
    assert len(texts) == len(starts)
    assert all(any(text.startswith(start) for text in texts) for start in starts)
    assert [event.at_s for event in events] == sorted(event.at_s for event in events)
    assert not any("another" in text for text in texts)


def test_a_cause_comes_before_its_effect(results: Results) -> None:
    texts = [event.text for event in explain(results, Client("app", 1), "keys") if event.at_s == 3600.0]
    assert [text.split()[0] for text in texts] == ["asks", "asks", "3", "1,234"]
    assert ["attempt 2" in text for text in texts] == [False, True, False, False]


def test_the_outage_of_the_timeline_is_told(results: Results) -> None:
    texts = {event.at_s: event.text for event in explain(results, Client("app", 3), "keys")}
    timeline = results.scenario("keys")["timeline"]
    assert timeline
    for entry in timeline:
        assert entry["at_s"] in texts


def test_one_slot_only(results: Results) -> None:
    texts = [event.text for event in explain(results, Client("app", 1, 7), "keys") if event.rank > 0]
    assert texts == ["1 call NoCredentials"]


def test_lines_have_day_time_and_seconds(results: Results) -> None:
    line = next(line for line in told(explain(results, Client("app", 1), "keys"), results) if "login" in line)
    assert line.startswith("Mon 2026-11-02 00:58:20        3500.000 s  interactive login")


def test_nobody_has_no_story(results: Results) -> None:
    assert [event for event in explain(results, Client("app", 5), "keys") if event.rank > 0] == []
