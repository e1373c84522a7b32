"""What programs do about errors, and how often they build a provider: by equality and closed form."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import document, fleet

EVERY = {"kind": "every", "every_s": 1}
LATENCY_S = 0.05


def program(chain: str, on_error: dict[str, Any] | None = None, *, horizon_s: float = 400.0, **more: Any) -> Frames:
    """Five processes that start within 5 s and call once a second."""
    blocks = {name: more.pop(name) for name in ("timeline", "credentials", "issuers") if name in more}
    words = {"start": {"at_s": 0, "spread_s": 5}, "on_error": on_error or {}, **more}
    calls = words.pop("calls", EVERY)
    return run(document({"fleet": fleet(chain, calls, **words)}, horizon_s=horizon_s, **blocks))


def ended(frames: Frames) -> Counter[str]:
    """Calls by verdict."""
    found: Counter[str] = Counter()
    for (_, _, verdict), n in verdicts(frames).items():
        found[verdict] += n
    return found


def gaps(frames: Frames, client: int = 0) -> np.ndarray:
    """Times between the attempts of a client."""
    requests = frames["requests"]
    return np.diff(requests.loc[requests["client"] == client, "at_s"].to_numpy())


def test_a_program_that_stops_asks_once_and_sends_nothing_more() -> None:
    frames = program("refused", {"sts.AccessDenied": "stop"})
    assert len(frames["requests"]) == 5
    assert ended(frames) == {"RefreshFailed": 5, "NoCredentials": sum(ended(frames).values()) - 5}


def test_without_a_word_about_the_error_every_call_asks() -> None:
    frames = program("refused")
    assert len(frames["requests"]) == ended(frames)["RefreshFailed"] > 1900


def test_again_after_asks_at_its_own_instants_and_then_stops() -> None:
    again = {"again_after": {"fixed_s": 10}, "times": 20, "then": "stop"}
    frames = program("refused", {"sts.AccessDenied": again})
    assert len(frames["requests"]) == 5 * (1 + 20)
    for client in range(5):
        assert gaps(frames, client) == pytest.approx([10 + LATENCY_S] * 20)


def test_pauses_double_up_to_the_cap() -> None:
    again = {"again_after": {"exponential": {"base_s": 10, "cap_s": 60}}}
    frames = program("refused", {"RefreshFailed": again})
    assert gaps(frames) == pytest.approx(np.array([10, 20, 40, *[60] * 5]) + LATENCY_S)


def test_what_comes_after_the_last_time_may_be_nothing() -> None:
    again = {"again_after": {"fixed_s": 10}, "times": 3, "then": "continue"}
    frames = program("refused", {"sts.AccessDenied": again})
    assert gaps(frames)[:3] == pytest.approx([10 + LATENCY_S] * 3)
    assert (gaps(frames)[4:] < 1.1).all()  # every call asks, as if nothing were said


def test_a_denied_call_stops_the_program_and_it_keeps_what_it_holds() -> None:
    calls = {"kind": "every", "every_s": 1, "action": "ec2:DescribeInstances"}
    frames = program("node", {"AccessDenied": "stop"}, calls=calls)
    assert ended(frames)["AccessDenied"] == 5
    assert set(ended(frames)) == {"AccessDenied", "NoCredentials"}
    process = frames["holdings"][frames["holdings"]["place"] == "process"]
    assert (process["to_s"] == 400.0).all() and len(process) == 5


def test_a_program_stops_in_all_its_threads() -> None:
    denied = {"at_s": 200, "policy": "role/app", "deny": ["s3:GetObject"], "propagation_s": 0}
    busy = {"kind": "poisson", "rps": 2}
    frames = program("thread", {"AccessDenied": "stop"}, threads=4, calls=busy, timeline=[denied])
    assert ended(frames)["AccessDenied"] == 5  # of 20 threads: the first call of each process
    assert ended(frames)["ok"] > 1000


def test_a_restart_forgets_and_a_later_one_waits_longer() -> None:
    denied = {"at_s": 100, "policy": "role/app", "deny": ["s3:GetObject"], "propagation_s": 0}
    restart = {"restart_after": {"exponential": {"base_s": 10, "cap_s": 300}}, "times": 3}
    frames = program("by-user", {"AccessDenied": restart}, timeline=[denied])
    reasons = frames["credentials"]["end_reason"].value_counts()
    assert reasons["restarted"] == 5 * 3
    assert ended(frames)["AccessDenied"] == 5 * 4  # at first, then once in each of three new processes
    starts = frames["credentials"].query("client == 0 and kind == 'session'")["issued_at_s"].to_numpy()
    assert np.diff(starts[-3:]) == pytest.approx([20, 40], abs=2.5)


def test_a_success_starts_the_count_anew() -> None:
    down = [{"at_s": at, "outage": "sts", "for_s": 25} for at in (100, 200)]
    own = {"own": [{"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600, "cache": "none",
                    "retry": {"attempts": 1}}]}  # fmt: skip
    error = {"sts.ServiceUnavailable": {"again_after": {"fixed_s": 10}, "times": 3, "then": "stop"}}
    blocks: dict[str, Any] = document({}, horizon_s=1)["credentials"]
    frames = program("own", error, timeline=down, credentials={**blocks, **own})
    failed = frames["requests"][frames["requests"]["outcome"] == "unavailable"]
    assert len(failed) == 5 * 2 * 3  # three in each outage, never a fourth in a row
    calls = frames["calls"]
    assert calls.loc[calls["verdict"] == "ok", "to_s"].max() > 399


@pytest.mark.parametrize("level", ["credentials", "calls"])
def test_a_provider_for_each_call_asks_for_each_call(level: str) -> None:
    words = fleet("by-user", {"kind": "poisson", "rps": 1}, new_provider_per="call", start={"at_s": 0})
    frames = run(document({"fleet": words}, horizon_s=300.0), level=level)
    assert len(frames["requests"]) == sum(ended(frames).values()) > 1000
    assert frames["calls"]["wait_s"].sum() == pytest.approx(LATENCY_S * ended(frames)["ok"])


def test_a_provider_for_seven_calls_asks_once_in_seven() -> None:
    frames = program("by-user", new_provider_per={"calls": 7})
    calls = {client: n for (_, client, _), n in verdicts(frames).items()}
    asked = frames["requests"].groupby("client").size().to_dict()
    assert asked == {client: -(-n // 7) for client, n in calls.items()}


def test_a_provider_for_a_time_asks_with_the_first_call_after_it() -> None:
    frames = program("by-user", new_provider_per={"every_s": 20.5})
    assert gaps(frames) == pytest.approx([21] * len(gaps(frames)))


@pytest.mark.parametrize("per", [{"every_s": 20}, {"calls": 20}])
def test_a_provider_that_was_there_before_the_run_serves_the_rest_of_its_life(per: dict[str, Any]) -> None:
    """400 s of a call a second: 20 providers of 20 s or 20 calls, of which the first began before."""
    frames = program("by-user", new_provider_per=per, start=None)
    asked = frames["requests"].groupby("client").size()
    assert len(asked) == 5 and asked.between(18, 21).all()
    first = frames["requests"].groupby("client")["at_s"].first()
    assert first.max() < 22 and first.nunique() == 5


def test_a_new_provider_has_a_new_source_too() -> None:
    frames = program("twice-chained", new_provider_per={"every_s": 100.5})
    by_role = frames["requests"].groupby("operation").size()
    assert by_role["GetCredentials"] * 2 == by_role["AssumeRole"] == 5 * 4 * 2


def test_a_timeline_restart_ends_a_pause() -> None:
    frames = program("refused", {"sts.AccessDenied": "stop"}, timeline=[{"at_s": 100, "restart": "fleet"}])
    assert len(frames["requests"]) == 2 * 5


def test_a_program_whose_chain_finds_nothing_may_stop() -> None:
    issuers = document({}, horizon_s=1)["issuers"]
    far = {**issuers, "node": {"kind": "imds", "role": "host", "http_tokens": "required"}}
    plain = program("node", issuers=far, hops=2, horizon_s=60.0)
    stops = program("node", {"NoCredentials": "stop"}, issuers=far, hops=2, horizon_s=60.0)
    assert ended(stops) == {"NoCredentials": sum(ended(plain).values())}
    assert set(ended(plain)) <= {"NoCredentials", "Unfinished"}
    assert stops["requests"].groupby("client")["at_s"].nunique().max() < plain["requests"]["at_s"].nunique() / 5
    assert len(stops["requests"]) == 5 * 2  # a token that times out, and a name that is refused
