"""The record contract between the engine and the analysis: every table, every column, every unit.

One row per finished thing. Rows are in the order of the table's `order` column, equal instants by
(population, client, slot). A `client` is one cache of credentials and the calls that sign with it;
its `slot` tells apart the caches one person or process holds (one per profile or thread).
"""

from __future__ import annotations

from typing import Final

from sim.records.asked import LOGINS, REQUESTS, REQUESTS_PER_SECOND, ROTATIONS
from sim.records.called import CALLS, CALLS_UNANSWERED, WAITS
from sim.records.held import CREDENTIALS, GRANTS, HOLDINGS, LIVES
from sim.records.stolen import PROBES, THEFT_SPANS, THEFTS
from sim.records.table import Column, Table
from sim.records.words import EndReason, Kind, Level, Outcome, Verdict

__all__ = ["SCHEMA_VERSION", "TABLES", "Column", "EndReason", "Kind", "Level", "Outcome", "Table", "Verdict"]

SCHEMA_VERSION: Final = 3
"""Version of the results directory. A directory of another version is refused."""

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        CREDENTIALS,
        HOLDINGS,
        GRANTS,
        LIVES,
        REQUESTS,
        REQUESTS_PER_SECOND,
        CALLS,
        CALLS_UNANSWERED,
        WAITS,
        LOGINS,
        ROTATIONS,
        PROBES,
        THEFTS,
        THEFT_SPANS,
    )
}
"""Every table of a results directory by name."""
