"""Rows M1 to M3, M5, M8 to M10 and the incident of the chained session: what AWS refuses there, and its reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.loading.scenario_file import load
from sim.problems import ScenarioError

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
RANGE = SCENARIOS / "rows" / "m10-session-range.yaml"


def _refused(path: Path, settings: dict[str, Any]) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(path, settings)
    return str(caught.value)


def test_five_thousand_users_fit_into_an_account_and_one_more_does_not() -> None:
    file = SCENARIOS / "rows" / "m08-federation.yaml"
    count = "populations.employees.count"
    assert load(file, {count: 5000}).strategies["users"].populations["employees"].count == 5000
    said = _refused(file, {count: 5001})
    assert "employees as employee 5,001" in said
    assert "5,000 users per account and does not raise" in said
    assert "federation" in said


@pytest.mark.parametrize(
    ("path", "length_s", "reason"),
    [
        ("credentials.assumed.0.session_s", 899, "issues no session below 900 s (15 min)"),
        ("credentials.assumed.0.session_s", 43201, "at most 43200 s (12 h)"),
        ("credentials.assumed.0.session_s", 129600, "36 h exist only for GetSessionToken and GetFederationToken"),
        (
            "credentials.chained.0.session_s",
            3601,
            "exceeds the 1 hour session limit for roles assumed by role chaining",
        ),
        ("credentials.own.0.session_s", 129601, "at most 129600 s (36 h)"),
        ("credentials.own.0.session_s", 899, "issues no session below 900 s"),
        ("credentials.federated.0.session_s", 129601, "at most 129600 s (36 h)"),
        ("credentials.node.0.session_s", 3600, "cannot be set: AWS gives about 6 h"),
        ("roles.app.max_session_s", 43201, "at most 43200"),
        ("roles.app.max_session_s", 3599, "at least 3600"),
    ],
)
def test_a_wrong_length_is_refused_for_aws_s_reason(path: str, length_s: int, reason: str) -> None:
    assert reason in _refused(RANGE, {path: length_s})


def test_more_than_the_role_s_own_maximum_is_refused_not_cut() -> None:
    said = _refused(RANGE, {"roles.app.max_session_s": 3600, "credentials.assumed.0.session_s": 7200})
    assert "exceeds the MaxSessionDuration set for this role" in said


def test_a_chained_session_of_two_hours_is_a_validation_error() -> None:
    """99designs/aws-vault#246: the session in between makes it role chaining."""
    file = SCENARIOS / "incidents" / "chain-1h.yaml"
    assert "ValidationError" in _refused(file, {"credentials.copied.0.session_s": 7200})
    assert load(file, {"credentials.copied.0.session_s": 3600})
