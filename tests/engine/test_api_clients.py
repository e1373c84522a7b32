"""What an SDK's client object remembers between requests: tokens for retries, its own rate, what it is asked for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sim.policies.adaptive import RateLimiter
from sim.sdks.retry_modes import ADAPTIVE_LIMIT
from tests.support.runs import Frames, run
from tests.support.zoo import document, fleet

CLOSED = {"rps": 1e-9, "burst": 1}
"""A bucket that grants one request and no other."""


def _throttled(sdk: Any, calls: int, every_s: float = 100.0, **more: Any) -> Frames:
    """One process whose every fetch is throttled, one fetch for each of its calls."""
    work = fleet("by-user", {"kind": "every", "every_s": every_s}, count=1, start={"at_s": 0}, sdk=sdk)
    words = document(
        {"fleet": work}, horizon_s=calls * every_s, accounts={"main": {"quotas": {"signed": CLOSED}}}, **more
    )
    words["credentials"] = {"by-user": words["credentials"]["by-user"]}
    return run(words)


def _attempts(frames: Frames) -> list[int]:
    """Attempts of each fetch, in order; the one that was granted is left out."""
    attempts = frames["requests"].query("issuer == 'sts' and outcome == 'throttled'")["attempt"].tolist()
    last = [n for n, after in zip(attempts, [*attempts[1:], 1], strict=True) if after == 1]
    assert last
    return last


@pytest.mark.parametrize(("keeps", "expected"), [(True, [3] * 50 + [1] * 8), (False, [3] * 58)])
def test_a_kept_client_runs_out_of_tokens_and_a_new_one_for_each_refresh_never_does(
    keeps: bool, expected: list[int]
) -> None:
    """A retry costs 5 of 500 tokens and nothing comes back: 100 retries in all, two a fetch."""
    sdk = {"preset": "go-v2-old", "keeps_client": keeps, "sts": {"mandatory_s": 3600, "advisory_s": 3600}}
    found = _attempts(_throttled(sdk, 59))
    assert found[: len(expected)] == expected


def test_a_restart_gives_a_process_a_new_client() -> None:
    sdk = {"preset": "go-v2-old", "sts": {"mandatory_s": 3600, "advisory_s": 3600}}
    restart = [{"at_s": 5_650.0, "restart": "fleet"}]
    found = _attempts(_throttled(sdk, 60, timeline=restart))
    assert (found[49:52], found[-2:]) == ([3, 1, 1], [3, 3])


def test_without_a_quota_nothing_binds_and_one_refresh_with_a_quota_affords_a_hundred_throttled_retries() -> None:
    windows = {"mandatory_s": 3600, "advisory_s": 3600}
    for mode, most in (("legacy", 150), ("standard-2026", 101)):
        retry = {"mode": mode, "attempts": 150, "backoff": "none"}
        sdk = {"preset": "botocore-1.44", "sts": windows, "retry": retry}
        assert set(_attempts(_throttled(sdk, 4, every_s=1000.0))) == {most}


def test_the_adaptive_mode_sends_when_its_limiter_says() -> None:
    """Each refresh has a limiter of its own, which begins to act with the first throttle."""
    retry = {"mode": "adaptive", "backoff": "none"}
    sdk = {"preset": "botocore-1.44", "retry": retry, "sts": {"mandatory_s": 3600, "advisory_s": 3600}}
    requests = _throttled(sdk, 4)["requests"].query("outcome == 'throttled'")
    expected: list[float] = []
    for began in requests[requests["attempt"] == 1]["at_s"]:
        limiter, at = RateLimiter(ADAPTIVE_LIMIT, began), began
        for _ in range(3):
            expected.append(limiter.sends_at(at))
            at = expected[-1] + 0.05
            limiter.answered(at, throttled=True)
    assert requests["at_s"].tolist() == expected
    assert len(expected) >= 6
    assert min(after - before for before, after in pairwise(expected)) > 0.5


def test_a_pause_that_sts_asks_for_is_kept() -> None:
    closed = {**CLOSED, "refusal": {"retry_after_s": 4.0}}
    retry = {"backoff": "none"}
    for preset, pause in (("botocore-1.44", 4.0), ("aws-cli-v2", 0.0)):
        sdk = {"preset": preset, "retry": retry, "sts": {"mandatory_s": 3600, "advisory_s": 3600}}
        work = fleet("by-user", {"kind": "every", "every_s": 100.0}, count=1, start={"at_s": 0}, sdk=sdk)
        words = document({"fleet": work}, horizon_s=300, accounts={"main": {"quotas": {"signed": closed}}})
        words["credentials"] = {"by-user": words["credentials"]["by-user"]}
        requests = run(words)["requests"].query("outcome == 'throttled'")
        gaps = requests["at_s"].diff()[requests["attempt"] > 1]
        assert gaps.to_numpy() == pytest.approx(pause + 0.05)


@pytest.mark.parametrize(
    ("on", "attempts"),
    [
        (None, {"throttled": 4, "unavailable": 4, "denied": 1}),
        (["throttled"], {"throttled": 4, "unavailable": 1, "denied": 1}),
        (["unavailable", "denied"], {"throttled": 1, "unavailable": 4, "denied": 4}),
    ],
)
def test_a_program_says_which_refusals_it_tries_again(on: list[str] | None, attempts: dict[str, int]) -> None:
    retry = {"attempts": 4, "backoff": "none", **({} if on is None else {"on": on})}
    calls = {"kind": "trace", "at_s": [1.0, 100.0]}
    cases: dict[str, dict[str, Any]] = {
        "throttled": {"accounts": {"main": {"quotas": {"signed": CLOSED}}}},
        "unavailable": {"timeline": [{"at_s": 0, "outage": "sts", "for_s": 200}]},
        "denied": {"timeline": [{"at_s": 0, "remove_trust": "app", "propagation_s": 0}]},
    }
    for outcome, blocks in cases.items():
        words = document({"fleet": fleet("by-user", calls, count=2, start={"at_s": 0})}, horizon_s=200, **blocks)
        words["credentials"]["by-user"][0] |= {"retry": retry, "refresh": {"mandatory_s": 3600, "advisory_s": 3600}}
        refused = run(words)["requests"].query("outcome == @outcome")
        assert refused.groupby("client")["attempt"].max().max() == attempts[outcome], outcome
