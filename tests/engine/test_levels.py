"""All recording levels give the same credentials, requests and verdict counts, and every run keeps the laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import ZOO

_EQUAL_DETAIL = ["credentials", "holdings", "requests", "waits"]
_EQUAL_ALWAYS = ["requests_per_second", "logins", "rotations", "probes"]


def _waited(frames: Frames) -> pd.Series:
    return frames["calls"].groupby(["population", "client", "verdict"])["wait_s"].sum()


def _assert_equal(one: Frames, other: Frames, table: str, *, exact: bool) -> None:
    """The same rows; files of the same bytes hold them, and are compared in less time."""
    files = [{shard: data for (shard, name), data in frames.bytes.items() if name == table} for frames in (one, other)]
    if files[0] != files[1]:
        pd.testing.assert_frame_equal(one[table], other[table], check_exact=exact, obj=table)


@pytest.mark.parametrize("name", ZOO)
def test_levels_agree(name: str) -> None:
    by_level = {level: run(ZOO[name], level=level) for level in ("summary", "credentials", "calls")}
    detail = by_level["credentials"]
    for table in _EQUAL_DETAIL:
        _assert_equal(by_level["calls"], detail, table, exact=table != "waits")
    for level in ("summary", "calls"):
        for table in _EQUAL_ALWAYS:
            _assert_equal(by_level[level], detail, table, exact=True)
        assert verdicts(by_level[level]) == verdicts(detail)
        waited = _waited(by_level[level])
        assert np.allclose(waited, _waited(detail).reindex(waited.index), rtol=1e-9, atol=1e-6)
    assert sum(verdicts(detail).values()) > 0, "a zoo scenario without calls shows nothing"
