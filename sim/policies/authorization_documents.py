"""Policy documents as a caller gives them, each with its kind and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.policies.authorization_inputs import is_document, plain_policies
from sim.policies.authorization_statement import Kind, Policy, Statement, check_policy, statements

__all__ = ["Document", "Documents", "PolicySet", "read_documents", "read_levels"]

PolicySet = str | bytes | Policy | Sequence[Any] | Mapping[str, Any] | None
"""A document (or its JSON text), a list of documents, or a mapping name -> document(s)."""


@dataclass(frozen=True, slots=True)
class Document:
    """One policy.

    Attributes:
        layer: Kind of policy: identity, group, boundary, session, resource, trust, scp, rcp, endpoint.
        name: Its name, or its kind and number.
        policy: The document.
        statements: Its statements.
    """

    layer: str
    name: str
    policy: Policy
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """All policies that bear on a request; empty where there is none of a kind."""

    identity: tuple[Document, ...] = ()
    boundary: tuple[Document, ...] = ()
    session: tuple[Document, ...] = ()
    resource: tuple[Document, ...] = ()
    rcps: tuple[Document, ...] = ()
    scps: tuple[tuple[Document, ...], ...] = ()
    endpoint: tuple[Document, ...] = ()


def read_documents(layer: str, given: PolicySet, kind: Kind = "identity") -> tuple[Document, ...]:
    """Documents of one kind, checked.

    Raises:
        PolicyError: One of them is malformed.
    """
    found = []
    for name, policy in _named(layer, plain_policies(layer, given)):
        check_policy(policy, kind, strict=False)
        found.append(Document(layer, name, policy, tuple(statements(policy))))
    return tuple(found)


def read_levels(layer: str, given: PolicySet, kind: Kind = "identity") -> tuple[tuple[Document, ...], ...]:
    """Levels of an organisation: one list of documents is one level; lists in a list, or named ones, are several.

    Raises:
        PolicyError: One of the documents is malformed.
    """
    given = plain_policies(layer, given)
    if not given:
        return ()
    if isinstance(given, Mapping) and not is_document(given) and not all(map(is_document, given.values())):
        return tuple(read_documents(layer, {name: level}, kind) for name, level in given.items())
    if isinstance(given, (list, tuple)) and any(isinstance(one, (list, tuple)) for one in given):
        return tuple(read_documents(layer, {f"{layer}[{n}]": level}, kind) for n, level in enumerate(given))
    return (read_documents(layer, given, kind),)


def _named(layer: str, given: Any) -> Iterator[tuple[str, Policy]]:
    """Each document with its name, or with the place where it was given."""
    if isinstance(given, (list, tuple)):
        for number, one in enumerate(given):
            yield from _named(f"{layer}[{number}]", one) if _holds_some(one) else [(f"{layer}[{number}]", one)]
    elif is_document(given):
        yield layer, given
    else:
        for name, below in given.items():
            single = isinstance(below, (list, tuple)) and len(below) == 1
            yield from _named(name, below[0] if single else below)


def _holds_some(given: object) -> bool:
    return isinstance(given, (list, tuple)) or (isinstance(given, Mapping) and bool(given))
