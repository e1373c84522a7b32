"""Which keys to rotate first: exposure removed for an hour of toil, from `credentials` and `holdings`.

The exposure of a key is its age times its copies. Keys are ranked by exposure for a minute of toil, at the instant
at which a campaign begins, or at time 0.

| metric | definition | unit |
| --- | --- | --- |
| ranking.keys | access keys in use | keys |
| ranking.keys_for_80 | first keys of the ranking that hold 80 % of all exposure | keys |
| ranking.keys_for_80_share | the same over all keys | |
| ranking.toil_for_80_h | work of rotating them | h |
| ranking.toil_h | work of rotating all keys | h |
| ranking.removed_share | exposure of the keys that a campaign has replaced, over all exposure | |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.metrics._ranking import first_above, keys_at, ranked, removed
from analysis.metrics.base import Context, Family, Frames, Metric, Value
from sim.records import Level

__all__ = ["FAMILY", "begins_at_s", "compute"]


def begins_at_s(scenario: Mapping[str, Any]) -> float:
    """Instant at which keys are ranked, s: when the campaign begins, or 0."""
    return float((scenario.get("rotation") or {}).get("at_s", 0.0))


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """All ranking metrics of one strategy and replication; none where there are no keys."""
    if context.level == Level.SUMMARY:
        yield from (Value(one.name, (), float("nan"), reason="needs level credentials") for one in FAMILY.metrics)
        return
    tables = frames["credentials"], frames["holdings"], frames["rotations"]
    keys = keys_at(*tables, context.scenario, begins_at_s(context.scenario))
    if keys.empty:
        return
    order = ranked(keys)
    whole = float(keys["exposure"].sum())
    share, hours = removed(order, whole)
    yield Value("ranking.keys", (), float(len(keys)))
    yield Value("ranking.toil_h", (), float(hours[-1]))
    first = first_above(share)
    if first is not None:
        yield Value("ranking.keys_for_80", (), float(first))
        yield Value("ranking.keys_for_80_share", (), float(first), over=float(len(keys)))
        yield Value("ranking.toil_for_80_h", (), float(hours[first - 1]))
    rotations = frames["rotations"]
    if context.scenario.get("rotation") and whole > 0:
        done = rotations[(rotations["cause"] == "campaign") & rotations["new"].notna()]["old"]
        yield Value("ranking.removed_share", (), float(keys[keys["credential"].isin(done)]["exposure"].sum()), whole)


_NEEDS = Level.CREDENTIALS

FAMILY = Family(
    metrics=(
        Metric("ranking.keys", "keys", "Access keys in use when they are ranked.", needs=_NEEDS),
        Metric("ranking.keys_for_80", "keys", "Keys to rotate to remove 80 % of the exposure.", needs=_NEEDS),
        Metric("ranking.keys_for_80_share", "", "The same as a share of all keys.", needs=_NEEDS),
        Metric("ranking.toil_for_80_h", "h", "Work of people for these rotations.", needs=_NEEDS),
        Metric("ranking.toil_h", "h", "Work of people to rotate all keys.", needs=_NEEDS),
        Metric("ranking.removed_share", "", "Share of the exposure that the campaign removed.", needs=_NEEDS),
    ),
    tables={
        "credentials": (
            "credential", "population", "principal", "kind", "issued_at_s", "held_from_s", "ended_at_s",
        ),
        "holdings": ("credential", "slot", "from_s", "to_s", "copies"),
        "rotations": ("old", "new", "cause", "started_at_s"),
    },
    compute=compute,
)  # fmt: skip
