"""An upgrade that changes a step whose answers a host shares: while old processes run there are two caches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import document, fleet

OLD_S, NEW_S = 960.0, 1200.0
BEGINS_S, RAMP_S, HORIZON_S = 600.0, 1200.0, 3000.0


def rolled(cache: str, level: str = "credentials") -> Frames:
    """Six processes on two hosts, upgraded one after the other to longer sessions."""
    words = fleet("own", {"kind": "poisson", "rps": 0.2}, count=6, per_host=3, start={"at_s": 0})
    upgrade: dict[str, Any] = {"at_s": BEGINS_S, "upgrade": "fleet", "ramp_s": RAMP_S}
    upgrade["set"] = {"credentials.own.0.session_s": NEW_S}
    made = document({"fleet": words}, horizon_s=HORIZON_S, timeline=[upgrade])
    step = {**made["credentials"]["chained"][0], "session_s": OLD_S, "cache": cache}
    made["credentials"] = {**made["credentials"], "own": [step]}
    return run(made, level=level)


@pytest.mark.parametrize("cache", ["host", "file"])
def test_old_and_new_processes_share_a_cache_each(cache: str) -> None:
    frames = rolled(cache)
    sessions = frames["credentials"].query("kind == 'session' and slot == 4092")
    length_s = (sessions["expires_at_s"] - sessions["issued_at_s"]).round()
    assert set(length_s) == {OLD_S, NEW_S}
    assert sessions.loc[length_s == OLD_S, "issued_at_s"].max() < BEGINS_S + RAMP_S
    assert sessions.loc[length_s == NEW_S, "issued_at_s"].min() > BEGINS_S
    assert sessions["credential"].is_unique
    for _, own in sessions.assign(length_s=length_s).groupby(["client", "length_s"]):
        began = own["issued_at_s"].sort_values().to_numpy()
        assert len(began) > 1 and (began[1:] > began[:-1]).all()


@pytest.mark.parametrize("cache", ["host", "file"])
def test_both_lie_at_the_place_while_old_processes_run(cache: str) -> None:
    holdings = rolled(cache)["holdings"]
    there = holdings["place"] == ("agent" if cache == "host" else "file")
    held = holdings[there & (holdings["from_s"] <= 1500) & (holdings["to_s"] > 1500)]
    assert (held.groupby("client").size() == 2).all() and held["client"].nunique() >= 1


@pytest.mark.parametrize("cache", ["host", "file"])
def test_levels_agree(cache: str) -> None:
    detail = rolled(cache)
    assert verdicts(detail) == verdicts(rolled(cache, "calls")) == verdicts(rolled(cache, "summary"))
