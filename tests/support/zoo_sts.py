"""Small scenarios whose clients call STS as their work: each call draws from the bucket of whoever signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["WHOAMI", "sts_zoo"]

WHOAMI = "sts:GetCallerIdentity"
_NARROW = {"main": {"quotas": {"signed": {"rps": 0.4, "burst": 3}}}, "other": {}}


def sts_zoo(document: Callable[..., dict[str, Any]], fleet: Callable[..., dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Calls beside fetches, with keys and sessions, through outages, restarts, upgrades and lives that end."""
    asks = {"kind": "poisson", "rps": 0.05, "action": WHOAMI}
    reads = {"kind": "poisson", "rps": 0.02, "action": "s3:GetObject"}
    assumes = {"kind": "poisson", "rps": 0.02, "action": "sts:AssumeRole"}
    troubles = [
        {"at_s": 1000, "outage": "sts", "for_s": 400},
        {"at_s": 2000, "brownout": "sts", "for_s": 900, "refused": 0.5},
        {"at_s": 2500, "delay": "sts", "for_s": 300, "adds_s": 3},
        {"at_s": 3300, "restart": "fleet", "ramp_s": 300},
        {"at_s": 3600, "quota": "main", "group": "signed", "rps": 0.01, "burst": 1, "for_s": 300},
    ]
    crowd = {"count": 6, "per_host": 3}
    found = {
        "calls-to-sts": document(
            {"fleet": fleet("chained", asks, **crowd), "keys": fleet("shared-key", asks, count=3)},
            horizon_s=9000,
            accounts=_NARROW,
            timeline=troubles,
        ),
        "calls-to-sts-lives": document(
            {
                "fleet": fleet(
                    "thread", [asks, reads], count=2, threads=2, lifetime_s=900,
                    arrivals={"kind": "poisson", "rps": 0.002},
                )
            },
            horizon_s=6000,
            accounts=_NARROW,
            timeline=troubles[:3],
        ),
        "calls-to-sts-upgrade": document(
            {"fleet": fleet("chained", [asks, assumes], **crowd)},
            horizon_s=8000,
            accounts=_NARROW,
            timeline=[{"at_s": 2000, "upgrade": "fleet", "ramp_s": 500, "set": {"populations.fleet.sdk": "js-v3"}}],
        ),
    }  # fmt: skip
    for sdk in ("js-v3", "go-v2-2026", {"preset": "botocore-1.44", "retry": {"mode": "adaptive"}}):
        name = sdk if isinstance(sdk, str) else "adaptive"
        found[f"calls-to-sts-{name}"] = document(
            {"fleet": fleet("twice-chained", [asks, reads], **crowd, sdk=sdk)},
            horizon_s=6000,
            accounts={**_NARROW, "other": {"quotas": {"signed": {"rps": 0.2, "burst": 2}}}},
            timeline=troubles,
        )
    return found
