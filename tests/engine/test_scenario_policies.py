"""Policies of every kind in a scenario: what a call's verdict makes of them, and when."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.runs import run, verdicts
from tests.support.zoo import document, fleet

ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
NUMBERS = {"main": {"number": "111122223333"}, "other": {"number": "444455556666"}}
PHOTOS = "arn:aws:s3:::photos/1.jpg"


def _statement(effect: str, action: str, **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _verdicts(chain: str, *, call: dict[str, Any] | None = None, **blocks: Any) -> dict[str, int]:
    """Verdicts of one process's ten calls; `blocks` change what the zoo says."""
    calls = {"kind": "every", "every_s": 60, "action": "s3:GetObject", **(call or {})}
    base = document({"fleet": fleet(chain, calls, count=1, start={"at_s": 0})}, horizon_s=600)
    base["accounts"] = NUMBERS
    for name, words in blocks.items():
        base[name] = {**base.get(name, {}), **words} if isinstance(words, dict) else words
    return {verdict: n for (_, _, verdict), n in verdicts(run(base)).items()}


def _role(**more: Any) -> dict[str, Any]:
    return {"app": {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:*"], **more}}


OK, DENIED = {"ok": 10}, {"AccessDenied": 10}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ({}, OK),
        ({"boundary": _statement("Allow", "s3:Get*")}, OK),
        ({"boundary": _statement("Allow", "ec2:*")}, DENIED),
        ({"boundary": _statement("Deny", "s3:GetObject")}, DENIED),
    ],
)
def test_a_boundary_limits_what_a_role_may_do(role: dict[str, Any], expected: dict[str, int]) -> None:
    assert _verdicts("by-user", roles=_role(**role)) == expected


def test_a_boundary_limits_a_user_who_signs_and_one_who_asks_for_a_role() -> None:
    robot = {"account": "main", "per": "population", "allow": ["*"], "key": {}}
    limited = {"robot": {**robot, "boundary": _statement("Allow", "sts:*")}}
    assert _verdicts("shared-key", users={"robot": robot}) == OK
    assert _verdicts("shared-key", users=limited) == DENIED
    by_account = {"app": {"account": "main", "trust": {"account": "main"}, "allow": ["s3:*"]}}
    assert _verdicts("by-user", users=limited, roles=by_account) == OK
    closed = {"robot": {**robot, "boundary": _statement("Allow", "s3:*")}}
    assert _verdicts("by-user", users=closed, roles=by_account) == {"RefreshFailed": 10}


def test_every_level_of_service_control_policies_must_allow() -> None:
    def under(*scps: Any) -> dict[str, int]:
        return _verdicts("by-user", accounts={"main": {"number": "111122223333", "scps": list(scps)}})

    assert under(ALLOW_ALL) == OK
    assert under(ALLOW_ALL, [ALLOW_ALL, _statement("Deny", "s3:Put*")]) == OK
    assert under(ALLOW_ALL, _statement("Allow", "ec2:*")) == {"RefreshFailed": 10}  # nor may the user assume the role
    assert under(ALLOW_ALL, [ALLOW_ALL, _statement("Deny", "s3:Get*")]) == DENIED


def test_a_session_policy_leaves_what_both_allow() -> None:
    def passing(policy: dict[str, Any], role: dict[str, Any]) -> dict[str, int]:
        step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_policy": policy}
        return _verdicts("by-user", credentials={"by-user": [step]}, roles=_role(**role))

    assert passing(_statement("Allow", "s3:Get*"), {}) == OK
    assert passing(_statement("Allow", "ec2:*"), {}) == DENIED
    assert passing(_statement("Allow", "*"), {"allow": ["ec2:*"]}) == DENIED


def test_a_federated_user_may_do_what_its_session_policy_and_the_user_allow() -> None:
    def passing(**more: Any) -> dict[str, int]:
        return _verdicts(
            "federation", credentials={"federation": [{"from": "sts.GetFederationToken", "user": "admin", **more}]}
        )

    assert passing() == DENIED
    assert passing(session_policy=_statement("Allow", "s3:*")) == OK
    assert passing(session_policy=_statement("Allow", "ec2:*")) == DENIED


def _photos(account: str, policy: dict[str, Any] | None) -> dict[str, Any]:
    return {"photos": {"account": account, "arn": PHOTOS, **({} if policy is None else {"policy": policy})}}


def _for(principal: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Principal": principal, "Action": "s3:*", "Resource": PHOTOS, **more}]}


MAIN, ROLE = {"AWS": "111122223333"}, {"AWS": "arn:aws:iam::111122223333:role/app"}


@pytest.mark.parametrize(
    ("account", "policy", "allow", "expected"),
    [
        ("main", None, ["s3:*"], OK),
        ("main", _for(ROLE), ["ec2:*"], OK),  # named in the same account: its own policies need not allow
        ("main", _for(MAIN), ["ec2:*"], DENIED),  # the account alone only hands on the decision
        ("main", _for("*", "Deny"), ["s3:*"], DENIED),
        ("other", None, ["s3:*"], DENIED),
        ("other", _for(ROLE), ["s3:*"], OK),
        ("other", _for(MAIN), ["s3:*"], OK),
        ("other", _for(ROLE), ["ec2:*"], DENIED),  # across accounts both sides must allow
        ("other", _for({"AWS": "arn:aws:iam::111122223333:role/web"}), ["s3:*"], DENIED),
    ],
)
def test_a_resource_policy_and_the_identity_s(
    account: str, policy: dict[str, Any] | None, allow: list[str], expected: dict[str, int]
) -> None:
    call = {"resource": "photos"}
    assert _verdicts("by-user", call=call, resources=_photos(account, policy), roles=_role(allow=allow)) == expected


def test_resource_control_policies_deny_to_everybody() -> None:
    accounts = {**NUMBERS, "other": {**NUMBERS["other"], "rcps": [_for("*", "Deny")]}}
    resources = _photos("other", _for(ROLE))
    assert _verdicts("by-user", call={"resource": "photos"}, resources=resources, accounts=accounts) == DENIED


def test_time_conditions_of_any_kind_act_in_the_run() -> None:
    """The day's first five minutes only; the ten calls are a minute apart."""
    until = {"DateLessThan": {"aws:CurrentTime": "2026-01-05T00:05:00Z"}}
    window = _statement("Allow", "*", Condition=until)
    half = {"ok": 5, "AccessDenied": 5}
    assert _verdicts("by-user", roles=_role(boundary=window)) == half
    step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_policy": window}
    assert _verdicts("by-user", credentials={"by-user": [step]}) == half
    resources = _photos("other", _for(ROLE, Condition=until))
    assert _verdicts("by-user", call={"resource": "photos"}, resources=resources) == half


def test_a_group_s_policies_are_its_users() -> None:
    robot = {"account": "main", "per": "population", "groups": ["readers"], "key": {}}
    for allow, expected in ((["s3:Get*"], OK), (["ec2:*"], DENIED)):
        groups = {"readers": {"account": "main", "allow": allow}}
        assert _verdicts("shared-key", users={"robot": robot}, groups=groups) == expected
