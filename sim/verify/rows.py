"""One row of the table: a quantity, what it should be, what the simulator gives, and whether they agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

__all__ = ["TOLERANCE_SE", "Row", "Verdict", "exact", "mean_row", "near", "skipped"]

Verdict = Literal["passed", "failed", "skipped"]

TOLERANCE_SE: Final = 3.9
"""Standard errors allowed: with seeds fixed and a hundred rows, three would go red by chance once in four tables."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        source: What the simulator is held against.
        quantity: What is compared, with its case.
        expected: What it should be.
        simulated: What the simulator gives.
        low: Lower end of the simulated value's interval; None where the comparison is by equality.
        high: Upper end.
        verdict: Whether the two agree.
        note: Why a row failed or was skipped, or what its tolerance is.
    """

    source: str
    quantity: str
    expected: str
    simulated: str
    low: float | None
    high: float | None
    verdict: Verdict
    note: str = ""


def exact(source: str, quantity: str, expected: object, simulated: object, note: str = "") -> Row:
    """A row that passes if both are equal."""
    agree = expected == simulated
    return Row(source, quantity, _text(expected), _text(simulated), None, None, "passed" if agree else "failed", note)


def near(source: str, quantity: str, expected: float, simulated: float, tolerance: float, note: str = "") -> Row:
    """A row without noise that passes if both differ by no more than `tolerance`."""
    agree = abs(expected - simulated) <= tolerance
    low, high = simulated - tolerance, simulated + tolerance
    return Row(source, quantity, _text(expected), _text(simulated), low, high, "passed" if agree else "failed", note)


def mean_row(
    source: str, quantity: str, expected: float, values: ArrayLike, *, slack: float = 0.0, expected_se: float = 0.0
) -> Row:
    """A row about the mean of independent replications.

    Args:
        source: What the simulator is held against.
        quantity: What is compared.
        expected: The mean by theory or publication.
        values: One value per replication.
        slack: Stated systematic difference.
        expected_se: Standard error of a published mean.

    Returns:
        The row; its interval is Student's t at the confidence that 3.9 standard errors have for many replications.
    """
    sample = np.asarray(values, dtype=float)
    mean, n = float(sample.mean()), len(sample)
    error = math.hypot(float(sample.std(ddof=1)) / math.sqrt(n), expected_se)
    half = float(stdtrit(n - 1, ndtr(TOLERANCE_SE))) * error + slack
    agree = error > 0 and abs(mean - expected) <= half
    verdict: Verdict = "passed" if agree else "failed"
    return Row(source, quantity, _text(expected), _text(mean), mean - half, mean + half, verdict, f"n = {n}")


def skipped(titles: Iterable[tuple[str, str]], why: str) -> list[Row]:
    """Rows that could not be computed here."""
    return [Row(source, quantity, "", "", None, None, "skipped", why) for source, quantity in titles]


def _text(value: object) -> str:
    """A value as it stands in the table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " / ".join(_text(item) for item in value)
    return f"{value:,}" if isinstance(value, int) else str(value)
