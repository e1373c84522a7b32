from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from analysis.intervals import estimate, p_any_high
from tests.support.fake_results import fraction

VALUES = [3.0, 4.5, 2.25, 6.0, 3.75]


def test_the_interval_is_student_t_over_the_replications() -> None:
    found = estimate(VALUES)
    low, high = stats.t.interval(0.95, len(VALUES) - 1, loc=np.mean(VALUES), scale=stats.sem(VALUES))
    assert found.mean == pytest.approx(np.mean(VALUES), rel=1e-15)
    assert (found.low, found.high) == (pytest.approx(low, rel=1e-12), pytest.approx(high, rel=1e-12))


def test_one_replication_has_no_interval() -> None:
    found = estimate([7.0])
    assert (found.mean, found.low, found.high, found.reason) == (7.0, None, None, None)


def test_equal_values_have_an_interval_of_no_width() -> None:
    found = estimate([0.1, 0.1, 0.1])
    assert (found.mean, found.low, found.high) == (0.1, 0.1, 0.1)


@pytest.mark.parametrize("n", [1, 3, 10])
def test_a_count_of_nothing_bounds_the_probability_of_any(n: int) -> None:
    found = estimate([0.0] * n, is_count=True)
    assert (found.mean, found.low, found.high) == (0.0, 0.0, None)
    assert found.p_any_high == pytest.approx(1 - 0.05 ** (1 / n))
    assert (1 - p_any_high(n)) ** n == pytest.approx(0.05)


def test_a_ratio_is_of_sums_and_its_interval_linearised() -> None:
    over = [10.0, 20.0, 5.0, 30.0, 10.0]
    found = estimate(VALUES, over)
    ratio = sum(VALUES) / sum(over)
    residuals = (np.array(VALUES) - ratio * np.array(over)) / np.mean(over)
    half = stats.t.ppf(0.975, 4) * residuals.std(ddof=1) / math.sqrt(5)
    assert found.mean == pytest.approx(ratio)
    assert found.high is not None
    assert found.high - ratio == pytest.approx(half)


def test_a_ratio_with_equal_denominators_is_a_mean() -> None:
    plain, ratio = estimate(VALUES), estimate([4 * v for v in VALUES], [4.0] * 5)
    assert (ratio.mean, ratio.low, ratio.high) == pytest.approx((plain.mean, plain.low, plain.high))


@pytest.mark.parametrize(
    ("values", "over", "reason"),
    [
        ([0.0, 0.0], [0.0, 0.0], "the denominator is 0"),
        ([1.0, math.inf, math.inf], None, "never in 2 of 3 replications"),
        ([1.0, math.nan], None, "no value in some replications"),
        ([], None, "no replications"),
    ],
)
def test_what_has_no_mean_says_why(values: list[float], over: list[float] | None, reason: str) -> None:
    found = estimate(values, over)
    assert (found.mean, found.low, found.high, found.reason) == (None, None, None, reason)


def test_one_empty_denominator_of_several_is_no_obstacle() -> None:
    found = estimate([0.0, 2.0], [0.0, 4.0])
    assert found.mean == 0.5


@pytest.mark.parametrize("n", [2, 3, 10])
def test_the_interval_covers_the_mean_as_often_as_it_says(n: int) -> None:
    """1,000 fixed samples of a normal law: 95 % within 3 standard errors (0.7 points each)."""
    law = NormalDist(5.0, 2.0)
    found = [estimate([law.inv_cdf(fraction(n, sample, i)) for i in range(n)]) for sample in range(1000)]
    covered = sum(one.low is not None and one.high is not None and one.low <= 5.0 <= one.high for one in found)
    assert 929 <= covered <= 971
