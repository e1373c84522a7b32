"""Writes results/columns.md from the record contract: `python -m sim.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from sim.records import SCHEMA_VERSION, TABLES, EndReason, Kind, Level, Outcome, Table, Verdict

__all__ = ["COLUMNS_PAGE", "columns_page"]

COLUMNS_PAGE = Path(__file__).resolve().parents[1] / "results" / "columns.md"
"""Where the page lies in the repository."""

_HEAD = f"""\
# Every column of a results folder

Generated from `sim/records/` by `make reference`; do not edit. Schema version {SCHEMA_VERSION}.

Time is in seconds from the start of the run (`start` in `manifest.json` is its UTC instant 0): `*_at_s` is an instant,
`*_s` a duration unless the text says otherwise. `inf` stands for never.
One file per table, strategy, replication and shard.
"""

_WORDS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("Verdicts of calls", Verdict),
    ("Kinds of credentials", Kind),
    ("Outcomes of attempts at issuers", Outcome),
    ("Ends of credentials", EndReason),
)


def columns_page() -> str:
    """The page as Markdown: one section per table, then the closed sets of words."""
    parts = [_HEAD, *("\n".join(_table(table)) + "\n" for table in TABLES.values()), "\n".join(_words()) + "\n"]
    return "\n".join(parts)


def _table(table: Table) -> Iterator[str]:
    levels = ", ".join(f"`{level}`" for level in Level if level in table.levels)
    yield f"## `{table.name}`\n"
    yield f"{table.text}\n"
    yield f"Ordered by {table.order}, then population, client, slot. Written at level {levels}.\n"
    yield "| column | type | unit | meaning |"
    yield "| --- | --- | --- | --- |"
    for column in table.columns:
        nullable = ", may be null" if column.nullable else ""
        yield f"| `{column.name}` | {column.type}{nullable} | {column.unit} | {column.text} |"


def _words() -> Iterator[str]:
    yield "## Words\n"
    yield "| set | words |"
    yield "| --- | --- |"
    for title, words in _WORDS:
        yield f"| {title} | {', '.join(f'`{word}`' for word in words)} |"


if __name__ == "__main__":
    COLUMNS_PAGE.write_text(columns_page(), encoding="utf-8")
