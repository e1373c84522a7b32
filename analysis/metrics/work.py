"""Work: how much of a fixed amount of work was done in time, from `calls`.

| metric | definition | unit |
| --- | --- | --- |
| work.done_share | ok calls / calls of the work of all clients, populations with `work` only | |
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.metrics.base import Context, Family, Frames, Metric, Value, sel

__all__ = ["FAMILY", "compute"]


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """The share of work done, for every population with a fixed amount of work."""
    calls = frames["calls"]
    ok = calls[calls["verdict"] == "ok"].groupby("population")["calls"].sum()
    wanted = calls.groupby("population")["calls"].sum()  # what was not done is Unfinished
    for name, population in context.populations.items():
        if population.get("work"):
            yield Value(
                "work.done_share", sel(population=name), float(ok.get(name, 0)), over=float(wanted.get(name, 0))
            )


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
