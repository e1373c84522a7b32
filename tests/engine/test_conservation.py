"""The laws that every run is held to can fail: a table with one thing wrong in it breaks one of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from sim.scenario import Scenario
from sim.shards import part_of, shards_of
from tests.support.columns import Columns, Tables
from tests.support.laws import assert_conserved
from tests.support.runs import Frames, run
from tests.support.zoo import ZOO

WRONG: dict[str, tuple[str, str, Any]] = {
    "a call lost": ("calls", "calls", lambda n: n - 1),
    "a call of somebody else": ("calls", "client", lambda n: n + 1),
    "a call before the run": ("calls", "from_s", lambda s: s - 1e6),
    "a segment that ends before it begins": ("calls", "to_s", lambda s: s - 1e6),
    "a wait that nobody waited": ("calls", "wait_s", lambda s: s + 1),
    "less than no wait": ("waits", "wait_s", lambda s: -1.0),
    "a group that did not wait": ("waits", "total_wait_s", lambda s: s + 1),
    "signed with what is not there": ("calls", "credential", lambda _: "ses-999999-0001"),
    "a verdict that is never signed": ("calls", "verdict", lambda _: "RefreshFailed"),
    "refused as expired too early": ("calls", "verdict", lambda _: "ExpiredToken"),
    "valid after it expired": ("credentials", "valid_until_s", lambda s: s + 1e6),
    "ok after the end": ("credentials", "valid_until_s", lambda s: s - 1e5),
    "counted on one too many": ("credentials", "calls_signed", lambda n: n + 1),
    "open with an end": ("credentials", "end_reason", lambda _: "open"),
    "issued twice": ("credentials", "credential", lambda _: "ses-000000-0002"),
    "an attempt past the run": ("requests", "at_s", lambda s: s + 1e6),
    "refused, and issued": ("requests", "outcome", lambda _: "throttled"),
    "granted, and nothing issued": ("requests", "issued", lambda _: None),
    "issued without a row": ("requests", "issued", lambda _: "ses-999999-0001"),
    "a second counted wrong": ("requests_per_second", "requests", lambda n: n + 1),
    "held without a row": ("holdings", "credential", lambda _: "ses-999999-0001"),
    "held for no time": ("holdings", "to_s", lambda s: s - 1e6),
    "held longer than accepted": ("holdings", "valid_until_s", lambda s: s + 1),
    "two at once": ("holdings", "from_s", lambda s: max(s - 1000.0, 0.0)),
}
"""What is wrong -> table, column, and what is made of the value in a row in the middle."""
FILLED = {"calls": "credential", "requests": "issued"}
"""Rows that are about a credential, of tables that have others."""


@pytest.fixture(scope="module")
def frames() -> Frames:
    scenario = Scenario.model_validate(ZOO["sdk-botocore-1.44"])
    return run(part_of(scenario, shards_of(scenario)[1]), level="credentials")


def broken(frames: Frames, table: str, made: pd.DataFrame) -> Tables:
    columns = dict(frames.shards[0])
    schema = columns[table].table.schema
    plain = pa.Table.from_pandas(made, preserve_index=False)
    return Tables([{**columns, table: Columns(plain.cast(schema).unify_dictionaries())}])


def test_what_was_written_keeps_the_laws(frames: Frames) -> None:
    assert len(frames["requests"]) > 10
    assert_conserved(frames.scenario, broken(frames, "requests", frames["requests"]), 0)


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_value_breaks_a_law(frames: Frames, name: str) -> None:
    table, column, change = WRONG[name]
    made = frames[table]
    there = made.index[made[FILLED[table]].notna()] if table in FILLED else made.index
    row = there[len(there) // 2]
    made.loc[row, column] = change(made.loc[row, column])
    with pytest.raises(AssertionError):
        assert_conserved(frames.scenario, broken(frames, table, made), 0)


@pytest.mark.parametrize("table", ["calls", "credentials", "requests", "requests_per_second", "waits"])
def test_a_row_that_is_missing_breaks_a_law(frames: Frames, table: str) -> None:
    made = frames[table]
    assert len(made) > 2
    with pytest.raises(AssertionError):
        assert_conserved(
            frames.scenario, broken(frames, table, made.drop(index=len(made) // 2).reset_index(drop=True)), 0
        )


@pytest.mark.parametrize("table", ["holdings", "requests", "waits"])
def test_rows_out_of_order_break_a_law(frames: Frames, table: str) -> None:
    made = frames[table]
    with pytest.raises(AssertionError):
        assert_conserved(frames.scenario, broken(frames, table, made.iloc[::-1].reset_index(drop=True)), 0)
