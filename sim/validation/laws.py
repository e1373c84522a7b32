"""What is drawn makes sense: no duration reaches below 0, and copies can be counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from sim.laws import lowest, mean_of
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.loading.words import alternatives, fields
from sim.scenario import Scenario
from sim.spec import LogNormal, Spec

__all__ = ["RULES"]

_ELSEWHERE: Final = frozenset({"lag_s", "age_s", "late_s", "change_s"})
"""Ages and lags, of which the rules of rotation speak."""
_MOST_COPIES: Final = 1_000_000


def _durations(scenario: Scenario) -> Iterator[Finding]:
    for path, law in _laws(scenario, ()):
        if lowest(law) < 0:
            yield path, f"{lowest(law):g} is not allowed; a time that is drawn is 0 or more"


def _laws(block: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every duration that may be a law, with its place."""
    if isinstance(block, Spec):
        drawn = _drawn(type(block))
        for key, info in fields(type(block)).items():
            name = key if key in type(block).model_fields else f"{key}_"
            value = getattr(block, name)
            if key in drawn and value is not None:
                yield (*path, key), value
            elif info.annotation is not None:
                yield from _laws(value, (*path, key))
    elif isinstance(block, dict):
        for key, value in block.items():
            yield from _laws(value, (*path, key))
    elif isinstance(block, tuple):
        for index, value in enumerate(block):
            yield from _laws(value, (*path, index))


@cache
def _drawn(model: type[Spec]) -> frozenset[str]:
    """Fields of a block that are durations and may be drawn."""
    kinds: dict[str, Any] = {key: info.annotation for key, info in fields(model).items() if key.endswith("_s")}
    return frozenset(key for key in kinds.keys() - _ELSEWHERE if LogNormal in alternatives(kinds[key]))


def _copies(scenario: Scenario) -> Iterator[Finding]:
    """Copies of a key or a password are so many that they can be counted."""
    for name, user in scenario.users.items():
        for key, held in {"key": user.key, "password": user.password}.items():
            for place, law in held.copies.items() if held is not None else ():
                if (number := mean_of(law)) > _MOST_COPIES:
                    path = ("users", name, key, "copies", place)
                    yield path, f"{number:g} is not allowed; at most {_MOST_COPIES:,} copies lie at a place"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (_durations, _copies)
"""Every rule of this file."""
