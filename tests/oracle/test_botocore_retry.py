"""Pauses and attempts of the real botocore's standard retry mode, given the same draws."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.retries import quota, standard
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.aws import retries as facts
from sim.aws.fact import Fact
from sim.policies.retry import ErrorClass, pause_s, retries
from sim.sdks import SDKS

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
