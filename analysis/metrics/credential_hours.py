"""Credentials: how long they were valid and how old keys are, from `credentials`.

| metric | definition | unit |
| --- | --- | --- |
| credential_hours | integral over the run of the credentials that AWS would accept, held or discarded | h |
| keys.age | age of a live access key, averaged over keys and time | s |
| keys.over_policy_share | share of key time at an age over the rotation policy's period | |
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.metrics._sweep import Floats
from analysis.metrics._users import user_of
from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums, sel
from sim.records import Kind, Level

__all__ = ["FAMILY", "compute", "live_span"]

_HOURS = (("kind",), ("kind", "population"))
_NAMES = ("credential_hours", "keys.age", "keys.over_policy_share")


def live_span(credentials: pd.DataFrame, horizon_s: float) -> tuple[Floats, Floats]:
    """From when and until when AWS accepts each credential within [0, horizon), s; empty spans have from = to."""
    start = np.clip(credentials["issued_at_s"].to_numpy(dtype=np.float64), 0.0, horizon_s)
    stop = np.clip(credentials["valid_until_s"].to_numpy(dtype=np.float64), 0.0, horizon_s)
    return start, np.maximum(start, stop)


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Credential hours by kind, and the ages of access keys by population."""
    if context.level == Level.SUMMARY:
        yield from (Value(name, (), float("nan"), reason="needs level credentials") for name in _NAMES)
        return
    credentials = frames["credentials"]
    start, stop = live_span(credentials, context.horizon_s)
    live = credentials.assign(start=start, stop=stop, hours=(stop - start) / 3600)
    yield from group_sums("credential_hours", live, "hours", _HOURS)
    keys = live[live["kind"] == Kind.ACCESS_KEY.value]
    for population, rows in keys.groupby("population"):
        yield from _ages(str(population), rows, context)


def _ages(population: str, keys: pd.DataFrame, context: Context) -> Iterator[Value]:
    start, stop = (keys[name].to_numpy(dtype=np.float64) for name in ("start", "stop"))
    issued = keys["issued_at_s"].to_numpy(dtype=np.float64)
    time = float((stop - start).sum())
    aged = float(((stop - start) * ((start + stop) / 2 - issued)).sum())
    yield Value("keys.age", sel(population=population), aged, over=time)
    period = np.array([_period(str(principal), context) for principal in keys["principal"]], dtype=np.float64)
    selector = sel(population=population)
    if np.isnan(period).any():
        reason = "no rotation policy to compare with"
        yield Value("keys.over_policy_share", selector, float("nan"), reason=reason)
        return
    over = np.clip(stop - np.maximum(start, issued + period), 0.0, None)
    yield Value("keys.over_policy_share", selector, float(over.sum()), over=time)


def _period(principal: str, context: Context) -> float:
    """Period of the rotation policy of the user whose key it is, s; nan without one."""
    key = (user_of(principal, context.scenario) or {}).get("key")
    rotation = key and key["rotation"]
    return float(rotation["period_s"]) if rotation else float("nan")


FAMILY = Family(
    metrics=(
        Metric("credential_hours", "h", "Valid time within the run of all credentials of a kind.", _HOURS, is_sum=True),
        Metric("keys.age", "s", "Age of a live access key, averaged over keys and time.", (("population",),)),
        Metric(
            "keys.over_policy_share",
            "",
            "Share of access-key time at an age over the rotation policy's period.",
            (("population",),),
        ),
    ),
    tables={"credentials": ("population", "principal", "kind", "issued_at_s", "valid_until_s")},
    compute=compute,
)
