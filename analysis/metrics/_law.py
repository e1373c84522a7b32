"""The law of an exposure: a mixture of uniform laws, of 0 (nothing found) and of inf (never ends)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.metrics._sweep import Floats, Steps

__all__ = ["Causes", "Law", "Mixture", "Sample", "law_of"]

Shares = tuple[tuple[str, float], ...]
"""Names with their probabilities."""

_TOLERANCE = 1e-12
"""Probabilities closer than this are equal: what is left of rounding in sums of 1e6 parts."""


def _snapped(share: Floats) -> Floats:
    """Probabilities without the dust of rounding beside 0 and 1."""
    return np.where(share < _TOLERANCE, 0.0, np.where(share > 1 - _TOLERANCE, 1.0, share))


class _Curve:
    """A survival curve P(X > x), piecewise linear between knots, right-continuous at 0."""

    never: float
    """P(X = inf)."""

    causes: Shares = ()
    """Cause of the end -> P(the exposure ends by it); what found nothing has none."""

    def survival(self, grid: Floats) -> Floats:
        """P(X > x) for each x of the grid, s; exact."""
        raise NotImplementedError

    @property
    def knots(self) -> Floats:
        """Sorted x between which the survival is linear, s; the first is 0."""
        raise NotImplementedError

    def mean(self, cap_s: float) -> float:
        """E[min(X, cap)], s."""
        raise NotImplementedError

    @property
    def largest(self) -> float:
        """Least upper bound of X, s."""
        raise NotImplementedError

    @property
    def nothing(self) -> float:
        """P(X = 0): nothing valid was found."""
        return float(1 - self.survival(np.zeros(1))[0])

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """For each share q the least x with P(X <= x) >= q, s; inf where X never ends for more than 1 - q."""
        knots = self.knots
        above = self.survival(knots)
        return [self._quantile(knots, above, 1 - share) for share in shares]

    def _quantile(self, knots: Floats, above: Floats, level: float) -> float:
        if self.never > level + _TOLERANCE:
            return float("inf")
        right = int(np.searchsorted(-above, -(level + _TOLERANCE)))
        if right == 0:
            return 0.0
        if right == len(knots):
            return float(knots[-1])
        rise = above[right - 1] - above[right]
        part = min(max((above[right - 1] - level) / rise, 0.0), 1.0)
        return float(knots[right - 1] + part * (knots[right] - knots[right - 1]))


@dataclass(frozen=True)
class Law(_Curve):
    """Exposure of one place: while t runs over a step of constant V, V - t is uniform.

    Attributes:
        low: Lower ends of the uniform parts, s, shape (n,).
        high: Upper ends, s; each part has the density 1 / total.
        total: Places times length of the window of thefts, s.
        never: P(X = inf).
        causes: Cause of the end -> its probability.
    """

    low: Floats
    high: Floats
    total: float
    never: float
    causes: Shares = ()

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        knots = np.unique(np.concatenate([[0.0], self.low, self.high]))
        begun = np.searchsorted(np.sort(self.low), knots[:-1], side="right")
        done = np.searchsorted(np.sort(self.high), knots[:-1], side="right")
        areas = (begun - done) * np.diff(knots)
        above = np.concatenate([np.cumsum(areas[::-1])[::-1], [0.0]]) / self.total + self.never
        return knots, above

    @property
    def knots(self) -> Floats:
        """Ends of the uniform parts, s."""
        return self._table[0]

    def survival(self, grid: Floats) -> Floats:
        """P(X > x), exact."""
        knots, above = self._table
        return _snapped(np.interp(grid, knots, above, right=self.never))

    def mean(self, cap_s: float) -> float:
        """E[min(X, cap)], s."""
        low, high = np.minimum(self.low, cap_s), np.minimum(self.high, cap_s)
        below = (high - low) * (high + low) / 2
        beyond = cap_s * ((self.high - self.low) - (high - low))
        return float((below.sum() + beyond.sum()) / self.total + cap_s * self.never)

    @property
    def largest(self) -> float:
        """Least upper bound, s."""
        return float("inf") if self.never > 0 else float(self.high.max(initial=0.0))


@dataclass(frozen=True)
class Mixture(_Curve):
    """A weighted mixture of laws: a population's total over its places.

    Attributes:
        parts: The laws.
        weights: Their weights, summing to 1.
    """

    parts: tuple[_Curve, ...]
    weights: tuple[float, ...]

    @property
    def never(self) -> float:  # type: ignore[override]
        """P(X = inf)."""
        return sum(w * part.never for w, part in self._pairs)

    @cached_property
    def causes(self) -> Shares:  # type: ignore[override]
        """Cause of the end -> its probability."""
        weighted: dict[str, float] = {}
        for w, part in self._pairs:
            for name, share in part.causes:
                weighted[name] = weighted.get(name, 0.0) + w * share
        return tuple(sorted(weighted.items()))

    @property
    def _pairs(self) -> list[tuple[float, _Curve]]:
        return [(w, part) for w, part in zip(self.weights, self.parts, strict=True) if w > 0]

    @cached_property
    def knots(self) -> Floats:
        """All knots of the parts, s."""
        return np.unique(np.concatenate([part.knots for _, part in self._pairs]))

    def survival(self, grid: Floats) -> Floats:
        """P(X > x), exact."""
        return _snapped(np.sum([w * part.survival(grid) for w, part in self._pairs], axis=0))

    def mean(self, cap_s: float) -> float:
        """E[min(X, cap)], s."""
        return sum(w * part.mean(cap_s) for w, part in self._pairs)

    @property
    def largest(self) -> float:
        """Least upper bound, s."""
        return max(part.largest for _, part in self._pairs)


@dataclass(frozen=True)
class Sample(_Curve):
    """Sampled thefts, where a run of level `summary` has no holdings.

    Attributes:
        found: Exposures of the thefts that found something valid, s; may be inf.
        size: Thefts sampled, those that found nothing included.
    """

    found: Floats
    size: int

    @property
    def never(self) -> float:  # type: ignore[override]
        """Share of inf."""
        return float(np.isinf(self.found).sum() / self.size)

    @cached_property
    def knots(self) -> Floats:
        """The values, s."""
        return np.unique(np.concatenate([[0.0], self.found[np.isfinite(self.found)]]))

    def survival(self, grid: Floats) -> Floats:
        """Share of thefts above x."""
        above = len(self.found) - np.searchsorted(np.sort(self.found), grid, side="right")
        return np.asarray(above / self.size, dtype=np.float64)

    def mean(self, cap_s: float) -> float:
        """Mean of min(X, cap), s."""
        return float(np.minimum(self.found, cap_s).sum() / self.size)

    @property
    def largest(self) -> float:
        """Largest value, s."""
        return float(self.found.max(initial=0.0))

    def _quantile(self, knots: Floats, above: Floats, level: float) -> float:
        if self.never > level + _TOLERANCE:
            return float("inf")
        return float(knots[int(np.searchsorted(-above, -(level + _TOLERANCE)))])


@dataclass(frozen=True)
class Causes:
    """What ends the use of what ends at an instant.

    Attributes:
        names: Names of the causes.
        ends: Ends of all holdings, s, ascending, shape (n,).
        codes: Index of each one's cause in `names`.
    """

    names: tuple[str, ...]
    ends: Floats
    codes: NDArray[np.int64]

    def shares(self, until: Floats, mass: Floats) -> Shares:
        """Name of the cause -> sum of the masses of the steps that end by it; those without any are left out."""
        one = len(self.codes) > 0 and self.codes.min() == self.codes.max()
        codes = np.full(len(until), self.codes[0]) if one else self.codes[np.searchsorted(self.ends, until)]
        sums = np.bincount(codes, weights=mass, minlength=len(self.names))
        return tuple((name, float(share)) for name, share in zip(self.names, sums, strict=True) if share > 0)


def law_of(steps: Steps, window_s: float, places: float, causes: Causes | None = None) -> Law:
    """The law of X = max(V(t) - t, 0) for t uniform on [0, window) and a uniformly chosen place.

    Args:
        steps: V for each client; what is not covered holds nothing.
        window_s: Thefts fall in [0, window), s.
        places: How many such places exist (in the mean, where they come and go), those without rows included.
        causes: What ends the exposure that ends at V.
    """
    start = np.clip(steps.start, 0.0, window_s)
    stop = np.minimum(np.minimum(steps.stop, window_s), steps.until)
    some = stop > start
    start, stop, until = start[some], stop[some], steps.until[some]
    forever = np.isinf(until)
    total = window_s * places
    length = stop - start
    low = until[~forever] - stop[~forever]
    shares = () if causes is None else causes.shares(until, length / total)
    return Law(low, low + length[~forever], total, float(length[forever].sum()) / total, shares)
