"""What a table is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sim.records.words import Level

__all__ = ["DETAILED", "WHO", "Column", "Table"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type by name, its unit and one sentence of meaning."""

    name: str
    type: str
    unit: str
    text: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One record table: its columns, the column its rows are ordered by, the levels that write it."""

    name: str
    text: str
    order: str
    columns: tuple[Column, ...]
    levels: frozenset[Level] = frozenset(Level)
    without_response: str = ""
    """Table of which this is what it would have been had nobody responded to an incident; else empty."""


DETAILED: Final = frozenset({Level.CREDENTIALS, Level.CALLS})

WHO: Final = (
    Column("population", "string", "", "Population of the client."),
    Column("client", "int32", "", "Index of the client in its population, from 0."),
    Column("slot", "int16", "", "Which cache of the client: profile of a person, thread of a process; else 0."),
)
