"""Calls: how they ended and how long they waited for a credential, from `calls` and `waits`.

| metric | definition | unit |
| --- | --- | --- |
| calls.total | all calls, unfinished ones included (arrivals = sum of verdicts) | calls |
| calls.failed | all but ok and Unfinished | calls |
| calls.share | calls of one verdict / all calls; 0 for a verdict that no call had | |
| calls.availability | ok / (all but Unfinished) | |
| calls.failed_in_outage | calls failed from an outage's begin until 1 h after its end, by issuer | calls |
| calls.wait_s | time that calls waited for a credential, summed | s |
| calls.wait_mean_s | the same per call | s |
| calls.wait_p99_s | 99th percentile over all calls; each wait counts with the mean of its group | s |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums, sel
from sim.records import Level, Verdict

__all__ = ["AFTERMATH_S", "FAMILY", "NOT_FAILED", "compute", "failed_within", "wait_quantile"]

NOT_FAILED = (Verdict.OK.value, Verdict.UNFINISHED.value)
"""Verdicts of calls that did not fail."""

AFTERMATH_S = 3600.0
"""Calls that fail so long after an outage's end still count as lost in it, s."""

_TOTAL = ((), ("population",), ("verdict",), ("population", "verdict"))
_PER_POPULATION = (("population",),)
_SHARES = (("verdict",), ("population", "verdict"))


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """All call metrics of one strategy and replication."""
    calls = frames["calls"]
    cells = calls.groupby(["population", "verdict"], observed=True)[["calls", "wait_s"]].sum().reset_index()
    yield from group_sums("calls.total", cells, "calls", _TOTAL)
    yield from group_sums("calls.failed", cells[~cells["verdict"].isin(NOT_FAILED)], "calls", _TOTAL)
    yield from group_sums("calls.wait_s", cells, "wait_s", ((), *_PER_POPULATION))
    yield from _shares({}, cells)
    for population, rows in cells.groupby("population", observed=True):
        yield from _shares({"population": str(population)}, rows)
        yield from _ratios(str(population), rows)
        waits = frames["waits"][frames["waits"]["population"] == population]
        yield _slowest(str(population), waits, float(rows["calls"].sum()), context)
    yield from _outages(calls, context)


def _shares(about: Mapping[str, str], rows: pd.DataFrame) -> Iterator[Value]:
    total = float(rows["calls"].sum())
    for verdict in Verdict:
        n = float(rows.loc[rows["verdict"] == verdict.value, "calls"].sum())
        yield Value("calls.share", sel(**about, verdict=verdict.value), n, over=total)


def _ratios(population: str, rows: pd.DataFrame) -> Iterator[Value]:
    by_verdict = {str(verdict): float(n) for verdict, n in zip(rows["verdict"], rows["calls"], strict=True)}
    total = sum(by_verdict.values())
    selector = sel(population=population)
    ok, unfinished = (by_verdict.get(verdict, 0.0) for verdict in NOT_FAILED)
    yield Value("calls.availability", selector, ok, over=total - unfinished)
    yield Value("calls.wait_mean_s", selector, float(rows["wait_s"].sum()), over=total)


def _slowest(population: str, waits: pd.DataFrame, total: float, context: Context) -> Value:
    name, selector = "calls.wait_p99_s", sel(population=population)
    if context.level == Level.SUMMARY:
        return Value(name, selector, float("nan"), reason="single waits need level credentials")
    return Value(name, selector, wait_quantile(waits, total, 0.99))


def wait_quantile(waits: pd.DataFrame, total: float, share: float) -> float:
    """Quantile of the wait over all calls, those that did not wait included, s.

    Args:
        waits: Rows of `waits`; each group counts with its mean wait.
        total: All calls.
        share: Which quantile.
    """
    mean = waits["total_wait_s"].to_numpy(dtype=np.float64) / np.maximum(waits["calls"].to_numpy(), 1)
    order = np.argsort(mean)
    waiting = np.cumsum(waits["calls"].to_numpy(dtype=np.float64)[order])
    idle = max(total - (waiting[-1] if len(waiting) else 0.0), 0.0)
    rank = share * max(total, 1.0)
    if rank <= idle or not len(waiting):
        return 0.0
    return float(mean[order][min(int(np.searchsorted(waiting, rank - idle)), len(mean) - 1)])


def _outages(calls: pd.DataFrame, context: Context) -> Iterator[Value]:
    outages = [fault for fault in context.scenario["timeline"] if "outage" in fault]
    if not outages:
        return
    failed = calls[~calls["verdict"].isin(NOT_FAILED)]
    name = "calls.failed_in_outage"
    for issuer in sorted({fault["outage"] for fault in outages}):
        windows = _windows([fault for fault in outages if fault["outage"] == issuer])
        for population in context.populations:
            selector = sel(issuer=issuer, population=population)
            if context.level == Level.SUMMARY:
                yield Value(name, selector, float("nan"), reason="windows of time need level credentials")
                continue
            rows = failed[failed["population"] == population]
            yield Value(name, selector, sum(failed_within(rows, *window) for window in windows))


def _windows(outages: list[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """[begin, end + aftermath) of each outage, joined where they overlap."""
    joined: list[tuple[float, float]] = []
    for begin, end in sorted((o["at_s"], o["at_s"] + o["for_s"] + AFTERMATH_S) for o in outages):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def failed_within(failed: pd.DataFrame, begin_s: float, end_s: float) -> float:
    """Calls of the segments in [begin, end); a segment that crosses an edge counts by its share of time."""
    first, last = failed["from_s"].to_numpy(dtype=np.float64), failed["to_s"].to_numpy(dtype=np.float64)
    calls = failed["calls"].to_numpy(dtype=np.float64)
    length = last - first
    overlap = np.minimum(last, end_s) - np.maximum(first, begin_s)
    inside = ((first >= begin_s) & (first < end_s)).astype(float)
    share = np.where(length > 0, np.clip(overlap, 0, None) / np.where(length > 0, length, 1), inside)
    return float((calls * share).sum())


FAMILY = Family(
    metrics=(
        Metric("calls.total", "calls", "All calls, unfinished ones included.", _TOTAL, is_count=True),
        Metric("calls.failed", "calls", "Calls that ended neither ok nor Unfinished.", _TOTAL, is_count=True),
        Metric("calls.share", "", "Calls of one verdict over all calls.", _SHARES),
        Metric("calls.availability", "", "Calls that ended ok over all that ended.", _PER_POPULATION),
        Metric(
            "calls.failed_in_outage",
            "calls",
            "Calls lost in the outage: failed from its begin until 1 h after its end.",
            (("issuer", "population"),),
            is_count=True,
            whole_only="it has a window of its own, from an outage's begin until 1 h after its end",
        ),
        Metric(
            "calls.wait_s", "s", "Time that calls waited for a credential, summed.", ((), *_PER_POPULATION), is_sum=True
        ),
        Metric("calls.wait_mean_s", "s", "Mean wait for a credential over all calls.", _PER_POPULATION),
        Metric("calls.wait_p99_s", "s", "99th percentile of the wait over all calls.", _PER_POPULATION),
    ),
    tables={
        "calls": ("population", "verdict", "from_s", "to_s", "calls", "wait_s"),
        "waits": ("population", "calls", "total_wait_s"),
    },
    compute=compute,
)
