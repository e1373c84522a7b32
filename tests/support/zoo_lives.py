"""Small scenarios of clients that come and go, over the chains that they can use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["lives_zoo"]

_BUSY = {"kind": "poisson", "rps": 0.02}
_COME = {"kind": "poisson", "rps": 0.002}
_SHORT = {"lognormal": {"median": 600, "sigma": 1.0}}
_SCALES = [
    {"at_s": 1000, "scale": "fleet", "count": 6, "ramp_s": 300},
    {"at_s": 3000, "scale": "fleet", "count": 2, "ramp_s": 900},
    {"at_s": 4000, "scale": "fleet", "count": 5},
]


def lives_zoo(
    document: Callable[..., dict[str, Any]], fleet: Callable[..., dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Arrivals, lifetimes, scale and upgrade by chain."""
    narrow = {"main": {"quotas": {"signed": {"rps": 0.02, "burst": 2}}}, "other": {}}
    found = {}
    for chain in ("by-user", "node", "chained", "irsa", "shared-key", "falls-through"):
        come = {"arrivals": _COME, "lifetime_s": _SHORT, "per_host": 2}
        found[f"lives-arrive-{chain}"] = document(
            {"fleet": fleet(chain, _BUSY, **{**come, "count": 2})}, horizon_s=9000
        )
        to_set = {"populations.fleet.sdk": "go-v2-2026", "populations.fleet.calls.rps": 0.05,
                  f"credentials.{chain}.0.refresh": {"advisory_s": 1800, "mandatory_s": 300}}  # fmt: skip
        upgrades = [{"at_s": 1500, "upgrade": "fleet", "set": to_set, "ramp_s": 900},
                    {"at_s": 2600, "upgrade": "fleet", "set": {"populations.fleet.threads": 2}},
                    {"at_s": 1600, "outage": "sts", "for_s": 500}, *_SCALES]  # fmt: skip
        found[f"lives-upgrade-{chain}"] = document({"fleet": fleet(chain, _BUSY)}, horizon_s=5000, timeline=upgrades)
    crowd = {"count": 5, "arrivals": {"kind": "every", "every_s": 600, "phase_s": 0}}
    found["lives-throttled"] = document(
        {"fleet": {**fleet("by-user", _BUSY), **crowd, "lifetime_s": 900}}, horizon_s=3000, accounts=narrow
    )
    found["lives-work"] = document(
        {"fleet": {**fleet("thread", _BUSY, threads=2, work={"calls": 21, "within_s": 900}), **crowd}}, horizon_s=3000
    )
    found["lives-cohort"] = document(
        {"fleet": fleet("chained", _BUSY, start={"at_s": 60, "spread_s": 60}, lifetime_s=_SHORT)}, horizon_s=3000,
        timeline=[{"at_s": 400, "restart": "fleet", "ramp_s": 60}],
    )  # fmt: skip
    return found
