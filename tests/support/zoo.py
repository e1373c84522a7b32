"""Small scenarios that between them cover every workload, chain, SDK, fault and way of starting."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sim.sdks import SDKS
from tests.support.zoo_agents import agents_zoo
from tests.support.zoo_lives import lives_zoo
from tests.support.zoo_programs import program_zoo
from tests.support.zoo_rotation import ROTATIONS
from tests.support.zoo_sts import sts_zoo
from tests.support.zoo_timeline import timeline_zoo

__all__ = ["ZOO", "document", "fleet"]

DAY = 86_400.0
HOUR = 3_600.0

_ISSUERS = {
    "sts": {"kind": "sts", "latency_s": 0.05},
    "node": {"kind": "imds", "role": "host"},
    "idp": {"kind": "idp", "servers": 2, "service_s": {"exponential": {"mean": 4.0}}},
    "center": {
        "kind": "identity_center",
        "idp": "idp",
        "account": "main",
        "sts": "sts",
        "permission_sets": {"staff": {"account": "main", "allow": ["s3:*", "ec2:*", "sts:*"]}},
    },
    "hourly": {
        "kind": "identity_center",
        "idp": "idp",
        "account": "main",
        "access_token_s": 3600,
        "permission_sets": {"staff": {"account": "main", "allow": ["s3:*", "ec2:*", "sts:*"]}},
    },
    "iam": {"kind": "iam"},
    "cluster": {"kind": "idp", "token_s": 7200},
    "forge": {"kind": "idp", "servers": 2, "service_s": 1.0, "token_renewed_at": None,
              "keys": {"service_s": {"exponential": {"mean": 3.0}}}},
}  # fmt: skip
_KEY = {
    "life": "policy",
    "rotation": {"period_s": 2 * DAY, "late_s": {"lognormal": {"median": 6 * HOUR, "sigma": 1.0}}, "overlap_s": DAY},
    "copies": {"laptop": {"discrete": {1: 0.6, 2: 0.4}}, "repository": 1},
}
_BLOCKS: dict[str, Any] = {
    "accounts": {"main": {}, "other": {}},
    "issuers": _ISSUERS,
    "roles": {
        "host": {
            "account": "main",
            "trust": {"service": "ec2.amazonaws.com"},
            "allow": ["s3:GetObject", "sts:AssumeRole"],
        },
        "desk": {"account": "main", "trust": {"identity_center": "center"}, "allow": ["s3:*"]},
        "app": {
            "account": "main",
            "trust": {
                "role": ["host", "hub"],
                "user": ["robot", "admin"],
                "saml": "idp",
                "service": "lambda.amazonaws.com",
            },
            "allow": ["s3:GetObject"],
            "max_session_s": 43200,
        },
        "hub": {"account": "other", "trust": {"role": "host"}, "allow": ["sts:AssumeRole"]},
        "pod": {"account": "main", "trust": {"web_identity": ["cluster", "forge", "idp"]}, "allow": ["s3:GetObject"]},
        "closed": {"account": "main", "trust": {"user": "nobody"}, "allow": ["s3:GetObject"]},
    },
    "users": {
        "robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole", "s3:GetObject"], "key": _KEY},
        "person": {"account": "main", "allow": ["s3:*", "ec2:*"], "key": _KEY, "password": {}},
        "nobody": {"account": "main", "key": {}},
        "admin": {"account": "main", "allow": ["*"], "key": {}},
        "owner": {"account": "other", "root": True, "key": _KEY},
    },
    "credentials": {
        "by-user": [{"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600}],
        "by-service": [{"from": "sts.AssumeRole", "role": "app", "service": "lambda.amazonaws.com"}],
        "node": [{"from": "node"}],
        "chained": [{"from": "sts.AssumeRole", "role": "app", "source": "node", "session_s": 3600}],
        "hub": [{"from": "sts.AssumeRole", "role": "hub", "source": "node", "session_s": 1800}],
        "twice-chained": [{"from": "sts.AssumeRole", "role": "app", "source": "hub", "session_s": 1800}],
        "thread": [{"from": "sts.AssumeRole", "role": "app", "source": "node", "session_s": 1200, "cache": "thread"}],
        "refused": [{"from": "sts.AssumeRole", "role": "closed", "user": "robot"}],
        "falls-through": [{"from": "sts.AssumeRole", "role": "closed", "user": "robot"}, {"from": "node"}],
        "saml": [{"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": "saml-file",
                  "login": {"keeps_idp_session": 0.5}}],
        "saml-kept": [{"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": "saml-file",
                       "login": {"keeps_idp_session": 0.5, "keeps_assertion": True}}],
        "saml-console": [{"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": "console"}],
        "sso": [{"from": "center", "permission_set": "staff", "way": "sso"}],
        "sso-hourly": [{"from": "hourly", "permission_set": "staff", "way": "sso"}],
        "sso-no-refresh": [{"from": "hourly", "permission_set": "staff", "way": "sso", "refresh_token": False}],
        "sso-console": [{"from": "center", "permission_set": "staff", "way": "console"}],
        "via-sso": [{"from": "sts.AssumeRole", "role": "desk", "source": "sso", "session_s": 3600}],
        "key": [{"from": "access_key", "user": "person", "place": "laptop"}],
        "shared-key": [{"from": "access_key", "user": "robot"}],
        "irsa": [{"from": "sts.AssumeRoleWithWebIdentity", "role": "pod", "idp": "cluster"}],
        "reads-once": [{"from": "sts.AssumeRoleWithWebIdentity", "role": "pod", "idp": "cluster",
                        "rereads_token": False}],
        "job": [{"from": "sts.AssumeRoleWithWebIdentity", "role": "pod", "idp": "forge"}],
        "web-console": [{"from": "sts.AssumeRoleWithWebIdentity", "role": "pod", "idp": "idp", "way": "console"}],
        "session-token": [{"from": "sts.GetSessionToken", "user": "admin", "session_s": 7200}],
        "with-code": [{"from": "sts.GetSessionToken", "user": "admin", "mfa": True, "session_s": 7200}],
        "via-session-token": [{"from": "sts.AssumeRole", "role": "app", "source": "session-token"}],
        "code-each-command": [{"from": "sts.AssumeRole", "role": "app", "user": "admin", "mfa": True,
                               "session_s": 900}],
        "federation": [{"from": "sts.GetFederationToken", "user": "admin"}],
        "by-root": [{"from": "sts.GetSessionToken", "user": "owner", "session_s": 7200}],
        "root": [{"from": "sts.AssumeRoot", "user": "admin", "account": "other",
                  "task_policy": "S3UnlockBucketPolicy"}],
        "saml-process": [{"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": "process"}],
        "password": [{"from": "password", "user": "person", "way": "console"}],
        "signed-ahead": [{"from": "presigned", "source": "chained", "session_s": 5400, "refresh": {"advisory_s": 90}}],
        "handed-out": [{"from": "presigned", "user": "robot", "session_s": 7200}],
        "eks-token": [{"from": "presigned", "source": "sso", "session_s": 840}],
    },
}  # fmt: skip

POISSON = {"kind": "poisson", "rps": 0.01}
OFFICE = {"present": 0.85, "first_use": {"mean_s": 33300, "sd_s": 2100}, "length_s": 28800}
ON_OFF = {
    "kind": "on_off",
    "per_day": 4,
    "length_s": {"lognormal": {"median": 1500, "sigma": 0.8}},
    "command_every_s": 40,
    "calls_per_command": {"discrete": {1: 1, 2: 1, 3: 1}},
}
BURSTS = {"kind": "bursts", "per_day": 1.5, "calls": 120, "rps": 0.5, "action": "ec2:DescribeInstances"}
_HOURS = [0.0] * 6 + [0.01, 0.03] + [0.05] * 8 + [0.02] * 4 + [0.0] * 4
PROFILE = {"kind": "profile", "weekday_rps": _HOURS, "weekend_rps": [rate / 4 for rate in _HOURS]}
STAFF = {
    "count": 4,
    "people": True,
    "sdk": "aws-cli-v2",
    "start": {"at_s": 0},
    "workday": OFFICE,
    "time_zones": [{"utc_offset_h": 1, "share": 0.5}, {"utc_offset_h": -5, "share": 0.5}],
    "calls": [ON_OFF, BURSTS],
}


def document(populations: dict[str, Any], *, horizon_s: float, **blocks: Any) -> dict[str, Any]:
    """A scenario with these populations; blocks replace the zoo's. A test may change it: it is a copy."""
    made = {"name": "zoo", "question": "?", "run": {"horizon_s": horizon_s, "seed": 7}, **deepcopy(_BLOCKS)}
    theft = {"places": {name: {"process": 1, "laptop": 1, "repository": 1, "imds": 1} for name in populations}}
    return {**made, "theft": {**theft, "probes": 50}, "populations": populations, **blocks}


def fleet(credentials: str, calls: Any = POISSON, **more: Any) -> dict[str, Any]:
    """A population of processes."""
    return {"count": 5, "credentials": credentials, "calls": calls, **more}


def _workloads() -> dict[str, dict[str, Any]]:
    every = {"kind": "every", "every_s": 60}
    calls = {
        "poisson": {"kind": "poisson", "rps": 0.1},
        "sparse": {"kind": "poisson", "rps": 0.0002},
        "profile": PROFILE,
        "every": every,
        "every-jitter": {**every, "jitter_s": 60},
        "every-phase": {**every, "phase_s": 0},
        "every-phase-jitter": {**every, "phase_s": 30, "jitter_s": 5},
        "bursts": BURSTS,
        "trace": {"kind": "trace", "at_s": [0.0, 0.0, 10.0, 2700.0, 2701.0, 3600.0, 3600.0, 9000.0, 20000.0]},
        "several": [POISSON, every, {**BURSTS, "action": "s3:PutObject"}],
    }
    return {f"calls-{name}": document({"fleet": fleet("chained", spec)}, horizon_s=DAY) for name, spec in calls.items()}


def _chains() -> dict[str, dict[str, Any]]:
    chains = [
        "by-user",
        "by-service",
        "node",
        "chained",
        "twice-chained",
        "refused",
        "falls-through",
        "shared-key",
        "key",
        "irsa",
        "job",
        "session-token",
        "with-code",
        "via-session-token",
        "federation",
        "by-root",
        "root",
        "reads-once",
        "signed-ahead",
        "handed-out",
    ]
    found = {
        f"chain-{name}": document({"fleet": fleet(name)}, horizon_s=(3 if "key" in name else 1) * DAY)
        for name in chains
    }
    for name in ("saml-process", "web-console", "code-each-command", "eks-token", "sso-hourly", "sso-no-refresh"):
        found[f"people-{name}"] = document({"staff": {**STAFF, "credentials": name}}, horizon_s=2 * DAY)
    for name in ("saml", "saml-kept", "saml-console", "sso", "sso-console", "key", "password"):
        staff = document({"staff": {**STAFF, "credentials": name}}, horizon_s=4 * DAY)
        found[f"people-{name}"] = staff
        several = {**STAFF, "credentials": name, "profiles": {"discrete": {1: 1, 2: 1, 4: 1}}}
        found[f"profiles-{name}"] = document({"staff": several}, horizon_s=3 * DAY)
    return found


def _sdks() -> dict[str, dict[str, Any]]:
    """Every SDK on an instance and through STS, with outages longer than the life of what they hold."""
    faults = [{"at_s": 20_000, "outage": "node", "for_s": 25_000}, {"at_s": 50_000, "outage": "sts", "for_s": 5_000}]
    return {
        f"sdk-{sdk}": document(
            {"node": fleet("node", sdk=sdk, per_host=3), "role": fleet("chained", sdk=sdk, per_host=2)},
            horizon_s=60_000,
            timeline=faults,
        )
        for sdk in SDKS
    }


def _faults() -> dict[str, dict[str, Any]]:
    down = [
        {"at_s": 36_000, "outage": "sts", "for_s": 7200},
        {"at_s": 40_000, "outage": "idp", "for_s": 7200},
        {"at_s": 122_400, "outage": "center", "for_s": 3600},
    ]
    people = {
        name: {**STAFF, "credentials": name}
        for name in ("saml", "saml-console", "sso", "sso-console", "key", "password")
    }
    crowd = {**_ISSUERS, "idp": {"kind": "idp", "servers": 1, "service_s": 120, "timeout_s": 200}}
    limited = {**_ISSUERS, "node": {**_ISSUERS["node"], "rps": 3, "burst": 3}}
    restart = [{"at_s": 5000, "restart": "fleet", "ramp_s": 600}, {"at_s": 9000, "restart": "fleet"}]
    found = {"people-outages": document(people, horizon_s=1.6 * DAY, timeline=down)}
    found["people-cut"] = document(people, horizon_s=38_000)
    found["people-crowd"] = document(people, horizon_s=DAY, issuers=crowd)
    found["people-through-sso"] = document(
        {"staff": {**STAFF, "credentials": "via-sso", "profiles": {"discrete": {1: 1, 3: 1}}}}, horizon_s=2 * DAY
    )
    found["node-limited"] = document(
        {"fleet": fleet("node", {"kind": "poisson", "rps": 0.5}, per_host=5, start={"at_s": 0})},
        horizon_s=4000,
        issuers=limited,
    )
    for chain in ("by-user", "node", "chained", "shared-key"):
        found[f"restart-{chain}"] = document(
            {"fleet": fleet(chain, {"kind": "poisson", "rps": 0.2})},
            horizon_s=12_000,
            timeline=[*restart, {"at_s": 4800, "outage": "sts", "for_s": 400}],
        )
    return found


def _crowds() -> dict[str, dict[str, Any]]:
    """Empty buckets, closed loops, threads, cold starts."""
    narrow = {"main": {"quotas": {"signed": {"rps": 0.5, "burst": 3}, "saml": {"rps": 0.01, "burst": 1}}}, "other": {}}
    busy = {"kind": "poisson", "rps": 0.5}
    cold = {"start": {"at_s": 10, "spread_s": 30}}
    work = {"calls": 400, "within_s": 1500}
    short = {**_BLOCKS["credentials"], "short": [{**_BLOCKS["credentials"]["chained"][0], "session_s": 900}]}
    crowd = {"count": 20, "per_host": 5}
    found = {
        "throttled-start": document(
            {"fleet": fleet("chained", busy, **crowd, **cold)}, horizon_s=7200, accounts=narrow
        ),
        "throttled-people": document(
            {"staff": {**STAFF, "credentials": "saml", "count": 8}}, horizon_s=2 * DAY, accounts=narrow
        ),
        "threads-thread": document({"fleet": fleet("thread", busy, threads=4, count=2)}, horizon_s=5000),
        "threads-process": document({"fleet": fleet("chained", busy, threads=4, count=2)}, horizon_s=5000),
        "two-share-a-bucket": document(
            {"one": fleet("chained", busy, count=10), "two": fleet("by-user", busy, count=10, **cold)},
            horizon_s=7200,
            accounts=narrow,
        ),
    }
    for sdk in ("botocore-1.44", "java-v2-2026", "go-v2-old", "js-v3"):
        found[f"work-{sdk}"] = document(
            {"fleet": fleet("short", busy, **crowd, **cold, work=work, sdk=sdk)},
            horizon_s=1600,
            accounts=narrow,
            credentials=short,
        )
    found["work-restart"] = document(
        {"fleet": fleet("short", busy, **crowd, **cold, work=work)},
        horizon_s=1600,
        credentials=short,
        timeline=[{"at_s": 600, "restart": "fleet", "ramp_s": 60}, {"at_s": 700, "outage": "sts", "for_s": 120}],
    )
    found["work-threads"] = document(
        {"fleet": fleet("thread", busy, threads=3, count=2, **cold, work={**work, "calls": 1001})}, horizon_s=1600
    )
    slow = {"calls": 3000, "within_s": 4 * DAY}
    found["work-key"] = document({"fleet": fleet("shared-key", POISSON, work=slow)}, horizon_s=4 * DAY)
    found["work-node"] = document({"fleet": fleet("node", POISSON, work=slow)}, horizon_s=4 * DAY)
    found["work-long-restart"] = document(
        {"fleet": fleet("chained", busy, **cold, work=work)},
        horizon_s=1600,
        timeline=[{"at_s": 300, "restart": "fleet", "ramp_s": 60}, {"at_s": 310, "outage": "sts", "for_s": 30}],
    )
    found["work-cut"] = document({"fleet": fleet("chained", busy, **cold, work=work)}, horizon_s=600)
    return found


ZOO: dict[str, dict[str, Any]] = {
    **_workloads(),
    **_chains(),
    **_sdks(),
    **_faults(),
    **_crowds(),
    **timeline_zoo(document, fleet, STAFF),
    **ROTATIONS,
    **lives_zoo(document, fleet),
    **program_zoo(document, fleet, _BLOCKS["credentials"]),
    **agents_zoo(document, fleet),
    **sts_zoo(document, fleet),
}
"""Every small scenario by name."""
