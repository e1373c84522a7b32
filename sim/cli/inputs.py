"""The commands that read and tell, but simulate nothing: validate, schema, facts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from sim import aws, estimate, sdks
from sim.aws.quotas import QUOTA_PROFILES
from sim.cli.loading import load
from sim.cli.parser import Arguments
from sim.cli.presets import beside_rows, sdk_row
from sim.cli.screen import show_entries, show_table
from sim.loading import scenario_file
from sim.validation.notes import notes

__all__ = ["COMMANDS"]


def _validate(arguments: Arguments) -> int:
    loaded = load(arguments)
    expected = estimate.estimate(loaded)
    rows = [
        (name, f"{one.clients:,}", f"{one.events:,.0f}", f"{one.rows:,.0f}", f"{one.seconds:,.0f}")
        for name, one in expected.items()
    ]
    print(f"{arguments.scenario}: no problem found")
    for text in notes(loaded.strategies.values()):
        print(f"note: {text}")
    show_table("estimate, all replications", ("strategy", "clients", "events", "rows", "seconds on one core"), rows)
    return 0


def _schema(arguments: Arguments) -> int:
    text = json.dumps(scenario_file.json_schema(), indent=2) + "\n"
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        arguments.out.write_text(text, encoding="utf-8")
    return 0


def _facts(arguments: Arguments) -> int:
    rows: list[dict[str, Any]]
    told: Callable[[Mapping[str, Any]], tuple[str, list[str]]]
    if arguments.sdks:
        rows, told = [*(sdk_row(sdk) for sdk in sdks.SDKS.values()), *beside_rows()], _sdk
    elif arguments.quotas:
        rows, told = [asdict(profile) for profile in QUOTA_PROFILES.values()], _quota
    else:
        rows, told = [fact.row(name) for name, fact in aws.FACTS.items()], _fact
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        show_entries(told(row) for row in rows)
    return 0


def _fact(row: Mapping[str, Any]) -> tuple[str, list[str]]:
    """A fact's line, and what it says beside its value; a list of many names stands below it."""
    value, unit = _cell(row["value"]), f" {row['unit']}" if row["unit"] else ""
    is_short = len(value) <= _SHORT
    head = f"{row['name']} = {value}{unit}" if is_short else f"{row['name']}{unit and ' in' + unit}"
    return f"{head} ({_basis(row)})", ["" if is_short else value, row["note"], row["source"]]


def _quota(row: Mapping[str, Any]) -> tuple[str, list[str]]:
    head = f"{row['name']} = {row['rps']:,g}/s, burst {row['burst']:,g}, for {row['quota_group']} ({_basis(row)})"
    return head, [row["note"], row["source"]]


def _sdk(row: Mapping[str, Any]) -> tuple[str, list[str]]:
    rest = [key for key in row if key not in {"name", "title", "source"}]
    return f"{row['name']}: {row['title']}", [*(f"{key}: {row[key]}" for key in rest), row["source"]]


def _basis(row: Mapping[str, Any]) -> str:
    return f"{row['basis']}, read {row['read']}"


_SHORT: Final = 60
"""Characters of a value that stands in its fact's first line."""


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


COMMANDS: Final[Mapping[str, Callable[[Arguments], int]]] = {
    "validate": _validate,
    "schema": _schema,
    "facts": _facts,
}
"""Command -> what it does; returns the exit code."""
