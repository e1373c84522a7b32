"""Who can set a session's length: AWS lets far fewer people choose it than one would think."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.style import DASH, duration

__all__ = ["sessions"]


def sessions(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Rows and caption of the table, from the manifest's `session_lengths`."""
    return {
        "caption": "A session length is a dial only where AWS lets somebody set it, and strategies on this page change "
        "it only there. Asking for more than the longest is a ValidationError, not a shorter session.",
        "heads": ["Credential", "Who sets its length", "Length", "To know", "Basis"],
        "rows": [_row(entry) for entry in manifest.get("session_lengths") or ()],
    }


def _row(entry: Mapping[str, Any]) -> dict[str, str]:
    settable = str(entry.get("settable") or "no")
    return {
        "what": str(entry.get("holder")),
        "who": "nobody" if settable == "no" else settable,
        "length": _length(entry),
        "note": str(entry.get("note") or DASH),
        "basis": f"{entry.get('basis')}: {entry.get('source')}",
    }


def _length(entry: Mapping[str, Any]) -> str:
    """`15 min to 12 h, else 1 h`, `6 h`, or a dash where nothing is published or nothing ends it."""
    low, high, default = (entry.get(key) for key in ("shortest_s", "longest_s", "default_s"))
    usual = DASH if default is None else duration(float(default))
    if low is None or high is None:
        return usual
    return f"{duration(float(low))} to {duration(float(high))}; {usual} where nothing is set"
