"""Who shares what a step yields, which failures are remembered, and who comes back after falling through."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.support.runs import Frames, run
from tests.support.zoo import document, fleet

CHAINS: dict[str, Any] = document({}, horizon_s=1)["credentials"]
OWN = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600}
FAST = {"kind": "every", "every_s": 1}


def fleet_of(*steps: dict[str, Any], horizon_s: float = 600.0, **more: Any) -> Frames:
    """Eight processes on two hosts that start at once."""
    blocks = {name: more.pop(name) for name in ("timeline", "issuers") if name in more}
    words = {"count": 8, "per_host": 4, "start": {"at_s": 0, "spread_s": 0.02}, **more}
    calls = words.pop("calls", FAST)
    credentials = {**CHAINS, "own": list(steps)}
    return run(
        document({"fleet": fleet("own", calls, **words)}, horizon_s=horizon_s, credentials=credentials, **blocks)
    )


def asked(frames: Frames) -> int:
    """Attempts at STS."""
    requests = frames["requests"]
    return int((requests["issuer"] == "sts").sum())


@pytest.mark.parametrize(("scope", "requests"), [("thread", 16), ("process", 8), ("host", 2)])
def test_the_wider_the_scope_the_fewer_ask(scope: str, requests: int) -> None:
    assert asked(fleet_of({**OWN, "cache": scope}, threads=2)) == requests


def test_without_a_cache_every_call_asks() -> None:
    frames = fleet_of({**OWN, "cache": "none"})
    assert asked(frames) == frames["calls"]["calls"].sum() > 4000


def test_through_a_file_those_who_find_it_due_together_all_ask() -> None:
    together = fleet_of({**OWN, "cache": "file"}, calls={"kind": "trace", "at_s": [0.05 * n for n in range(100)]})
    apart = fleet_of({**OWN, "cache": "file"}, start={"at_s": 0, "spread_s": 60})
    assert asked(together) == 8
    assert asked(apart) == 2


def test_through_a_file_an_answer_is_found_while_others_are_under_way() -> None:
    """STS needs 1.5 s: who begins before the first answer is there asks too, and nobody who begins later."""
    slow = {**document({}, horizon_s=1)["issuers"], "sts": {"kind": "sts", "latency_s": 1.5}}
    words = {"count": 12, "per_host": 12, "start": {"at_s": 0, "spread_s": 4}, "issuers": slow}
    frames = fleet_of({**OWN, "cache": "file"}, **words)
    at = frames["requests"].query("issuer == 'sts'")["at_s"]
    assert 2 <= len(at) < 12
    assert at.max() < at.min() + 1.5


def test_a_failure_leaves_no_trace_in_a_file() -> None:
    """While a request fails slowly, other processes that find the file due ask as well: each at each of its calls."""
    slow = {**document({}, horizon_s=1)["issuers"], "sts": {"kind": "sts", "latency_s": 2.0}}
    own = {**OWN, "cache": "file", "retry": {"attempts": 1}}
    words = {"count": 4, "per_host": 4, "start": {"at_s": 0}, "calls": {"kind": "every", "every_s": 8}}
    outage = [{"at_s": 2600, "outage": "sts", "for_s": 200}]
    frames = fleet_of(own, issuers=slow, timeline=outage, horizon_s=2800.0, **words)
    in_vain = frames["requests"].query("outcome == 'unavailable'")["at_s"]
    due = frames["credentials"].query("kind == 'session'")["expires_at_s"].min() - 900
    assert len(in_vain) == pytest.approx(4 * (2800 - due) / 8, abs=4)


def test_what_a_host_shares_survives_a_restart_and_is_written_once() -> None:
    frames = fleet_of({**OWN, "cache": "host"}, timeline=[{"at_s": 300, "restart": "fleet"}])
    assert asked(frames) == 2
    sessions = frames["credentials"].query("kind == 'session'")
    assert len(sessions) == 2
    assert sessions["calls_signed"].sum() == frames["calls"]["calls"].sum()
    places = frames["holdings"].query("kind == 'session'").groupby("place")["client"].nunique()
    assert places.to_dict() == {"agent": 2, "process": 8}


def test_two_caches_in_a_row_with_overlapping_windows() -> None:
    """The process asks from 900 s before the end, the host renews 300 s before it: 600 s of calls ask for nothing."""
    step = {**OWN, "cache": "host", "refresh": {"advisory_s": 300, "mandatory_s": 300}}
    frames = fleet_of(step, horizon_s=7200)
    issued = frames["credentials"].query("client == 0 and kind == 'session'")["issued_at_s"].to_numpy()
    assert list(issued) == pytest.approx([0, 3300, 6600], abs=3)
    alone = fleet_of({**OWN, "cache": "host"}, horizon_s=7200)
    assert list(alone["credentials"].query("client == 0 and kind == 'session'")["issued_at_s"]) == pytest.approx(
        [0, 2700, 5400], abs=3
    )


def test_a_failure_is_remembered_for_its_time() -> None:
    frames = fleet_of({**CHAINS["refused"][0], "negative_cache_s": 60}, horizon_s=601.0)
    at = frames["requests"].query("client == 0")["at_s"].to_numpy()
    assert len(at) == 10
    assert at[1:] - at[:-1] == pytest.approx([61] * 9)  # the first call after 60.05 s
    plain = fleet_of(CHAINS["refused"][0], horizon_s=601.0)
    assert len(plain["requests"]) == plain["calls"]["calls"].sum()
    assert frames["calls"]["calls"].sum() == plain["calls"]["calls"].sum()


def _principals(frames: Frames) -> pd.Series:
    """Principal of what each process held at the end."""
    credentials = frames["credentials"].set_index("credential")["principal"]
    held = frames["holdings"][frames["holdings"]["place"] == "process"]
    last = held.sort_values("to_s").drop_duplicates("client", keep="last")
    return last.set_index("client")["credential"].map(credentials)


@pytest.mark.parametrize(("resolves", "at_the_end"), [("once", "role/host"), ("each_fetch", "role/app")])
def test_who_fell_through_comes_back_if_the_sdk_begins_at_the_top(resolves: str, at_the_end: str) -> None:
    node = {"node": {"kind": "imds", "role": "host", "life_s": 1800, "offered_every_s": 300}}
    issuers = {**document({}, horizon_s=1)["issuers"], **node}
    frames = fleet_of(
        {**OWN, "retry": {"attempts": 1}},
        {"from": "node"},
        sdk={"preset": "botocore-1.44", "resolves": resolves},
        timeline=[{"at_s": 0, "outage": "sts", "for_s": 60}],
        issuers=issuers,
        horizon_s=3000.0,
    )
    signed = frames["calls"].merge(frames["credentials"][["credential", "principal"]], on="credential")
    first = signed[signed["from_s"] < 60]
    assert set(first["principal"]) == {"role/host"}
    assert set(_principals(frames)) == {at_the_end}


def test_a_chain_goes_by_the_windows_of_the_step_that_won() -> None:
    """botocore stretches what IMDS hands out, never a session: 3,600 s of STS are renewed at 2,700 s."""
    frames = fleet_of({"from": "sts.AssumeRole", "role": "closed", "user": "robot"}, OWN, horizon_s=3000.0)
    issued = frames["credentials"].query("client == 0 and kind == 'session'")["issued_at_s"]
    assert list(issued) == pytest.approx([0, 2700], abs=3)
