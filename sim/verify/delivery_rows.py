"""Rows against a real log: how CloudTrail's own delivery role renewed its sessions, from a preset fitted to it."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from sim.aws import cloudtrail as facts
from sim.verify.rows import Row, mean_row, near
from sim.verify.small_runs import fleet, run

__all__ = ["delivery_rows"]

_SOURCE: Final = "a public CloudTrail log, delivery role"
_COUNT: Final = 100
_SHORTEST_S, _LONGEST_S = facts.DELIVERY_ROLE_REFRESH_S.value


def delivery_rows() -> list[Row]:
    """Mean, spread and number of the gaps; the preset's window, jitter and call gap were fitted to the same log."""
    (requests,) = run(_document(), "requests")
    gaps = [np.diff(requests["at_s"][requests["client"] == client]) for client in range(_COUNT)]
    seen = facts.DELIVERY_ROLE_GAPS.value
    spread = float(facts.DELIVERY_ROLE_REFRESH_SD_S.value)
    per_log = [len(each) + 1.0 for each in gaps]
    every = np.concatenate(gaps)
    inside = float(((every >= _SHORTEST_S - 5) & (every <= _LONGEST_S)).mean())
    return [
        mean_row(
            _SOURCE,
            "gap between two renewals, s (fitted)",
            float(facts.DELIVERY_ROLE_REFRESH_MEAN_S.value),
            [each.mean() for each in gaps],
            expected_se=spread / math.sqrt(seen),
        ),
        mean_row(
            _SOURCE,
            "standard deviation of the gap, s (fitted)",
            spread,
            [each.std(ddof=1) for each in gaps],
            expected_se=spread / math.sqrt(2 * seen),
        ),
        mean_row(_SOURCE, f"renewals in {facts.DELIVERY_ROLE_LOG_H.value} h", float(seen), per_log, slack=1.0),
        near(_SOURCE, f"share of gaps within {_SHORTEST_S:,}-{_LONGEST_S:,} s, give or take 5 s", 1.0, inside, 0.01),
    ]


def _document() -> dict[str, Any]:
    gap, hours = float(facts.DELIVERY_ROLE_CALL_GAP_S.value), facts.DELIVERY_ROLE_LOG_H.value
    session = facts.DELIVERY_ROLE_SESSION_S.value
    document = fleet(_COUNT, gap, hours * 3600.0, session_s=session, sdk="cloudtrail-delivery")
    step = {"from": "sts.AssumeRole", "role": "app", "service": "cloudtrail.amazonaws.com", "session_s": session}
    role = {**document["roles"]["app"], "trust": {"service": "cloudtrail.amazonaws.com"}}
    return {**document, "credentials": {"chain": [step]}, "roles": {"app": role}, "users": {}}
