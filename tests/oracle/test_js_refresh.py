"""The presets of the AWS SDK for JavaScript v3 against traces recorded from its own npm packages.

`js_traces.json` holds what the real `memoizeChain`, `memoizeIdentityProvider` and
`staticStabilityProvider` did on a virtual clock; node is not needed to compare with it.
"""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest

from sim.sdks import SDKS
from tests.oracle.botocore_clock import Trace
from tests.oracle.reference import model

_RECORDED = json.loads(Path(__file__).with_name("js_traces.json").read_text(encoding="utf-8"))
_RULES = {"chain": SDKS["js-v3"].sts, "explicit": SDKS["js-v3-explicit"].sts, "imds": SDKS["js-v3"].imds}


def _expiry(case: dict[str, Any], at: float) -> float:
    if case["kind"] != "imds":
        return float(math.floor(at) + case["session"])
    frozen, thawed = case["stuck"]
    asked = frozen if frozen <= at < thawed else at
    return float(math.floor(asked / case["every"]) * case["every"] + 21600)


@pytest.mark.parametrize("number", range(len(_RECORDED["cases"])))
def test_recorded_trace(number: int) -> None:
    case = _RECORDED["cases"][number]
    simulated = model(
        _RULES[case["kind"]], case["times"], lambda at: _expiry(case, at), itertools.repeat(0.0), case["outages"]
    )
    assert simulated == Trace(**case["trace"])


def test_the_recording_covers_renewals_and_failures_of_every_kind() -> None:
    for kind in _RULES:
        traces = [case["trace"] for case in _RECORDED["cases"] if case["kind"] == kind]
        assert sum(len(trace["issued"]) for trace in traces) > 10
        assert any(trace["failed_attempts"] for trace in traces)


def test_js_and_botocore_disagree_on_purpose() -> None:
    day = [60.0 * minute for minute in range(24 * 60)]
    counts = {
        name: len(model(SDKS[name].sts, day, lambda at: at + 3600.0, itertools.repeat(0.0)).issued)
        for name in ("js-v3", "botocore-1.44")
    }
    assert counts == {"js-v3": 26, "botocore-1.44": 32}
