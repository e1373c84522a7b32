"""Intervals over replications: Student-t, and nothing pooled.

The replication is the only independent unit. An interval is simulation noise only: it says nothing
about the assumed inputs. What has no mean is null with a reason; no NaN and no inf comes out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # not scipy.stats: importing that takes longer than most commands compute

__all__ = ["LEVEL", "Estimate", "estimate", "half_width", "p_any_high", "ratio", "without_mean"]

LEVEL = 0.95
"""Confidence level of every interval."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its interval.

    Attributes:
        mean: Mean, or ratio of sums; None where there is none.
        low: Lower end; None with a single replication.
        high: Upper end; None with a single replication, or for a count that is 0 in all of them.
        reason: Why there is no mean.
        p_any_high: For such a count: upper end of the probability that a run has any.
    """

    mean: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    p_any_high: float | None = None


def estimate(values: Sequence[float], over: Sequence[float] | None = None, *, is_count: bool = False) -> Estimate:
    """Mean of the values, or ratio of the sums of values and `over`, with its Student-t interval.

    Args:
        values: One value per replication; inf means never, nan means none.
        over: Denominators of a ratio, one per replication.
        is_count: Whether the values are counts.
    """
    value = np.asarray(values, dtype=np.float64)
    below = np.ones_like(value) if over is None else np.asarray(over, dtype=np.float64)
    if reason := without_mean(value, below):
        return Estimate(None, reason=reason)
    if is_count and not value.any():
        return Estimate(0.0, 0.0, None, p_any_high=p_any_high(len(value)))
    mean, residuals = ratio(value, below)
    half = half_width(residuals)
    return Estimate(mean) if half is None else Estimate(mean, mean - half, mean + half)


def without_mean(value: Floats, over: Floats) -> str | None:
    """Why the values have no mean; None if they have one."""
    if not len(value):
        return "no replications"
    if np.isnan(value).any() or np.isnan(over).any():
        return "no value in some replications"
    if never := int(np.isinf(value).sum()):
        return f"never in {never} of {len(value)} replications"
    return "the denominator is 0" if over.sum() == 0 else None


def ratio(value: Floats, over: Floats) -> tuple[float, Floats]:
    """Ratio of sums, and each replication's deviation from it (linearised), shape (n,).

    With `over` all 1 these are the mean and the deviations from it.
    """
    rate = value / over if (over != 0).all() else None
    if rate is not None and (rate == rate[0]).all():
        return float(rate[0]), np.zeros_like(value)
    mean = math.fsum(value) / math.fsum(over)
    return mean, (value - mean * over) / over.mean()


def half_width(residuals: Floats, level: float = LEVEL) -> float | None:
    """Half of the Student-t interval of a mean with these deviations; None with fewer than two.

    Args:
        residuals: Deviations from the mean, one per replication.
        level: Confidence level.
    """
    n = len(residuals)
    if n < 2:
        return None
    error = math.sqrt(math.fsum(residuals**2) / (n - 1) / n)
    return float(stdtrit(n - 1, (1 + level) / 2)) * error


def p_any_high(n: int, level: float = LEVEL) -> float:
    """Upper end of the probability of an event that none of n runs showed: 1 - (1 - level)^(1/n)."""
    return float(1 - (1 - level) ** (1 / n))
