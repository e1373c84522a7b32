"""Small scenarios of keys that are rotated while clients sign with them."""

from __future__ import annotations

from typing import Any

__all__ = ["ROTATIONS", "key_fleet"]

_STEPS = {"period_s": 9000, "late_s": {"exponential": {"mean": 900}}, "overlap_s": 600, "confirm_s": 1200}
_RELOAD = {"lag_s": {"lognormal": {"median": 300, "sigma": 1.5}}, "never": 0.2}


def key_fleet(
    calls: Any,
    key: dict[str, Any],
    *,
    horizon_s: float,
    propagation_s: float = 10.0,
    per: str = "population",
    signs: bool = False,
    count: int = 1,
    **more: Any,
) -> dict[str, Any]:
    """Processes that sign every call with a user's key, or only their requests for sessions of a role.

    Args:
        calls: What they do.
        key: The user's key.
        horizon_s: Length of the run.
        propagation_s: Delay until IAM's changes take effect.
        per: One user for all of them, or one each.
        signs: Whether they assume a role with the key.
        count: How many.
        more: Words of the population, and blocks of the scenario.
    """
    words = {name: more.pop(name) for name in ("reload", "start", "work", "threads") if name in more}
    step = {"from": "access_key", "user": "robot"}
    if signs:
        step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 900, "retry": {"attempts": 1}}
    return {
        "name": "keys",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 7},
        "accounts": {"main": {}},
        "issuers": {"iam": {"kind": "iam", "propagation_s": propagation_s}, "sts": {"kind": "sts"}},
        "roles": {"app": {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:*"]}},
        "users": {"robot": {"account": "main", "per": per, "allow": ["s3:*", "sts:AssumeRole"], "key": key}},
        "credentials": {"key": [step]},
        "populations": {"fleet": {"count": count, "credentials": "key", "calls": calls, **words}},
        **more,
    }


def _passwords() -> dict[str, Any]:
    """People whose passwords are a day or two old at most."""
    password = {"mfa": False, "copies": {"browser": 1, "laptop": {"discrete": {0: 0.5, 2: 0.5}}}}
    hours = {"first_use": {"mean_s": 33300, "sd_s": 2100}}
    calls = {"kind": "on_off", "per_day": 4, "length_s": 1500, "command_every_s": 40}
    people = {"count": 6, "people": True, "credentials": "console", "start": {"at_s": 0}, "workday": hours}
    return {
        "name": "keys",
        "question": "?",
        "run": {"horizon_s": 4 * 86_400, "seed": 7},
        "accounts": {"main": {"password_policy": {"max_age_s": 86_400}}},
        "users": {"person": {"account": "main", "allow": ["s3:*"], "password": password}},
        "credentials": {"console": [{"from": "password", "user": "person", "way": "console"}]},
        "populations": {"people": {**people, "calls": calls}},
        "theft": {"places": {"people": {"browser": 1, "laptop": 1}}, "probes": 50},
    }


def _zoo() -> dict[str, dict[str, Any]]:
    busy = {"kind": "poisson", "rps": 0.05}
    key = {"life": "policy", "rotation": _STEPS}
    horizon_s = 40_000.0
    alike: dict[str, Any] = {"horizon_s": horizon_s, "count": 5, "reload": _RELOAD}
    restart = [{"at_s": 15_000, "restart": "fleet", "ramp_s": 3000}]
    lost = [{"at_s": 12_000, "deactivate_key": "robot", "replaced_after_s": 500}]
    campaign = {"order": "exposure", "at_s": 5000, "per_h": 4, "people": 2, "overlap_s": 300, "until_s": 8000}
    return {
        "reload-shared": key_fleet(busy, key, **alike),
        "reload-own": key_fleet(busy, key, per="client", **alike),
        "reload-restart": key_fleet(busy, key, timeline=restart, **alike),
        "reload-emergency": key_fleet(busy, key, timeline=lost, **alike),
        "reload-signs": key_fleet(busy, key, signs=True, **alike),
        "reload-signs-restart": key_fleet(busy, key, signs=True, timeline=restart, **alike),
        "reload-threads": key_fleet(busy, key, threads=3, **alike),
        "reload-cold": key_fleet(busy, key, start={"at_s": 3000, "spread_s": 9000}, **alike),
        "reload-work": key_fleet(busy, key, work={"calls": 1500, "within_s": 39_000}, **alike),
        "reload-campaign": key_fleet(busy, {"age_s": {"exponential": {"mean": 1e7}}}, per="client", rotation=campaign,
                                     **alike),
        "passwords": _passwords(),
        "third-key": key_fleet(busy, {**key, "number": 2}, **alike),
        "third-key-waits": key_fleet(busy, {"life": "policy", "rotation": {**_STEPS, "confirm_s": 20_000}}, **alike),
    }  # fmt: skip


ROTATIONS: dict[str, dict[str, Any]] = _zoo()
"""Every small scenario of rotation by name."""
