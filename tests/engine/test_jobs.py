"""Programs with a fixed amount of work that react to errors, or build a provider again and again: by closed form."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import document, fleet

LATENCY_S = 0.05
THINK_S = 2.0
START = {"at_s": 0}
DENIED = {"at_s": 101, "policy": "role/app", "deny": ["s3:GetObject"], "propagation_s": 0}
"""From here on nothing is allowed: between two calls of every program that thinks 2 s."""


def job(chain: str, calls: int, *, within_s: float = 900.0, horizon_s: float = 1000.0, **more: Any) -> Frames:
    """Programs that think for 2 s before each of their calls."""
    timeline = more.pop("timeline", [])
    words = {"start": START, "work": {"calls": calls, "within_s": within_s}, "count": 3, **more}
    every = {"kind": "every", "every_s": THINK_S}
    return run(document({"fleet": fleet(chain, every, **words)}, horizon_s=horizon_s, timeline=timeline))


def ended(frames: Frames) -> Counter[str]:
    """Calls by verdict."""
    found: Counter[str] = Counter()
    for (_, _, verdict), n in verdicts(frames).items():
        found[verdict] += n
    return found


def fetches(frames: Frames, client: int = 0) -> np.ndarray:
    """Instants at which a client asked STS."""
    requests = frames["requests"].query("issuer == 'sts' and client == @client")
    return requests["at_s"].to_numpy()


def test_a_job_that_stops_leaves_the_rest_undone() -> None:
    frames = job("refused", 40, on_error={"sts.AccessDenied": "stop"})
    assert ended(frames) == {"RefreshFailed": 3, "Unfinished": 3 * 39}
    assert len(frames["requests"]) == 3


def test_without_a_word_about_the_error_the_work_goes_on() -> None:
    assert ended(job("refused", 40)) == {"RefreshFailed": 120}


def test_a_job_dies_at_the_first_denied_call_and_keeps_what_it_holds_to_its_deadline() -> None:
    frames = job("by-user", 300, on_error={"AccessDenied": "stop"}, timeline=[DENIED])
    calls = frames["calls"]
    assert ended(frames)["AccessDenied"] == 3
    assert calls.loc[calls["verdict"] == "AccessDenied", "to_s"].max() < 101 + THINK_S + LATENCY_S
    assert ended(frames)["ok"] + 3 + ended(frames)["Unfinished"] == 900
    process = frames["holdings"].query("place == 'process'")
    assert process["to_s"].tolist() == [900.0] * 3
    mine = frames["credentials"].query("kind == 'session'")
    assert mine["end_reason"].tolist() == ["finished"] * 3


def test_a_job_stops_in_all_its_threads() -> None:
    frames = job("thread", 400, threads=4, on_error={"AccessDenied": "stop"}, timeline=[DENIED])
    assert ended(frames)["AccessDenied"] == 3
    assert ended(frames)["ok"] > 300


def test_attempts_come_at_their_own_instants_and_then_it_stops() -> None:
    again = {"again_after": {"fixed_s": 10}, "times": 20, "then": "stop"}
    frames = job("refused", 50, on_error={"sts.AccessDenied": again})
    assert len(frames["requests"]) == 3 * (1 + 20)
    for client in range(3):
        assert np.diff(fetches(frames, client)) == pytest.approx([10 + LATENCY_S] * 20)
    assert ended(frames) == {"RefreshFailed": 3, "Unfinished": 3 * 49}


def test_a_denied_call_is_followed_by_a_pause_and_the_next_one() -> None:
    allowed = {**DENIED, "for_s": 100}
    frames = job("by-user", 100, on_error={"AccessDenied": {"again_after": {"fixed_s": 8}}}, timeline=[allowed])
    assert ended(frames) == {"ok": 300 - 3 * 10, "AccessDenied": 3 * 10}  # one in 8 + 2 s, for 100 s
    last = frames["credentials"].query("kind == 'session'")["ended_at_s"]
    assert last.to_numpy() == pytest.approx(100 * THINK_S + 10 * 8 + LATENCY_S, abs=THINK_S)


def test_a_success_starts_the_count_anew() -> None:
    faults = [{**DENIED, "at_s": at, "for_s": 25} for at in (51, 151)]
    again = {"again_after": {"fixed_s": 8}, "times": 3, "then": "stop"}
    frames = job("by-user", 80, on_error={"AccessDenied": again}, timeline=faults)
    assert ended(frames)["Unfinished"] == 0
    assert 3 * 2 * 2 <= ended(frames)["AccessDenied"] <= 3 * 2 * 3


def test_a_restart_forgets_what_was_held_and_goes_on_with_the_work() -> None:
    denied = {**DENIED, "for_s": 30}
    restart = {"restart_after": {"fixed_s": 38}}
    frames = job("by-user", 100, on_error={"AccessDenied": restart}, timeline=[denied])
    assert ended(frames) == {"ok": 297, "AccessDenied": 3}
    reasons = frames["credentials"].query("kind == 'session'")["end_reason"].value_counts()
    assert reasons.to_dict() == {"restarted": 3, "finished": 3}
    assert len(fetches(frames)) == 2
    assert np.diff(fetches(frames)) == pytest.approx(140, abs=4.1)


def test_a_timeline_restart_ends_a_pause() -> None:
    frames = job("refused", 50, on_error={"sts.AccessDenied": "stop"}, timeline=[{"at_s": 100, "restart": "fleet"}])
    assert len(frames["requests"]) == 2 * 3
    assert ended(frames) == {"RefreshFailed": 6, "Unfinished": 144}


@pytest.mark.parametrize("level", ["credentials", "calls"])
@pytest.mark.parametrize(("per", "asked"), [("call", 50), ({"calls": 7}, 8), ({"calls": 25}, 2)])
def test_a_provider_for_so_many_calls_asks_once_for_them(level: str, per: Any, asked: int) -> None:
    words = fleet("by-user", {"kind": "poisson", "rps": 1}, work={"calls": 50, "within_s": 900}, start=START)
    frames = run(document({"fleet": {**words, "new_provider_per": per}}, horizon_s=1000.0), level=level)
    assert ended(frames) == {"ok": 250}
    assert frames["requests"].groupby("client").size().tolist() == [asked] * 5
    assert frames["calls"]["wait_s"].sum() == pytest.approx(5 * asked * LATENCY_S)


def test_a_provider_for_a_time_asks_with_the_first_call_after_it() -> None:
    frames = job("by-user", 100, new_provider_per={"every_s": 20.5})
    assert np.diff(fetches(frames)) == pytest.approx([22 + LATENCY_S] * 9)


def test_a_new_provider_has_a_new_source_too() -> None:
    frames = job("twice-chained", 40, new_provider_per={"calls": 10})
    by_role = frames["requests"].groupby("operation").size()
    assert by_role["GetCredentials"] * 2 == by_role["AssumeRole"] == 3 * 4 * 2


def test_work_that_builds_a_provider_per_call_dies_where_the_quota_bites() -> None:
    """A bucket of 20 that is never filled again: the 21st call of a list of work is the last one."""
    words = fleet("by-user", {"kind": "every", "every_s": 1}, count=1, start=START, work={"calls": 90, "within_s": 900})
    words |= {"new_provider_per": "call", "on_error": {"sts.Throttling": "stop"}}
    words["sdk"] = {"preset": "botocore-1.44", "retry": {"attempts": 1}}
    closed = {"signed": {"rps": 1e-9, "burst": 20}}
    frames = run(document({"fleet": words}, horizon_s=1000, accounts={"main": {"quotas": closed}}))
    assert ended(frames) == {"ok": 20, "RefreshFailed": 1, "Unfinished": 69}
