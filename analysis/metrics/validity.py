"""Life left at each signing, from `calls` at level `calls` and `credentials`.

| metric | definition | unit |
| --- | --- | --- |
| validity.margin_min_s | least time from a signing until AWS refuses the credential; negative: refused already | s |
| validity.margin_p01_s | 1st percentile of the same over all signed calls | s |

Other levels count calls by segments and do not know when each was signed: they give no value.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, sel
from sim.records import Level

__all__ = ["FAMILY", "compute", "margins"]

_BY = ((), ("population",))


def margins(calls: pd.DataFrame, credentials: pd.DataFrame) -> pd.DataFrame:
    """(population, calls, margin_s) of every row of signed calls; inf for what never ends.

    Args:
        calls: Rows of `calls`, one per call; a call that waited was signed at its end.
        credentials: Rows of `credentials`.
    """
    until = credentials.drop_duplicates("credential").set_index("credential")["valid_until_s"]
    signed = calls[calls["credential"].notna()]
    left = signed["credential"].map(until).astype(float) - signed["to_s"]
    return signed.assign(margin_s=left).loc[left.notna(), ["population", "calls", "margin_s"]]


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Minimum and 1st percentile, for every population and in all."""
    if context.level != Level.CALLS:
        return
    found = margins(frames["calls"], frames["credentials"])
    yield from _ends((), found)
    for population, rows in found.groupby("population", observed=True):
        yield from _ends(sel(population=str(population)), rows)


def _ends(selector: tuple[tuple[str, str], ...], rows: pd.DataFrame) -> Iterator[Value]:
    if rows.empty:
        return
    ordered = rows.sort_values("margin_s")
    counted = np.cumsum(ordered["calls"].to_numpy(dtype=np.float64))
    first = int(np.searchsorted(counted, 0.01 * counted[-1]))
    left = ordered["margin_s"].to_numpy(dtype=np.float64)
    yield Value("validity.margin_min_s", selector, float(left[0]))
    yield Value("validity.margin_p01_s", selector, float(left[first]))


FAMILY = Family(
    metrics=(
        Metric(
            "validity.margin_min_s",
            "s",
            "Least life left at a signing; negative: refused already.",
            _BY,
            needs=Level.CALLS,
        ),
        Metric("validity.margin_p01_s", "s", "1st percentile of the life left at a signing.", _BY, needs=Level.CALLS),
    ),
    tables={
        "calls": ("population", "credential", "from_s", "to_s", "calls"),
        "credentials": ("credential", "valid_until_s"),
    },
    compute=compute,
)
