"""What is wrong with an input, told so that its author can repair it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["Problem", "ScenarioError", "did_you_mean", "nearest", "shorten"]

_PRINTED_AT_MOST = 100
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        text: The value and what would be right, as a plain sentence.
        file: File it stands in, or `--set` for the command line.
        line: Line in that file, from 1; None if the file has no lines to point at.
        path: Place in the scenario, such as `populations.app.count`.
    """

    text: str
    file: str = ""
    line: int | None = None
    path: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.path, self.text) if part)

    def at(self, file: str, line: int | None) -> Problem:
        """The same problem at another place of a file."""
        return replace(self, file=file, line=line)


class ScenarioError(Exception):
    """A scenario, or a setting of it, cannot be used. All problems at once.

    Attributes:
        problems: Every problem, ordered by line; at least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda one: (one.line or 0, one.path)))
        shown = [str(problem) for problem in self.problems[:_PRINTED_AT_MOST]]
        if len(self.problems) > _PRINTED_AT_MOST:
            shown.append(f"... and {len(self.problems) - _PRINTED_AT_MOST} more problems")
        super().__init__("\n".join(shown))


def shorten(value: object) -> str:
    """A value as it may be printed: one line, at most about 60 characters."""
    if isinstance(value, dict):
        return f"a mapping with {len(value)} {'entry' if len(value) == 1 else 'entries'}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > 4 * _SHOWN_CHARACTERS:
        return "a number of more than 60 digits"
    text = ascii(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def nearest(word: object, choices: Iterable[object]) -> str | None:
    """The choice that the author most likely meant; None if none is near."""
    names = [str(choice) for choice in choices]
    found = difflib.get_close_matches(str(word)[:80].lower(), names, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: object, choices: Iterable[object], what: str = "known") -> str:
    """`did you mean X?`, or the list of what exists, or that nothing does."""
    names = sorted(map(str, choices))
    near = nearest(word, names)
    if near is not None:
        return f"did you mean {near}?"
    if not names:
        return f"{what}: none"
    more = f", ... ({len(names)} in all)" if len(names) > 20 else ""
    return f"{what}: {', '.join(names[:20])}{more}"
