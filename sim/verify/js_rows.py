"""Rows against traces recorded from the AWS SDK for JavaScript v3: node is not needed to compare with them.

`js_traces.json` holds what the real `memoizeChain`, `memoizeIdentityProvider` and `staticStabilityProvider`
did on a virtual clock with Math.random = 0.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

from sim.aws import ec2
from sim.sdks import SDKS
from sim.verify.botocore_rows import compare
from sim.verify.cases import Case
from sim.verify.engine_clock import simulate_sts
from sim.verify.reference import model
from sim.verify.rows import Row
from sim.verify.trace import Trace

__all__ = ["CASES", "KINDS", "expected", "js_rows", "rule_trace"]

CASES: Final[list[dict[str, Any]]] = json.loads(Path(__file__).with_name("js_traces.json").read_text(encoding="utf-8"))[
    "cases"
]
"""The recorded cases."""

KINDS: Final = {
    "chain": ("js-v3", "sts", "@aws-sdk/credential-provider-node 3.972.97, default chain"),
    "explicit": ("js-v3-explicit", "sts", "@smithy/core 3.41.0, explicit provider"),
    "imds": ("js-v3", "imds", "@smithy/credential-provider-imds 4.5.2"),
}
"""Preset, provider and package by kind of case."""
_SHOWN: Final = 3
"""Cases of each kind that are rows; the tests compare all of them."""


def expected(case: dict[str, Any]) -> Trace:
    """What the real SDK did."""
    return Trace(**{name: [float(at) for at in instants] for name, instants in case["trace"].items()})


def rule_trace(case: dict[str, Any]) -> Trace:
    """What the preset's pure functions do."""
    sdk, provider, _ = KINDS[case["kind"]]
    rule = getattr(SDKS[sdk], provider)
    return model(rule, case["times"], lambda at: _expiry(case, at), lambda _number: 0.0, case["outages"])


def _expiry(case: dict[str, Any], at: float) -> float:
    if case["kind"] != "imds":
        return float(math.floor(at) + case["session"])
    frozen, thawed = case["stuck"]
    asked = frozen if frozen <= at < thawed else at
    return float(math.floor(asked / case["every"]) * case["every"] + ec2.CREDENTIAL_LIFE_S.value)


def js_rows() -> list[Row]:
    """Rows of recorded cases: sessions through the whole engine, instance credentials through the rule."""
    return [_row(kind, case) for kind in KINDS for case in _liveliest(kind)]


def _liveliest(kind: str) -> list[dict[str, Any]]:
    """The cases of a kind with the most failed attempts."""
    found = [case for case in CASES if case["kind"] == kind]
    return sorted(found, key=lambda case: -len(case["trace"]["failed_attempts"]))[:_SHOWN]


def _row(kind: str, case: dict[str, Any]) -> Row:
    sdk, _, package = KINDS[kind]
    outages = len(case["outages"])
    if kind == "imds":
        title, simulated = f"{len(case['times'])} calls, a new set every {case['every']:,} s", rule_trace(case)
    else:
        title = f"{len(case['times'])} calls, sessions of {case['session']:,} s"
        simulated = simulate_sts(case["times"], case["session"], case["outages"], sdk)
    shown = Case(f"{title}, {outages} outage{'' if outages == 1 else 's'}", "sts", ((0.0,),))
    return compare(f"npm {package}, recorded", shown, expected(case), simulated)
