"""What callers hand over: every form that AWS and other tools give is read, the rest is refused in words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.policies.authorization import Decision, PolicyError, decide

_ACCOUNT = "111122223333"
_USER = f"arn:aws:iam::{_ACCOUNT}:user/ann"
_BUCKET = "arn:aws:s3:::photos/1.jpg"
_STATEMENT: dict[str, Any] = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
_DOCUMENT = {"Version": "2012-10-17", "Statement": [_STATEMENT]}
_ELSE = {"Version": "2012-10-17", "Statement": [{**_STATEMENT, "Action": "sqs:*"}]}
_TEXT = json.dumps(_DOCUMENT)


@pytest.mark.parametrize(
    ("policies", "name"),
    [
        (_DOCUMENT, "identity"),
        (_TEXT, "identity"),
        (f"\n {_TEXT}", "identity"),
        (_TEXT.encode(), "identity"),
        (quote(_TEXT), "identity"),
        (_STATEMENT, "identity"),
        ([_STATEMENT], "identity"),
        (json.dumps([_STATEMENT]), "identity"),
        ([_ELSE, _DOCUMENT], "identity[1]"),
        ((_ELSE, _TEXT), "identity[1]"),
        ([[_ELSE], [_ELSE, _DOCUMENT]], "identity[1][1]"),
        ([None, _DOCUMENT], "identity[0]"),
        ({"else": _ELSE, "read": _DOCUMENT}, "read"),
        ({"else": _ELSE, "read": _TEXT}, "read"),
        ({"read": [_DOCUMENT]}, "read"),
        ({"read": [_ELSE, _TEXT]}, "read[1]"),
        # Answers of GetRolePolicy, GetPolicyVersion and GetBucketPolicy, as SDKs hand them on.
        ({"PolicyName": "read", "PolicyDocument": _DOCUMENT}, "read"),
        ([{"PolicyName": "else", "PolicyDocument": _ELSE}, {"PolicyName": "read", "PolicyDocument": _TEXT}], "read"),
        ({"PolicyVersion": {"Document": quote(_TEXT), "VersionId": "v1"}}, "identity"),
        ({"Policy": _TEXT}, "identity"),
    ],
)
def test_policies_in_every_form(policies: Any, name: str) -> None:
    decision = decide("s3:GetObject", _BUCKET, identity=policies)
    assert (decision.effect, decision.policy, decision.index) == ("allowed", name, 0)


@pytest.mark.parametrize("nothing", [None, [], (), {}, [None], {"read": None}, "[]", "null"])
def test_no_policies_in_every_form(nothing: Any) -> None:
    decision = decide("s3:GetObject", _BUCKET, principal=_USER, identity=nothing, boundary=nothing, scps=nothing)
    assert (decision.effect, decision.kind) == ("implicitly_denied", "identity")


def test_a_statement_by_itself_reads_variables() -> None:
    home = {**_STATEMENT, "Resource": "arn:aws:s3:::photos/${aws:username}/*"}
    assert decide("s3:GetObject", "arn:aws:s3:::photos/ann/1", principal=_USER, identity=home)


def test_levels_of_an_organisation_may_be_texts() -> None:
    for levels in ([[_TEXT], [_TEXT]], {"root": [_DOCUMENT], "unit": [_ELSE, _TEXT]}, _TEXT, [_ELSE, _TEXT]):
        assert decide("s3:GetObject", _BUCKET, principal=_USER, identity=_TEXT, scps=levels)
    assert not decide("s3:GetObject", _BUCKET, principal=_USER, identity=_TEXT, scps=[[_TEXT], json.dumps([_ELSE])])


def test_a_decision_is_true_only_if_allowed() -> None:
    assert bool(decide("s3:GetObject", _BUCKET, identity=_DOCUMENT)) is True
    assert bool(decide("s3:PutObject", _BUCKET, identity=_DOCUMENT)) is False


@pytest.mark.parametrize(
    ("who", "effect"),
    [
        (_USER, "allowed"),
        ([_USER], "allowed"),
        ({"AWS": _USER}, "allowed"),
        ({"AWS": [_USER]}, "allowed"),
        (_ACCOUNT, "allowed"),
        ({"AWS": _ACCOUNT}, "allowed"),
        (f"arn:aws:iam::{_ACCOUNT}:role/app", "allowed"),
        (f"arn:aws:sts::{_ACCOUNT}:assumed-role/app/job", "allowed"),
        ("ann", "allowed"),
        ("*", "implicitly_denied"),
        ({"AWS": "*"}, "implicitly_denied"),
        ("ec2.amazonaws.com", "implicitly_denied"),
        ("accounts.google.com", "implicitly_denied"),
        ("79a5" * 16, "implicitly_denied"),
    ],
)
def test_principals_in_every_form(who: Any, effect: str) -> None:
    assert decide("s3:GetObject", _BUCKET, principal=who, identity=_DOCUMENT).effect == effect


def test_plain_names_and_canonical_ids() -> None:
    mine = {**_STATEMENT, "Condition": {"StringEquals": {"aws:username": "ann"}}}
    assert decide("s3:GetObject", _BUCKET, principal="ann", identity=mine)
    owner = {**_STATEMENT, "Principal": {"CanonicalUser": "79a5" * 16}}
    assert decide("s3:GetObject", _BUCKET, principal="79a5" * 16, resource_policy=owner)


@pytest.mark.parametrize(
    ("context", "wanted"),
    [
        ({"AWS:KEY": "1"}, {"StringEquals": "1"}),
        ({"aws:key": 1}, {"NumericEquals": "1"}),
        ({"aws:key": 1.5}, {"NumericEquals": 1.5}),
        ({"aws:key": Decimal("0.1")}, {"NumericEquals": "0.1"}),
        ({"aws:key": True}, {"Bool": "true"}),
        ({"aws:key": b"ab"}, {"BinaryEquals": "YWI="}),
        ({"aws:key": datetime(2026, 1, 1, tzinfo=UTC)}, {"DateEquals": "2026-01-01T00:00:00Z"}),
        ({"aws:key": date(2026, 1, 1)}, {"DateEquals": "2026-01-01"}),
        ({"aws:key": "2026-01"}, {"DateEquals": "2026-01-01T00:00:00Z"}),
        ({"aws:key": ("1", "2")}, {"ForAllValues:StringEquals": ["1", "2", "3"]}),
        ({"aws:key": {"1", "2"}}, {"ForAllValues:StringEquals": ["1", "2", "3"]}),
        ({"aws:key": None}, {"Null": "true"}),
        ({"aws:key": [None, "1"]}, {"ForAllValues:StringEquals": "1"}),
        (
            [{"ContextKeyName": "aws:Key", "ContextKeyValues": ["1"], "ContextKeyType": "string"}],
            {"StringEquals": "1"},
        ),
    ],
)
def test_contexts_in_every_form(context: Any, wanted: dict[str, Any]) -> None:
    condition = {operator: {"aws:Key": value} for operator, value in wanted.items()}
    assert decide("a:B", "*", context=context, identity={**_STATEMENT, "Action": "*", "Condition": condition})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"action": ["s3:GetObject", "s3:PutObject"]}, "action: .* several at once"),
        ({"action": None}, "action: one text is needed, such as s3:GetObject, not NoneType"),
        ({"resource": [_BUCKET, "*"]}, "resource: .* several at once"),
        ({"resource": 7}, "resource: .* not int"),
        ({"resource_account": 111122223333}, "resource_account: .* not int"),
        ({"session_of": 7, "principal": _USER}, "session_of"),
        ({"principal": 111122223333}, "principal: .* not int"),
        ({"principal": {}}, "an empty mapping"),
        ({"principal": {"AWS": []}}, "principal.AWS: one text"),
        ({"principal": {"User": _USER}}, "one of AWS, Service, Federated, CanonicalUser is needed, not User"),
        ({"principal": {"AWS": _USER, "Service": "ec2.amazonaws.com"}}, "not AWS, Service"),
        ({"principal": f"arn:aws:iam::{_ACCOUNT}:group/devs"}, "is a group"),
        ({"context": "aws:username=ann"}, "context: a mapping"),
        ({"context": {1: "x"}}, "a condition key is text"),
        ({"context": {"aws": {"username": "ann"}}}, r"context.aws: text, a number"),
        ({"context": {"k": [["a"]]}}, r"context.k: text"),
        ({"identity": "s3:*"}, "identity: no JSON: Expecting value in line 1, column 1"),
        ({"identity": b"\xff"}, "identity: no JSON"),
        ({"identity": "[" * 100_000}, "identity: no JSON"),
        ({"boundary": 7}, "boundary: a policy is a mapping with Statement or JSON text, not int"),
        ({"scps": "7"}, "scp: a policy is"),
        ({"session": "[" * 10 + "]" * 10}, "too deep"),
        ({"identity": {"Action": "s3:*", "Resource": "*"}}, "Effect must be Allow or Deny, not None"),
        ({"resource_policy": {**_STATEMENT, "Principal": ["*"]}}, "Principal must be [*] or map AWS"),
        ({"resource_policy": {**_STATEMENT, "Principal": {"Aws": "*"}}}, "Principal.Aws: Principal must be"),
        ({"resource_policy": {**_STATEMENT, "Principal": {"AWS": None}}}, "Principal.AWS: AWS must be text"),
        ({"identity": {**_STATEMENT, "Condition": {"StringEquals": {"k": {"a": 1}}}}}, "tests a key against text"),
        ({"identity": {**_STATEMENT, "Condition": {"StringEquals": {"k": [None]}}}}, "tests a key against text"),
        ({"identity": {**_STATEMENT, "Condition": {"StringEquals": {7: "a"}}}}, "tests a key against text"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(given: dict[str, Any], text: str) -> None:
    asked = {"action": "s3:GetObject", "resource": _BUCKET, **given}
    with pytest.raises(PolicyError, match=text):
        decide(**asked)


_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=3), st.datetimes()
)
_ELEMENTS = ["Statement", "Version", "Effect", "Action", "Resource", "Principal", "Condition", "AWS", "PolicyDocument"]
_OPERATORS = ["Null", "StringEquals", "ForAllValues:NumericLessThan", "DateEqualsIfExists", "IpAddress", "ArnLike"]
_WORDS = st.sampled_from([*_ELEMENTS, *_OPERATORS])
_JUNK: st.SearchStrategy[Any] = st.recursive(
    _SCALARS | _WORDS,
    lambda below: st.lists(below, max_size=2) | st.dictionaries(_WORDS | st.integers(), below, max_size=3),
    max_leaves=8,
)
_SPOILT = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": st.just("*"), "Resource": st.just("*")},
    optional={"Condition": st.dictionaries(_WORDS, st.dictionaries(_WORDS, _JUNK, max_size=2), max_size=2)},
)
_POLICIES = _JUNK | _SPOILT | st.lists(_SPOILT, max_size=2)


@settings(max_examples=150, deadline=None)
@given(
    st.just("s3:GetObject") | _JUNK,
    st.just(_BUCKET) | _JUNK,
    st.fixed_dictionaries(
        {"identity": _SPOILT | _POLICIES},
        optional=dict.fromkeys(("boundary", "session", "trust", "resource_policy", "scps", "rcps"), _POLICIES)
        | {"principal": st.just(_USER) | _JUNK, "context": _JUNK | st.dictionaries(_WORDS, _SCALARS)},
    ),
)
def test_whatever_comes_is_decided_or_refused(action: Any, resource: Any, given: dict[str, Any]) -> None:
    try:
        decision = decide(action, resource, **given)
    except PolicyError as error:
        assert str(error)
    else:
        assert isinstance(decision, Decision)
        assert decision.reason
