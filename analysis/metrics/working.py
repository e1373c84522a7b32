"""Clients whose work goes on, at an instant, from `calls`.

| metric | definition | unit |
| --- | --- | --- |
| clients.working | clients whose latest call, at or before the instant, ended ok | clients |

Exact at level credentials: a new verdict begins a new row, so the row that began last holds the latest call. Holding
something that AWS accepts is not enough to work: an SDK that must renew may raise an error before it expires.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, sel
from sim.records import Level

__all__ = ["FAMILY", "compute", "latest"]


def latest(calls: pd.DataFrame, at_s: float) -> pd.DataFrame:
    """(population, client, works) of every client that has called until an instant, by its latest call.

    Args:
        calls: Rows of `calls`: population, client, verdict, from_s, to_s.
        at_s: The instant.
    """
    begun = calls[(calls["from_s"] <= at_s) & (calls["verdict"] != "Unfinished")]
    who = ["population", "client"]
    last = begun.sort_values(["from_s", "to_s"], kind="stable").drop_duplicates(who, keep="last")
    return last[who].assign(works=(last["verdict"] == "ok").to_numpy())


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """The metric for every population, and in all."""
    if context.level == Level.SUMMARY:
        yield Value("clients.working", (), float("nan"), reason="when a call ended needs level credentials")
        return
    now = latest(frames["calls"], context.instant_s)
    found = now[now["works"]].groupby("population", observed=True).size()
    for name in context.populations:
        yield Value("clients.working", sel(population=name), float(found.get(name, 0)))
    yield Value("clients.working", (), float(found.sum()))


FAMILY = Family(
    metrics=(
        Metric(
            "clients.working",
            "clients",
            "Clients whose latest call ended ok.",
            ((), ("population",)),
            is_count=True,
            is_instant=True,
            needs=Level.CREDENTIALS,
        ),
    ),
    tables={"calls": ("population", "client", "verdict", "from_s", "to_s")},
    compute=compute,
)
