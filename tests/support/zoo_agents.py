"""Small scenarios of what answers on hosts: endpoints, agents, brokers, functions, and nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["agents_zoo"]

_ISSUERS: dict[str, Any] = {
    "sts": {"kind": "sts"},
    "eks": {"kind": "eks_auth"},
    "cluster": {"kind": "idp", "token_s": 7200, "token_renewed_at": 0.6},
    "agent": {"kind": "pod_identity", "cluster": "cluster", "upstream": "eks", "life_s": 5400,
              "settings": {"renew_after_s": 1800}},
    "old-agent": {"kind": "pod_identity", "cluster": "cluster", "upstream": "eks", "agent": "0.1.37", "life_s": 5400,
                  "settings": {"renew_after_s": 1800, "rps": 0.05, "burst": 2}},
    "kiam": {"kind": "broker", "role": "server", "upstream": {"from": "sts.AssumeRole", "session_s": 900}},
    "central": {"kind": "broker", "role": "server", "upstream": {"from": "sts.AssumeRole"}, "per": "server",
                "cache": {"sweep_s": 60}},
    "task": {"kind": "container", "role": "task", "life_s": 7200, "offered_every_s": 3600, "rps": 1, "burst": 2},
    "function": {"kind": "lambda", "role": "function", "life_s": 9000, "environment_s": 3000},
    "bridge": {"kind": "imds", "role": "host"},
    "strict": {"kind": "imds", "role": "host", "http_tokens": "required"},
}  # fmt: skip
_ALLOW = ["s3:GetObject", "sts:AssumeRole"]
_ROLES: dict[str, Any] = {
    "server": {"account": "main", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["sts:AssumeRole"]},
    "host": {"account": "main", "trust": {"service": "ec2.amazonaws.com"}, "allow": _ALLOW},
    "task": {"account": "main", "trust": {"service": "ecs-tasks.amazonaws.com"}, "allow": _ALLOW},
    "function": {"account": "main", "trust": {"service": "lambda.amazonaws.com"}, "allow": _ALLOW},
    "pod": {"account": "main", "trust": {"service": "pods.eks.amazonaws.com", "role": "server"}, "allow": _ALLOW},
    "far": {"account": "other", "trust": {"role": ["server", "pod"]}, "allow": _ALLOW},
}
_CHAINS: dict[str, Any] = {
    "agent": [{"from": "agent", "role": "pod"}],
    "old-agent": [{"from": "old-agent", "role": "pod"}],
    "kiam": [{"from": "kiam", "role": "pod"}],
    "kiam-far": [{"from": "kiam", "role": "far"}],
    "central": [{"from": "central", "role": "pod"}],
    "task": [{"from": "task"}],
    "function": [{"from": "function"}],
    "anonymous": [{"from": "anonymous"}],
    "bridge": [{"from": "bridge"}],
    "strict": [{"from": "strict"}],
    "past-strict": [{"from": "strict"}, {"from": "kiam", "role": "pod"}],
    "chained": [{"from": "sts.AssumeRole", "role": "far", "source": "agent"}],
}
_FAULTS = [
    {"at_s": 6000, "outage": "eks", "for_s": 5000},
    {"at_s": 7000, "outage": "sts", "for_s": 2000},
    {"at_s": 8000, "outage": "task", "for_s": 4000},
    {"at_s": 8000, "outage": "function", "for_s": 4000},
    {"at_s": 12_000, "outage": "agent", "for_s": 3000},
    {"at_s": 12_000, "outage": "kiam", "for_s": 600},
    {"at_s": 15_000, "delete_role": "pod", "recreated_after_s": 1000},
    {"at_s": 17_000, "remove_trust": "pod"},
]
_RESTART = [
    {"at_s": 4990, "brownout": "sts", "for_s": 300, "refused": 0.8},
    {"at_s": 5000, "restart": "two", "ramp_s": 60},
]
_COLD = {"start": {"at_s": 0, "spread_s": 300}}


def agents_zoo(document: Callable[..., dict[str, Any]], fleet: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The scenarios by name."""
    calls = {"kind": "poisson", "rps": 0.02}

    def zoo(populations: dict[str, Any], horizon_s: float = 20_000, **more: Any) -> dict[str, Any]:
        blocks = {"issuers": _ISSUERS, "roles": _ROLES, "users": {}, "credentials": _CHAINS, **more}
        made = document(populations, horizon_s=horizon_s, **blocks)
        places = {name: {"process": 1, "agent": 1, "broker": 1, "imds": 1} for name in populations}
        return {**made, "theft": {"places": places, "probes": 50}}

    def fleets(names: Iterable[str], **more: Any) -> dict[str, Any]:
        return {name: fleet(name, calls, **more) for name in names}

    agents, few = ("agent", "old-agent", "kiam", "central"), {"count": 4, "per_host": 2}
    narrow = {"eks_auth": {"rps": 0.01, "burst": 2}, "signed": {"rps": 0.01, "burst": 1}}
    two = {"one": fleet("central", calls, count=3), "two": fleet("central", {"kind": "poisson", "rps": 0.01}, count=3)}
    work = {"calls": 150, "within_s": 9000}
    found = {
        "hosts": zoo(fleets(_CHAINS, **few, **_COLD)),
        "hosts-hops": zoo(fleets(("bridge", "strict", "past-strict"), **few, hops=2), horizon_s=9000),
        "hosts-narrow": zoo(
            fleets(agents, count=8, per_host=4, start={"at_s": 0}),
            horizon_s=9000,
            accounts={"main": {"quotas": narrow}, "other": {}},
        ),
        "hosts-faults": zoo(fleets((*agents, "task", "function"), **few, **_COLD), timeline=_FAULTS),
        "hosts-restart": zoo(two, horizon_s=9000, timeline=_RESTART),
        "hosts-work": zoo(fleets(("agent", "anonymous"), **few, **_COLD, work=work), horizon_s=9500),
    }
    races = {**_ISSUERS, "agent": {**_ISSUERS["agent"], "settings": {"renew_after_s": 1800, "single_flight": False}}}
    apart = {**_CHAINS, "agent": [{"from": "agent", "role": "pod", "cache": "thread"}]}
    found["hosts-races"] = zoo(fleets(("agent",), **few, **_COLD, threads=4), issuers=races, credentials=apart)
    sdks = {"agent": "java-v2-2025", "kiam": "go-v2-old", "task": "java-v2-2025", "bridge": "go-v2-old"}
    fleets_of = {name: fleet(name, calls, **few, sdk=sdk) for name, sdk in sdks.items()}
    found["hosts-sdks"] = zoo(fleets_of, horizon_s=12_000)
    return found
