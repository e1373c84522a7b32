"""Rows of agents: the limiter of the Pod Identity agent, emulated; two caches in a row, by closed forms."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.policies.agent import Limiter
from sim.verify.rows import Row, exact, mean_row
from sim.verify.small_runs import run

__all__ = ["agent_rows"]

_CHAIN: Final = "closed form, two caches in a row"
_HOSTS, _PODS, _GAP_S = 40, 20, 120.0
_AGENT: Final = "eks-pod-identity-agent 0.1.37, limiter emulated"


def agent_rows() -> list[Row]:
    """How many renewals one sweep lets through, and how often a broker asks whose pods have caches of their own."""
    return [_sweep(1, 3), _sweep(2, 2), _swept(), _beside_each_other(), *_both_to_the_end(), *_windows_that_overlap()]


def _sweep(tokens: int, expected: int) -> Row:
    """40 renewals that fall due together, 10 ms each: how many of them the limiter of 3/s and 3 lets through."""
    limiter, at, done = Limiter(3.0, 3.0), 0.0, 0
    for _ in range(40):
        if not limiter.allow(at):
            continue
        for _ in range(1, tokens):
            at = max(at, limiter.wait(at))
        at += 0.01
        done += 1
    return exact(_AGENT, f"40 entries due at once, {tokens} token(s) a renewal: renewed in one sweep", expected, done)


def _swept() -> Row:
    """The same through the engine: 40 pods of a node began within a second, and are due three hours later."""
    once = {"kind": "every", "every_s": 20_000, "phase_s": 1.5}
    document = _pods_of_an_agent({"count": 40, "per_host": 40}, 0.01, once, 11_000.0)
    asked = _asked(document)
    renewed = asked[asked > 10_700]
    found = int(np.sum(renewed < renewed[0] + 30))
    return exact("eks-pod-identity-agent 0.1.37, engine", "40 entries due at once: renewed in one sweep", 2, found)


def _beside_each_other() -> Row:
    """Processes of a pod begin together, and their agent asks for each of them that comes before the answer.

    The first calls of n processes at rate r, an answer after l: 1 + (n - 1) (1 - e^(-r l)) requests a pod.
    """
    pods, processes, rate, latency_s = 60, 8, 20.0, 0.1
    fleet = {"count": pods, "per_host": 10, "threads": processes}
    document = _pods_of_an_agent(fleet, latency_s, {"kind": "poisson", "rps": rate}, 120.0, single_flight=False)
    expected = 1 + (processes - 1) * (1 - math.exp(-rate * latency_s))
    title = f"{processes} processes of a pod ask at once an agent that asks for each: requests a pod"
    return mean_row(_CHAIN, title, expected, [len(_asked(document, n)) / pods for n in range(6)])


def _asked(document: dict[str, Any], replication: int = 0) -> NDArray[np.float64]:
    """Instants of the agents' requests."""
    (requests,) = run(document, "requests", replication=replication)
    asked: NDArray[np.float64] = requests["at_s"][requests["issuer"] == "eks-auth"].astype(float)
    return asked


def _pods_of_an_agent(
    fleet: dict[str, Any], latency_s: float, calls: dict[str, Any], horizon_s: float, **settings: Any
) -> dict[str, Any]:
    """Pods that start one after the other, behind the agents of their nodes."""
    agent = {"kind": "pod_identity", "cluster": "cluster", "upstream": "eks-auth", "agent": "0.1.37"}
    spread_s = 60 if settings else 1
    return {
        "name": "small",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 7},
        "accounts": {"main": {}},
        "issuers": {
            "cluster": {"kind": "idp"},
            "eks-auth": {"kind": "eks_auth", "latency_s": latency_s},
            "agent": {**agent, "settings": settings},
        },
        "roles": {
            "job": {"account": "main", "trust": {"service": "pods.eks.amazonaws.com"}, "allow": ["s3:GetObject"]}
        },
        "credentials": {"pod": [{"from": "agent", "role": "job", "cache": "thread"}]},
        "populations": {
            "pods": {
                **fleet,
                "credentials": "pod",
                "start": {"at_s": 0, "spread_s": spread_s},
                "calls": calls,
            }
        },
    }


# --- Two caches in a row: process, broker, STS ----------------------------------------------------------------------


def _both_to_the_end() -> list[Row]:
    """Pods that keep a set to its end (Go): a broker's sets end together, and the first pod to call renews for all.

    The broker asks every L + g / N seconds (N pods, each with a call every g seconds), where the cache of one pod would
    be renewed every L + g; every pod asks the broker once a cycle.
    """
    session_s = 3000
    (requests,) = run(_behind_a_broker("go-v2-old", session_s, 10 * session_s), "requests")
    asked = int(np.sum(requests["issuer"] == "broker")) / int(np.sum(requests["issuer"] == "sts"))
    title = f"{_PODS} pods keep a broker's sets to their end, {session_s:,} s"
    return [
        mean_row(
            _CHAIN, f"{title}: time between requests to STS, s", session_s - 0.5 + _GAP_S / _PODS, _gaps(requests)
        ),
        exact(_CHAIN, f"{title}: requests to the broker for each to STS", float(_PODS), asked),
    ]


def _windows_that_overlap() -> list[Row]:
    """Pods whose window is the whole life of a set (botocore and 900 s): they ask the broker at every call.

    The broker is then a plain TTL cache under Poisson demand: one request every T + g / N seconds, T = 900 - 300.
    """
    session_s, left_s = 900, 300
    requests, calls = run(_behind_a_broker("botocore-1.24", session_s, 12 * 600), "requests", "calls")
    asked, made = int(np.sum(requests["issuer"] == "broker")), int(np.sum(calls["calls"]))
    title = f"{_PODS} pods, botocore before 1.25 behind a broker with {session_s}-s sessions"
    expected = session_s - left_s - 0.5 + _GAP_S / _PODS
    return [
        mean_row(_CHAIN, f"{title}: time between requests to STS, s", expected, _gaps(requests)),
        exact(_CHAIN, f"{title}: requests to the broker are the calls", made, asked),
    ]


def _gaps(requests: dict[str, NDArray[Any]]) -> list[float]:
    """Mean time between a broker's requests to STS, broker by broker."""
    sts = requests["issuer"] == "sts"
    at, broker = requests["at_s"][sts], requests["client"][sts]
    return [float(np.diff(np.sort(at[broker == number])).mean()) for number in range(_HOSTS)]


def _behind_a_broker(sdk: str, session_s: int, horizon_s: float) -> dict[str, Any]:
    """Nodes with a broker each, whose pods make Poisson calls; everybody answers at once."""
    upstream = {"from": "sts.AssumeRole", "session_s": session_s}
    return {
        "name": "small",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 7},
        "accounts": {"main": {}},
        "issuers": {
            "sts": {"kind": "sts", "latency_s": 0.0},
            "broker": {"kind": "broker", "role": "node", "upstream": upstream, "latency_s": 0.0},
        },
        "roles": {
            "node": {"account": "main", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["sts:AssumeRole"]},
            "app": {"account": "main", "trust": {"role": "node"}, "allow": ["s3:GetObject"]},
        },
        "credentials": {"chain": [{"from": "broker", "role": "app"}]},
        "populations": {
            "pods": {
                "count": _HOSTS * _PODS,
                "per_host": _PODS,
                "sdk": sdk,
                "credentials": "chain",
                "calls": {"kind": "poisson", "rps": 1.0 / _GAP_S},
            }
        },
    }
