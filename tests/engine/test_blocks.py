"""A population whose clients contend for nothing is cut into blocks; the rows are those of the whole."""

from pathlib import Path

import pandas as pd
import pytest

from sim import shards
from sim.engine import simulate
from sim.loading.scenario_file import load
from sim.records import TABLES

FLEET = Path(__file__).parents[1] / "bench" / "fleet.yaml"


def _part(**settings):
    base = {"populations.clients.count": 50, "run.horizon_s": 20_000}
    return next(iter(load(FLEET, {**base, **settings}).strategies.values()))


def _rows(part, folder, blocks):
    frames = {table: [] for table in TABLES}
    for number, clients in enumerate(blocks):
        paths = {table: folder / f"{table}.{number}.parquet" for table in TABLES}
        simulate(part, 0, paths, clients)
        for table, path in paths.items():
            frames[table].append(pd.read_parquet(path))
    return {table: pd.concat(found, ignore_index=True) for table, found in frames.items()}


def test_blocks_hold_the_rows_of_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "_BLOCK_CLIENTS", 20)
    part = _part()
    blocks = shards.blocks_of(part)
    assert [len(block) for block in blocks] == [20, 20, 10]
    (tmp_path / "whole").mkdir()
    whole, cut = _rows(part, tmp_path / "whole", [None]), _rows(part, tmp_path, blocks)
    for table in ("credentials", "holdings", "requests", "calls", "waits"):
        columns = list(whole[table].columns)
        left, right = (rows[table].sort_values(columns, ignore_index=True) for rows in (whole, cut))
        assert len(left) > 0
        pd.testing.assert_frame_equal(left, right)


BUCKET = {"accounts.main.quotas": {"signed": {"rps": 600, "burst": 600}}}
SHARED_KEY = {"credentials.app.0": {"from": "access_key", "user": "deployer"}}


@pytest.mark.parametrize("settings", [BUCKET, SHARED_KEY], ids=["a bucket", "a shared key"])
def test_contention_keeps_a_shard_whole(settings, monkeypatch):
    monkeypatch.setattr(shards, "_BLOCK_CLIENTS", 20)
    assert shards.blocks_of(_part(**settings)) == ()
