"""Replaces refused scalars by harmless ones, so that rules between blocks can still be checked and told at once."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, Literal, get_origin

from pydantic import ValidationError

from sim.loading.lines import Path, copied
from sim.loading.words import Kind, choices, field_at, fields, kind_at, model_for, step_into
from sim.problems import nearest
from sim.scenario import Scenario

__all__ = ["mended", "touches", "without"]

_HORIZON: Final = ("run", "horizon_s")
_LONG_S: Final = 3e8


def mended(data: dict[Any, Any], bad: Iterable[Path]) -> Scenario | None:
    """The scenario with harmless values in bad places; None if a bad place is more than a scalar.

    A misspelt key is read as the key it resembles, so that nothing else is said to follow from it. What the
    rules say of the result counts only away from the bad places (`touches`).
    """
    places = set(bad)
    renamed: dict[Any, Any] = copied(data)
    spelt = {place for place in places if _rename(renamed, place)}
    return _valid(renamed, places - spelt) or _valid(copied(data), places)


def _valid(made: dict[Any, Any], bad: Iterable[Path]) -> Scenario | None:
    if not all(_mend(made, place) for place in bad):
        return None
    try:
        return Scenario.model_validate(made)
    except ValidationError:
        return None


def _rename(data: dict[Any, Any], place: Path) -> bool:
    """Give a misspelt key the name that it resembles, if that one is free."""
    owner: Any = data
    for key in place[:-1]:
        owner = step_into(owner, key)
    model = model_for(kind_at(data, place[:-1]), owner) if place and isinstance(owner, dict) else None
    if model is None or place[-1] in fields(model) or place[-1] not in owner:
        return False
    near = nearest(place[-1], set(fields(model)) - set(owner))
    if near is not None:
        owner[near] = owner.pop(place[-1])
    return near is not None


def without(data: dict[Any, Any], places: Iterable[Path]) -> dict[Any, Any]:
    """A copy without the entries at these places; in a list, null stands in their place."""
    made: dict[Any, Any] = copied(data)
    for place in places:
        owner: Any = made
        for key in place[:-1]:
            owner = step_into(owner, key)
        if isinstance(owner, dict):
            owner.pop(place[-1], None)
        elif isinstance(owner, list):
            owner[int(place[-1])] = None
    return made


def touches(place: Path, bad: Iterable[Path]) -> bool:
    """Whether a place lies in, at or around a bad one."""
    return any(place[: len(other)] == other or other[: len(place)] == place for other in bad)


def _mend(data: dict[Any, Any], place: Path) -> bool:
    owner: Any = data
    for key in place[:-1]:
        owner = step_into(owner, key)
    if not place or not isinstance(owner, dict):
        return False
    kind, info = kind_at(data, place), field_at(data, place)
    if kind is not None and not _takes_scalars(kind):
        return False
    if place == _HORIZON:
        owner[place[-1]] = _LONG_S
    elif info is not None and info.is_required():
        owner[place[-1]] = 1 if any(one in (int, float) for one in choices(kind)) else "x"
    else:
        owner.pop(place[-1], None)
    return True


def _takes_scalars(kind: Kind) -> bool:
    return any(
        one in (int, float, bool, str)
        or get_origin(one) is Literal
        or (isinstance(one, type) and issubclass(one, Enum))
        for one in choices(kind)
    )
