"""What a metric is: a name with a unit, and a pure function from frames to values of one replication."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.records import Level

__all__ = ["Context", "Family", "Frames", "Metric", "Selector", "Value", "group_sums", "sel"]

Selector = tuple[tuple[str, str], ...]
"""Sorted (key, value) pairs: what a value is about. Empty: everything that may be summed."""

Frames = Mapping[str, pd.DataFrame]
"""Table name -> frame of one strategy and replication."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the reference.

    Attributes:
        name: Name in summary.json, such as `calls.failed`.
        unit: Unit of its values; empty for a share.
        text: Definition, one sentence.
        selectors: Combinations of selector keys it is given for; `()` is the null selector.
        is_sum: Whether it adds things up, so that a selector without any is 0.
        is_count: Whether it counts things: a sum, and 0 in all runs says how likely any is at most (`p_any_high`).
        is_instant: Whether it is about an instant: a check's `at_s`, the horizon in the summary.
        needs: The lowest level that records what it is computed from.
        whole_only: Why it is of whole runs only, though its tables can be cut to a window; empty if it is not.
    """

    name: str
    unit: str
    text: str
    selectors: tuple[tuple[str, ...], ...] = ((),)
    is_sum: bool = False
    is_count: bool = False
    is_instant: bool = False
    needs: Level = Level.SUMMARY
    whole_only: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One metric of one strategy, replication and selector.

    Attributes:
        metric: Name of the metric.
        selector: What it is about.
        value: The value, or the numerator of a ratio; inf means never.
        over: Denominator of a ratio; 1 for everything else.
        reason: Why there is no value; then `value` is nan.
        never_share: Share of thefts that never end (exposure only).
    """

    metric: str
    selector: Selector
    value: float
    over: float = 1.0
    reason: str | None = None
    never_share: float | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a metric may know beside the frames.

    Attributes:
        scenario: Resolved scenario of the strategy.
        horizon_s: Length of the run, s.
        level: How much was recorded.
        quotas: (account, quota group) -> refill rate, requests/s, where one is documented or set.
        places: (population, place) -> how many such places exist, the same in all strategies.
        at_s: Instant asked for, s; None for the horizon.
    """

    scenario: Mapping[str, Any]
    horizon_s: float
    level: Level = Level.CREDENTIALS
    quotas: Mapping[tuple[str, str], float] = field(default_factory=dict)
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)
    at_s: float | None = None

    @property
    def instant_s(self) -> float:
        """The instant that metrics of an instant are about, s."""
        return self.horizon_s if self.at_s is None else self.at_s

    @property
    def populations(self) -> dict[str, dict[str, Any]]:
        """Populations of the scenario by name."""
        return dict(self.scenario["populations"])

    def local_issuers(self) -> set[str]:
        """Names of the issuers that answer on a host and are no API of AWS."""
        return self.issuers_of("imds", "container", "pod_identity", "broker")

    def issuers_of(self, *kinds: str) -> set[str]:
        """Names of the issuers of these kinds."""
        return {name for name, issuer in self.scenario.get("issuers", {}).items() if issuer["kind"] in kinds}


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics that are computed together.

    Attributes:
        metrics: Their reference entries.
        tables: Table -> columns read.
        compute: Pure function from frames (those of `tables`) and context to values.
    """

    metrics: tuple[Metric, ...]
    tables: Mapping[str, tuple[str, ...]]
    compute: Callable[[Frames, Context], Iterable[Value]]


def sel(**keys: str) -> Selector:
    """A selector from keyword arguments, in sorted order."""
    return tuple(sorted(keys.items()))


def group_sums(metric: str, frame: pd.DataFrame, column: str, by: Sequence[Sequence[str]]) -> Iterator[Value]:
    """Sums of a column for each combination of selector keys; the empty combination is the whole sum."""
    whole = pd.api.types.is_integer_dtype(frame[column].dtype)
    coded = {key: _coded(frame[key]) for key in {key for keys in by for key in keys}} if whole else {}
    for keys in by:
        if not keys:
            yield Value(metric, (), float(frame[column].sum()))
            continue
        sums = _whole_sums(frame[column], [coded[key] for key in keys]) if whole else _sums(frame, column, keys)
        for labels, total in sums:
            yield Value(metric, sel(**dict(zip(keys, labels, strict=True))), total)


def _sums(frame: pd.DataFrame, column: str, keys: Sequence[str]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Labels and their sum, as pandas adds: with compensation of what rounding loses."""
    for key, total in frame.groupby(list(keys), sort=True, observed=True)[column].sum().items():
        yield tuple(map(str, key if isinstance(key, tuple) else (key,))), float(total)


def _coded(column: pd.Series) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Codes, -1 for none, and the labels in the order in which pandas sorts groups."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, np.int64), [str(label) for label in column.cat.categories]
    codes, labels = pd.factorize(column, sort=True)
    return np.asarray(codes, np.int64), [str(label) for label in labels]


def _whole_sums(
    values: pd.Series, coded: Sequence[tuple[npt.NDArray[np.int64], list[str]]]
) -> Iterator[tuple[tuple[str, ...], float]]:
    """The same of whole numbers, where the order of adding does not matter (exact below 2^53)."""
    sizes = [len(labels) for _, labels in coded]
    known = np.all([codes >= 0 for codes, _ in coded], axis=0)
    if not known.any():
        return
    number = np.ravel_multi_index([codes[known] for codes, _ in coded], sizes)
    groups, of_row = np.unique(number, return_inverse=True)
    totals = np.bincount(of_row, values.to_numpy()[known])
    for place, total in zip(zip(*np.unravel_index(groups, sizes), strict=True), totals.tolist(), strict=True):
        yield tuple(labels[code] for code, (_, labels) in zip(place, coded, strict=True)), total
