"""Rotation of access keys, from `rotations`.

| metric | definition | unit |
| --- | --- | --- |
| rotation.done | rotations whose old key was deactivated within the run | rotations |
| rotation.begun | rotations begun within the run: a new key was created | rotations |
| rotation.refused | rotations that failed: a third key was refused | rotations |
| rotation.late | rotations begun after the policy's due instant | rotations |
| rotation.late_share | the same over all rotations | |
| rotation.on_old | clients that still signed with the old key at its deactivation | clients |
| rotation.overlap_needed_s | shortest overlap with which no rotation breaks a call on the old key | s |
| rotation.toil_min | work of people | min |
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums, sel

__all__ = ["FAMILY", "compute"]

_BY = ((), ("population",))


def compute(frames: Frames, context: Context) -> Iterator[Value]:  # noqa: ARG001 - one signature for all families
    """All rotation metrics of one strategy and replication."""
    every = frames["rotations"].assign(rotations=1)
    refused = every["outcome"] == "refused"
    rows = every[~refused]
    late = rows[rows["late_s"] > 0]
    done = rows[rows["done_at_s"] >= 0]
    yield from group_sums("rotation.done", done, "rotations", _BY)
    yield from group_sums("rotation.begun", rows, "rotations", _BY)
    yield from group_sums("rotation.refused", every[refused], "rotations", _BY)
    yield from group_sums("rotation.late", late, "rotations", _BY)
    yield from group_sums("rotation.on_old", done, "on_old", _BY)
    yield from group_sums("rotation.toil_min", rows, "toil_min", _BY)
    for population, own in rows.groupby("population", observed=True):
        count = float((own["late_s"] > 0).sum())
        yield Value("rotation.late_share", sel(population=str(population)), count, over=float(len(own)))
        yield Value("rotation.overlap_needed_s", sel(population=str(population)), _overlap_needed_s(own))
    if len(rows):
        yield Value("rotation.overlap_needed_s", (), _overlap_needed_s(rows))


def _overlap_needed_s(rows: pd.DataFrame) -> float:
    """Longest time from the new key's creation until the last client left the old one, less the propagation.

    A deactivated key is accepted until its deactivation has propagated, as long as a new one takes to be known.
    Infinite if a client had not left an old key at the end of the run.
    """
    left = rows["left_at_s"].astype(float).fillna(np.inf)
    return float(np.maximum(left - rows["accepted_at_s"].astype(float), 0.0).max())


FAMILY = Family(
    metrics=(
        Metric("rotation.done", "rotations", "Rotations finished: the old key was deactivated.", _BY, is_count=True),
        Metric("rotation.begun", "rotations", "Rotations begun: a new key was created.", _BY, is_count=True),
        Metric("rotation.refused", "rotations", "Rotations that failed: a third key is refused.", _BY, is_count=True),
        Metric("rotation.late", "rotations", "Rotations begun after the policy's due instant.", _BY, is_count=True),
        Metric("rotation.late_share", "", "Rotations begun late over all rotations.", (("population",),)),
        Metric("rotation.on_old", "clients", "Clients still on the old key at its deactivation.", _BY, is_count=True),
        Metric("rotation.overlap_needed_s", "s", "Shortest overlap that breaks no call on an old key.", _BY),
        Metric("rotation.toil_min", "min", "Work of people for rotations.", _BY, is_sum=True),
    ),
    tables={
        "rotations": (
            "population", "outcome", "accepted_at_s", "left_at_s", "done_at_s", "late_s", "on_old", "toil_min",
        )
    },
    compute=compute,
)  # fmt: skip
