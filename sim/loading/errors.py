"""Turns pydantic's errors, and values that it would bend into shape, into plain sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.faults import VERBS, FaultSpec, FaultStep
from sim.loading.lines import Path, Plain
from sim.loading.words import (
    Kind,
    accepts,
    alternatives,
    children,
    choices,
    field_at,
    fields,
    kind_at,
    model_for,
    names,
    step_into,
)
from sim.loading.wrong_values import DATE, says_less, wrong_value
from sim.problems import did_you_mean, nearest, shorten
from sim.spec import Spec

__all__ = ["Finding", "explained", "unusable"]

Finding = tuple[Path, str]
"""A place in the document and what is wrong there."""

_LARGEST = 2**63


def unusable(data: Plain, path: Path = ()) -> Iterator[Finding]:
    """Values that no place takes: not finite, absurdly large, not printable as UTF-8, or not from YAML."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from unusable(key, (*path, key))
            yield from unusable(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from unusable(value, (*path, index))
    else:
        wrong = _unusable(data)
        if wrong is not None:
            yield path, wrong


def _unusable(value: object) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not allowed; must be a finite number"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return f"{shorten(value)} is not allowed; must be a number that fits in 64 bits"
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        return f"{shorten(value)} holds a character that is not text"
    if value is not None and not isinstance(value, str | int | float):
        return f"{shorten(value)} is not a value of a scenario; it must be a mapping, a list, text or a number"
    return None


def bent(data: Plain, kind: Kind, path: Path = ()) -> Iterator[Finding]:
    """Scalars of another type than their place has, which pydantic would convert silently."""
    for key, value, of in children(kind, data):
        if isinstance(value, dict | list):
            if of is not None and of is not Any:
                yield from bent(value, of, (*path, key))
        elif value is not None and _bends(of) and not accepts(of, value):
            yield (*path, key), f"{shorten(value)} is not allowed; must be {_wanted(of)}{_meaning(data, key, kind)}"
        if of is None and (file_key := _file_key(kind, data, key)) is not None:
            yield (*path, key), f"unknown key; did you mean {file_key}?"


def _file_key(kind: Kind, data: Plain, key: str | int | float) -> str | None:
    """The key that a file uses for a field, where `key` is the field's name in Python only (`from_`)."""
    model = model_for(kind, data)
    info = model.model_fields.get(str(key)) if model is not None else None
    return info.alias if info is not None else None


@cache
def _bends(kind: Kind) -> bool:
    """Whether a place takes numbers, flags or dates: only to those does pydantic convert."""
    return any(one in (int, float, bool, datetime) for one in choices(kind))


def _wanted(kind: Kind) -> str:
    words = [{int: "a whole number", float: "a number", bool: "true or false"}.get(one) for one in choices(kind)]
    laws = [str(next(iter(fields(one)))) for one in alternatives(kind)]
    said = " or ".join(dict.fromkeys(word for word in words if word))
    if laws:
        said += f", or a law ({', '.join(laws)})"
    return said or DATE


def _meaning(data: Plain, key: str | int | float, kind: Kind) -> str:
    model = model_for(kind, data)
    info = fields(model).get(str(key)) if model is not None else None
    return _sentence(info.description if info is not None else None)


def _sentence(description: str | None) -> str:
    return "" if not description else f" ({' '.join(description.split()).rstrip('.')})"


def explained(error: ValidationError, data: dict[Any, Any]) -> list[Finding]:
    """Every error of a validation as a path of the document and a sentence.

    Errors of several alternatives at one place are reduced to those of the alternative that was meant.
    """
    details = [(_path(detail["loc"], data), detail) for detail in error.errors(include_url=False)]
    meant = [
        (path, detail) for path, detail in details if _meant(path, detail, data) and not _follows(path, detail, data)
    ]
    told = [(path, one) for path, one in meant if not says_less(one, [other for at, other in meant if at == path])]
    return list(dict.fromkeys(_said(path, detail, data) for path, detail in told or details))


def _follows(path: Path, detail: ErrorDetails, data: Plain) -> bool:
    """Whether an error only follows from others: a list is too short for pydantic once its entries are refused."""
    least = detail.get("ctx", {}).get("min_length")
    value = _value_at(data, path)
    return detail["type"] == "too_short" and isinstance(value, list | dict) and len(value) >= (least or 0)


def _path(loc: tuple[int | str, ...], data: Plain) -> Path:
    """The document's path of an error: pydantic's location without the names of alternatives."""
    path: list[str | int | float] = []
    here: Plain = data
    for place, segment in enumerate(loc):
        last = place == len(loc) - 1
        key = _key(here, segment)
        if isinstance(here, dict) and (
            (key in here and not _is_tag(here[key], key, loc[place + 1 :]))
            or (last and isinstance(segment, str) and _is_field(data, path, segment))
        ):
            path.append(key)
            here = here.get(key)
        elif isinstance(here, list) and isinstance(segment, int) and segment < len(here):
            path.append(segment)
            here = here[segment]
    return tuple(path)


def _is_tag(value: Plain, key: str | int | float, following: tuple[int | str, ...]) -> bool:
    """Whether a segment names a verb, not the key of the same name: what follows is another key of the verb."""
    return key in VERBS and bool(following) and not isinstance(value, dict | list)


def _key(here: Plain, segment: int | str) -> str | int | float:
    if isinstance(here, dict) and segment not in here:
        return next((key for key in here if isinstance(key, int | float) and str(key) == str(segment)), segment)
    return segment


def _is_field(data: Plain, path: list[str | int | float], segment: str) -> bool:
    return field_at(data, (*path, segment)) is not None


def _meant(path: Path, detail: ErrorDetails, data: Plain) -> bool:
    """Whether an error belongs to the alternative that the author meant."""
    for length in range(len(path) + 1):
        kind, value = kind_at(data, path[:length]), _value_at(data, path[:length])
        models = alternatives(kind)
        if len(choices(kind)) < 2 or not models or names(kind) or issubclass(models[0], FaultSpec | FaultStep):
            continue
        tags = {_model_named(str(segment), models) for segment in detail["loc"]} - {None}
        if not isinstance(value, dict) and len(models) == len(choices(kind)):
            continue  # nothing but mappings fits here, whichever was meant
        if not isinstance(value, dict) or (not value and len(models) > 1):
            return not tags
        if model_for(kind, value) not in tags:
            return False
        if value and not any(key in fields(model) for key in value for model in models):
            return detail["type"] == "extra_forbidden"
    return True


def _model_named(tag: str, models: tuple[type[Spec], ...]) -> type[Spec] | None:
    return next((one for one in models if tag == one.__name__ or tag.endswith(f", {one.__name__}]")), None)


def _value_at(data: Plain, path: Path) -> Plain:
    for key in path:
        data = step_into(data, key)
    return data


def _said(path: Path, detail: ErrorDetails, data: dict[Any, Any]) -> Finding:
    if detail["type"] == "extra_forbidden":
        return path, _unknown_key(path, data)
    if detail["type"].startswith("union_tag"):
        return path, _unknown_kind(path, detail["input"], data)
    info, last = field_at(data, path), detail["loc"][-1]
    if detail["type"] == "missing" and isinstance(last, int):
        return path, f"{shorten(_value_at(data, path))} is not allowed; must have at least {last + 1}"
    said = "is missing" if detail["type"] == "missing" else wrong_value(detail)
    if detail["type"] == "literal_error" and (models := alternatives(kind_at(data, path))):
        said += f", or a mapping with {' or '.join(str(next(iter(_required(one)))) for one in models)}"
    return path, said + _sentence(info.description if info is not None else None)


def _required(model: type[Spec]) -> list[str]:
    """The keys that tell a mapping of this kind."""
    return [key for key, info in fields(model).items() if info.is_required()] or list(fields(model))


def _unknown_key(path: Path, data: dict[Any, Any]) -> str:
    kind, present = kind_at(data, path[:-1]), _value_at(data, path[:-1])
    model = model_for(kind, present)
    known = set(fields(model)) if model is not None else set()
    if not known & set(present):
        known |= {key for other in alternatives(kind) for key in fields(other)}
    absent = known - set(present)
    return f"unknown key; {did_you_mean(path[-1], absent if nearest(path[-1], absent) else known, 'keys here')}"


def _unknown_kind(path: Path, value: object, data: dict[Any, Any]) -> str:
    if path[:1] == ("timeline",) or path[:2] == ("theft", "plans"):
        keys = [key for key in value if key not in ("at_s", "after_s")] if isinstance(value, dict) else []
        near = next((found for key in keys if (found := nearest(key, VERBS))), None)
        hint = f"; did you mean {near}?" if near else ""
        return f"no verb that the timeline knows; verbs: {', '.join(sorted(VERBS))}{hint}"
    known = names(kind_at(data, path))
    said = value.get("kind") if isinstance(value, dict) else None
    if said is None:
        return f"kind is missing; kinds: {', '.join(known)}"
    near = nearest(said, known)
    return f"unknown kind {shorten(said)}; {f'did you mean {near}? ' if near else ''}kinds: {', '.join(known)}"
