"""How hard buckets refuse: the share of refused attempts in the worst aligned minute."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.records import Outcome

__all__ = ["WINDOW_S", "refused_share", "worst_share"]

WINDOW_S = 60
"""Length of the aligned windows, s."""


def refused_share(rows: pd.DataFrame, refusals: Collection[str]) -> float:
    """The largest share of refused attempts over all issuers and aligned minutes; 0 without any attempt.

    Args:
        rows: Rows of `requests_per_second`.
        refusals: Outcomes that count as refused by a bucket.
    """
    if rows.empty:
        return 0.0
    minute = rows["second"].to_numpy() // WINDOW_S
    refused = np.where(rows["outcome"].isin(refusals), rows["requests"], 0)
    cells = rows.assign(minute=minute, refused=refused).groupby(["issuer", "minute"])[["requests", "refused"]].sum()
    return float((cells["refused"] / cells["requests"]).max())


def worst_share(files: Sequence[Path], *, transient: bool = False) -> float:
    """The same of Parquet files of `requests_per_second`, one per shard.

    Args:
        files: The files.
        transient: Whether a full bucket answers as if the service were unavailable, so that this counts too.
    """
    rows = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    refusals = [Outcome.THROTTLED.value, *([Outcome.UNAVAILABLE.value] if transient else [])]
    return refused_share(rows, refusals)
