"""Incidents and their response: how long the thief goes on, and what the response costs everybody else.

Collateral is what the response does to everybody else, exactly: the same replication is simulated a second time without
a step of any plan (`calls_unanswered`), on the same random numbers, and what happens there is taken off. So a plan
without steps has none, and neither an outage nor a rotation that happens to come after the detection counts; what a
response mends counts below 0.

| metric | definition | unit |
| --- | --- | --- |
| containment_s | detection to the last ok of anything that the thief has; 0 if that was before; never: inf | s |
| incident.exposure_s | leak to the last ok of anything that the thief has; 0 if there was none | s |
| privilege_hours | time for which an action is allowed x its weight, summed over the thief's actions | h |
| collateral_calls | legitimate calls that fail, less those that fail without the response | calls |
| collateral_s | longest time cut off, from a failed call to the next ok (or the last call), less that without it | s |
| collateral_mean_s | the same, mean over all clients, those that were never cut off included | s |
| surge_rps | attempts in the busiest second from the detection on, per bucket | requests/s |
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.metrics._regions import with_region
from analysis.metrics.base import Context, Family, Frames, Metric, Selector, Value, sel
from analysis.metrics.calls import NOT_FAILED
from sim.records import Level

__all__ = ["FAMILY", "compute", "cut_off", "responded_at_s"]

_THIEF = (("incident", "thief"),)
_BY = ((), ("population",))
_WHO = ["population", "client", "slot"]
_CALLS = (*_WHO, "verdict", "from_s", "to_s", "calls")
_NEVER = "nobody detects it"
_COLLATERAL = ("collateral_calls", "collateral_s", "collateral_mean_s")


def responded_at_s(thefts: pd.DataFrame) -> float:
    """The first detection of a run, s; inf if there is none."""
    return float(thefts["detected_at_s"].min()) if len(thefts) else math.inf


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """All metrics of incidents and their response; nothing without an incident."""
    thefts = frames["thefts"]
    if not len(thefts):
        return
    yield from _thieves(thefts, frames["theft_spans"])
    since = responded_at_s(thefts)
    yield from _collateral(frames, context)
    yield from _surge(frames["requests_per_second"], since, context.scenario)


def _thieves(thefts: pd.DataFrame, spans: pd.DataFrame) -> Iterator[Value]:
    columns = ("incident", "thief", "at_s", "detected_at_s", "last_ok_at_s")
    for incident, thief, *instants in zip(*(thefts[column] for column in columns), strict=True):
        at, detected, last = (float(instant) for instant in instants)
        about = sel(incident=str(incident), thief=str(thief))
        last = -math.inf if math.isnan(last) else last
        never = float(last == math.inf)
        yield Value("incident.exposure_s", about, max(last - at, 0.0), never_share=never)
        if math.isinf(detected):
            yield Value("containment_s", about, math.nan, reason=_NEVER)
        else:
            yield Value("containment_s", about, max(last - detected, 0.0), never_share=never)
        mine = spans[(spans["incident"] == incident) & (spans["thief"] == thief) & (spans["weight"] > 0)]
        hours = float(((mine["to_s"] - mine["from_s"]) * mine["weight"]).sum()) / 3600.0
        yield Value("privilege_hours", about, hours, never_share=float(math.isinf(hours)))


def _collateral(frames: Frames, context: Context) -> Iterator[Value]:
    if context.level == Level.SUMMARY:
        reason = "when calls failed needs level credentials"
        yield from (Value(name, (), math.nan, reason=reason) for name in _COLLATERAL)
        return
    ours = frames["calls"]
    without = frames["calls_unanswered"] if _responds(context.scenario) else ours
    failed = _failed(ours).sub(_failed(without), fill_value=0.0)
    spent = _cut_off(ours).sub(_cut_off(without), fill_value=0.0).rename("spent").reset_index()
    clients = {name: _clients(name, spec, frames["lives"]) for name, spec in context.populations.items()}
    for population in context.populations:
        times = spent.loc[spent["population"] == population, "spent"]
        yield from _cost(sel(population=population), float(failed.get(population, 0.0)), times, clients[population])
    yield from _cost((), float(failed.sum()), spent["spent"], sum(clients.values()))


def _cost(about: Selector, calls: float, times: pd.Series, clients: int) -> Iterator[Value]:
    yield Value("collateral_calls", about, calls)
    yield Value("collateral_s", about, max(float(times.max()), 0.0) if len(times) else 0.0)
    yield Value("collateral_mean_s", about, float(times.sum()), over=float(max(clients, 1)))


def _clients(population: str, spec: Mapping[str, Any], lives: pd.DataFrame) -> int:
    """How many clients a population has; those that come and go are counted."""
    if not spec.get("arrivals"):
        return int(spec["count"])
    return int(lives.loc[lives["population"] == population, "client"].nunique())


def _responds(scenario: Mapping[str, Any]) -> bool:
    """Whether some incident has a plan with steps; only then is there a second run."""
    theft = scenario["theft"]
    return any(theft["plans"][one["plan"]] for one in theft["incidents"].values() if one["plan"] is not None)


def _failed(calls: pd.DataFrame) -> pd.Series:
    """Calls that failed, by population."""
    bad = calls[~calls["verdict"].isin(NOT_FAILED)]
    found: pd.Series = bad.groupby(bad["population"].astype(str))["calls"].sum().astype(np.float64)
    return found


def _cut_off(calls: pd.DataFrame) -> pd.Series:
    return cut_off(calls.assign(population=calls["population"].astype(str)))


def cut_off(calls: pd.DataFrame, since: float = -math.inf) -> pd.Series:
    """Time for which each client was cut off from an instant on, s: all stretches of failed calls, summed.

    A stretch begins with a failed call and ends with the next ok, or with its own last call.

    Args:
        calls: Rows of `calls`, of level credentials or calls.
        since: Instant from which failed calls count, s.

    Returns:
        Seconds by (population, client, slot); clients that never failed are absent.
    """
    rows = calls[calls["verdict"] != "Unfinished"].sort_values([*_WHO, "from_s", "to_s"], kind="stable")
    rows = rows[rows["to_s"] >= since]
    keys = [rows[column] for column in _WHO]
    bad = ~rows["verdict"].isin(NOT_FAILED) & (rows["from_s"] >= since)
    begins = bad & ~bad.groupby(keys, observed=True).shift(fill_value=False).astype(bool)
    number = begins.groupby(keys, observed=True).cumsum()
    after = rows["from_s"].groupby(keys, observed=True).shift(-1)
    next_bad = bad.groupby(keys, observed=True).shift(-1, fill_value=False).astype(bool)
    end = np.where(next_bad, rows["to_s"], np.fmax(after, rows["to_s"]))
    found = rows.assign(number=number, end=end)[bad]
    stretches = found.groupby([*_WHO, "number"], observed=True).agg(start=("from_s", "min"), end=("end", "max"))
    return (stretches["end"] - stretches["start"]).groupby(level=_WHO, observed=True).sum()


def _surge(requests: pd.DataFrame, since: float, scenario: Mapping[str, Any]) -> Iterator[Value]:
    """The busiest second of each bucket, from the second of the detection on."""
    later = requests[(requests["second"] + 1 > since) & (requests["quota_group"] != "free")]
    keys = ["account", "quota_group"]
    later = with_region(later, scenario)
    per_second = later.groupby([*keys, "region", "second"], observed=True, as_index=False)["requests"].sum()
    peaks = per_second.groupby(keys, observed=True, as_index=False)["requests"].max()
    for account, group, peak in zip(*(peaks[column] for column in (*keys, "requests")), strict=True):
        yield Value("surge_rps", sel(account=str(account), quota_group=str(group)), float(peak))


FAMILY = Family(
    metrics=(
        Metric("containment_s", "s", "Detection to the last ok of anything that the thief has; 0 if before.", _THIEF),
        Metric("incident.exposure_s", "s", "Leak to the last ok of anything that the thief has.", _THIEF),
        Metric(
            "privilege_hours", "h", "Hours for which an action is allowed to the thief x its weight, summed.", _THIEF
        ),
        Metric(
            "collateral_calls",
            "calls",
            "Legitimate calls that failed because of the response: those of the same run without it are taken off.",
            _BY,
            is_count=True,
            needs=Level.CREDENTIALS,
        ),
        Metric(
            "collateral_s",
            "s",
            "Longest time for which a client was cut off because of the response: from a failed call to the next ok.",
            _BY,
            needs=Level.CREDENTIALS,
        ),
        Metric(
            "collateral_mean_s",
            "s",
            "Time for which a client was cut off because of the response, mean over all clients.",
            _BY,
            needs=Level.CREDENTIALS,
        ),
        Metric(
            "surge_rps",
            "requests/s",
            "Attempts in the busiest second from the detection on, per bucket, in its busiest Region.",
            (("account", "quota_group"),),
            is_sum=True,
        ),
    ),
    tables={
        "thefts": ("incident", "thief", "at_s", "detected_at_s", "last_ok_at_s"),
        "theft_spans": ("incident", "thief", "action", "weight", "from_s", "to_s"),
        "calls": _CALLS,
        "calls_unanswered": _CALLS,
        "lives": ("population", "client"),
        "requests_per_second": ("second", "issuer", "quota_group", "account", "requests"),
    },
    compute=compute,
)
