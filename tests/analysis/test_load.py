from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.load import Results, ResultsError
from sim.records import TABLES, Level
from tests.support.fake_results import fake_rows, write_fake_results


def test_shards_are_one_table(fake_results: Results) -> None:
    rows = fake_rows("sessions-1h", 1)["calls"]
    frame = fake_results.table("calls", "sessions-1h", 1)
    assert list(frame.columns) == [column.name for column in TABLES["calls"].columns]
    assert frame["calls"].tolist() == [row["calls"] for row in rows]


def test_only_the_wanted_columns_are_read(fake_results: Results) -> None:
    assert list(fake_results.table("holdings", "keys", 0, ("to_s", "place")).columns) == ["to_s", "place"]


def test_the_manifest_is_at_hand(fake_results: Results) -> None:
    assert fake_results.strategies == ("keys", "sessions-1h", "sessions-2h")
    assert (fake_results.baseline, fake_results.replications, fake_results.horizon_s) == ("keys", 3, 172_800.0)
    assert fake_results.scenario("keys")["populations"]["people"]["count"] == 20


def test_the_first_strategy_is_the_baseline_where_the_scenario_s_was_not_run(fake_results: Results) -> None:
    results = Results(fake_results.folder)
    results.manifest = {**results.manifest, "baseline": "keys", "strategies": {"sessions-1h": {}, "sessions-2h": {}}}
    assert results.baseline == "sessions-1h"


def test_a_table_that_the_level_leaves_out_is_empty_with_its_columns(tmp_path: Path) -> None:
    results = Results(write_fake_results(tmp_path / "r", replications=1, level=Level.SUMMARY))
    frame = results.table("holdings", "keys", 0)
    assert not results.has("holdings")
    assert len(frame) == 0
    assert "valid_until_s" in frame.columns


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = write_fake_results(tmp_path / "r", replications=1, shards=1)
    (folder / "tables" / "keys" / "r0000" / "calls.s00.parquet").write_bytes(b"broken")
    (folder / "tables" / "keys" / "r0000" / "waits.s00.parquet").unlink()
    for table in ("calls", "waits"):
        with pytest.raises(ResultsError, match=f"{table}.s00.parquet cannot be read"):
            Results(folder).table(table, "keys", 0)


def test_an_unknown_column_is_named(fake_results: Results) -> None:
    with pytest.raises(KeyError, match="table calls has no column color"):
        fake_results.table("calls", "keys", 0, ("color",))


@pytest.mark.parametrize("content", [None, "", "[]", json.dumps({"schema": 99}), json.dumps({"schema": 1})])
def test_another_folder_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ResultsError, match=str(tmp_path)):
        Results(tmp_path)
