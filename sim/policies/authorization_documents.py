"""Policy documents as a caller gives them, each with its kind and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.policies.authorization_statement import Kind, Policy, Statement, check_policy, statements

__all__ = ["Document", "Documents", "PolicySet", "read_documents", "read_levels"]

PolicySet = Policy | Sequence[Any] | Mapping[str, Any] | None
"""A document, a list of documents, or a mapping name -> document(s)."""


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
    for name, policy in _named(layer, given):
        check_policy(policy, kind, strict=False)
        found.append(Document(layer, name, policy, tuple(statements(policy))))
    return tuple(found)


def read_levels(layer: str, given: PolicySet, kind: Kind = "identity") -> tuple[tuple[Document, ...], ...]:
    """Levels of an organisation: one list of documents is one level; lists in a list, or named ones, are several.

    Raises:
        PolicyError: One of the documents is malformed.
    """
    if given is None or (not _is_document(given) and not given):
        return ()
    if isinstance(given, Mapping) and not _is_document(given) and not all(map(_is_document, given.values())):
        return tuple(read_documents(layer, {name: level}, kind) for name, level in given.items())
    if isinstance(given, (list, tuple)) and any(isinstance(one, (list, tuple)) for one in given):
        return tuple(read_documents(layer, {f"{layer}[{n}]": level}, kind) for n, level in enumerate(given))
    return (read_documents(layer, given, kind),)


def _is_document(given: object) -> bool:
    return isinstance(given, Mapping) and ("Statement" in given or "Version" in given or not given)


def _named(layer: str, given: PolicySet) -> Iterator[tuple[str, Policy]]:
    if given is None:
        return
    if isinstance(given, Mapping) and not _is_document(given):
        for name, below in given.items():
            if isinstance(below, (list, tuple)) and len(below) != 1:
                yield from ((f"{name}[{n}]", policy) for n, policy in enumerate(below))
            else:
                yield name, below[0] if isinstance(below, (list, tuple)) else below
    elif isinstance(given, (list, tuple)):
        yield from ((f"{layer}[{n}]", policy) for n, policy in enumerate(given))
    else:
        yield layer, given  # type: ignore[misc]
