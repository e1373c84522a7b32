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
from sim.cli.presets import sdk_row
from sim.cli.screen import show_table
from sim.loading import scenario_file

__all__ = ["COMMANDS"]


def _validate(arguments: Arguments) -> int:
    expected = estimate.estimate(load(arguments))
    rows = [
        (name, f"{one.clients:,}", f"{one.events:,.0f}", f"{one.rows:,.0f}", f"{one.seconds:,.0f}")
        for name, one in expected.items()
    ]
    print(f"{arguments.scenario}: no problem found")
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
    if arguments.sdks:
        rows = [sdk_row(sdk) for sdk in sdks.SDKS.values()]
    elif arguments.quotas:
        rows = [asdict(profile) for profile in QUOTA_PROFILES.values()]
    else:
        rows = [fact.row(name) for name, fact in aws.FACTS.items()]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        header = tuple(rows[0])
        show_table("", header, [[_cell(row[name]) for name in header] for row in rows], left=len(header))
    return 0


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
