"""Pauses and attempts of the retry rules."""

from __future__ import annotations

import math

import pytest

from sim.aws import retries as facts
from sim.aws import sdk_go
from sim.policies.retry import QuotaRule, RetryQuota, RetryRule, hinted_s, pause_s, retries
from sim.sdks import RETRY_MODES, SDKS


@pytest.mark.parametrize(
    ("name", "throttle", "transient"),
    [
        ("botocore-1.44", [1, 2, 4, 8, 16, 20, 20], [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]),
        ("botocore-1.24", [1, 2, 4, 8, 16, 32, 64], [1, 2, 4, 8, 16, 32, 64]),
        ("aws-cli-v1", [1, 2, 4, 8, 16, 32, 64], [1, 2, 4, 8, 16, 32, 64]),
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


@pytest.mark.parametrize(
    ("mode", "attempts", "throttle", "transient"),
    [
        ("legacy", 5, [1, 2, 4, 8, 16, 32, 64], [1, 2, 4, 8, 16, 32, 64]),
        ("standard-old", 3, [1, 2, 4, 8, 16, 20, 20], [1, 2, 4, 8, 16, 20, 20]),
        ("standard-2026", 3, [1, 2, 4, 8, 16, 20, 20], [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]),
        ("adaptive", 3, [1, 2, 4, 8, 16, 20, 20], [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]),
    ],
)
def test_a_mode_of_eight_attempts_reaches_its_cap(
    mode: str, attempts: int, throttle: list[float], transient: list[float]
) -> None:
    rule = RETRY_MODES[mode]
    assert (rule.attempts, rule.adaptive) == (attempts, mode == "adaptive")
    assert [pause_s(rule, "throttle", attempt, 1.0) for attempt in range(1, 8)] == throttle
    assert [pause_s(rule, "transient", attempt, 1.0) for attempt in range(1, 8)] == pytest.approx(transient)


def _afforded(rule: QuotaRule, error: str, timed_out: bool = False) -> int:
    quota, made = RetryQuota(rule), 0
    quota.begin()
    while quota.pay(error, timed_out):  # type: ignore[arg-type]
        made += 1
    return made


def test_retries_that_a_full_quota_pays_for() -> None:
    new, old = RETRY_MODES["standard-2026"].quota, RETRY_MODES["standard-old"].quota
    assert new is not None
    assert old is not None
    throttled, other = facts.QUOTA_RETRIES_THROTTLED.value, facts.QUOTA_RETRIES_OTHER.value
    assert (_afforded(new, "throttle"), _afforded(new, "transient")) == (throttled, other)
    assert (_afforded(old, "throttle"), _afforded(old, "transient")) == (100, 100)
    assert _afforded(old, "transient", timed_out=True) == facts.OLD_QUOTA_RETRIES_TIMEOUT.value
    assert SDKS["go-v2-old"].retry.quota == QuotaRule(500, 5, 5, 10, 1)
    assert sdk_go.RETRY_QUOTA.value == (500, 5, 10, 1)
    assert RETRY_MODES["legacy"].quota is None


def test_a_success_gives_back_what_its_last_retry_cost_and_one_without_a_retry_a_token() -> None:
    quota = RetryQuota(QuotaRule(20, 14, 5, 14, 1))
    quota.begin()
    assert quota.pay("transient")
    assert quota.pay("throttle")
    assert not quota.pay("throttle")
    quota.succeed()
    assert quota.tokens == 6
    quota.begin()
    quota.succeed()
    assert quota.tokens == 7
    for _ in range(20):
        quota.begin()
        quota.succeed()
    assert quota.tokens == 20


@pytest.mark.parametrize(
    ("own", "hint", "expected"), [(1.0, None, 1.0), (1.0, 0.5, 1.0), (1.0, 4.0, 4.0), (1.0, 60.0, 6.0)]
)
def test_a_hint_of_the_server_raises_the_pause_by_five_seconds_at_most(
    own: float, hint: float | None, expected: float
) -> None:
    assert hinted_s(RETRY_MODES["standard-2026"], own, hint) == expected
    assert hinted_s(RETRY_MODES["standard-old"], own, hint) == own
