"""Looking up figures of summary.json by metric, strategy and selector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Difference", "Estimate", "Estimates"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure: a mean over replications with its interval (simulation noise only)."""

    metric: str
    strategy: str
    selector: Mapping[str, str]
    unit: str
    mean: float | None
    low: float | None = None
    high: float | None = None
    assumed_low: float | None = None
    assumed_high: float | None = None
    reason: str = ""
    never_share: float | None = None
    p_any_high: float | None = None

    @property
    def never(self) -> bool:
        """Whether the value is infinite in at least some replications."""
        return self.mean is None and bool(self.never_share)

    @property
    def value(self) -> float:
        """The mean; inf where it never ends, nan where it is unknown."""
        if self.mean is None:
            return math.inf if self.never else math.nan
        return self.mean

    @property
    def errors(self) -> tuple[float, float]:
        """Distances from the mean down to the interval's low and up to its high end; 0 if unknown."""
        if self.mean is None:
            return (0.0, 0.0)
        low = self.mean if self.low is None else self.low
        high = self.mean if self.high is None else self.high
        return (max(0.0, self.mean - low), max(0.0, high - self.mean))


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference of a strategy to the baseline."""

    metric: str
    baseline: str
    strategy: str
    selector: Mapping[str, str]
    unit: str
    mean: float | None
    low: float | None
    high: float | None
    p_holm: float | None

    @property
    def told(self) -> bool:
        """Whether the difference can be told from noise, corrected for the number of comparisons."""
        return self.p_holm is not None and self.p_holm < 0.05

    def scaled(self, scale: float, unit: str) -> Difference:
        """The difference in another unit; as it is where no unit is given."""
        if not unit:
            return self
        moved = [None if value is None else value * scale for value in (self.mean, self.low, self.high)]
        return replace(self, unit=unit, mean=moved[0], low=moved[1], high=moved[2])


class Estimates:
    """The figures of one summary."""

    def __init__(self, summary: Mapping[str, Any]) -> None:
        self._metrics: dict[tuple[str, str], list[Estimate]] = {}
        for row in summary.get("metrics", ()):
            figure = _estimate(row)
            self._metrics.setdefault((figure.metric, figure.strategy), []).append(figure)
        self._differences: dict[tuple[str, str], list[Difference]] = {}
        for row in summary.get("differences", ()):
            difference = _difference(row)
            self._differences.setdefault((difference.metric, difference.strategy), []).append(difference)

    def has(self, metric: str) -> bool:
        """Whether any strategy has this metric with a value."""
        return any(
            name == metric and any(figure.mean is not None or figure.never for figure in figures)
            for (name, _), figures in self._metrics.items()
        )

    def one(self, metric: str, strategy: str, **selector: str) -> Estimate | None:
        """The figure with exactly this selector; None if there is none."""
        return next((figure for figure in self.all(metric, strategy) if figure.selector == selector), None)

    def all(self, metric: str, strategy: str, *keys: str, **wanted: str) -> list[Estimate]:
        """Figures of a metric: those whose selector has exactly `keys` (if given) and holds `wanted`."""
        return [
            figure
            for figure in self._metrics.get((metric, strategy), ())
            if (not keys or set(figure.selector) == set(keys)) and wanted.items() <= figure.selector.items()
        ]

    def differences(self, metric: str, strategy: str) -> list[Difference]:
        """Paired differences of a metric to the baseline."""
        return self._differences.get((metric, strategy), [])

    def difference(self, metric: str, strategy: str, selector: Mapping[str, str]) -> Difference | None:
        """The paired difference with exactly this selector; None if there is none."""
        return next((row for row in self.differences(metric, strategy) if row.selector == selector), None)

    def values(self, key: str, *metrics: str) -> list[str]:
        """Values that a selector key takes over the metrics, in order of appearance."""
        found = (
            figure.selector[key]
            for (metric, _), figures in self._metrics.items()
            if metric in metrics
            for figure in figures
            if key in figure.selector
        )
        return list(dict.fromkeys(found))


def _selector(row: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in (row.get("selector") or {}).items()}


def _estimate(row: Mapping[str, Any]) -> Estimate:
    keys = ("mean", "low", "high", "assumed_low", "assumed_high", "never_share", "p_any_high")
    numbers = {key: None if row.get(key) is None else float(row[key]) for key in keys}
    return Estimate(
        str(row["metric"]),
        str(row["strategy"]),
        _selector(row),
        str(row.get("unit") or ""),
        reason=str(row.get("reason") or ""),
        **numbers,
    )


def _difference(row: Mapping[str, Any]) -> Difference:
    numbers = {key: None if row.get(key) is None else float(row[key]) for key in ("mean", "low", "high", "p_holm")}
    return Difference(
        str(row["metric"]),
        str(row["baseline"]),
        str(row["strategy"]),
        _selector(row),
        str(row.get("unit") or ""),
        **numbers,
    )
