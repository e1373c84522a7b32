"""Verdicts over time: revocations, policies that change, conditions on the clock."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.policies.authorization import revoke_older_sessions
from sim.policies.authorization_time import Attached, Permit, Stage

_EPOCH = 1793613600.0  # 2026-11-02T10:00:00Z
_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
_FOREVER = ((math.inf, True),)
_NEVER = ((math.inf, False),)


def _deny(condition: dict[str, Any]) -> dict[str, Any]:
    return {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}}


def _permit(*documents: dict[str, Any], action: str = "s3:GetObject") -> Permit:
    return Permit((Stage(-math.inf, Attached(documents)),), action, _EPOCH)


def test_policies_without_time_give_one_piece() -> None:
    assert _permit(_ALL).pieces(None) == _FOREVER
    assert _permit(_ALL).pieces(5.0) == _FOREVER
    assert _permit(_ALL, action="sqs:SendMessage").pieces(5.0) == _NEVER


def test_a_revocation_denies_older_sessions_from_its_stage_on() -> None:
    revoked = Attached((_ALL, revoke_older_sessions("2026-11-02T10:01:00Z")))
    permit = Permit((Stage(-math.inf, Attached((_ALL,))), Stage(64.0, revoked)), "s3:GetObject", _EPOCH)
    assert permit.pieces(59.0) == ((64.0, True), (math.inf, False))
    assert permit.pieces(60.0) == _FOREVER
    assert permit.pieces(61.0) == _FOREVER
    assert permit.pieces(None) == _FOREVER


def test_each_revocation_has_its_own_instant() -> None:
    stages = [Stage(-math.inf, Attached((_ALL,)))]
    for at in (60.0, 120.0):
        denial = _deny({"DateLessThan": {"aws:TokenIssueTime": str(_EPOCH + at)}})
        stages.append(Stage(at + 4.0, Attached((_ALL, denial))))
    permit = Permit(tuple(stages), "s3:GetObject", _EPOCH)
    assert permit.pieces(0.0) == ((64.0, True), (math.inf, False))
    assert permit.pieces(90.0) == ((124.0, True), (math.inf, False))
    assert permit.pieces(130.0) == _FOREVER


@pytest.mark.parametrize(
    ("condition", "pieces"),
    [
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-11-02T11:00:00Z"}}, ((3600.0, True), (math.inf, False))),
        ({"DateLessThan": {"aws:currenttime": "2026-11-02T11:00:00Z"}}, ((3600.0, False), (math.inf, True))),
        ({"NumericGreaterThan": {"aws:EpochTime": _EPOCH + 10}}, ((10.0, True), (math.inf, False))),
        ({"DateLessThanIfExists": {"aws:EpochTime": str(_EPOCH + 10)}}, ((10.0, False), (math.inf, True))),
        (
            {
                "DateGreaterThan": {"aws:CurrentTime": "2026-11-02T10:00:10Z"},
                "DateLessThan": {"aws:CurrentTime": "2026-11-02T10:00:20Z"},
            },
            ((10.0, True), (20.0, False), (math.inf, True)),
        ),
    ],
)
def test_conditions_on_the_clock_act_at_their_instant(condition: Any, pieces: Any) -> None:
    assert _permit(_ALL, _deny(condition)).pieces(None) == pieces


def test_a_policy_can_come_and_go() -> None:
    stages = (Stage(-math.inf, Attached((_ALL,))), Stage(10.0, Attached(())), Stage(30.0, Attached((_ALL,))))
    permit = Permit(stages, "s3:GetObject", _EPOCH)
    assert permit.pieces(0.0) == ((10.0, True), (30.0, False), (math.inf, True))


def test_a_boundary_and_a_session_policy_limit_over_time() -> None:
    until = {"DateLessThan": {"aws:CurrentTime": str(_EPOCH + 50)}}
    window = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": until}}
    for attached in (Attached((_ALL,), boundary=window), Attached((_ALL,), session=(window,))):
        permit = Permit((Stage(-math.inf, attached),), "s3:GetObject", _EPOCH)
        assert permit.pieces(None) == ((50.0, True), (math.inf, False))


def test_what_is_no_instant_changes_nothing() -> None:
    assert _permit(_ALL, _deny({"DateLessThan": {"aws:CurrentTime": "tomorrow"}})).pieces(None) == _FOREVER
