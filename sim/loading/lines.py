"""Reads YAML text into a plain document that remembers its lines, and refuses what YAML can hide.

The document is built from parser events with limits on depth and size, so that anchors cannot explode and
tags cannot construct anything. Scalars follow the YAML 1.2 core schema; dates stay text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sim.problems import Problem, ScenarioError, shorten

__all__ = ["Document", "Path", "Plain", "copied", "dotted", "entry", "parse", "scalar"]

Plain: TypeAlias = Any
"""A value of a document: a mapping, a list or a scalar."""

Path: TypeAlias = tuple[str | int | float, ...]
"""A place in a document: keys and list indices."""

_DEPTH = 40
_NODES = 100_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
    (re.compile(r"[-+]?[0-9]{1,400}"), int),
    (re.compile(r"0o[0-7]{1,64}"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]{1,64}"), lambda text: int(text[2:], 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML mapping as plain Python values.

    Attributes:
        file: Name for messages.
        data: The mapping; no value is shared between two places.
        lines: Line of every key and list entry, from 1. Entries that an alias repeats are not listed.
    """

    file: str
    data: dict[Any, Any]
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a path, or of its nearest listed ancestor; 1 for the document itself."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def dotted(path: Path) -> str:
    """A path as people write it: `populations.app.calls.0.rps`."""
    return ".".join(segment if isinstance(segment, str) else shorten(segment) for segment in path)


def copied(data: Plain) -> Plain:
    """A copy that shares no mapping and no list."""
    if isinstance(data, dict):
        return {key: copied(value) for key, value in data.items()}
    return [copied(value) for value in data] if isinstance(data, list) else data


def entry(data: Plain, path: Path) -> Plain:
    """What stands at a path that exists."""
    for key in path:
        data = data[key]
    return data


def scalar(text: str) -> object:
    """The value of a plain scalar by the YAML 1.2 core schema: null, true, 12, 1.5e3, or text."""
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    for form, made in _NUMBERS:
        if form.fullmatch(text):
            return made(text)
    return text


class _Refused(Exception):  # noqa: N818 - internal signal, always turned into a ScenarioError
    """Stops the reading of a document that must not be expanded further."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.text = text
        self.line = line


class _Builder:
    """Builds plain values from events; collects problems that need not stop the reading."""

    def __init__(self, file: str, events: Iterator[Event]) -> None:
        self.file = file
        self.events = events
        self.problems: list[Problem] = []
        self.lines: dict[Path, int] = {}
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, int] | None] = {}

    def note(self, text: str, line: int, path: Path) -> None:
        self.problems.append(Problem(text, self.file, line, dotted(path)))

    def count(self, nodes: int, line: int) -> None:
        self.nodes += nodes
        if self.nodes > _NODES:
            raise _Refused(f"more than {_NODES:,} values, repeated anchors counted: a scenario is far smaller", line)

    def value(self, event: Event, path: Path) -> Plain:
        line = event.start_mark.line + 1
        if len(path) > _DEPTH:
            raise _Refused(f"nested more than {_DEPTH} deep: a scenario is far flatter", line)
        if isinstance(event, AliasEvent):
            return self.repeated(event.anchor, line)
        self.count(1, line)
        assert isinstance(event, NodeEvent)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.note(f"the YAML tag {shorten(tag)} is not used in scenarios; remove it", line, path)
        before = self.nodes
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        made = self.content(event, path)
        if event.anchor is not None:
            self.anchors[event.anchor] = (made, self.nodes - before + 1)
        return made

    def content(self, event: Event, path: Path) -> Plain:
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        assert isinstance(event, ScalarEvent)
        if event.style is not None and event.style != "":
            return event.value
        return scalar(event.value)

    def repeated(self, anchor: str, line: int) -> Plain:
        if anchor not in self.anchors:
            raise _Refused(f"*{shorten(anchor)} repeats an anchor that was not set before", line)
        known = self.anchors[anchor]
        if known is None:
            raise _Refused(f"*{shorten(anchor)} contains itself", line)
        self.count(known[1], line)
        return copied(known[0])

    def sequence(self, path: Path) -> list[Any]:
        made: list[Any] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(made))
            self.lines[here] = event.start_mark.line + 1
            made.append(self.value(event, here))
        return made

    def mapping(self, path: Path) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            line = event.start_mark.line + 1
            key = self.key(event, path, line)
            here = (*path, key)
            if key in made:
                first = self.lines[here]
                self.note(f"the key stands twice, in line {first} and in line {line}; keep one", line, here)
            else:
                self.lines[here] = line
            made[key] = self.value(next(self.events), here)
        return made

    def key(self, event: Event, path: Path, line: int) -> str | int | float:
        plain = isinstance(event, ScalarEvent) and not event.style
        key: str | int | float = self.value(event, (*path, "?"))
        if plain and key == "<<":
            self.note("merge keys (<<) are not used in scenarios; write the entries out", line, path)
        elif isinstance(key, bool) or not isinstance(key, str | int | float):
            self.note(f"{shorten(key)} cannot be a key; a key is a name (quote it if it is one)", line, path)
            return f"?{line}"
        return key


def parse(text: str, file: str) -> Document:
    """Reads the one mapping of a YAML text.

    Args:
        text: The whole text.
        file: Name for messages.

    Returns:
        The document with the line of every key.

    Raises:
        ScenarioError: If it is not YAML, not one mapping, or uses what scenarios do not.
    """
    # pure: the C parser has no marks for us. A parser fed with hostile text may raise anything; whatever it
    # raises means that the text is not the YAML we read.
    try:
        return _document(text, file)
    except (_Refused, MarkedYAMLError) as error:
        raise ScenarioError([_located(error, file)]) from None
    except ScenarioError:
        raise
    except Exception as error:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
        reason = getattr(error, "reason", None) or "cannot be read as YAML"
        raise ScenarioError([Problem(f"not YAML: {reason}", file, line)]) from None


def _located(error: _Refused | MarkedYAMLError, file: str) -> Problem:
    if isinstance(error, _Refused):
        return Problem(error.text, file, error.line)
    mark = error.problem_mark or error.context_mark
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    return Problem(f"not YAML: {said}", file, mark.line + 1 if mark is not None else 1)


def _document(text: str, file: str) -> Document:
    events = iter(YAML(typ="safe", pure=True).parse(text))
    builder = _Builder(file, events)
    data: Any = None
    documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents == 2:
                raise _Refused(
                    "a second YAML document begins here; a scenario file holds one", event.start_mark.line + 1
                )
            first = next(events)
            data = builder.value(first, ())
    if data is None:
        raise ScenarioError([Problem("the file is empty; a scenario is a mapping with at least a name", file, 1)])
    if not isinstance(data, dict):
        text = f"{shorten(data)} is not a scenario; it must be a mapping with keys such as name and run"
        raise ScenarioError([Problem(text, file, 1)])
    if builder.problems:
        raise ScenarioError(builder.problems)
    return Document(file, data, builder.lines)
