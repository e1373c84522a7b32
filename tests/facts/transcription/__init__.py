"""A second transcription of every fact, from the sources.

The first pass was made without looking at sim/aws, in the words of the sources, and paired with
the facts afterwards (300 of 347 facts; one value differed, by rounding). A fact that is added later gets its line from
somebody who opens the source again, not from a copy of the shelf. Lines of 2026-11-28 were written by whoever added the
fact, so they are not blind; what the collection of sources holds of them was compared with it by somebody else. It
catches slips of typing and misread tables, not errors in the sources.
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
