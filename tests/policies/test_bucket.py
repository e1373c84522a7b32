"""The token bucket: what it can never accept, and what it must."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.aws.quotas import QUOTA_PROFILES
from sim.policies.bucket import TokenBucket

_gaps = st.lists(st.floats(0, 5), min_size=1, max_size=200)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(rps=st.floats(0.1, 50), burst=st.integers(1, 60), gaps=_gaps)
def test_it_never_accepts_more_than_its_burst_and_refill(rps: float, burst: int, gaps: list[float]) -> None:
    bucket = TokenBucket(rps, burst)
    times = list(itertools.accumulate(gaps))
    accepted = [at for at in times if bucket.take(at)]
    for first, start in enumerate(accepted):
        for last in range(first, len(accepted)):
            assert last - first + 1 <= burst + rps * (accepted[last] - start) + 1e-6


def test_a_full_bucket_gives_its_burst_and_then_its_refill() -> None:
    bucket = TokenBucket(rps=2.0, burst=3.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(at) for at in (0.25, 0.5, 0.5, 1.0)] == [False, True, False, True]


def test_refill_beyond_the_capacity_is_lost() -> None:
    bucket = TokenBucket(rps=10.0, burst=2.0)
    assert [bucket.take(0.0), bucket.take(0.0), bucket.take(0.0)] == [True, True, False]
    assert sum(bucket.take(1000.0) for _ in range(10)) == 2


def test_a_synchronised_start_drains_after_its_closed_form() -> None:
    profile = QUOTA_PROFILES["documented-600"]
    bucket, waiting, at, step = TokenBucket(profile.rps, profile.burst), 20_000, 0.0, 1 / 600
    while True:
        while waiting and bucket.take(at):
            waiting -= 1
        if not waiting:
            break
        at += step
    assert at == pytest.approx((20_000 - 600) / 600, abs=0.1)


@pytest.mark.parametrize(("rps", "burst"), [(0.0, 5.0), (-1.0, 5.0), (1.0, 0.5)])
def test_an_impossible_bucket_is_refused(rps: float, burst: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        TokenBucket(rps, burst)
