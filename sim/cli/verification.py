"""The command that holds the simulator against what others measured and derived: verify."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from sim.cli import junit
from sim.cli.files import require_files
from sim.cli.parser import Arguments
from sim.cli.screen import progress, show_table
from sim.verify import outcome, suite
from sim.verify.rows import Row

__all__ = ["verify"]


def verify(arguments: Arguments) -> int:
    """Compute every row, print the table, write the reports that were asked for.

    Returns:
        0 if no row failed, else 1; with `--strict` a skipped row counts as failed.
    """
    require_files(junit=arguments.junit)
    with progress(arguments.quiet or arguments.json) as stage:
        rows = suite.all_rows(arguments.jobs, stage("verify"))
    if arguments.junit is not None:
        junit.write(arguments.junit, [_case(row) for row in rows])
    if arguments.json:
        print(json.dumps(outcome.as_data(rows), indent=2))
    else:
        _show(rows)
    return int(outcome.fails(rows, strict=arguments.strict))


def _case(row: Row) -> junit.Case:
    told = f"expected {row.expected}, simulated {row.simulated}" + (f"; {row.note}" if row.note else "")
    failure, skipped = (told if row.verdict == "failed" else ""), (row.note if row.verdict == "skipped" else "")
    return junit.Case(row.source, row.quantity, failure=failure, skipped=skipped)


def _show(rows: Sequence[Row]) -> None:
    header = ("source", "quantity", "verdict", "expected", "simulated", "interval", "note")
    cells = [
        (row.source, row.quantity, row.verdict, row.expected, row.simulated, _interval(row), row.note) for row in rows
    ]
    show_table("", header, cells, left=3)
    counts = Counter(row.verdict for row in rows)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("passed", "failed", "skipped"))
    print(f"\n{len(rows)} rows: {told}")


def _interval(row: Row) -> str:
    return "" if row.low is None or row.high is None else f"{row.low:,.5g} to {row.high:,.5g}"
