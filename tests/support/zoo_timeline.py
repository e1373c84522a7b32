"""Small scenarios of every verb of the timeline, over the chains that it can meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["VERBS", "timeline_zoo"]

_FLEETS = ("node", "chained", "twice-chained", "by-user", "shared-key")
VERBS: dict[str, list[dict[str, Any]]] = {
    "brownout": [
        {"at_s": 3000, "brownout": "sts", "for_s": 9000, "refused": 0.4},
        {"at_s": 20000, "brownout": "sts", "for_s": 4000, "rps": 0.002},
        {"at_s": 9000, "brownout": "node", "for_s": 9000, "refused": 0.5},
        {"at_s": 0, "brownout": "idp", "for_s": 80000, "refused": 0.5},
    ],
    "delay": [
        {"at_s": 3000, "delay": "sts", "for_s": 9000, "adds_s": 4},
        {"at_s": 9000, "delay": "node", "for_s": 9000, "adds_s": 2},
        {"at_s": 0, "delay": "idp", "for_s": 80000, "adds_s": 60},
    ],
    "quota": [
        {"at_s": 2000, "quota": "main", "group": "signed", "rps": 0.001, "burst": 1, "for_s": 9000},
        {"at_s": 20000, "quota": "other", "group": "signed", "rps": 0.001, "burst": 2},
    ],
    "remove_trust": [{"at_s": 8000, "remove_trust": "app", "for_s": 9000}, {"at_s": 30000, "remove_trust": "host"}],
    "delete_role": [
        {"at_s": 8000, "delete_role": "app", "recreated_after_s": 5000},
        {"at_s": 20000, "delete_role": "host"},
        {"at_s": 25000, "delete_role": "hub", "recreated_after_s": 60},
    ],
    "policy": [
        {"at_s": 8000, "policy": "role/app", "allow": ["ec2:*"], "for_s": 5000},
        {"at_s": 9000, "policy": "role/host", "deny": ["s3:GetObject"], "adds": True},
        {"at_s": 30000, "policy": "permission_set/center/staff", "allow": ["ec2:*"], "propagation_s": 60},
        {"at_s": 20000, "policy": "role/app", "trust": {"user": "robot"}},
    ],
    "revoke": [
        {"at_s": 8000, "revoke": "role/app"},
        {"at_s": 12000, "revoke": "role/host", "propagation_s": 120},
        {"at_s": 45000, "revoke": "permission_set/center/staff"},
    ],
    "deactivate_key": [
        {"at_s": 9000, "deactivate_key": "robot"},
        {"at_s": 45000, "deactivate_key": "person", "client": 1},
    ],
    "quarantine": [{"at_s": 9000, "quarantine": "robot"}],
    "skew": [
        {"at_s": 5000, "skew": "node", "off_s": -400, "for_s": 9000},
        {"at_s": 6000, "skew": "chained", "off_s": 1000, "share": 0.5},
        {"at_s": 6000, "skew": "by-user", "off_s": 200},
    ],
    "disable_user": [
        {"at_s": 36000, "disable_user": "staff", "client": 1},
        {"at_s": 50000, "disable_user": "staff", "cached_s": 600},
    ],
    "throttle": [
        {"at_s": 5000, "throttle": "chained", "action": "s3:*", "share": 0.5, "for_s": 9000},
        {"at_s": 20000, "throttle": "shared-key", "answer": "ServiceUnavailable"},
    ],
    "imds_stuck": [{"at_s": 4000, "imds_stuck": "node", "for_s": 30000, "share": 0.7}],
}
"""Verb -> a timeline that uses it."""
_TOUCHED = {
    "deactivate_key": ("by-user", "shared-key", "clerks"),
    "quarantine": ("by-user", "shared-key"),
    "skew": ("node", "chained", "by-user", "work"),
    "disable_user": ("staff",),
    "throttle": ("chained", "shared-key"),
    "imds_stuck": ("node", "chained", "twice-chained", "work"),
}
"""Verb -> the populations that it can meet, where it cannot meet all of them."""
_ALL_DAY = {"revoke", "deactivate_key", "disable_user"}
"""Verbs that act late on people; the others have shown all they do by the time people go home."""


def timeline_zoo(
    document: Callable[..., dict[str, Any]], fleet: Callable[..., dict[str, Any]], staff: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """One scenario per verb, with the fleets and the staff that it can meet."""
    populations = {
        **{name: fleet(name, {"kind": "poisson", "rps": 0.005}, per_host=2) for name in _FLEETS},
        "staff": {**staff, "credentials": "sso", "count": 3},
        "clerks": {**staff, "credentials": "key", "count": 3},
        "work": fleet("node", {"kind": "poisson", "rps": 0.02}, work={"calls": 700, "within_s": 50_000}),
    }
    return {
        f"verb-{verb}": document(
            {name: populations[name] for name in _TOUCHED.get(verb, populations)},
            horizon_s=86_400 if verb in _ALL_DAY else 60_000,
            timeline=faults,
        )
        for verb, faults in VERBS.items()
    }
