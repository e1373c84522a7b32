"""Work: how much of a fixed amount of work was done in time, from `calls`.

| metric | definition | unit |
| --- | --- | --- |
| work.done_share | ok calls / (clients x calls of work), populations with `work` only | |
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.metrics.base import Context, Family, Frames, Metric, Value, sel

__all__ = ["FAMILY", "compute"]


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """The share of work done, for every population with a fixed amount of work."""
    ok = frames["calls"][frames["calls"]["verdict"] == "ok"].groupby("population")["calls"].sum()
    for name, population in context.populations.items():
        if population.get("work"):
            wanted = int(population["count"]) * int(population["work"]["calls"])
            yield Value("work.done_share", sel(population=name), float(ok.get(name, 0)), over=float(wanted))


FAMILY = Family(
    metrics=(
        Metric(
            "work.done_share",
            "",
            "Calls that ended ok over the calls of the work.",
            (("population",),),
            whole_only="it is the share of the whole work",
        ),
    ),
    tables={"calls": ("population", "verdict", "calls")},
    compute=compute,
)
