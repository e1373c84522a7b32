"""Frames of a table's columns from a few given ones."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.metrics import FAMILIES, Context, Value
from tests.support.fake_results import to_arrow
from tests.support.fake_scenario import HORIZON_S, fake_scenario

Key = tuple[str, str]


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return to_arrow(name, rows).to_pandas()


def context(*, keys: bool = False, **changes: Any) -> Context:
    scenario = fake_scenario(keys=keys).model_dump(mode="json", by_alias=True)
    settings: dict[str, Any] = {"scenario": scenario, "horizon_s": HORIZON_S} | changes
    return Context(**settings)


def values(family: str, about: Context, **rows: list[dict[str, Any]]) -> dict[Key, Value]:
    """(metric, selector as text) -> value of one family on the given rows; all its other tables are empty."""
    frames = {name: table(name, rows.get(name, [])) for name in FAMILIES[family].tables}
    found = list(FAMILIES[family].compute(frames, about))
    keyed = {(v.metric, ",".join(f"{k}={x}" for k, x in v.selector)): v for v in found}
    assert len(keyed) == len(found), "a metric came twice for one selector"
    return keyed


def number(found: dict[Key, Value], metric: str, selector: str = "") -> float:
    value = found[metric, selector]
    return value.value / value.over
