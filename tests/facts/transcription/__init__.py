"""A second transcription of every fact, from the sources.

It was made without looking at sim/aws, in the words of the sources, and paired with the facts afterwards: first 300 of
347 facts (one value differed, by rounding), then, on 2026-11-28 and by somebody who had added none of them, 385 of 387
anew: value, unit and basis (the other two have no source). Three values and three bases differed. Five of the six were
misread in that pass: the base of Go's back-off, which counts its attempts from 1; a path taken for a word of scenarios;
the three bases. One was wrong on the shelf: the most policies that a role may have attached, which is not a user's.
Lines that are not blind are named in `not_blind`, each with the reason; all others are.

A fact that is added later gets its line from somebody who opens the source again, not from a copy of the shelf, or a
place in `not_blind`. It catches slips of typing and misread tables, not errors in the sources.
"""

from __future__ import annotations

from tests.facts.transcription import ends, errors, issuers, sdks, sessions
from tests.facts.transcription.line import Line

__all__ = ["TRANSCRIPTION"]

_MODULES = (sessions, issuers, sdks, ends, errors)

TRANSCRIPTION: dict[str, Line] = {
    f"{table.lower()}.{name}": line
    for module in _MODULES
    for table, lines in vars(module).items()
    if table.isupper() and isinstance(lines, dict)
    for name, line in lines.items()
}
