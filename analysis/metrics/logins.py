"""Logins of people, from `logins`.

| metric | definition | unit |
| --- | --- | --- |
| logins.interactive, logins.silent | logins that ended ok with, without a password and MFA | logins |
| logins.failed | logins that failed, of either kind | logins |
| logins.*_per_person_day | the same per person and working day | logins |
| logins.peak_rps | most logins begun in one aligned second, by identity provider | 1/s |
| logins.peak_60s_rps | most logins begun in one aligned minute, per second | 1/s |
| logins.queue_p95_s | 95th percentile of the wait in the identity provider's queue | s |
| logins.attention_h | human time at the prompt | h |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums, sel

__all__ = ["FAMILY", "compute", "working_days"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BY = ((), ("population",))


def working_days(start: datetime, horizon_s: float, days: tuple[str, ...]) -> float:
    """Working days (UTC) in [start, start + horizon), parts of a day by their share.

    Args:
        start: Instant of time 0.
        horizon_s: Length of the run, s.
        days: Names of the working days.
    """
    end, total, day = start + timedelta(seconds=horizon_s), 0.0, start.replace(hour=0, minute=0, second=0)
    while day < end:
        following = day + timedelta(days=1)
        if _DAYS[day.weekday()] in days:
            total += (min(following, end) - max(day, start)) / timedelta(days=1)
        day = following
    return total


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """All login metrics of one strategy and replication."""
    logins = frames["logins"].assign(logins=1)
    done = logins[logins["outcome"] == "ok"]
    groups = {
        "interactive": done[done["kind"] == "interactive"],
        "silent": done[done["kind"] == "silent"],
        "failed": logins[logins["outcome"] != "ok"],
    }
    for name, rows in groups.items():
        yield from group_sums(f"logins.{name}", rows, "logins", _BY)
        yield from _per_person_day(f"logins.{name}_per_person_day", rows, context)
    hours = logins.assign(hours=logins["attention_s"] / 3600)
    yield from group_sums("logins.attention_h", hours, "hours", _BY)
    yield from _by_provider(logins)


def _per_person_day(metric: str, rows: pd.DataFrame, context: Context) -> Iterator[Value]:
    start = datetime.fromisoformat(context.scenario["run"]["start"])
    for name, population in context.populations.items():
        if population["people"]:
            days = working_days(start, context.horizon_s, _workdays(population))
            count = float((rows["population"] == name).sum())
            yield Value(metric, sel(population=name), count, over=int(population["count"]) * days)


def _workdays(population: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(population["workday"]["days"]) if population.get("workday") else _DAYS


def _by_provider(logins: pd.DataFrame) -> Iterator[Value]:
    for issuer, rows in logins.groupby("issuer", observed=True):
        selector = sel(issuer=str(issuer))
        for name, bin_s in (("logins.peak_rps", 1), ("logins.peak_60s_rps", 60)):
            starts = rows["at_s"].floordiv(bin_s).value_counts()
            yield Value(name, selector, float(starts.max()) / bin_s)
        yield Value("logins.queue_p95_s", selector, float(np.quantile(rows["queue_s"].to_numpy(), 0.95)))


_KINDS = {
    "interactive": "Logins with a password and MFA that ended ok.",
    "silent": "Logins without a person's doing (IdP or portal session alive) that ended ok.",
    "failed": "Logins that failed.",
}

FAMILY = Family(
    metrics=(
        *(Metric(f"logins.{name}", "logins", text, _BY, is_count=True) for name, text in _KINDS.items()),
        *(
            Metric(
                f"logins.{name}_per_person_day",
                "logins",
                f"{text} Per person and working day.",
                (("population",),),
                whole_only="it is per working day of the whole run",
            )
            for name, text in _KINDS.items()
        ),
        Metric("logins.peak_rps", "1/s", "Most logins begun in one aligned second.", (("issuer",),)),
        Metric("logins.peak_60s_rps", "1/s", "Most logins begun in one aligned minute, as a rate.", (("issuer",),)),
        Metric("logins.queue_p95_s", "s", "95th percentile of the wait in the provider's queue.", (("issuer",),)),
        Metric("logins.attention_h", "h", "Human time at the prompt.", _BY, is_sum=True),
    ),
    tables={"logins": ("at_s", "population", "kind", "issuer", "outcome", "attention_s", "queue_s")},
    compute=compute,
)
