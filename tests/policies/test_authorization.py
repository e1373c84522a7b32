"""Identity policies: what is allowed, what is denied, and by which statement."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.policies.authorization
from sim.policies.authorization import (
    Decision,
    PolicyError,
    check_policy,
    decide,
    revoke_older_sessions,
    statements_from,
)


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


_PHOTO = "arn:aws:s3:::photos/ann/1.jpg"


def evaluate(policies: Any, *request: Any, **more: Any) -> Decision:
    """The decision about an identity's request, by default to read a photo."""
    return decide(*(request or ("s3:GetObject", _PHOTO)), identity=policies, **more)


def test_the_example_of_the_docstring_runs() -> None:
    assert doctest.testmod(sim.policies.authorization).failed == 0


@pytest.mark.parametrize(
    ("action", "asked", "effect"),
    [
        ("s3:GetObject", "s3:GetObject", "allowed"),
        ("S3:getobject", "s3:GetObject", "allowed"),
        ("s3:*", "s3:GetObject", "allowed"),
        ("s3:Get*", "s3:PutObject", "implicitly_denied"),
        ("s3:Get?bject", "s3:GetObject", "allowed"),
        ("*", "iam:PassRole", "allowed"),
        (["sqs:*", "s3:GetObject"], "s3:GetObject", "allowed"),
        ("s3:GetObject", "s3:GetObjectAcl", "implicitly_denied"),
        ("s3:Get.bject", "s3:GetObject", "implicitly_denied"),
    ],
)
def test_actions(action: Any, asked: str, effect: str) -> None:
    assert evaluate([_policy(_allow(action))], asked).effect == effect


@pytest.mark.parametrize(
    ("resource", "effect"),
    [
        ("*", "allowed"),
        ("arn:aws:s3:::photos/*", "allowed"),
        ("arn:aws:s3:::photos/*.jpg", "allowed"),
        ("arn:aws:s3:::PHOTOS/*", "implicitly_denied"),
        ("arn:aws:s3:::photos", "implicitly_denied"),
        ("arn:aws:*:::photos/*", "allowed"),
        ("arn:*", "allowed"),
        (["arn:aws:s3:::a/*", "arn:aws:s3:::photos/*"], "allowed"),
    ],
)
def test_resources(resource: Any, effect: str) -> None:
    assert evaluate([_policy(_allow("s3:GetObject", resource))]).effect == effect


def test_a_deny_wins_wherever_it_stands() -> None:
    deny = _deny("s3:*", "arn:aws:s3:::photos/*")
    for policies in ([_policy(_allow("*"), deny)], [_policy(deny), _policy(_allow("*"))]):
        decision = evaluate(policies)
        assert (decision.effect, decision.statement, decision.kind) == ("explicitly_denied", deny, "identity")
    assert evaluate([_policy(_allow("*"), deny)], "s3:GetObject", "arn:aws:s3:::other/1").allowed


def test_nothing_said_is_an_implicit_denial() -> None:
    decision = evaluate([])
    assert (decision.effect, decision.kind) == ("implicitly_denied", "identity")
    assert (decision.statement, decision.index, decision.sid, decision.policy) == (None, None, None, "")
    assert decision.reason == "no statement of an identity policy allows it"


def test_the_deciding_statement_is_named() -> None:
    first, second = _allow("sqs:*"), _allow("s3:GetObject", Sid="photos")
    assert evaluate([_policy(first, second)]).statement is second


def test_not_action_and_not_resource() -> None:
    everything_but_iam = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert evaluate([_policy(everything_but_iam)]).allowed
    assert not evaluate([_policy(everything_but_iam)], "iam:CreateUser").allowed
    outside = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::photos/*"}
    assert evaluate([_policy(_allow("*"), outside)]).allowed
    assert not evaluate([_policy(_allow("*"), outside)], "s3:GetObject", "arn:aws:s3:::payroll/1").allowed


def test_an_unnamed_resource_is_covered_by_any_allow_but_only_by_a_general_deny() -> None:
    unnamed = ("s3:GetObject", None)
    assert evaluate([_policy(_allow("s3:GetObject", "arn:aws:s3:::photos/*"))], *unnamed).allowed
    assert evaluate([_policy(_allow("*"), _deny("s3:*", "arn:aws:s3:::payroll/*"))], *unnamed).allowed
    assert not evaluate([_policy(_allow("*"), _deny("s3:*"))], *unnamed).allowed


def test_a_single_statement_need_not_be_a_list() -> None:
    assert evaluate([{"Statement": _allow("s3:GetObject")}]).allowed


def test_policy_variables() -> None:
    home = [_policy(_allow("s3:GetObject", "arn:aws:s3:::photos/${aws:username}/*"))]
    assert evaluate(home, "s3:GetObject", _PHOTO, context={"aws:username": "ann"}).allowed
    assert not evaluate(home, "s3:GetObject", _PHOTO, context={"aws:username": "bob"}).allowed
    assert not evaluate(home).allowed
    default = [_policy(_allow("s3:GetObject", "arn:aws:s3:::photos/${aws:username, 'ann'}/*"))]
    assert evaluate(default).allowed
    literal = [_policy(_allow("s3:GetObject", "arn:aws:s3:::photos/${*}"))]
    assert not evaluate(literal).allowed
    assert evaluate(literal, "s3:GetObject", "arn:aws:s3:::photos/*").allowed


def test_short_forms_become_statements() -> None:
    policies = statements_from(["s3:GetObject"], ["s3:Delete*"], [_policy(_allow("sqs:*"))])
    assert len(policies) == 2
    assert evaluate(policies).allowed
    assert evaluate(policies, "sqs:SendMessage").allowed
    assert evaluate(policies, "s3:DeleteObject").effect == "explicitly_denied"
    assert statements_from([]) == ()
    for policy in policies:
        check_policy(policy)


@pytest.mark.parametrize("layer", ["boundary", "session", "scp"])
def test_every_further_layer_must_allow(layer: str) -> None:
    identity = [_policy(_allow("*"))]

    def within(policy: dict[str, Any]) -> Decision:
        given = {"boundary": {"boundary": policy}, "session": {"session": [policy]}, "scp": {"scps": [policy]}}
        return evaluate(identity, **given[layer])

    assert within(_policy(_allow("s3:*"))).allowed
    silent = within(_policy(_allow("sqs:*")))
    assert (silent.effect, silent.kind) == ("implicitly_denied", layer)
    denied = within(_policy(_allow("*"), _deny("s3:*")))
    assert (denied.effect, denied.kind) == ("explicitly_denied", layer)
    assert not evaluate([], "s3:GetObject", _PHOTO, boundary=_policy(_allow("*"))).allowed


def test_a_level_of_scps_is_a_union_and_every_level_must_allow() -> None:
    identity, everything, s3, sqs = (_policy(_allow(action)) for action in ("*", "*", "s3:*", "sqs:*"))
    assert evaluate([identity], scps=[everything, sqs]).allowed
    assert evaluate([identity], scps=[[everything], [s3, sqs]]).allowed
    assert evaluate([identity], scps={"root": [everything], "workloads": s3}).allowed
    silent = evaluate([identity], scps=[[everything], [sqs]])
    assert silent.reason == "no service control policy of level 1 allows it"
    assert not evaluate([identity], scps=[[everything], []]).allowed
    assert evaluate([identity], scps=[]).allowed


def test_sessions_issued_before_a_revocation_are_denied_and_keys_are_not() -> None:
    policies = [_policy(_allow("*")), revoke_older_sessions("2026-11-02T10:00:00Z")]

    def decide(issued: str | None) -> str:
        context = {} if issued is None else {"aws:TokenIssueTime": issued}
        return evaluate(policies, "s3:GetObject", context=context).effect

    assert decide("2026-11-02T09:59:59Z") == "explicitly_denied"
    assert decide("2026-11-02T10:00:00Z") == "allowed"
    assert decide(None) == "allowed"


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        ({}, "needs a Statement"),
        (_policy({"Effect": "allow", "Action": "*", "Resource": "*"}), "Effect must be Allow or Deny, not 'allow'"),
        (_policy({"Effect": "Allow", "Resource": "*"}), "Action or NotAction is missing"),
        (_policy({"Effect": "Allow", "Action": "*"}), "Resource or NotResource is missing"),
        (_policy(_allow("*", NotAction="s3:*")), "exclude each other"),
        (_policy(_allow("*", Principal="*")), "does not belong into an identity policy"),
        (_policy(_allow("*", Actions="*")), "unknown element Actions"),
        (_policy(_allow("*", Condition={"StringSounds": {"a": "b"}})), "unknown condition operator 'StringSounds'"),
        (_policy(_allow("*", Condition=["x"])), "Condition must map"),
        ({"Statement": ["x"]}, "a statement must be a mapping, not str"),
    ],
)
def test_a_malformed_policy_is_refused(policy: dict[str, Any], text: str) -> None:
    with pytest.raises(PolicyError, match=text):
        check_policy(policy)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(PolicyError, match=r"Statement.0.Effect: .*Statement.1: "):
        check_policy(_policy({"Effect": "no", "Action": "*", "Resource": "*"}, {"Effect": "Allow", "Resource": "*"}))


def test_an_unknown_operator_is_an_error_when_it_matters() -> None:
    with pytest.raises(PolicyError, match="StringSounds"):
        evaluate([_policy(_allow("*", Condition={"StringSounds": {"a": "b"}}))])


_actions = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:Put*", "sqs:*"])
_statements = st.builds(lambda effect, action: (_allow if effect else _deny)(action), st.booleans(), _actions)
_policies = st.lists(st.lists(_statements, max_size=3).map(lambda found: _policy(*found)), max_size=3)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(policies=_policies, more=_policies)
def test_more_policies_never_lift_a_deny_and_order_never_matters(policies: list[Any], more: list[Any]) -> None:
    one, both = evaluate(policies), evaluate([*policies, *more])
    assert one.effect != "explicitly_denied" or both.effect == "explicitly_denied"
    assert evaluate([*more, *policies]).effect == both.effect
    assert both.effect != "implicitly_denied" or one.effect == "implicitly_denied"
