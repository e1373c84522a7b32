"""Rows of AWS's pages that are easily overlooked; each table names its page of the IAM User Guide.

Found by holding the evaluation against the cases of other evaluators: cloud-copilot/iam-simulate, nccgroup/PMapper,
minio/pkg, scality/Arsenal, va1da5/aws-iam-policy-engine, monken/node-pbac, Foorack/iam-rs and dacut/scratchstack
(GitHub, read on 28 November 2026). Where they differ among themselves, the page decides.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sim.policies.authorization import PolicyError, check_policy, decide
from sim.policies.authorization_conditions import conditions_hold, spelled
from sim.policies.authorization_match import covers_arn

_HOME, _AWAY = "111122223333", "444455556666"
_USER = f"arn:aws:iam::{_HOME}:user/ann"
_ROLE = f"arn:aws:iam::{_HOME}:role/target"
_ANY = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


# reference_policies_variables.html: an unresolved variable makes the statement invalid, whatever the operator.
@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("StringEquals", "${aws:PrincipalTag/team}", "blue", False),
        ("StringNotEquals", "${aws:PrincipalTag/team}", "blue", False),
        ("StringNotEqualsIgnoreCase", "${aws:PrincipalTag/team}", "blue", False),
        ("StringNotLike", "${aws:PrincipalTag/team}*", "blue", False),
        ("StringNotLike", ["red", "${aws:PrincipalTag/team}"], "blue", False),
        ("StringNotEqualsIfExists", "${aws:PrincipalTag/team}", "blue", False),
        ("ForAllValues:StringNotEquals", "${aws:PrincipalTag/team}", ["blue"], False),
        ("ArnNotLike", "arn:aws:iam::*:user/${aws:PrincipalTag/team}", _USER, False),
        ("StringEquals", ["blue", "${aws:PrincipalTag/team}"], "blue", True),
        ("StringNotEquals", "${aws:PrincipalTag/team, 'red'}", "blue", True),
        ("StringNotEquals", "${aws:PrincipalTag/team}", None, True),
    ],
)
def test_a_variable_without_a_value(operator: str, wanted: Any, given: Any, holds: bool) -> None:
    keys = {} if given is None else {"k": given}
    assert conditions_hold({operator: {"k": wanted}}, keys) is holds


def test_a_deny_whose_variable_has_no_value_denies_nobody() -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    deny["Condition"] = {"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}  # type: ignore[assignment]
    policy = {"Version": "2012-10-17", "Statement": [_ANY["Statement"], deny]}
    tags = {"aws:ResourceTag/team": "blue"}
    assert decide("s3:GetObject", "arn:aws:s3:::a/1", identity=policy, context=tags)
    assert not decide(
        "s3:GetObject", "arn:aws:s3:::a/1", identity=policy, context={**tags, "aws:PrincipalTag/team": "red"}
    )


# reference_policies_elements_condition_operators.html, by operator: strings, ARNs and booleans read variables.
@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("Bool", "${other}", "true", True),
        ("Bool", "${other}", "false", False),
        ("BinaryEquals", "${other}", "true", False),
        ("NumericEquals", "${number}", "5", False),
        ("DateEquals", "${number}", "5", False),
        ("IpAddress", "${ip}", "192.0.2.1", False),
    ],
)
def test_operators_that_read_variables(operator: str, wanted: str, given: str, holds: bool) -> None:
    keys = {"k": given, "other": "true", "number": "5", "ip": "192.0.2.1"}
    assert conditions_hold({operator: {"k": wanted}}, keys) is holds


# reference_policies_elements_condition.html: an empty text is null; reference_policies_multi-value-conditions.html: so
# it is no set of values.
@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("ForAllValues:StringEquals", "a", "", True),
        ("ForAllValues:StringEquals", "a", [""], True),
        ("ForAllValues:StringEquals", "a", ["", "b"], False),
        ("ForAnyValue:StringEquals", "a", "", False),
        ("ForAnyValue:StringNotEquals", "a", "", False),
        ("ForAnyValue:StringNotEquals", "a", [], False),
        ("ForAllValues:StringNotEquals", "a", [], True),
        ("Null", "true", "", True),
        ("Null", "false", "", False),
        ("Null", "false", "a", True),
        ("Null", "maybe", "a", False),
        ("Null", "maybe", None, False),
        ("Null", True, None, True),
        ("StringEquals", "", "", True),
        ("StringNotEquals", "a", "", True),
        ("StringLike", "*", "", True),
    ],
)
def test_an_empty_text_is_null(operator: str, wanted: str, given: Any, holds: bool) -> None:
    assert conditions_hold({operator: {"k": wanted}}, {"k": given}) is holds


# reference_policies_elements_condition_operators.html: numbers, instants and bytes.
@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("NumericEquals", "9007199254740993", 9007199254740992, False),
        ("NumericLessThan", "9007199254740993", 9007199254740992, True),
        ("NumericEquals", "0.10", 0.1, True),
        ("NumericEquals", "1e-17", "2e-17", False),
        ("NumericEquals", "1e3", 1000, True),
        ("NumericEquals", "1_000", "1000", False),
        ("NumericEquals", "NaN", "NaN", False),
        ("NumericLessThan", "inf", 5, False),
        ("NumericEquals", "+5", "5.", True),
        ("NumericEquals", "5", " 5", False),
        ("NumericEquals", "1", True, False),
        ("DateEquals", "2026-03", "2026-03-01T00:00:00Z", True),
        ("DateEquals", "2026-03-01T00:00Z", "2026-03-01T01:00+01:00", True),
        ("DateEquals", "2026-03-01T00:00:00.500Z", "2026-03-01T00:00:00.5+00:00", True),
        ("DateLessThan", datetime(2026, 3, 1, tzinfo=UTC), "2026-02-28T23:59:59Z", True),
        ("DateLessThan", "0001-01-01T00:00:00+23:59", "2026-03-01", False),
        ("DateNotEquals", "2026-13", "2026-03-01", False),
        ("DateEquals", "nan", "nan", False),
        ("BinaryEquals", "AAE=", b"\x00\x01", True),
        ("BinaryEquals", "AAE=", b"\x00\x02", False),
        ("BinaryEquals", "d29ybGQ=", "world", True),
        ("BinaryEquals", "d29ybGQ=", "d29ybGQ=", True),
        ("BinaryEquals", "d29ybGQ=", "World", False),
        ("ArnLike", "this:is:not:an:arn:*", "this:is:not:an:arn:at-all", False),
        ("IpAddress", "2001:db8:1234:5678::/64", "2001:DB8:1234:5678::1", True),
        ("IpAddress", "203.0.113.0/24", "::ffff:203.0.113.7", True),
        ("NotIpAddress", "203.0.113.0/24", "::ffff:203.0.113.7", False),
        ("NotIpAddress", "203.0.113.0/24", "::ffff:192.0.2.7", True),
        ("IpAddress", "::ffff:0:0/96", "::ffff:203.0.113.7", True),
        ("NotIpAddress", "2001:db8:1234:5678::/64", "203.0.113.7", True),
        ("NotIpAddress", ["203.0.113.0/24", "2001:db8::/32"], "2001:db9::1", True),
    ],
)
def test_values(operator: str, wanted: Any, given: Any, holds: bool) -> None:
    assert conditions_hold({operator: {"k": wanted}}, {"k": given}) is holds


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("stringequals", "StringEquals"),
        ("BOOL", "Bool"),
        ("null", "Null"),
        ("foranyvalue:stringlikeifexists", "ForAnyValue:StringLikeIfExists"),
        ("StringEquals", "StringEquals"),
        ("nullIfExists", "nullIfExists"),
        ("sounds", "sounds"),
    ],
)
def test_operators_in_any_case_can_be_evaluated(name: str, right: str) -> None:
    assert spelled(name) == right


def test_an_operator_in_another_case_is_evaluated_but_not_approved() -> None:
    statement = {**_ANY["Statement"], "Condition": {"bool": {"aws:SecureTransport": "true"}}}  # type: ignore[dict-item]
    policy = {"Version": "2012-10-17", "Statement": statement}
    assert decide("s3:GetObject", "*", identity=policy, context={"aws:SecureTransport": True})
    assert not decide("s3:GetObject", "*", identity=policy, context={"aws:SecureTransport": False})
    with pytest.raises(PolicyError, match="condition operator bool is spelled Bool"):
        check_policy(policy)


def test_an_operator_that_only_others_know_is_evaluated_but_not_approved() -> None:
    statement = {**_ANY["Statement"], "Condition": {"BinaryNotEquals": {"k": "AAE="}}}  # type: ignore[dict-item]
    policy = {"Version": "2012-10-17", "Statement": statement}
    assert decide("a:B", "*", identity=policy, context={"k": b"x"})
    assert not decide("a:B", "*", identity=policy, context={"k": b"\x00\x01"})
    with pytest.raises(PolicyError, match="BinaryNotEquals stands on no page of AWS"):
        check_policy(policy)


# reference_policies_elements_resource.html: a * that ends a part may reach beyond its colon.
@pytest.mark.parametrize(
    ("pattern", "expand", "covered"),
    [
        ("arn:aws:sqs:*:jobs", True, True),
        ("arn:aws:sqs:us-*:jobs", True, True),
        ("arn:aws:sqs:*:mail", True, False),
        ("arn:aws:sqs:*s-east-1:jobs", True, False),
        ("arn:aws:*:jobs", False, True),
        ("arn:aws:sqs:*:111122223333", False, True),
        ("arn:aws:sqs:*:444455556666", False, False),
        ("arn:aws:sqs", False, False),
    ],
)
def test_short_patterns(pattern: str, expand: bool, covered: bool) -> None:
    assert covers_arn(pattern, f"arn:aws:sqs:us-east-1:{_HOME}:jobs", expand) is covered


# reference_policies_elements_condition_operators.html: of an ARN operator's six parts each is checked by itself.
def test_a_star_stays_in_its_part_of_a_whole_arn() -> None:
    trail = f"arn:aws:cloudtrail:us-west-2:{_AWAY}:user:{_HOME}:trail/finance"
    wanted = {"k": f"arn:aws:cloudtrail:*:{_HOME}:trail/*"}
    assert not conditions_hold({"ArnLike": wanted}, {"k": trail})
    assert conditions_hold({"StringLike": wanted}, {"k": trail})


def _trust(principal: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:*"}}


# reference_policies_evaluation-logic_policy-eval-basics.html: a role's trust policy must always allow.
@pytest.mark.parametrize(
    ("who", "policies", "kind"),
    [
        (_USER, {"identity": _ANY, "trust": []}, "trust"),
        (_USER, {"identity": _ANY}, None),
        (_USER, {"identity": _ANY, "resource_policy": _trust({"AWS": f"arn:aws:iam::{_AWAY}:root"})}, "trust"),
        (_USER, {"identity": _ANY, "resource_policy": _trust({"AWS": f"arn:aws:iam::{_HOME}:root"})}, None),
        (_USER, {"resource_policy": _trust({"AWS": _USER})}, None),
        (None, {"identity": _ANY}, None),
    ],
)
def test_a_trust_policy_that_is_given_must_allow(who: Any, policies: dict[str, Any], kind: Any) -> None:
    decision = decide("sts:AssumeRole", _ROLE, principal=who, **policies)
    assert (decision.allowed, None if decision.allowed else decision.kind) == (kind is None, kind)
    assert decide("iam:GetRole", _ROLE, principal=who, identity=_ANY)


def test_a_role_s_own_arn_tells_its_path() -> None:
    policy = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{_HOME}:role/team/app"},
        "Action": "*",
        "Resource": "*",
    }
    asked = ("s3:GetObject", "arn:aws:s3:::a/1")
    assert decide(*asked, principal=f"arn:aws:sts::{_HOME}:assumed-role/app/job", resource_policy=policy)
    assert decide(*asked, principal=f"arn:aws:iam::{_HOME}:role/team/app", resource_policy=policy)
    assert not decide(*asked, principal=f"arn:aws:iam::{_HOME}:role/app", resource_policy=policy)


# orgs_manage_policies_scps.html: service-linked roles are not limited; their sessions' ARNs tell no path.
@pytest.mark.parametrize(("role", "effect"), [("AWSServiceRoleForSupport", "allowed"), ("app", "explicitly_denied")])
def test_service_linked_roles_are_not_limited_by_the_organisation(role: str, effect: str) -> None:
    who = f"arn:aws:sts::{_HOME}:assumed-role/{role}/job"
    deny = {"Statement": [_ANY["Statement"], {"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    assert decide("s3:GetObject", "arn:aws:s3:::a/1", principal=who, identity=_ANY, scps=deny).effect == effect


# reference_policies_elements_principal.html: Cognito is a provider of web identities, though named like a service.
def test_cognito_is_a_provider() -> None:
    cognito = "cognito-identity.amazonaws.com"
    asked: dict[str, Any] = {"action": "sts:AssumeRoleWithWebIdentity", "resource": _ROLE}
    for who in (cognito, {"Federated": cognito}):
        assert decide(**asked, principal=who, trust=_trust({"Federated": cognito}))
        assert not decide(**asked, principal=who, trust=_trust({"Service": cognito}))
    assert decide(**asked, principal={"Service": cognito}, trust=_trust({"Service": cognito}))


def test_an_identity_s_statement_that_names_somebody_is_about_nobody_else() -> None:
    mine = {"Effect": "Allow", "Principal": {"AWS": _USER}, "Action": "*", "Resource": "*"}
    assert decide("s3:GetObject", "*", principal=_USER, identity=mine)
    assert decide("s3:GetObject", "*", identity=mine)
    assert not decide("s3:GetObject", "*", principal=f"arn:aws:iam::{_HOME}:user/bob", identity=mine)
    with pytest.raises(PolicyError, match="Principal does not belong into an identity policy"):
        check_policy({"Version": "2012-10-17", "Statement": mine})
