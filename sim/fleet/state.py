"""What the compiled loop of a plain fleet reads, keeps and writes, as records that compiled code can change.

Credentials are named by their ordinal at their client (-1: none), clients by their place in the block (`who`),
verdicts, ends and tables by their place in `VERDICTS`, `REASONS` and `TABLES`. Instants are float seconds.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.records import EndReason, Verdict

__all__ = [
    "CALLS", "CREDENTIALS", "EXPIRED_TOKEN", "HOLDINGS", "LEAF", "REASONS", "REFRESH_FAILED", "REQUESTS", "ROW", "RULE",
    "STATE", "TABLES", "UNFINISHED", "VERDICTS", "WAITS", "WINDOWS", "Records",
]  # fmt: skip

Records = NDArray[np.void]

VERDICTS: Final = tuple(
    sorted((Verdict.ACCESS_DENIED, Verdict.EXPIRED_TOKEN, Verdict.REFRESH_FAILED, Verdict.UNFINISHED, Verdict.OK))
)
"""Verdicts that calls of a plain fleet can get, in the order of their rows at level `summary`."""
EXPIRED_TOKEN: Final = VERDICTS.index(Verdict.EXPIRED_TOKEN)
REFRESH_FAILED: Final = VERDICTS.index(Verdict.REFRESH_FAILED)
UNFINISHED: Final = VERDICTS.index(Verdict.UNFINISHED)

REASONS: Final = (EndReason.REPLACED, EndReason.EXPIRED, EndReason.OPEN)
"""How a plain fleet stops holding a credential."""

TABLES: Final = ("requests", "credentials", "holdings", "calls", "waits")
"""Tables whose rows the loop writes; `requests_per_second` and `probes` follow from them."""
REQUESTS, CREDENTIALS, HOLDINGS, CALLS, WAITS = range(len(TABLES))

WINDOWS: Final = 8
"""Advisory windows by lifetime that a rule may have."""
LEAF: Final = 64
"""Calls that are looked up together at most (see `sim.unit_poisson`: 16, or what a deepest leaf holds)."""

RULE: Final = np.dtype(
    [
        ("seed", "u8"), ("population", "u8"), ("calls_key", "u8"), ("jitter_key", "u8"), ("again_key", "u8"),
        ("rps", "f8"), ("threads", "i8"), ("horizon", "f8"), ("latency", "f8"), ("life", "f8"), ("allowed", "i8"),
        ("valid", "i8"), ("longest", "f8", (WINDOWS,)), ("window", "f8", (WINDOWS,)), ("mandatory", "f8"),
        ("strict", "i8"), ("background", "i8"), ("serves", "i8"), ("again_low", "f8"), ("again_high", "f8"),
        ("raises_denials", "i8"), ("denied_low", "f8"), ("denied_high", "f8"),
        ("jitter", "f8"), ("jitter_until", "f8"), ("share", "f8"), ("share_min", "f8"), ("life_cap", "f8"),
        ("summary", "i8"), ("used", "i8"), ("room", "i8"),
    ]
)  # fmt: skip
"""What all clients share.

Words of the draws' keys; calls per second of a thread, threads that share a cache; end of the run, the issuer's
latency, the session's length, whether the issuer grants it (`allowed`) and the verdict of a call with it while it
lives (`valid`); the SDK's windows as in `sim.policies.refresh.Refresh` (`share` negative for none); whether only
totals are recorded; rows written since they were last taken, and how many there may be before a turn begins.
"""

STATE: Final = np.dtype(
    [
        ("who", "i8"), ("client", "i8"), ("slot", "i8"), ("watched", "i8"),
        ("next_at", "f8"), ("now", "f8"), ("counted", "f8"), ("due", "f8"), ("mandatory", "f8"),
        ("ordinal", "i8"), ("issued", "f8"), ("expires", "f8"), ("held_from", "f8"), ("signed", "i8"),
        ("new_ordinal", "i8"), ("new_issued", "f8"), ("new_expires", "f8"), ("new_signed", "i8"),
        ("minted", "i8"), ("fetches", "i8"), ("refusing", "i8"),
        ("pending", "i8"), ("since", "f8"), ("blocking", "i8"),
        ("row_ordinal", "i8"), ("row_verdict", "i8"), ("row_start", "f8"), ("row_stop", "f8"), ("row_n", "i8"),
        ("row_wait", "f8"),
        ("stretch_verdict", "i8"), ("stretch_start", "f8"), ("stretch_stop", "f8"),
        ("total_n", "i8", (len(VERDICTS),)), ("total_wait", "f8", (len(VERDICTS),)),
        ("leaf_thread", "i8"), ("leaf_cell", "i8"), ("leaf_low", "f8"), ("leaf_high", "f8"), ("leaf_before", "i8"),
        ("leaf_n", "i8"), ("leaf_points", "f8", (LEAF,)),
        ("mark_thread", "i8"), ("mark_at", "f8"), ("mark_cell", "i8"), ("mark_before", "i8"),
    ]
)  # fmt: skip
"""One client between two turns: what `Client`, `Cache` and `Ledger` keep.

`watched`: sampled thieves look at its place. `new_*`: what a fetch yielded and the client does not hold yet. `row_*`:
the open row of equal credential and verdict. `stretch_*`: calls of equal verdict that level `summary` has not counted
yet. `total_*`: calls and their waits by verdict. `leaf_*`, `mark_*`: the look-ups of calls (`sim.fleet.calls`).
"""

ROW: Final = np.dtype(
    [
        ("due", "f8"), ("start", "f8"), ("stop", "f8"), ("issued", "f8"), ("expires", "f8"), ("wait", "f8"),
        ("n", "i8"), ("who", "i4"), ("ordinal", "i4"), ("code", "i2"), ("table", "i2"),
    ]
)  # fmt: skip
"""A row of any table: when it is due, whose it is, and what differs from row to row (`code`: verdict or end)."""
