"""When a simulated mean agrees with theory."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["Z", "assert_mean"]

Z = 3.9
"""Standard errors allowed: with seeds fixed, a hundred rows of three would go red by chance."""


def assert_mean(values: NDArray[np.float64], expected: float, slack: float = 0.0) -> None:
    """The mean is `expected` within 3.9 standard errors (and a stated systematic slack)."""
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert error > 0
    assert abs(values.mean() - expected) <= Z * error + slack, (values.mean(), expected, error)
