"""When calls begin to fail, from `calls` at level `calls`.

| metric | definition | unit |
| --- | --- | --- |
| calls.first_failed_s | instant of the first call that failed; never, if none did | s |

Other levels count calls by segments and do not know when each failed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Selector, Value, sel
from analysis.metrics.calls import NOT_FAILED
from sim.records import Level

__all__ = ["FAMILY", "compute"]


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """The first of all and of each population, by verdict and of any; verdicts that nobody had are left out."""
    if context.level != Level.CALLS:
        return
    failed = frames["calls"][~frames["calls"]["verdict"].isin(NOT_FAILED)]
    for population in context.populations:
        mine = failed[failed["population"] == population]
        yield _first(sel(population=population), mine)
        for verdict, rows in mine.groupby("verdict", observed=True):
            yield _first(sel(population=population, verdict=str(verdict)), rows)
    yield _first((), failed)


def _first(selector: Selector, rows: pd.DataFrame) -> Value:
    return Value("calls.first_failed_s", selector, math.inf if rows.empty else float(rows["from_s"].min()))


FAMILY = Family(
    metrics=(
        Metric(
            "calls.first_failed_s",
            "s",
            "Instant of the first call that failed.",
            ((), ("population",), ("population", "verdict")),
            needs=Level.CALLS,
            whole_only="the first of a run is not that of a part of it",
        ),
    ),
    tables={"calls": ("population", "verdict", "from_s")},
    compute=compute,
)
