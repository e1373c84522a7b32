"""Pauses and attempts of the real botocore's standard retry mode, given the same draws."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.retries import adaptive, bucket, quota, standard, throttling
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.aws import retries as facts
from sim.aws.fact import Fact
from sim.policies.adaptive import RateLimiter
from sim.policies.retry import ErrorClass, RetryQuota, hinted_s, pause_s, retries
from sim.sdks import SDKS
from sim.sdks.retry_modes import ADAPTIVE_LIMIT

_RULE = SDKS["botocore-1.44"].retry
_ERRORS: dict[ErrorClass, tuple[str, int]] = {
    "throttle": ("Throttling", 400),
    "transient": ("InternalError", 503),
    "no": ("ExpiredToken", 403),
}


class _Response:
    def __init__(self, status: int) -> None:
        self.status_code = status
        self.headers: dict[str, str] = {}


def _context(error: ErrorClass, attempt: int) -> standard.RetryContext:
    code, status = _ERRORS[error]
    parsed = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    service = SimpleNamespace(service_model=SimpleNamespace(service_name="sts"), error_shapes=())
    return standard.RetryContext(
        attempt, operation_model=service, parsed_response=parsed, http_response=_Response(status), request_context={}
    )


def _backoff(u: float) -> standard.ExponentialBackoff:
    detector = standard.ThrottlingErrorDetector(standard.RetryEventAdapter())
    return standard.ExponentialBackoff(random=lambda: u, service_name="sts", throttling_detector=detector)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    error=st.sampled_from(["throttle", "transient"]), attempt=st.integers(1, 60), u=st.floats(0, 1, exclude_max=True)
)
def test_the_pause_is_the_same(error: ErrorClass, attempt: int, u: float) -> None:
    assert _backoff(u).delay_amount(_context(error, attempt)) == pause_s(_RULE, error, attempt, u)


@pytest.mark.parametrize("error", _ERRORS)
@pytest.mark.parametrize("attempt", [1, 2, 3, 4])
def test_the_same_attempts_are_followed_by_another(error: ErrorClass, attempt: int) -> None:
    checker = standard.StandardRetryConditions(max_attempts=standard.DEFAULT_MAX_ATTEMPTS)
    assert checker.is_retryable(_context(error, attempt)) is retries(_RULE, error, attempt)


@pytest.mark.parametrize(
    ("error", "afforded"), [("throttle", facts.QUOTA_RETRIES_THROTTLED), ("transient", facts.QUOTA_RETRIES_OTHER)]
)
def test_the_quota_bucket_affords_as_many_retries(error: ErrorClass, afforded: Fact[int]) -> None:
    detector = standard.ThrottlingErrorDetector(standard.RetryEventAdapter())
    bucket = quota.RetryQuota()
    checker = standard.RetryQuotaChecker(bucket, detector)
    made = sum(checker.acquire_retry_quota(_context(error, 1)) for _ in range(200))
    assert (made, facts.QUOTA_TOKENS.value) == (afforded.value, 500)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    error=st.sampled_from(["throttle", "transient"]), attempt=st.integers(1, 8), u=st.floats(0, 1, exclude_max=True),
    hint_ms=st.integers(0, 60_000),
)  # fmt: skip
def test_the_pause_that_the_answer_asks_for_is_the_same(
    error: ErrorClass, attempt: int, u: float, hint_ms: int
) -> None:
    context = _context(error, attempt)
    context.http_response.headers["x-amz-retry-after"] = str(hint_ms)
    own = pause_s(_RULE, error, attempt, u)
    assert _backoff(u).delay_amount(context) == hinted_s(_RULE, own, hint_ms / 1000.0)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(requests=st.lists(st.tuples(st.lists(st.sampled_from(["throttle", "transient"]), max_size=12), st.booleans())))
def test_the_quota_pays_for_the_same_retries(requests: list[tuple[list[ErrorClass], bool]]) -> None:
    """Requests of one client, each with its refusals, then a success or none: the tokens are equal all along."""
    detector = standard.ThrottlingErrorDetector(standard.RetryEventAdapter())
    real = quota.RetryQuota(initial_capacity=80)
    checker = standard.RetryQuotaChecker(real, detector)
    assert _RULE.quota is not None
    mine = RetryQuota(replace(_RULE.quota, tokens=80))
    for refusals, succeeds in requests:
        context: dict[str, int] = {}
        mine.begin()
        for error in refusals:
            refused = _context(error, 1)
            refused.request_context = context
            assert mine.pay(error) is checker.acquire_retry_quota(refused)
        if succeeds:
            checker.release_retry_quota(context, _Response(200))
            mine.succeed()
        assert mine.tokens == real.available_capacity


class _Clock(bucket.Clock):  # type: ignore[misc]
    """A clock that jumps, and waits by jumping."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def current_time(self) -> float:
        return self.now


def _real_limiter(clock: _Clock) -> adaptive.ClientRateLimiter:
    detector = SimpleNamespace(is_throttling_error=lambda throttled: throttled)
    tokens = bucket.TokenBucket(max_rate=1, clock=clock)

    def wait(seconds: float) -> None:
        clock.now = max(clock.now + seconds, math.nextafter(clock.now, math.inf))

    tokens._new_fill_rate_condition = _Waiting(wait)
    cubic = throttling.CubicCalculator(starting_max_rate=0, start_time=clock.now)
    return adaptive.ClientRateLimiter(cubic, adaptive.RateClocker(clock), tokens, detector, clock)


class _Waiting:
    """A condition whose wait lets the virtual time pass."""

    def __init__(self, wait) -> None:
        self.wait = wait

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def notify(self) -> None: ...


@settings(max_examples=150, deadline=None, derandomize=True)
@given(attempts=st.lists(st.tuples(st.floats(0, 5), st.floats(0.001, 2), st.booleans()), max_size=40))
def test_the_adaptive_limiter_sends_at_the_same_instants(attempts: list[tuple[float, float, bool]]) -> None:
    """Attempts after a gap, each answered after a latency, throttled or not."""
    clock = _Clock()
    real, mine = _real_limiter(clock), RateLimiter(ADAPTIVE_LIMIT, clock.now)
    for gap, latency, throttled in attempts:
        ready = clock.now + gap
        clock.now = ready
        real.on_sending_request(None)
        assert clock.now == pytest.approx(mine.sends_at(ready), rel=1e-9)
        clock.now += latency
        real.on_receiving_response(throttled=throttled)
        mine.answered(clock.now, throttled)
