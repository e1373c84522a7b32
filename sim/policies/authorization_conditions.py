"""The Condition element of IAM policies: operators, missing keys, sets of values.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html, reference_policies_elements_condition.html (an
empty text is null) and reference_policies_variables.html (a variable without a value makes a statement invalid).
"""

from __future__ import annotations

import operator
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final

from sim.policies.authorization_match import as_list, covers_arn, like, literal, substitute, text_of

__all__ = [
    "OPERATORS",
    "PolicyError",
    "conditions_hold",
    "documented",
    "known_operator",
    "number_of",
    "seconds_of",
    "spelled",
]

Test = Callable[[str, object], bool | None]
"""Of a policy's value and a request's: whether they match; None if either cannot be read."""

_MILLISECONDS_FROM: Final = 1e11
"""Numbers from here on are Unix milliseconds: as seconds they would lie beyond the year 5000."""
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")


class PolicyError(ValueError):
    """A policy document that cannot be evaluated."""


def seconds_of(value: object) -> float:
    """Unix seconds of an ISO 8601 instant, a number of seconds (or milliseconds), or a datetime.

    Raises:
        ValueError: It is none of them.
    """
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    text = str(value)
    if not _NUMBER.fullmatch(text):
        return seconds_of(datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text))
    number = float(text)
    return number / 1000 if abs(number) >= _MILLISECONDS_FROM else number


def _compare(convert: Callable[[Any], Any], relation: Callable[[Any, Any], bool]) -> Test:
    """A test of `given <relation> wanted`, both converted."""

    def test(wanted: str, given: object) -> bool | None:
        try:
            return relation(convert(given), convert(wanted))
        except (ValueError, OverflowError):
            return None

    return test


def _in_network(wanted: str, given: object) -> bool | None:
    """Whether an address lies in a network; an IPv4 address that is written as IPv6 is that IPv4 address."""
    try:
        address, network = ip_address(str(given)), ip_network(wanted, strict=False)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped if mapped is not None and network.version == mapped.version else address) in network


def number_of(value: object) -> Decimal:
    """Exact, as AWS compares: 0.1 is 0.1, and large whole numbers keep their last digit.

    Raises:
        ValueError: It is no number.
    """
    if not _NUMBER.fullmatch(str(value)):
        raise ValueError(f"{value} is no number")
    return Decimal(str(value))


def _folded(value: object) -> str:
    return literal(text_of(value)).casefold()


def _arn_like(wanted: str, given: object) -> bool | None:
    """Each of the six parts is matched by itself; what is no ARN is neither like another nor unlike it."""
    parts, text = 5, text_of(given)
    readable = text.startswith("arn:") and text.count(":") >= parts <= wanted.count(":")
    return covers_arn(wanted, text) if readable else None


def _same_bytes(wanted: str, given: object) -> bool:
    """A policy writes bytes as base64; a request's value may be bytes, their base64 or, of text, the text itself."""
    raw = given if isinstance(given, bytes) else text_of(given).encode()
    return wanted in {b64encode(raw).decode(), text_of(given)}


_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

_POSITIVE: Final[dict[str, Test]] = {
    "StringEquals": lambda wanted, given: literal(wanted) == text_of(given),
    "StringEqualsIgnoreCase": lambda wanted, given: _folded(wanted) == text_of(given).casefold(),
    "StringLike": lambda wanted, given: like(wanted, text_of(given)),
    "Bool": lambda wanted, given: text_of(given).lower() == wanted.lower() and wanted.lower() in {"true", "false"},
    "BinaryEquals": _same_bytes,
    "IpAddress": _in_network,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    **{f"Numeric{name}": _compare(number_of, relation) for name, relation in _ORDER.items()},
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
    "BinaryNotEquals": "BinaryEquals",
}

UNDOCUMENTED: Final = frozenset({"BinaryNotEquals"})
"""Operators that other evaluators read, but that stand on no page of AWS."""
OPERATORS: Final = frozenset({*_POSITIVE, *_NEGATED, "Null"}) - UNDOCUMENTED
"""Every operator, without `IfExists` and the set prefixes."""
_SPELLED: Final = {name.lower(): name for name in (*OPERATORS, *UNDOCUMENTED, "ForAllValues", "ForAnyValue")}
_READ_VARIABLES: Final = ("String", "Arn", "Bool")


def _split(name: str) -> tuple[str, str, bool]:
    """Set prefix, operator and whether it ends in IfExists."""
    prefix, _, rest = name.rpartition(":")
    return prefix, rest.removesuffix("IfExists"), rest.endswith("IfExists")


@lru_cache(maxsize=512)
def spelled(name: str) -> str:
    """An operator in AWS's spelling, however its letters are cased; an unknown one as it is."""
    lower = name.lower()
    prefix, _, base = lower.removesuffix("ifexists").rpartition(":")
    found = ":".join(_SPELLED.get(part, part) for part in (prefix, base) if part)
    found += "IfExists" if lower.endswith("ifexists") else ""
    return found if known_operator(found) else name


def documented(name: str) -> bool:
    """Whether AWS documents an operator that can be evaluated."""
    return _split(name)[1] not in UNDOCUMENTED


def known_operator(name: str) -> bool:
    """Whether an operator, with its prefix and suffix, can be evaluated."""
    prefix, base, if_exists = _split(name)
    known = base in OPERATORS or base in UNDOCUMENTED
    return prefix in {"", "ForAllValues", "ForAnyValue"} and known and not (base == "Null" and if_exists)


def _texts(base: str, wanted: list[Any], keys: Mapping[str, Any], variables: bool) -> list[str | None]:
    """A policy's values, None for one whose variable has no value.

    Only operators of strings, ARNs and booleans read policy variables.
    """
    texts = [text_of(value) for value in wanted]
    if not variables or not base.startswith(_READ_VARIABLES):
        return [*texts]
    return [substitute(text, keys) for text in texts]


def _value_holds(base: str, texts: list[str], value: object) -> bool:
    """Whether one value of the request satisfies an operator: one of the policy's, or under a negated one none."""
    test = _POSITIVE[_NEGATED.get(base, base)]
    found = [test(text, value) for text in texts]
    if base in _NEGATED:
        # A value that cannot be read is neither equal nor different.
        return not any(found) and not (found and all(one is None for one in found))
    return any(found)


def _is_null(given: list[Any]) -> bool:
    """Whether a key is not there, or there with nothing but an empty text, which AWS calls null."""
    return all(value == "" for value in given)


def _key_holds(name: str, wanted: list[Any], given: list[Any], keys: Mapping[str, Any], variables: bool) -> bool:
    """Whether one key satisfies one operator."""
    prefix, base, if_exists = _split(name)
    if base == "Null":
        return str(_is_null(given)).lower() in {text_of(value).lower() for value in wanted}
    if not given or (prefix and _is_null(given)):
        # ForAllValues holds for nothing; ForAnyValue never does; a negated operator has nothing it refuses.
        return if_exists or prefix == "ForAllValues" or (base in _NEGATED and not prefix)
    texts = _texts(base, wanted, keys, variables)
    if base in _NEGATED and None in texts:
        return False  # A variable without a value makes the statement invalid, so it differs from nothing.
    known = [text for text in texts if text is not None]
    held = [_value_holds(base, known, value) for value in given]
    every = prefix == "ForAllValues" or (base in _NEGATED and not prefix)
    return all(held) if every else any(held)


def _values(given: object) -> list[Any]:
    return [value for value in as_list(given) if value is not None]


def conditions_hold(
    condition: Mapping[str, Mapping[str, Any]], keys: Mapping[str, Any], variables: bool = True
) -> bool:
    """Whether every operator and every key of a Condition element holds.

    Args:
        condition: The element: operator -> key -> value or values.
        keys: Values of the request's condition keys, by key in lower case.
        variables: Whether policy variables are read, as documents of version 2012-10-17 do.

    Raises:
        PolicyError: An operator does not exist.
    """
    operators = {name: spelled(name) for name in condition}
    for name in operators.values():
        if not known_operator(name):
            raise PolicyError(f"unknown condition operator {name!r}; known: {', '.join(sorted(OPERATORS))}")
    return all(
        _key_holds(operators[name], as_list(wanted), _values(keys.get(key.lower())), keys, variables)
        for name, tests in condition.items()
        for key, wanted in tests.items()
    )
