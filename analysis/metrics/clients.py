"""Clients that gave up, from `calls`.

| metric | definition | unit |
| --- | --- | --- |
| clients.failed | clients with a failed call and no ok after their last failure (or no ok at all) | clients |
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, sel
from analysis.metrics.calls import NOT_FAILED
from sim.records import Level

__all__ = ["FAMILY", "compute", "gave_up"]


def gave_up(calls: pd.DataFrame) -> pd.DataFrame:
    """The clients (population, client) whose last failure was followed by no call that ended ok.

    A client is taken whole: a person who still works with another profile, or a process that is denied
    one action only, has not given up. At level credentials "last" is the end of a segment of calls,
    so that two profiles whose segments overlap may be taken in the wrong order.
    """
    who = ["population", "client"]
    failed = calls[~calls["verdict"].isin(NOT_FAILED)].groupby(who)["to_s"].max()
    ok = calls[calls["verdict"] == "ok"].groupby(who)["to_s"].max()
    last_ok = ok.reindex(failed.index).fillna(float("-inf"))
    return failed[last_ok < failed].reset_index()[who]


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Clients that failed, by population and in all."""
    selectors = [(), *(sel(population=population) for population in context.populations)]
    if context.level == Level.SUMMARY:
        reason = "the order of calls needs level credentials"
        yield from (Value("clients.failed", selector, float("nan"), reason=reason) for selector in selectors)
        return
    lost = gave_up(frames["calls"]).groupby("population").size()
    for selector in selectors:
        count = lost.sum() if not selector else lost.get(dict(selector)["population"], 0)
        yield Value("clients.failed", selector, float(count))


FAMILY = Family(
    metrics=(
        Metric(
            "clients.failed",
            "clients",
            "Clients with a failed call and no ok after their last failure, or no ok at all.",
            ((), ("population",)),
            is_count=True,
            needs=Level.CREDENTIALS,
        ),
    ),
    tables={"calls": ("population", "client", "verdict", "to_s")},
    compute=compute,
)
