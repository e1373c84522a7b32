"""The scenario behind `fake_results`: 20 people and an application on 2 hosts, with keys or with sessions."""

from __future__ import annotations

from typing import Any

from sim.scenario import Scenario

HORIZON_S = 172_800.0
PEOPLE = 20
PROCESSES = 8
HOSTS = 2
OUTAGE_S = (50_000.0, 53_600.0)


def fake_scenario(*, keys: bool, name: str = "fake-directory") -> Scenario:
    """The resolved scenario of one strategy: people and application with keys, or with sessions."""
    people = {"from": "access_key", "user": "person"} if keys else {"from": "sso.GetRoleCredentials", "way": "sso"}
    if not keys:
        people["permission_set"] = "reader"
    app = {"from": "access_key", "user": "app"} if keys else {"from": "imds"}
    rotation = {"period_s": 7_776_000, "late_s": {"lognormal": {"median": 864_000, "sigma": 1.0}}}
    document: dict[str, Any] = {
        "name": name,
        "question": "Users or roles, for people & <an application>?",
        "run": {"horizon_s": HORIZON_S, "start": "2026-11-02T00:00:00Z", "seed": 1, "replications": 3},
        "accounts": {
            "people": {"region": "eu-west-1"},
            "prod": {"region": "eu-west-1", "quotas": {"signed": {"rps": 600, "burst": 600}}},
        },
        "issuers": {
            "sts": {"kind": "sts"},
            "imds": {"kind": "imds", "role": "app"},
            "idp": {"kind": "idp"},
            "sso": {
                "kind": "identity_center",
                "idp": "idp",
                "account": "people",
                "permission_sets": {"reader": {"account": "prod", "allow": ["s3:GetObject"]}},
            },
            "iam": {"kind": "iam"},
        },
        "roles": {"app": {"account": "prod", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["s3:GetObject"]}},
        "users": {
            "person": {
                "account": "people",
                "allow": ["s3:GetObject"],
                "key": {"life": "policy", "rotation": rotation, "copies": {"laptop": 1, "backup": 1}},
            },
            "app": {
                "account": "prod",
                "per": "population",
                "allow": ["s3:GetObject"],
                "key": {"life": "never", "copies": {"repository": 1, "image": 1}},
            },
        },
        "credentials": {"people": [people], "app": [app]},
        "populations": {
            "people": {
                "count": PEOPLE,
                "people": True,
                "credentials": "people",
                "workday": {"first_use": {"mean_s": 33_300, "sd_s": 2_100}},
                "calls": {"kind": "on_off", "per_day": 4, "length_s": 1_500, "command_every_s": 40},
            },
            "app": {
                "count": PROCESSES,
                "per_host": PROCESSES // HOSTS,
                "credentials": "app",
                "work": {"calls": 1_000, "within_s": 7_200},
                "calls": {"kind": "poisson", "rps": 0.1},
            },
        },
        "timeline": [
            {"at_s": 40_000, "restart": "app", "ramp_s": 600},
            {"at_s": OUTAGE_S[0], "outage": "sts", "for_s": OUTAGE_S[1] - OUTAGE_S[0]},
        ],
        "theft": {
            "places": {
                "people": {"laptop": 3, "backup": 1},
                "app": {"process": 1, "imds": 1, "repository": 1},
            }
        },
        "basis": {
            "assumed": {
                "populations.people.workday.first_use.sd_s": {"note": "<b>not known</b>", "range": [900, 3_600]},
            }
        },
    }
    return Scenario.model_validate(document)


def fake_scenarios(strategies: int = 2) -> dict[str, Scenario]:
    """`keys`, `sessions-1h`, `sessions-2h`, ...: the first has access keys, the others sessions."""
    return {
        "keys" if i == 0 else f"sessions-{i}h": fake_scenario(keys=i == 0).model_copy(update={"baseline": "keys"})
        for i in range(strategies)
    }
