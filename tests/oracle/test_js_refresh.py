"""The presets of the AWS SDK for JavaScript v3 against traces recorded from its own npm packages.

`js_traces.json` holds what the real `memoizeChain`, `memoizeIdentityProvider` and
`staticStabilityProvider` did on a virtual clock; node is not needed to compare with it.
"""

from __future__ import annotations

import pytest

from sim.sdks import SDKS
from sim.verify.js_rows import CASES, KINDS, expected, rule_trace
from sim.verify.reference import model


@pytest.mark.parametrize("number", range(len(CASES)))
def test_recorded_trace(number: int) -> None:
    assert rule_trace(CASES[number]) == expected(CASES[number])


def test_the_recording_covers_renewals_and_failures_of_every_kind() -> None:
    for kind in KINDS:
        traces = [case["trace"] for case in CASES if case["kind"] == kind]
        assert sum(len(trace["issued"]) for trace in traces) > 10
        assert any(trace["failed_attempts"] for trace in traces)


def test_js_and_botocore_disagree_on_purpose() -> None:
    day = [60.0 * minute for minute in range(24 * 60)]
    counts = {
        name: len(model(SDKS[name].sts, day, lambda at: at + 3600.0, lambda _number: 0.0).issued)
        for name in ("js-v3", "botocore-1.44")
    }
    assert counts == {"js-v3": 26, "botocore-1.44": 32}
