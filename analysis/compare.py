"""Strategies against a baseline: paired differences, and the inputs on which a verdict turns.

Strategies meet the same draws (common random numbers), so differences are taken replication by
replication; what no strategy changes comes out as exactly 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from analysis.intervals import half_width, ratio, without_mean

__all__ = ["Difference", "holm", "inputs_by_range", "paired", "selector_key", "turning_points", "with_holm"]

Floats = NDArray[np.float64]
Row = Mapping[str, Any]
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference, strategy minus baseline.

    Attributes:
        mean: Difference of the means (or of the ratios of sums); None where one has none.
        low: Lower end of its interval; None with a single replication.
        high: Upper end.
        correlation: Correlation of the two over replications; None with fewer than three or without variance.
        p: Two-sided p of a paired t test, not corrected; None with a single replication.
        reason: Why there is no difference.
    """

    mean: float | None
    low: float | None = None
    high: float | None = None
    correlation: float | None = None
    p: float | None = None
    reason: str | None = None


def paired(
    strategy: Sequence[float],
    baseline: Sequence[float],
    strategy_over: Sequence[float] | None = None,
    baseline_over: Sequence[float] | None = None,
) -> Difference:
    """The difference of two strategies over the same replications.

    Args:
        strategy: One value per replication.
        baseline: The baseline's, in the same order.
        strategy_over: Denominators where the metric is a ratio of sums.
        baseline_over: The baseline's.
    """
    ours, theirs = np.asarray(strategy, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    over = [
        np.ones_like(ours) if o is None else np.asarray(o, dtype=np.float64) for o in (strategy_over, baseline_over)
    ]
    if reason := without_mean(ours, over[0]) or without_mean(theirs, over[1]):
        return Difference(None, reason=reason)
    (mean_a, residual_a), (mean_b, residual_b) = ratio(ours, over[0]), ratio(theirs, over[1])
    is_same = bool((ours * over[1] == theirs * over[0]).all() and over[0].all() and over[1].all())
    if is_same:
        mean_a, residual_a = mean_b, residual_b
    return _with_interval(mean_a - mean_b, residual_a, residual_b)


def _with_interval(mean: float, ours: Floats, theirs: Floats) -> Difference:
    half = half_width(ours - theirs)
    if half is None:
        return Difference(mean)
    p = _p_value(mean, ours - theirs)
    return Difference(mean, mean - half, mean + half, _correlation(ours, theirs), p)


def _p_value(mean: float, residuals: Floats) -> float:
    n = len(residuals)
    error = math.sqrt(math.fsum(residuals**2) / (n - 1) / n)
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stdtr(n - 1, -abs(mean) / error))


def _correlation(ours: Floats, theirs: Floats) -> float | None:
    spread = math.sqrt(math.fsum(ours**2) * math.fsum(theirs**2))
    if len(ours) < 3 or spread == 0:
        return None
    return min(1.0, max(-1.0, math.fsum(ours * theirs) / spread))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down correction, in the given order; None stays None and does not count."""
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, i) in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p))
        corrected[i] = highest
    return corrected


def with_holm(differences: Sequence[Row]) -> list[dict[str, Any]]:
    """The differences with `p_holm` corrected for all of them and no others.

    A page that shows a choice of the differences corrects for that choice, made without looking at p.
    """
    corrected = holm([row["p"] for row in differences])
    return [{**row, "p_holm": p} for row, p in zip(differences, corrected, strict=True)]


def selector_key(selector: Mapping[str, str] | None) -> str:
    """A selector as text, `population=app,thief=copy`; empty for null."""
    return ",".join(f"{key}={value}" for key, value in sorted((selector or {}).items()))


def _key(row: Row) -> Key:
    return (str(row["metric"]), str(row["strategy"]), selector_key(row["selector"]))


def _means(rows: Iterable[Row]) -> dict[Key, float]:
    return {_key(row): float(row["mean"]) for row in rows if row["mean"] is not None}


def _ends(assumptions: Row, base: Mapping[Key, float]) -> dict[str, tuple[Mapping[Key, float], ...]]:
    """Path of the input -> means of the one replication at its low end, as they are, and at its high end.

    A mean that an end does not list is the base's: files may leave out what an input does not move.
    """
    rows: dict[tuple[str, str], dict[Key, float | None]] = {}
    for row in assumptions["results"]:
        rows.setdefault((row["path"], row["end"]), {})[_key(row)] = row["mean"]
    found: dict[str, tuple[Mapping[Key, float], ...]] = {}
    for given in assumptions["inputs"]:
        low, high = (_over(base, rows.get((given["path"], end), {})) for end in ("low", "high"))
        found[given["path"]] = (low, base, high)
    return found


def _over(base: Mapping[Key, float], moved: Mapping[Key, float | None]) -> dict[Key, float]:
    return {key: mean for key, mean in {**base, **moved}.items() if mean is not None}


def inputs_by_range(
    assumptions: Row, metric: str, strategy: str, selector: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The assumed inputs by how far they move one mean, widest first: path, low, high, range.

    Args:
        assumptions: Content of assumptions.json.
        metric: Name of the metric.
        strategy: Name of the strategy.
        selector: Selector of the metric.
    """
    key = (metric, strategy, selector_key(selector))
    rows = []
    for path, at in _ends(assumptions, _means(assumptions["base"])).items():
        if means := [mean[key] for mean in at if key in mean]:
            low, high = min(means), max(means)
            rows.append({"path": path, "low": low, "high": high, "range": high - low})
    return sorted(rows, key=lambda row: (-row["range"], row["path"]))


def turning_points(assumptions: Row, summary: Row) -> list[dict[str, Any]]:
    """The differences whose verdict depends on an assumed input.

    An input is named where its range moves one of the two means further than they differ, or where
    it turns the sign of the difference. All differences come from the same single replication, on
    common random numbers.

    Args:
        assumptions: Content of assumptions.json.
        summary: Content of summary.json.

    Returns:
        Rows of metric, strategy, baseline, selector, path, difference, range (the wider one of the two
        strategies), flips, and turning_point: the value of the input at which the difference is 0, by
        linear interpolation; None where it does not turn or the input is not a number. Of an input that
        is scaled ("x 0.5" to "x 2"), turning_factor is the factor.
    """
    ends = _ends(assumptions, _means(assumptions["base"]))
    turns = (
        _turn(row, given, ends[given["path"]]) for row in summary["differences"] for given in assumptions["inputs"]
    )
    return [turn for turn in turns if turn is not None]


def _turn(row: Row, given: Row, at: tuple[Mapping[Key, float], ...]) -> dict[str, Any] | None:
    ours = _key(row)
    theirs = (ours[0], str(row["baseline"]), ours[2])
    if any(ours not in means or theirs not in means for means in at):
        return None
    differences = [means[ours] - means[theirs] for means in at]
    reach = max(max(m[key] for m in at) - min(m[key] for m in at) for key in (ours, theirs))
    flips = min(differences) < 0 < max(differences) or (0.0 in differences and any(differences))
    if not flips and not (reach > abs(differences[1]) and _moves(differences)):
        return None
    point, factor = _turning(given, differences) if flips else (None, None)
    names = {name: row[name] for name in ("metric", "strategy", "baseline", "selector")}
    return {**names, "path": given["path"], "difference": differences[1], "range": reach} | {
        "flips": flips,
        "turning_point": point,
        "turning_factor": factor,
    }


def _moves(differences: Sequence[float]) -> bool:
    return max(differences) > min(differences)


def _turning(given: Row, differences: Sequence[float]) -> tuple[float | None, float | None]:
    """Value and, for a scaled input, factor at which the difference is 0; None for what is no number."""
    value = given["value"] if _is_number(given["value"]) else None
    factors = [_factor(given["low"]), 1.0, _factor(given["high"])]
    if factors[0] is not None and factors[2] is not None:
        factor = _zero([f for f in factors if f is not None], differences)
        return (None if value is None or factor is None else value * factor), factor
    if value is None or not (_is_number(given["low"]) and _is_number(given["high"])):
        return None, None
    return _zero([given["low"], value, given["high"]], differences), None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _factor(end: object) -> float | None:
    """The factor of an end of a scaled input, written `x 0.5`."""
    return float(end.removeprefix("x ")) if isinstance(end, str) and end.startswith("x ") else None


def _zero(inputs: Sequence[float], differences: Sequence[float]) -> float | None:
    """The input at which the difference, linear between the given values, is 0 (the one nearest the base)."""
    points = []
    for a, b in ((0, 1), (1, 2)):
        (x0, x1), (d0, d1) = (inputs[a], inputs[b]), (differences[a], differences[b])
        if d0 * d1 <= 0 and d0 != d1:
            points.append(float(x0 + (x1 - x0) * d0 / (d0 - d1)))
    return min(points, key=lambda x: abs(x - float(inputs[1])), default=None)
