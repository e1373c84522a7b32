"""Console passwords: how old they are and how often they are changed, from `credentials`.

Only passwords that have an age: under a password policy, or told by the scenario.

| metric | definition | unit |
| --- | --- | --- |
| passwords.age_s | age of a password, averaged over passwords and time | s |
| passwords.changed | passwords changed at a sign-in, because they were over their maximum age | passwords |
| passwords.overdue_share | share of password time at an age over the policy's maximum | |
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums, sel
from sim.records import EndReason, Kind, Level

__all__ = ["FAMILY", "compute"]

_NAMES = ("passwords.age_s", "passwords.changed", "passwords.overdue_share")
_BY = ((), ("population",))


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Ages and changes of passwords of one strategy and replication."""
    if context.level == Level.SUMMARY:
        yield from (Value(name, (), float("nan"), reason="needs level credentials") for name in _NAMES)
        return
    credentials = frames["credentials"]
    held = credentials[credentials["kind"] == Kind.PASSWORD.value].astype({"population": str})
    changed = held[held["end_reason"] == EndReason.ROTATED.value].assign(changed=1)
    yield from group_sums("passwords.changed", changed, "changed", _BY)
    for population, rows in held.groupby("population"):
        yield from _ages(str(population), rows, context)


def _ages(population: str, held: pd.DataFrame, context: Context) -> Iterator[Value]:
    start = held["held_from_s"].to_numpy(dtype=np.float64)
    stop = held["ended_at_s"].astype(float).fillna(context.horizon_s).to_numpy()
    issued = held["issued_at_s"].to_numpy(dtype=np.float64)
    time, selector = float((stop - start).sum()), sel(population=population)
    yield Value("passwords.age_s", selector, float(((stop - start) * ((start + stop) / 2 - issued)).sum()), over=time)
    limit = np.array([_max_age_s(str(account), context) for account in held["account"]], dtype=np.float64)
    over = np.clip(stop - np.maximum(start, issued + limit), 0.0, None)
    yield Value("passwords.overdue_share", selector, float(over.sum()), over=time)


def _max_age_s(account: str, context: Context) -> float:
    """Maximum age of an account's passwords, s; inf without a policy."""
    policy = context.scenario["accounts"][account].get("password_policy") or {}
    return float(policy.get("max_age_s") or np.inf)


FAMILY = Family(
    metrics=(
        Metric(
            "passwords.age_s", "s", "Age of a console password, averaged over passwords and time.", (("population",),),
            needs=Level.CREDENTIALS,
        ),
        Metric(
            "passwords.changed", "passwords", "Console passwords changed at a sign-in, being too old.", _BY,
            is_count=True, needs=Level.CREDENTIALS,
        ),
        Metric(
            "passwords.overdue_share", "", "Share of password time at an age over the policy's maximum.",
            (("population",),), needs=Level.CREDENTIALS,
        ),
    ),
    tables={
        "credentials": ("population", "account", "kind", "issued_at_s", "held_from_s", "ended_at_s", "end_reason")
    },
    compute=compute,
)  # fmt: skip
