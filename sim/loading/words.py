"""Which words a scenario has at a place: walks the spec types along a document."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.faults import VERBS
from sim.loading.lines import Path, Plain
from sim.scenario import Scenario
from sim.spec import Spec

__all__ = [
    "Kind",
    "accepts",
    "alternatives",
    "child",
    "children",
    "choices",
    "field_at",
    "fields",
    "kind_at",
    "long_form",
    "model_for",
    "names",
]

Kind: TypeAlias = Any
"""A type annotation: a spec, a scalar, a union, a list or a mapping of such."""


@cache
def fields(model: type[Spec]) -> dict[str, FieldInfo]:
    """The fields of a spec by the key that stands in a file."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


@cache
def choices(kind: Kind) -> tuple[Any, ...]:
    """The alternatives of a type, with annotations and None taken off."""
    origin: object = get_origin(kind)
    if origin is Annotated:
        return choices(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        return tuple(one for part in get_args(kind) for one in choices(part))
    return () if kind is types.NoneType else (kind,)


@cache
def alternatives(kind: Kind) -> tuple[type[Spec], ...]:
    """The specs among the alternatives of a type."""
    return tuple(one for one in choices(kind) if isinstance(one, type) and issubclass(one, Spec))


def names(kind: Kind) -> tuple[str, ...]:
    """The `kind` values among which a mapping chooses; empty if it has no `kind`."""
    return tuple(
        str(get_args(model.model_fields["kind"].annotation)[0])
        for model in alternatives(kind)
        if "kind" in model.model_fields
    )


@cache
def _item(kind: Kind) -> Kind:
    """The type of a list's entries, where they are specs and the list is the only alternative; else None."""
    options = choices(kind)
    if len(options) != 1 or get_origin(options[0]) is not tuple:
        return None
    item = get_args(options[0])[0]
    return item if alternatives(item) else None


def _entry(kind: Kind, value: Plain) -> Kind:
    """The type of a list's entries where one entry stands in the list's place (`calls`); else the type itself."""
    item = _item(kind) if isinstance(value, dict) else None
    return kind if item is None else item


def model_for(kind: Kind, value: Plain) -> type[Spec] | None:
    """The spec that a mapping is meant as: by its `kind`, else by the most keys in common."""
    models = alternatives(_entry(kind, value))
    if len(models) < 2:
        return models[0] if models else None
    keys = set(value) if isinstance(value, dict) else set()
    said = value.get("kind") if isinstance(value, dict) else None

    def fit(model: type[Spec]) -> tuple[bool, bool, int]:
        info = model.model_fields.get("kind")
        common = keys & fields(model).keys()
        return (info is not None and said in get_args(info.annotation), not common.isdisjoint(VERBS), len(common))

    return max(models, key=fit)


def child(kind: Kind, value: Plain, key: str | int | float) -> Kind:
    """The type of an entry of a value of this type; None if the type has no such entry."""
    model = model_for(kind, value)
    if model is not None and isinstance(key, str) and key in fields(model):
        return fields(model)[key].annotation
    return _member(_entry(kind, value), key if isinstance(key, int) else None, isinstance(value, list))


def children(kind: Kind, value: Plain) -> Iterator[tuple[str | int | float, Plain, Kind]]:
    """Key, value and type of every entry of a mapping or list; type None where the specs have no such entry."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield index, entry, _member(kind, index, True)
    elif isinstance(value, dict):
        model = model_for(kind, value)
        known = fields(model) if model is not None else {}
        other = _member(_entry(kind, value), None, False)
        for key, entry in value.items():
            yield key, entry, known[key].annotation if key in known else other


@cache
def _member(kind: Kind, index: int | None, in_list: bool) -> Kind:
    """The type of an entry that is not a field: of a mapping, a list, or of anything."""
    for one in choices(kind):
        origin, arguments = get_origin(one), get_args(one)
        if origin is dict and not in_list:
            return arguments[1]
        if origin is tuple and index is not None:
            return arguments[0] if arguments[-1] is ... else arguments[min(index, len(arguments) - 1)]
        if one is Any:
            return Any
    return None


def kind_at(data: Plain, path: Path) -> Kind:
    """The type at a path of a document; None where the specs have no such place."""
    kind: Kind = Scenario
    for key in path:
        if kind is None:
            return None
        kind = child(kind, data, key)
        data = step_into(data, key)
    return _entry(kind, data)


def long_form(data: Plain, path: Path) -> str | None:
    """The field for which a scalar may stand in a block's place, such as an SDK's `preset`; None if there is none."""
    kind: Kind = Scenario
    here = data
    for key in path:
        kind, here = child(kind, here, key), step_into(here, key)
    forms = (getattr(model, "short_form", None) for model in alternatives(kind))
    return next((str(form) for form in forms if form is not None), None)


def step_into(data: Plain, key: str | int | float) -> Plain:
    """The entry of a document's mapping or list; None if it has none."""
    if isinstance(data, dict):
        return data.get(key)
    if isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
        return data[key]
    return None


def field_at(data: Plain, path: Path) -> FieldInfo | None:
    """The field whose value stands at a path, if it is a field of a spec."""
    kind: Kind = Scenario
    for key in path[:-1]:
        kind = child(kind, data, key)
        data = step_into(data, key)
    model = None if kind is None else model_for(kind, data)
    return fields(model).get(str(path[-1])) if model is not None and path else None


def accepts(kind: Kind, value: Plain) -> bool:
    """Whether a scalar is of a type that the place takes: text is no number, and true is not 1."""
    return type(value) in _scalars(kind)


@cache
def _scalars(kind: Kind) -> frozenset[type]:
    """The types of scalars that a place takes as they are."""
    taken: set[type] = set()
    for one in choices(kind):
        if get_origin(one) is Literal:
            taken.update(type(option) for option in get_args(one))
        elif one in (int, float):
            taken.update((int, float))
        elif one is bool:
            taken.add(bool)
        elif one in (str, datetime) or (isinstance(one, type) and issubclass(one, Enum)):
            taken.add(str)
        elif one is Any:
            taken.update((int, float, bool, str))
    return frozenset(taken)
