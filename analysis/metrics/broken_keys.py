"""Calls that a rotation broke, from `calls` and `rotations`: signed with a key that AWS does not know yet, or no more.

| metric | definition | unit |
| --- | --- | --- |
| rotation.broken_calls | calls refused because of a rotation: with the new key before it was known everywhere (cause `propagation`), with the old one after its deactivation (cause `deactivation`) | calls |
"""  # noqa: E501 - a table

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums
from sim.records import Level, Verdict

__all__ = ["FAMILY", "broken", "compute"]

_BY = ((), ("population",), ("cause",), ("cause", "population"))


def broken(calls: pd.DataFrame, rotations: pd.DataFrame) -> pd.DataFrame:
    """Rows of `calls` that a rotation broke, with the cause: propagation or deactivation."""
    refused = calls[(calls["verdict"] == Verdict.INVALID_CLIENT_TOKEN_ID.value) & calls["credential"].notna()]
    begun = rotations[rotations["new"].notna()]
    known = begun.drop_duplicates("new").set_index("new")["accepted_at_s"].astype(float)
    known_from = known.reindex(refused["credential"]).fillna(-np.inf).to_numpy()
    early = refused["from_s"].to_numpy(dtype=np.float64) < known_from
    late = refused["credential"].isin(begun["old"]).to_numpy()
    cause = np.where(early, "propagation", "deactivation")
    return refused.assign(cause=cause)[early | late]


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Broken calls of one strategy and replication."""
    if context.level == Level.SUMMARY:
        yield Value("rotation.broken_calls", (), float("nan"), reason="needs level credentials")
        return
    rows = broken(frames["calls"], frames["rotations"]).astype({"population": str})
    yield from group_sums("rotation.broken_calls", rows, "calls", _BY)


FAMILY = Family(
    metrics=(
        Metric(
            "rotation.broken_calls",
            "calls",
            "Calls refused because of a rotation: the new key was not known yet (cause `propagation`), or the old one "
            "was inactive already (cause `deactivation`).",
            _BY,
            is_count=True,
            needs=Level.CREDENTIALS,
        ),
    ),
    tables={
        "calls": ("population", "credential", "verdict", "from_s", "calls"),
        "rotations": ("old", "new", "accepted_at_s"),
    },
    compute=compute,
)
