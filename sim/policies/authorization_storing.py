"""What AWS refuses to store although it could be evaluated: names of statements, resources, values of conditions.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html (unique, A-Z, a-z, 0-9),
access-analyzer-reference-policy-checks.html (missing ARN field, invalid ARN prefix, unique Sids required, unsupported
Sid, invalid condition data type; read 2026-11-28), and IAM's own MalformedPolicyDocument: "Resource photos must be in
ARN format or "*"." as reported in https://github.com/trussworks/terraform-aws-s3-anti-virus/issues/21.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, Final

from sim.policies.authorization_conditions import number_of, seconds_of, spelled
from sim.policies.authorization_match import as_list, text_of

__all__ = ["REFUSED", "sid_problems", "storing_problems"]

REFUSED: Final = "so AWS does not store it"
"""Part of every sentence from here, by which a tolerant reader knows them."""
_SID: Final = re.compile(r"[A-Za-z0-9]*")
_ARN_FIELDS: Final = 6
Place = tuple[str | int, ...]


def _truth(value: object) -> None:
    if text_of(value).lower() not in {"true", "false"}:
        raise ValueError


def _network(value: object) -> None:
    ip_network(text_of(value), strict=False)


_READERS: Final[tuple[tuple[tuple[str, ...], Callable[[object], object], str], ...]] = (
    (("Date",), seconds_of, "an instant such as 2026-11-28T12:00:00Z, or seconds since 1970"),
    (("Numeric",), number_of, "a number"),
    (("Bool", "Null"), _truth, "true or false"),
    (("IpAddress", "NotIpAddress"), _network, "an address or a range such as 203.0.113.0/24"),
)
"""Beginnings of operators, how their values are read, and what would be right."""


def sid_problems(statements: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Statements of a document that an earlier one has the name of: their number, and a sentence."""
    seen: dict[str, int] = {}
    for number, statement in enumerate(statements):
        sid = statement.get("Sid") if isinstance(statement, Mapping) else None
        if not isinstance(sid, str) or not sid:
            continue
        if sid in seen:
            yield number, f"Sid {_short(sid)} is that of statement {seen[sid]} already, {REFUSED}; name each once"
        seen.setdefault(sid, number)


def storing_problems(statement: Mapping[str, Any], kind: str) -> Iterator[tuple[Place, str]]:
    """What AWS refuses to store of one statement, each with its place.

    Args:
        statement: It is a mapping; what is wrong with its form is told elsewhere.
        kind: identity, resource or trust; services have rules of their own for the names in policies of resources.
    """
    sid = statement.get("Sid", "")
    if kind != "resource" and not (isinstance(sid, str) and _SID.fullmatch(sid)):
        yield ("Sid",), f"Sid {_short(sid)} is not made of A-Z, a-z and 0-9 only, {REFUSED}"
    for name in ("Resource", "NotResource"):
        for value in as_list(statement.get(name)):
            if isinstance(value, str) and not _is_resource(value):
                yield (
                    (name,),
                    f"{_short(value)} is neither an ARN (arn:aws:service:region:account:name) nor *, {REFUSED}",
                )
    condition = statement.get("Condition")
    for operator, tests in condition.items() if isinstance(condition, Mapping) else ():
        for key, wanted in tests.items() if isinstance(tests, Mapping) else ():
            for text in _unreadable(spelled(str(operator)), as_list(wanted)):
                yield ("Condition", str(operator), str(key)), text


def _is_resource(value: str) -> bool:
    """A pattern may end early in a wildcard."""
    fields = value.split(":")
    return value == "*" or (fields[0] == "arn" and (len(fields) >= _ARN_FIELDS or "*" in fields[-1]))


def _unreadable(operator: str, values: list[Any]) -> Iterator[str]:
    base = operator.rpartition(":")[2]
    for begins, read, right in _READERS:
        for value in values if base.startswith(begins) else ():
            if base.startswith("Bool") and "${" in text_of(value):
                continue  # a policy variable
            try:
                read(value)
            except (ValueError, OverflowError):
                yield f"{_short(value)} is no value for {base}, {REFUSED}; write {right}"


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
