"""Condition operators: values, missing keys, suffixes, sets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sim.policies.authorization_conditions import OPERATORS, PolicyError, conditions_hold, known_operator

_CASES: list[tuple[str, Any, Any, bool]] = [
    ("StringEquals", "ann", "ann", True),
    ("StringEquals", "Ann", "ann", False),
    ("StringEquals", ["bob", "ann"], "ann", True),
    ("StringNotEquals", "bob", "ann", True),
    ("StringNotEquals", ["bob", "ann"], "ann", False),
    ("StringEqualsIgnoreCase", "ANN", "ann", True),
    ("StringNotEqualsIgnoreCase", "ANN", "ann", False),
    ("StringLike", "repo:org/*:ref:refs/heads/main", "repo:org/app:ref:refs/heads/main", True),
    ("StringLike", "a?c", "abbc", False),
    ("StringNotLike", "a*", "abc", False),
    ("Bool", "true", True, True),
    ("Bool", True, "true", True),
    ("Bool", "false", True, False),
    ("NumericLessThan", "3600", 900, True),
    ("NumericLessThan", 900, 900, False),
    ("NumericLessThanEquals", 900, 900, True),
    ("NumericGreaterThan", 900, 901, True),
    ("NumericGreaterThanEquals", 901, 900, False),
    ("NumericEquals", "1.0", 1, True),
    ("NumericNotEquals", 1, 2, True),
    ("NumericEquals", 1, "one", False),
    ("DateLessThan", "2026-11-02T10:00:00Z", "2026-11-02T09:00:00Z", True),
    ("DateLessThan", "2026-11-02T10:00:00Z", datetime(2026, 11, 2, 10, tzinfo=UTC), False),
    ("DateGreaterThan", "2026-11-02", "2026-11-02T00:00:01+00:00", True),
    ("DateEquals", "2026-11-02T10:00:00Z", 1793613600, True),
    ("DateNotEquals", "2026-11-02T10:00:00Z", 1793613600, False),
    ("DateLessThanEquals", "2026-11-02T10:00:00+01:00", "2026-11-02T09:00:00Z", True),
    ("DateGreaterThanEquals", "yesterday", "2026-11-02T09:00:00Z", False),
    ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
    ("IpAddress", "10.0.0.0/8", "192.0.2.1", False),
    ("NotIpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "192.0.2.1", False),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("ArnLike", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/a/b", True),
    ("ArnEquals", "arn:aws:sns:*:111122223333:topic", "arn:aws:sns:us-east-1:111122223333:topic", True),
    ("ArnNotLike", "arn:aws:iam::*:role/x", "arn:aws:iam::111122223333:role/x", False),
    ("ArnNotEquals", "arn:aws:iam::*:role/x", "arn:aws:iam::111122223333:role/y", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
]


@pytest.mark.parametrize(("operator", "wanted", "given", "holds"), _CASES)
def test_values(operator: str, wanted: Any, given: Any, holds: bool) -> None:
    assert conditions_hold({operator: {"aws:Key": wanted}}, {"aws:key": given}) is holds
    assert conditions_hold({f"{operator}IfExists": {"aws:Key": wanted}}, {"aws:key": given}) is holds


def test_every_operator_has_a_case() -> None:
    assert {case[0] for case in _CASES} | {"Null"} == OPERATORS


@pytest.mark.parametrize("operator", sorted(OPERATORS - {"Null"}))
def test_a_missing_key_fails_unless_negated_or_if_exists(operator: str) -> None:
    assert conditions_hold({operator: {"aws:key": "1"}}, {}) is ("Not" in operator)
    assert conditions_hold({f"{operator}IfExists": {"aws:key": "1"}}, {})


def test_null() -> None:
    assert conditions_hold({"Null": {"aws:TokenIssueTime": "true"}}, {})
    assert not conditions_hold({"Null": {"aws:TokenIssueTime": "true"}}, {"aws:tokenissuetime": "2026"})
    assert conditions_hold({"Null": {"aws:TokenIssueTime": False}}, {"aws:tokenissuetime": "2026"})


def test_operators_and_keys_are_joined_by_and() -> None:
    condition = {"StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}}
    assert conditions_hold(condition, {"a": "1", "b": "2", "c": True})
    assert not conditions_hold(condition, {"a": "1", "b": "3", "c": True})
    assert not conditions_hold(condition, {"a": "1", "b": "2", "c": False})
    assert conditions_hold({}, {})


def test_sets_of_values() -> None:
    every, some = "ForAllValues:StringEquals", "ForAnyValue:StringEquals"
    wanted = {"aws:TagKeys": ["team", "cost"]}
    assert conditions_hold({every: wanted}, {"aws:tagkeys": ["team", "cost"]})
    assert not conditions_hold({every: wanted}, {"aws:tagkeys": ["team", "owner"]})
    assert conditions_hold({every: wanted}, {})
    assert conditions_hold({some: wanted}, {"aws:tagkeys": ["team", "owner"]})
    assert not conditions_hold({some: wanted}, {"aws:tagkeys": ["owner"]})
    assert not conditions_hold({some: wanted}, {})
    assert conditions_hold({"ForAnyValue:StringNotEquals": wanted}, {"aws:tagkeys": ["team", "owner"]})
    assert not conditions_hold({"ForAllValues:StringNotEquals": wanted}, {"aws:tagkeys": ["team", "owner"]})


def test_values_may_hold_variables() -> None:
    condition = {"StringEquals": {"s3:prefix": "${aws:username}"}}
    assert conditions_hold(condition, {"s3:prefix": "ann", "aws:username": "ann"})
    assert not conditions_hold(condition, {"s3:prefix": "ann"})


@pytest.mark.parametrize("name", ["StringSounds", "NullIfExists", "ForSomeValues:StringEquals", "", ":"])
def test_unknown_operators_raise(name: str) -> None:
    assert not known_operator(name)
    with pytest.raises(PolicyError, match="unknown condition operator"):
        conditions_hold({name: {"a": "b"}}, {})
