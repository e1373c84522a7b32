"""What becomes of the rows: counts and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sim.verify.rows import Row

__all__ = ["as_data", "fails"]


def fails(rows: Sequence[Row], *, strict: bool) -> bool:
    """Whether the table is red: a row failed, or one was skipped and `strict` forbids that."""
    red = {"failed", "skipped"} if strict else {"failed"}
    return any(row.verdict in red for row in rows)


def as_data(rows: Sequence[Row]) -> dict[str, Any]:
    """The rows and their counts as plain data."""
    counts = Counter(row.verdict for row in rows)
    return {
        "passed": counts["passed"],
        "failed": counts["failed"],
        "skipped": counts["skipped"],
        "rows": [asdict(row) for row in rows],
    }
