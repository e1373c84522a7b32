"""Sets and removes paths of a plain document: what strategies and `--set` do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.loading.lines import Path, Plain, copied, entry
from sim.loading.words import field_at, long_form
from sim.problems import did_you_mean, shorten

__all__ = ["Overlay", "apply", "matches", "segments"]

_FIXED = frozenset({"name", "run", "strategies", "baseline", "checks", "basis"})
"""Blocks that are the same for all strategies; comparing runs of different length or seed would say nothing."""


@dataclass(slots=True)
class Overlay:
    """What setting and removing did.

    Attributes:
        data: The new document; shares nothing with the old one.
        origins: Concrete path -> the `set` path that wrote it.
        problems: Entry (`set` or `remove` path) and what is wrong with it.
    """

    data: dict[Any, Any]
    origins: dict[Path, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def segments(path: str) -> tuple[str, ...]:
    """The parts of a dotted path."""
    return tuple(path.split("."))


def apply(
    data: Mapping[Any, Any], to_set: Mapping[str, Any], remove: Iterable[str] = (), *, base: bool = False
) -> Overlay:
    """A copy of the document with paths set, then paths removed.

    List indices mean the entries of the base in both. A path with `*` changes every entry that it matches.

    Args:
        data: The document.
        to_set: Path -> value. The place must exist, or be a field or entry that the document leaves out.
        remove: Paths that must exist.
        base: Whether also the blocks may change that all strategies share (`--set`).

    Returns:
        The copy and, in `problems`, the entries that could not be applied.
    """
    done = Overlay(copied(dict(data)))
    for path, value in to_set.items():
        wrong = _refused(path, base) or _set(done, path, value)
        if wrong:
            done.problems.append((path, wrong))
    doomed: set[Path] = set()
    for path in remove:
        found = [] if _refused(path, base) else matches(done.data, path)
        doomed.update(found)
        if not found:
            done.problems.append((path, _refused(path, base) or f"no such place; {_hint(done.data, path)}"))
    for place in sorted(doomed, key=_last_first, reverse=True):
        del entry(done.data, place[:-1])[place[-1]]
    return done


def _last_first(path: Path) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, str(part)) for part in path)


def _refused(path: str, base: bool) -> str | None:
    if not path or "" in segments(path):
        return f"{shorten(path)} is not a path; a path is names and list numbers with dots between"
    head = segments(path)[0]
    if not base and head in _FIXED:
        return f"a strategy cannot change {head}; it is the same for all strategies"
    return None


def _keys(here: Plain, segment: str) -> list[Any]:
    """The keys or indices of a mapping or list that a segment names."""
    if isinstance(here, list):
        keys: list[Any] = list(range(len(here)))
    elif isinstance(here, dict):
        keys = list(here)
    else:
        return []
    if "*" not in segment:
        return [key for key in keys if str(key) == segment]
    pattern = re.compile(".*".join(re.escape(part) for part in segment.split("*")))
    return [key for key in keys if pattern.fullmatch(str(key))]


def matches(data: Plain, path: str) -> list[Path]:
    """Every place of the document that a path names, in the document's order.

    `*` stands for any characters within one segment.
    """
    places: list[tuple[Path, Any]] = [((), data)]
    for segment in segments(path):
        places = [((*found, key), here[key]) for found, here in places for key in _keys(here, segment)]
    return [found for found, _ in places]


def _parents(data: Plain, path: str) -> list[Path]:
    parts = segments(path)
    return [()] if len(parts) == 1 else matches(data, ".".join(parts[:-1]))


def _set(done: Overlay, path: str, value: Plain) -> str | None:
    """Writes the value to every match; returns what is wrong if there is none."""
    last = segments(path)[-1]
    places = matches(done.data, path)
    if not places and "*" not in last:
        places = [(*parent, last) for parent in _parents(done.data, path) if isinstance(entry(done.data, parent), dict)]
    if not places:
        places = _absent_blocks(done.data, path)
    for place in places:
        entry(done.data, place[:-1])[place[-1]] = copied(value)
        done.origins[place] = path
    return None if places else f"no such place; {_hint(done.data, path)}"


def _absent_blocks(data: Plain, path: str) -> list[Path]:
    """Makes the optional blocks on the way to a path that the document leaves out, such as `retry` of a step."""
    parts = segments(path)
    for length in range(len(parts) - 1, -1, -1):
        owners = [()] if length == 0 else matches(data, ".".join(parts[:length]))
        if owners:
            break
    else:
        return []
    rest = parts[length:]
    if "*" in "".join(rest):
        return []
    made = []
    for owner in owners:
        here = _written_out(data, owner)
        if isinstance(here, dict) and _all_fields(data, owner, rest[:-1]):
            for key in rest[:-1]:
                here = here.setdefault(key, {})
            made.append((*owner, *rest))
    return made


def _written_out(data: Plain, place: Path) -> Plain:
    """What stands at a place; a block in its short form (`sdk: botocore-1.44`) is written out there first."""
    here = entry(data, place)
    key = None if isinstance(here, dict | list) or not place else long_form(data, place)
    if key is None:
        return here
    written = entry(data, place[:-1])[place[-1]] = {key: here}
    return written


def _all_fields(data: Plain, owner: Path, keys: tuple[str, ...]) -> bool:
    return all(field_at(data, (*owner, *keys[: length + 1])) is not None for length in range(len(keys)))


def _hint(data: Plain, path: str) -> str:
    """Where the path stops to exist and what stands there instead."""
    parts = segments(path)
    for length in range(len(parts)):
        if matches(data, ".".join(parts[: length + 1])):
            continue
        here = [data] if length == 0 else [entry(data, found) for found in matches(data, ".".join(parts[:length]))]
        known = [key for one in here if isinstance(one, dict) for key in one]
        lists = [one for one in here if isinstance(one, list)]
        above = ".".join(parts[:length]) or "the scenario"
        if lists and not known:
            return (
                f"{above} is a list with entries 0 to {len(lists[0]) - 1}" if lists[0] else f"{above} is an empty list"
            )
        if not known:
            return f"{above} has no entries"
        return (
            f"{above} has no {shorten(parts[length])}; {did_you_mean(parts[length], dict.fromkeys(known), 'entries')}"
        )
    return "it cannot be written to"
