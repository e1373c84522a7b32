"""The Condition element of IAM policies: operators, missing keys, sets of values.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any, Final

from sim.policies.authorization_match import as_list, covers_arn, like, substitute

__all__ = ["OPERATORS", "PolicyError", "conditions_hold", "known_operator", "seconds_of"]

Test = Callable[[str, object], bool]


class PolicyError(ValueError):
    """A policy document that cannot be evaluated."""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def seconds_of(value: object) -> float:
    """Seconds since 1970 of an ISO 8601 instant, a number of seconds, or a datetime."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    try:
        return float(str(value))
    except ValueError:
        parsed = datetime.fromisoformat(str(value))
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _compare(convert: Callable[[Any], Any], relation: Callable[[Any, Any], bool]) -> Test:
    """A test of `given <relation> wanted`, both converted; what cannot be converted does not match."""

    def test(wanted: str, given: object) -> bool:
        try:
            return relation(convert(given), convert(wanted))
        except ValueError:
            return False

    return test


def _in_network(wanted: str, given: object) -> bool:
    try:
        return ip_address(str(given)) in ip_network(wanted, strict=False)
    except ValueError:
        return False


_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

_POSITIVE: Final[dict[str, Test]] = {
    "StringEquals": _compare(_text, operator.eq),
    "StringEqualsIgnoreCase": _compare(lambda value: _text(value).casefold(), operator.eq),
    "StringLike": lambda wanted, given: like(wanted, _text(given)),
    "Bool": lambda wanted, given: _text(given).lower() == wanted.lower(),
    "BinaryEquals": _compare(_text, operator.eq),
    "IpAddress": _in_network,
    "ArnEquals": lambda wanted, given: covers_arn(wanted, _text(given)),
    "ArnLike": lambda wanted, given: covers_arn(wanted, _text(given)),
    **{f"Numeric{name}": _compare(lambda value: float(str(value)), relation) for name, relation in _ORDER.items()},
    **{f"Date{name}": _compare(seconds_of, relation) for name, relation in _ORDER.items()},
}

_NEGATED: Final[dict[str, str]] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}

OPERATORS: Final = frozenset({*_POSITIVE, *_NEGATED, "Null"})
"""Every operator known here, without `IfExists` and the set prefixes."""


def _split(name: str) -> tuple[str, str, bool]:
    """Set prefix, operator and whether it ends in IfExists."""
    prefix, _, rest = name.rpartition(":")
    return prefix, rest.removesuffix("IfExists"), rest.endswith("IfExists")


def known_operator(name: str) -> bool:
    """Whether an operator, with its prefix and suffix, can be evaluated."""
    prefix, base, if_exists = _split(name)
    return prefix in {"", "ForAllValues", "ForAnyValue"} and base in OPERATORS and not (base == "Null" and if_exists)


def _any_matches(test: Test, wanted: list[str], given: object) -> bool:
    return any(test(value, given) for value in wanted)


def _key_holds(name: str, wanted: list[Any], key: str, context: Mapping[str, Any]) -> bool:
    """Whether one key satisfies one operator."""
    prefix, base, if_exists = _split(name)
    given = as_list(context.get(key.lower()))
    if base == "Null":
        return any((_text(value).lower() == "true") is (not given) for value in wanted)
    negated = base in _NEGATED
    if not given:
        return if_exists or negated or prefix == "ForAllValues"
    test = _POSITIVE[_NEGATED.get(base, base)]
    texts = [text for text in (substitute(_text(value), context) for value in wanted) if text is not None]
    matches = [_any_matches(test, texts, value) is not negated for value in given]
    # Several values under a negated operator without a prefix: none of them may match.
    return all(matches) if prefix == "ForAllValues" or (negated and not prefix) else any(matches)


def conditions_hold(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, Any]) -> bool:
    """Whether every operator and every key of a Condition element holds.

    Args:
        condition: The element: operator -> key -> value or values.
        context: Values of the request's condition keys, by key in lower case.

    Raises:
        PolicyError: An operator is not known here.
    """
    for name in condition:
        if not known_operator(name):
            raise PolicyError(f"unknown condition operator {name!r}; known: {', '.join(sorted(OPERATORS))}")
    return all(
        _key_holds(name, as_list(wanted), key, context)
        for name, keys in condition.items()
        for key, wanted in keys.items()
    )
