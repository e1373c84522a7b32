"""Rotation of access keys, from `rotations`.

| metric | definition | unit |
| --- | --- | --- |
| rotation.done | rotations whose old key was deactivated within the run | rotations |
| rotation.begun | rotations begun within the run: a new key was created | rotations |
| rotation.late | rotations begun after the policy's due instant | rotations |
| rotation.late_share | the same over all rotations | |
| rotation.toil_min | work of people | min |
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums, sel

__all__ = ["FAMILY", "compute"]

_BY = ((), ("population",))


def compute(frames: Frames, context: Context) -> Iterator[Value]:  # noqa: ARG001 - one signature for all families
    """All rotation metrics of one strategy and replication."""
    rows = frames["rotations"].assign(rotations=1)
    late = rows[rows["late_s"] > 0]
    yield from group_sums("rotation.done", rows[rows["done_at_s"].notna()], "rotations", _BY)
    yield from group_sums("rotation.begun", rows, "rotations", _BY)
    yield from group_sums("rotation.late", late, "rotations", _BY)
    yield from group_sums("rotation.toil_min", rows, "toil_min", _BY)
    for population, own in rows.groupby("population"):
        count = float((own["late_s"] > 0).sum())
        yield Value("rotation.late_share", sel(population=str(population)), count, over=float(len(own)))


FAMILY = Family(
    metrics=(
        Metric("rotation.done", "rotations", "Rotations finished: the old key was deactivated.", _BY, is_count=True),
        Metric("rotation.begun", "rotations", "Rotations begun: a new key was created.", _BY, is_count=True),
        Metric("rotation.late", "rotations", "Rotations begun after the policy's due instant.", _BY, is_count=True),
        Metric("rotation.late_share", "", "Rotations begun late over all rotations.", (("population",),)),
        Metric("rotation.toil_min", "min", "Work of people for rotations.", _BY, is_sum=True),
    ),
    tables={"rotations": ("population", "done_at_s", "late_s", "toil_min")},
    compute=compute,
)
