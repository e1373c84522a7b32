"""Draws from a scenario's distributions: one uniform, inverted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from sim.spec import Discrete, Dist, Exponential, Geometric, LogNormal, Normal, Uniform
from sim.streams import Purpose, Stream

__all__ = ["copies_at", "draw", "lowest", "mean_of", "quantile", "quantiles", "size_biased"]


def draw(stream: Stream, dist: Dist, purpose: Purpose, index: int, k: int = 0) -> float:
    """The k-th draw of `dist` for `index`; a number draws nothing."""
    if isinstance(dist, (int, float)):
        return float(dist)
    return quantile(dist, stream.uniform(purpose, index, k))


def copies_at(stream: Stream, copies: Mapping[str, Dist], index: int) -> list[tuple[str, int]]:
    """Places where copies of a credential lie, with their number (drawn, rounded down); places without any left out."""
    drawn = ((place, int(draw(stream, law, Purpose.COPIES, index, k))) for k, (place, law) in enumerate(copies.items()))
    return [(place, number) for place, number in drawn if number > 0]


def quantile(dist: Dist, u: float) -> float:  # noqa: PLR0911 - one law, one line
    """Inverse distribution function at `u` in (0, 1).

    Raises:
        TypeError: For a kind of distribution that has no inverse here.
    """
    match dist:
        case LogNormal(lognormal=p):
            return p.median * math.exp(p.sigma * float(ndtri(u)))
        case Normal(normal=p):
            return p.mean + p.sd * float(ndtri(u))
        case Exponential(exponential=p):
            return -p.mean * math.log1p(-u)
        case Uniform(uniform=p):
            return p.low + (p.high - p.low) * u
        case Geometric(geometric=p):
            return float(math.floor(math.log1p(-u) / math.log(p.mean / (1.0 + p.mean))))
        case Discrete(discrete=weights):
            return _discrete(weights, u)
        case float() | int():
            return float(dist)
    raise TypeError(f"no inverse for {dist!r}")


def _discrete(weights: dict[float, float], u: float) -> float:
    target = u * sum(weights.values())
    for value, weight in weights.items():
        target -= weight
        if target < 0:
            return value
    return next(value for value, weight in reversed(list(weights.items())) if weight > 0)


def mean_of(dist: Dist) -> float:
    """Mean of a scenario's distribution."""
    match dist:
        case LogNormal(lognormal=p):
            return p.median * math.exp(p.sigma**2 / 2)
        case Normal(normal=p) | Exponential(exponential=p) | Geometric(geometric=p):
            return p.mean
        case Uniform(uniform=p):
            return (p.low + p.high) / 2
        case Discrete(discrete=weights):
            return sum(value * weight for value, weight in weights.items()) / sum(weights.values())
    return float(dist)


def lowest(dist: Dist) -> float:
    """Lowest value of a law whose draws below 0 are cut where they make no sense: a normal law's is 0."""
    match dist:
        case Uniform(uniform=p):
            return p.low
        case Discrete(discrete=weights):
            return min(value for value, weight in weights.items() if weight > 0)
        case float() | int():
            return float(dist)
    return 0.0


def quantiles(dist: Dist, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """`quantile` for many draws at once, shape as `u`."""
    if isinstance(dist, (int, float)):
        return np.full(u.shape, float(dist))
    if isinstance(dist, Discrete):
        values, weights = np.array(list(dist.discrete)), np.cumsum(list(dist.discrete.values()))
        drawn: NDArray[np.float64] = values[
            np.searchsorted(weights, u * weights[-1], side="right").clip(max=len(values) - 1)
        ]
        return drawn
    return np.array([quantile(dist, float(x)) for x in u])


def size_biased(dist: Dist, u: float) -> float:
    """Inverse of the size-biased distribution function (density x f(x) / mean) at `u`.

    Exact for numbers, lognormal, exponential and uniform laws; other laws by a grid of 4,096 quantiles.
    """
    match dist:
        case float() | int():
            return float(dist)
        case LogNormal(lognormal=p):
            return p.median * math.exp(p.sigma**2 + p.sigma * float(ndtri(u)))
        case Exponential(exponential=p):
            return p.mean * float(gammaincinv(2.0, u))
        case Uniform(uniform=p):
            return math.sqrt(p.low**2 + u * (p.high**2 - p.low**2))
    values = np.array([max(quantile(dist, (i + 0.5) / 4096), 0.0) for i in range(4096)])
    cumulative = np.cumsum(values)
    return float(values[np.searchsorted(cumulative, u * cumulative[-1])])
