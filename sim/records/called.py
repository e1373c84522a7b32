"""Tables of how calls ended, and of those that waited for a credential."""

from __future__ import annotations

from typing import Final

from sim.records.table import DETAILED, WHO, Column, Table

__all__ = ["CALLS", "CALLS_UNANSWERED", "WAITS"]

CALLS: Final = Table(
    "calls",
    "One row per client, credential and verdict segment; at level calls one row per call; at level "
    "summary one row per client and verdict.",
    "written when the segment ended",
    (
        *WHO,
        Column("credential", "string", "", "Credential that signed; null where none did.", True),
        Column("verdict", "string", "", "How these calls ended."),
        Column("from_s", "float64", "s", "First instant of the segment (arrival of the call at level calls)."),
        Column("to_s", "float64", "s", "Last instant of the segment."),
        Column("calls", "int64", "calls", "Calls in the segment."),
        Column("wait_s", "float64", "s", "Time these calls waited for a credential, summed."),
    ),
)

CALLS_UNANSWERED: Final = Table(
    "calls_unanswered",
    "What `calls` would have been had nobody responded: the same replication without a step of any response plan. Only "
    "for strategies whose incidents have plans with steps.",
    CALLS.order,
    CALLS.columns,
    DETAILED,
    without_response="calls",
)

WAITS: Final = Table(
    "waits",
    "One row per group of calls that waited for the same fetch of a credential.",
    "done_at_s",
    (
        *WHO,
        Column("at_s", "float64", "s", "Arrival of the first of them."),
        Column("done_at_s", "float64", "s", "When the wait ended."),
        Column("wait_s", "float64", "s", "Wait of the first of them, the longest of the group."),
        Column("calls", "int64", "calls", "Calls that waited."),
        Column("total_wait_s", "float64", "s", "Waits of the group, summed."),
        Column("verdict", "string", "", "How they ended."),
    ),
    DETAILED,
)
