"""Time to recover from the faults of the timeline, from `requests_per_second` and, at level `calls`, `calls`.

| metric | definition | unit |
| --- | --- | --- |
| recovery_s | end of a fault until the first of 10 aligned minutes with attempts within pre-fault mean + 3 sd | s |
| calls.recovery_s | the same of failed calls; level calls only: others do not know when each call failed | s |

The longest over the timeline's faults; never, where no 10 such minutes follow one. Pre-fault is what lies before the
first fault of all. A verb without an end of its own (a restart) ends with its ramp.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.metrics._sweep import Floats
from analysis.metrics.base import Context, Family, Frames, Metric, Selector, Value, sel
from analysis.metrics.calls import NOT_FAILED
from sim.records import Level

__all__ = ["FAMILY", "compute", "recovery_s"]

_WINDOW_S = 60.0
_QUIET = 10
"""Windows in a row that must be back."""

_COMPARES = "it compares what follows a fault with what was before"


def recovery_s(counts: Floats, begin_s: float, end_s: float, window_s: float = _WINDOW_S) -> float:
    """End of a fault until the first of 10 windows back within the mean + 3 sd of before; inf if never.

    Args:
        counts: Events per aligned window, from 0.
        begin_s: Begin of the first fault; the windows before it say what is usual.
        end_s: End of the fault.
        window_s: Length of a window.

    Returns:
        Seconds; nan with fewer than two windows before the fault.
    """
    before = counts[: int(begin_s // window_s)]
    if len(before) < 2:
        return float("nan")
    limit = before.mean() + 3 * before.std(ddof=1)
    first = int(-(-end_s // window_s))
    back = counts[first:] <= limit
    if len(back) < _QUIET:
        return float("inf")
    runs = np.lib.stride_tricks.sliding_window_view(back, _QUIET).all(axis=1)
    return float((first + int(np.argmax(runs))) * window_s - end_s) if runs.any() else float("inf")


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Recovery by issuer and, at level calls, by population; nothing without a fault."""
    faults = [_span(fault) for fault in context.scenario["timeline"]]
    if not faults:
        return
    requests = frames["requests_per_second"]
    for issuer, rows in requests.groupby("issuer", observed=True):
        yield _longest("recovery_s", sel(issuer=str(issuer)), rows["second"], rows["requests"], faults, context)
    if context.level == Level.CALLS:
        calls = frames["calls"]
        failed = calls[~calls["verdict"].isin(NOT_FAILED)]
        for population in context.populations:
            rows = failed[failed["population"] == population]
            yield _longest(
                "calls.recovery_s", sel(population=population), rows["from_s"], rows["calls"], faults, context
            )


def _span(fault: Mapping[str, Any]) -> tuple[float, float]:
    begin = float(fault["at_s"])
    return begin, begin + float(fault.get("for_s") or fault.get("ramp_s") or 0.0)


def _longest(
    metric: str,
    selector: Selector,
    at_s: pd.Series,
    count: pd.Series,
    faults: list[tuple[float, float]],
    context: Context,
) -> Value:
    windows = int(context.horizon_s // _WINDOW_S)
    bins = np.minimum(at_s.to_numpy(dtype=np.float64) // _WINDOW_S, windows).astype(int)
    counts = np.bincount(bins, weights=count.to_numpy(dtype=np.float64), minlength=windows + 1)[:windows].astype(
        np.float64
    )
    began = min(begin for begin, _ in faults)
    found = [recovery_s(counts, began, end) for _, end in faults if end < context.horizon_s]
    if not found or np.isnan(found[0]):
        reason = "fewer than two minutes before the first fault" if found else "no fault ends within the run"
        return Value(metric, selector, float("nan"), reason=reason)
    return Value(metric, selector, max(found))


FAMILY = Family(
    metrics=(
        Metric(
            "recovery_s",
            "s",
            "End of a fault until attempts are back within pre-fault mean + 3 sd for 10 minutes.",
            (("issuer",),),
            whole_only=_COMPARES,
        ),
        Metric(
            "calls.recovery_s",
            "s",
            "End of a fault until failed calls are back within pre-fault mean + 3 sd for 10 minutes.",
            (("population",),),
            needs=Level.CALLS,
            whole_only=_COMPARES,
        ),
    ),
    tables={
        "requests_per_second": ("second", "issuer", "requests"),
        "calls": ("population", "verdict", "from_s", "calls"),
    },
    compute=compute,
)
