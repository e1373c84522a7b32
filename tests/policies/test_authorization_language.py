"""The language of policies: wildcards, variables, versions, sets of values, whole statements."""

from __future__ import annotations

from typing import Any

import pytest

from sim.policies.authorization import PolicyError, check_policy, decide
from sim.policies.authorization_conditions import conditions_hold
from sim.policies.authorization_match import covers_arn, like, substitute
from sim.policies.authorization_statement import problems

_YES, _NO, _DENY = "allowed", "implicitly_denied", "explicitly_denied"
_USER = "arn:aws:iam::111122223333:user/ann"


def _effect(statement: dict[str, Any], action: str, resource: str = "*", version: str | None = "2012-10-17") -> str:
    policy = {"Statement": {"Effect": "Allow", "Resource": "*", **statement}}
    if "NotResource" in statement:
        del policy["Statement"]["Resource"]
    return decide(action, resource, identity=policy if version is None else {"Version": version, **policy}).effect


@pytest.mark.parametrize(
    ("element", "action", "effect"),
    [
        ({"Action": "s3:GetObject"}, "s3:GetObject", _YES),
        ({"Action": "s3:getobject"}, "S3:GETOBJECT", _YES),
        ({"Action": "s3:Get*"}, "s3:GetBucketAcl", _YES),
        ({"Action": "s3:*Object"}, "s3:PutObject", _YES),
        ({"Action": "s3:G*t*Acl"}, "s3:GetObjectAcl", _YES),
        ({"Action": "s3:Get?bject"}, "s3:GetObject", _YES),
        ({"Action": "s3:GetObject?"}, "s3:GetObject", _NO),
        ({"Action": "s3:GetObject*"}, "s3:GetObject", _YES),
        ({"Action": "*"}, "iam:CreateUser", _YES),
        ({"Action": "*:*"}, "iam:CreateUser", _YES),
        ({"Action": "*:Get*"}, "s3:GetObject", _YES),
        ({"Action": "s3:Get.*"}, "s3:GetObject", _NO),
        ({"Action": "s3:GetObject,s3:PutObject"}, "s3:GetObject", _NO),
        ({"Action": "s3:GetObject "}, "s3:GetObject", _NO),
        ({"Action": "s3:"}, "s3:GetObject", _NO),
        ({"Action": []}, "s3:GetObject", _NO),
        ({"Action": ["sqs:*", "s3:*"]}, "s3:GetObject", _YES),
        ({"NotAction": "iam:*"}, "s3:GetObject", _YES),
        ({"NotAction": "IAM:*"}, "iam:CreateUser", _NO),
        ({"NotAction": ["iam:*", "s3:GetObject"]}, "s3:GetObject", _NO),
        ({"NotAction": ["iam:*", "s3:GetObject"]}, "s3:PutObject", _YES),
        ({"NotAction": "*"}, "s3:GetObject", _NO),
    ],
)
def test_actions(element: dict[str, Any], action: str, effect: str) -> None:
    assert _effect(element, action) == effect


_QUEUE = "arn:aws:sqs:us-east-1:111122223333:jobs"


@pytest.mark.parametrize(
    ("pattern", "resource", "covered"),
    [
        ("*", _QUEUE, True),
        ("*", "*", True),
        (_QUEUE, _QUEUE, True),
        (_QUEUE, "*", False),
        ("arn:aws:sqs:*:*:*", _QUEUE, True),
        ("arn:aws:sqs:*:111122223333:jobs", _QUEUE, True),
        ("arn:aws:sqs:us-*-1:111122223333:j?bs", _QUEUE, True),
        ("arn:aws:sqs:us-*-1:111122223333:j?b", _QUEUE, False),
        ("arn:aws-cn:sqs:*:*:*", _QUEUE, False),
        ("arn:*:sqs:*:*:*", _QUEUE, True),
        ("arn:???:sqs:*:*:*", _QUEUE, True),
        ("arn:aws:sns:*:*:*", _QUEUE, False),
        ("arn:aws:sqs:*:444455556666:*", _QUEUE, False),
        ("arn:aws:sqs:*:111122223333:JOBS", _QUEUE, False),
        ("arn:aws:SQS:*:*:*", _QUEUE, False),
        ("arn:aws:sqs", _QUEUE, True),
        ("arn:aws:sqs:us-east-1", _QUEUE, True),
        ("arn:aws:sqs:us-west-2", _QUEUE, False),
        ("arn:aws:sqs:us-east-1:*", _QUEUE, True),
        ("arn:aws:sqs:*:111122223333", _QUEUE, True),
        ("arn:*", _QUEUE, True),
        ("arn:aws:sqs:*jobs", _QUEUE, False),
        ("arn:aws:s3:::photos/*", "arn:aws:s3:::photos/a/b.jpg", True),
        ("arn:aws:s3:::photos/*", "arn:aws:s3:::photos", False),
        ("arn:aws:s3:::photos*", "arn:aws:s3:::photos", True),
        ("arn:aws:s3:::photos/*/x", "arn:aws:s3:::photos/a/b/x", True),
        ("arn:aws:s3:::photos/?.jpg", "arn:aws:s3:::photos/12.jpg", False),
        ("arn:aws:s3:::photos/[a]", "arn:aws:s3:::photos/a", False),
        ("arn:aws:s3:::photos/[*]", "arn:aws:s3:::photos/[a]", True),
        ("arn:aws:s3:::photos/a+b", "arn:aws:s3:::photos/a+b", True),
        ("arn:aws:s3:::photos/a.b", "arn:aws:s3:::photos/axb", False),
        ("arn:aws:logs:us-east-1:*:log-group:app:*", "arn:aws:logs:us-east-1:1:log-group:app:log-stream:x", True),
        ("arn:aws:logs:us-east-1:*:log-group:*", "arn:aws:logs:us-east-1:1:log-group:app:log-stream:x", True),
        ("arn:aws:iam::*:role/team/*", "arn:aws:iam::111122223333:role/team/a/b", True),
        ("arn:aws:iam::*:role/team/*", "arn:aws:iam::111122223333:role/other", False),
    ],
)
def test_resources(pattern: str, resource: str, covered: bool) -> None:
    assert covers_arn(pattern, resource) is covered
    assert _effect({"Action": "*", "Resource": pattern}, "x:Y", resource) == (_YES if covered else _NO)
    assert _effect({"Action": "*", "NotResource": pattern}, "x:Y", resource) == (_NO if covered else _YES)


def test_a_resource_s_own_policy_expands_only_after_a_star() -> None:
    assert not covers_arn("arn:aws:sqs:us-east-1", _QUEUE, expand=False)
    assert covers_arn("arn:aws:sqs:us-east-1:*", _QUEUE, expand=False)


def test_not_resource_takes_all_of_a_list() -> None:
    outside = {"Action": "s3:*", "NotResource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]}
    assert _effect(outside, "s3:GetObject", "arn:aws:s3:::c/1") == _YES
    assert _effect(outside, "s3:GetObject", "arn:aws:s3:::b/1") == _NO


_KEYS = {"aws:username": "ann", "aws:principaltag/team": "blue", "aws:userid": "id*", "tags": ["a", "b"], "one": ["x"]}


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("home/${aws:username}/*", "home/ann/*"),
        ("home/${AWS:UserName}", "home/ann"),
        ("${aws:PrincipalTag/team}-${aws:username}", "blue-ann"),
        ("${aws:PrincipalTag/Team}", "blue"),
        ("${one}", "x"),
        ("${tags}", None),
        ("${aws:PrincipalTag/cost}", None),
        ("${aws:PrincipalTag/cost, 'none'}", "none"),
        ("${aws:PrincipalTag/cost,'none'}", "none"),
        ("${aws:PrincipalTag/cost, ''}", ""),
        ("${aws:PrincipalTag/team, 'none'}", "blue"),
        ("plain", "plain"),
        ("$notavariable", "$notavariable"),
        ("${unclosed", "${unclosed"),
        ("${$}5", "$5"),
    ],
)
def test_variables(text: str, replaced: str | None) -> None:
    assert substitute(text, _KEYS) == replaced


@pytest.mark.parametrize(
    ("pattern", "given", "matches"),
    [
        ("a${*}b", "a*b", True),
        ("a${*}b", "axb", False),
        ("a${?}", "a?", True),
        ("a${?}", "ax", False),
        ("${aws:userid}", "id*", True),
        ("${aws:userid}", "id-and-more", False),
        ("${aws:userid}*", "id*-more", True),
    ],
)
def test_special_characters_in_a_pattern(pattern: str, given: str, matches: bool) -> None:
    text = substitute(pattern, _KEYS)
    assert text is not None
    assert like(text, given) is matches
    assert conditions_hold({"StringLike": {"k": pattern}}, {**_KEYS, "k": given}) is matches
    if "more" not in given:
        assert conditions_hold({"StringEquals": {"k": pattern}}, {**_KEYS, "k": given}) is matches


@pytest.mark.parametrize("version", ["2012-10-17", "2008-10-17", None])
def test_variables_need_the_version_that_has_them(version: str | None) -> None:
    policy: dict[str, Any] = {} if version is None else {"Version": version}
    home = "arn:aws:s3:::home/${aws:username}/*"
    policy["Statement"] = {"Effect": "Allow", "Action": "s3:*", "Resource": home}
    new = version == "2012-10-17"
    real = decide("s3:GetObject", "arn:aws:s3:::home/ann/1", principal=_USER, identity=policy)
    written = decide("s3:GetObject", "arn:aws:s3:::home/${aws:username}/1", principal=_USER, identity=policy)
    assert (real.allowed, written.allowed) == (new, not new)


def test_a_variable_without_a_value_matches_nothing() -> None:
    tagged = "arn:aws:s3:::home/${aws:PrincipalTag/team}/*"
    asked = ("s3:GetObject", "arn:aws:s3:::home/blue/1")
    assert _effect({"Action": "s3:*", "Resource": tagged}, *asked) == _NO
    assert _effect({"Action": "s3:*", "NotResource": tagged}, *asked) == _NO
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "*", "Resource": tagged}
    policy = {"Version": "2012-10-17", "Statement": [everything, deny]}
    assert decide(*asked, identity=policy).effect == _YES
    assert decide(*asked, identity=policy, context={"aws:PrincipalTag/team": "blue"}).effect == _DENY


_WANTED = ["a", "b"]
_SETS: list[tuple[str, Any, Any, bool]] = [
    # ForAllValues: every value of the request matches; nothing is every value.
    ("ForAllValues:StringEquals", _WANTED, ["a"], True),
    ("ForAllValues:StringEquals", _WANTED, ["a", "b"], True),
    ("ForAllValues:StringEquals", _WANTED, ["a", "c"], False),
    ("ForAllValues:StringEquals", _WANTED, ["c"], False),
    ("ForAllValues:StringEquals", _WANTED, [], True),
    ("ForAllValues:StringEquals", _WANTED, None, True),
    ("ForAllValues:StringEquals", _WANTED, "a", True),
    ("ForAllValues:StringNotEquals", _WANTED, ["c", "d"], True),
    ("ForAllValues:StringNotEquals", _WANTED, ["a", "c"], False),
    ("ForAllValues:StringNotEquals", _WANTED, None, True),
    ("ForAllValues:StringLike", ["x*", "y"], ["xa", "y"], True),
    ("ForAllValues:StringLike", ["x*", "y"], ["xa", "z"], False),
    # ForAnyValue: at least one value of the request matches; nothing has none.
    ("ForAnyValue:StringEquals", _WANTED, ["a", "c"], True),
    ("ForAnyValue:StringEquals", _WANTED, ["c"], False),
    ("ForAnyValue:StringEquals", _WANTED, [], False),
    ("ForAnyValue:StringEquals", _WANTED, None, False),
    ("ForAnyValue:StringNotEquals", _WANTED, ["a", "c"], True),
    ("ForAnyValue:StringNotEquals", _WANTED, ["a", "b"], False),
    ("ForAnyValue:StringNotEquals", _WANTED, None, False),
    ("ForAnyValue:StringLike", ["o-*/r-*/ou-1/*"], ["o-1/r-1/ou-1/x/"], True),
    ("ForAnyValue:NumericLessThan", 5, [9, 3], True),
    ("ForAnyValue:StringEqualsIfExists", _WANTED, None, True),
    ("ForAllValues:StringEqualsIfExists", _WANTED, None, True),
    # One value against several: any of them; under a negated operator none of them.
    ("StringEquals", _WANTED, "b", True),
    ("StringEquals", _WANTED, "c", False),
    ("StringNotEquals", _WANTED, "c", True),
    ("StringNotEquals", _WANTED, "b", False),
    ("StringNotLike", ["a*", "b*"], "bcd", False),
    ("StringNotLike", ["a*", "b*"], "cde", True),
    ("NotIpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "203.0.113.1", True),
    ("ArnNotLike", ["arn:aws:iam::*:role/a", "arn:aws:iam::*:role/b"], "arn:aws:iam::1:role/b", False),
    ("NumericNotEquals", [1, 2], 2, False),
    ("DateNotEquals", ["2026-01-01", "2026-01-02"], "2026-01-02T00:00:00Z", False),
    ("StringEquals", [], "a", False),
    ("StringNotEquals", [], "a", True),
    # Missing keys.
    ("StringEquals", "a", None, False),
    ("StringNotEquals", "a", None, True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("StringNotEqualsIfExists", "a", "a", False),
    ("BoolIfExists", "true", None, True),
    ("Bool", "false", None, False),
    ("NumericLessThanEqualsIfExists", 5, None, True),
    ("ArnLike", "*", None, False),
    ("Null", "true", None, True),
    ("Null", "false", None, False),
    ("Null", "true", "x", False),
    ("Null", "false", "x", True),
    ("Null", "true", [], True),
    ("Null", ["true", "false"], None, True),
    # Values that cannot be read are neither equal nor different.
    ("NumericEquals", 10, "ten", False),
    ("NumericNotEquals", 10, "ten", False),
    ("NumericNotEquals", "ten", 10, False),
    ("NumericLessThan", 10, "", False),
    ("DateNotEquals", "2026-01-01", "someday", False),
    ("DateLessThan", "someday", "2026-01-01", False),
    ("IpAddress", "10.0.0.0/8", "somewhere", False),
    ("NotIpAddress", "10.0.0.0/8", "somewhere", False),
    ("IpAddress", "nowhere", "10.0.0.1", False),
    ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
    ("IpAddress", "10.1.2.3", "10.1.2.3", True),
    ("IpAddress", "2001:db8::/32", "10.1.2.3", False),
    ("Bool", "true", "yes", False),
    ("Bool", "yes", "yes", False),
    ("Bool", "True", True, True),
    ("ArnLike", "photos", "photos", False),
    ("ArnLike", "arn:aws:s3:::ph*", "arn:aws:s3:::photos", True),
    ("ArnLike", "arn:aws:*:us-east-1:*", "arn:aws:sqs:us-east-1:1:jobs", False),
    ("ArnEquals", "arn:aws:sqs:*:*:jobs", "arn:aws:sqs:us-east-1:1:JOBS", False),
    ("ArnNotEquals", "arn:aws:sqs:*:*:jobs", "jobs", False),
    ("ArnNotLike", "jobs", "arn:aws:sqs:us-east-1:1:jobs", False),
    ("ArnNotLike", ["jobs", "arn:aws:sqs:*:*:mail"], "arn:aws:sqs:us-east-1:1:jobs", True),
    # Instants in every form.
    ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01", True),
    ("DateEquals", "2026-01-01", 1767225600, True),
    ("DateEquals", "2026-01-01", "1767225600000", True),
    ("DateGreaterThan", "1767225600", "2026-01-01T00:00:01Z", True),
    ("DateGreaterThanEquals", "2026-01-01", "2026-01-01", True),
    ("DateLessThan", "2026-01-01", "2026-01-01", False),
    ("DateLessThanEquals", "2026-01-01", "2026-01-01", True),
    ("NumericEquals", "10", 10.0, True),
    ("NumericGreaterThan", "2.5", "2.51", True),
    ("NumericLessThanEquals", "-1", "-1", True),
    ("StringEquals", True, True, True),
    ("StringEquals", "1", 1, True),
    ("StringLike", "*", "", True),
    ("StringEquals", "*", "a", False),
    ("StringEqualsIgnoreCase", "STRASSE", "strasse", True),
    ("BinaryEquals", "QUJD", "quJD", False),
]


@pytest.mark.parametrize(("name", "wanted", "given", "holds"), _SETS)
def test_conditions(name: str, wanted: Any, given: Any, holds: bool) -> None:
    keys = {} if given is None else {"aws:key": given}
    assert conditions_hold({name: {"AWS:Key": wanted}}, keys) is holds


def test_only_strings_and_arns_read_variables() -> None:
    keys = {"k": "5", "other": "5"}
    assert conditions_hold({"StringEquals": {"k": "${other}"}}, keys)
    assert not conditions_hold({"NumericEquals": {"k": "${other}"}}, keys)
    assert not conditions_hold({"StringEquals": {"k": "${other}"}}, keys, variables=False)
    arn = "arn:aws:iam::111122223333:user/ann"
    assert conditions_hold({"ArnEquals": {"a": "arn:aws:iam::*:user/${n}"}}, {"a": arn, "n": "ann"})


def test_keys_ignore_case_but_their_values_do_not() -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:principaltag/TEAM": "Blue"}},
        },
    }
    assert decide("s3:GetObject", identity=policy, context={"AWS:PrincipalTag/Team": "Blue"}).allowed
    assert not decide("s3:GetObject", identity=policy, context={"aws:PrincipalTag/team": "blue"}).allowed


@pytest.mark.parametrize(
    ("statement", "kind", "place", "text"),
    [
        ({"Effect": "Deny"}, "identity", ("Statement", 0), "Action or NotAction is missing"),
        ({"Effect": "maybe", "Action": "*", "Resource": "*"}, "identity", ("Statement", 0, "Effect"), "Allow or Deny"),
        ({"Effect": ["Allow"], "Action": "*", "Resource": "*"}, "identity", ("Statement", 0, "Effect"), "['Allow']"),
        ({"Action": "*", "Resource": "*"}, "identity", ("Statement", 0), "Effect must be Allow or Deny, not None"),
        ({"Effect": "Allow", "Action": 5, "Resource": "*"}, "identity", ("Statement", 0, "Action"), "text or a list"),
        (
            {"Effect": "Allow", "Action": "*", "Principal": "*"},
            "resource",
            None,
            "",
        ),
        (
            {"Effect": "Allow", "Action": "*", "Principal": "*", "Resource": "*"},
            "trust",
            ("Statement", 0, "Resource"),
            "does not belong into a trust policy",
        ),
        ({"Effect": "Allow", "Action": "*"}, "trust", ("Statement", 0), "Principal or NotPrincipal is missing"),
        (
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringIs": {}}},
            "identity",
            ("Statement", 0, "Condition", "StringIs"),
            "unknown condition operator 'StringIs'",
        ),
    ],
)
def test_every_problem_has_its_place(statement: Any, kind: Any, place: Any, text: str) -> None:
    found = list(problems({"Version": "2012-10-17", "Statement": [statement]}, kind))
    if place is None:
        assert not found
    else:
        assert place in [one for one, _ in found]
        assert any(text in said for _, said in found)


def test_what_aws_would_not_store_can_still_be_evaluated() -> None:
    odd = {"Version": "2020-01-01", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}}
    assert decide("s3:GetObject", identity=odd).allowed
    with pytest.raises(PolicyError, match="is no version"):
        check_policy(odd)
    statement = {"Sid": "no name", "Effect": "Allow", "Action": "*", "Resource": "photos"}
    dated = {**statement, "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}}
    twice = {"Version": "2012-10-17", "Statement": [dated, dated]}
    assert not decide("s3:GetObject", identity=twice).allowed
    with pytest.raises(PolicyError, match=r"'no name' is not made.*'tomorrow' is no value.*that of statement 0"):
        check_policy(twice)
    assert decide("s3:GetObject", identity={"Version": "2012-10-17", "Statement": statement}).allowed
    with pytest.raises(PolicyError, match="'photos' is neither an ARN"):
        check_policy({"Version": "2012-10-17", "Statement": statement})
    assert not decide("s3:GetObject", identity={"Version": "2012-10-17", "Statement": []}).allowed
    with pytest.raises(PolicyError, match="at least one statement"):
        check_policy({"Version": "2012-10-17", "Statement": []})


@pytest.mark.parametrize(
    "more",
    [
        {"Resource": ["arn:aws:s3:::photos/${aws:username}/*", "arn:aws:s3*", "arn:aws:iam::111122223333:role/app"]},
        {"Sid": "", "Condition": {"Bool": {"aws:SecureTransport": ["${aws:username}", True]}}},
        {"Condition": {"DateGreaterThan": {"aws:CurrentTime": ["2026-11-28", "2026-11-28T12:00:00Z", 1_800_000_000]}}},
        {"Condition": {"NumericLessThanIfExists": {"s3:max-keys": [1, "2.5", -3]}, "Null": {"aws:userid": "True"}}},
        {"Condition": {"ForAnyValue:NotIpAddress": {"aws:SourceIp": ["203.0.113.7", "2001:db8::/32", "10.1.2.3/8"]}}},
    ],
)
def test_what_aws_stores_is_not_refused(more: Any) -> None:
    check_policy({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", **more}]})


@pytest.mark.parametrize(
    "policy",
    [{"Version": "2012-10-17"}, {"Statement": "x"}, {"Statement": {"Effect": "Allow", "Action": "*"}}, "text"],
)
def test_what_cannot_be_evaluated_is_refused(policy: Any) -> None:
    with pytest.raises(PolicyError):
        decide("s3:GetObject", identity=policy)
