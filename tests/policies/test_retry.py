"""Pauses and attempts of the retry rules."""

from __future__ import annotations

import math

import pytest

from sim.policies.retry import RetryRule, pause_s, retries
from sim.sdks import SDKS


@pytest.mark.parametrize(
    ("name", "throttle", "transient"),
    [
        ("botocore-1.44", [1, 2, 4, 8, 16, 20, 20], [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]),
        ("botocore-1.24", [1, 2, 4, 8, 16, 32, 64], [1, 2, 4, 8, 16, 32, 64]),
        ("aws-cli-v2", [1, 2, 4, 8, 16, 20, 20], [1, 2, 4, 8, 16, 20, 20]),
        ("go-v2-old", [2, 4, 8, 16, 20, 20, 20], [2, 4, 8, 16, 20, 20, 20]),
        ("java-v2-2025", [0.5, 1, 2, 4, 8, 16, 20], [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4]),
    ],
)
def test_longest_pause_of_a_preset(name: str, throttle: list[float], transient: list[float]) -> None:
    rule = SDKS[name].retry
    assert [pause_s(rule, "throttle", attempt, 1.0) for attempt in range(1, 8)] == throttle
    assert [pause_s(rule, "transient", attempt, 1.0) for attempt in range(1, 8)] == pytest.approx(transient)


def test_full_jitter_may_be_nothing_and_half_jitter_not() -> None:
    assert pause_s(SDKS["botocore-1.44"].retry, "throttle", 3, 0.0) == 0.0
    assert pause_s(SDKS["java-v2-2025"].retry, "throttle", 3, 0.0) == 1.0
    assert pause_s(SDKS["java-v2-2025"].retry, "transient", 3, 0.0) == 0.0


@pytest.mark.parametrize(("name", "attempts"), [("botocore-1.44", 3), ("botocore-1.24", 5), ("java-v2-2025", 4)])
def test_attempts(name: str, attempts: int) -> None:
    rule = SDKS[name].retry
    made = next(number for number in range(1, 10) if not retries(rule, "throttle", number))
    assert made == attempts
    assert not retries(rule, "no", 1)


@pytest.mark.parametrize(
    ("law", "pauses"),
    [
        ("none", [0, 0, 0]),
        ("fixed", [2, 2, 2]),
        ("exponential", [2, 4, 5]),
        ("full_jitter", [1, 2, 2.5]),
        ("equal_jitter", [1.5, 3, 3.75]),
    ],
)
def test_laws(law: str, pauses: list[float]) -> None:
    rule = RetryRule(attempts=9, law=law, throttle_base_s=2.0, transient_base_s=2.0, cap_s=5.0)  # type: ignore[arg-type]
    assert [pause_s(rule, "throttle", attempt, 0.5) for attempt in (1, 2, 3)] == pauses


def test_decorrelated_jitter_grows_from_the_pause_before() -> None:
    rule = RetryRule(attempts=9, law="decorrelated", throttle_base_s=2.0, transient_base_s=2.0, cap_s=50.0)
    assert pause_s(rule, "throttle", 1, 0.5) == 4.0
    assert pause_s(rule, "throttle", 2, 0.5, previous_s=10.0) == 16.0
    assert pause_s(rule, "throttle", 2, math.nextafter(1, 0), previous_s=49.0) == 50.0
