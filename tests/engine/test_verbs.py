"""Every verb of the timeline acts in the run: one small story each, by instants that follow from its words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.support.runs import Frames, run
from tests.support.zoo import STAFF, document, fleet

TICKS = {"kind": "every", "every_s": 20, "phase_s": 0}
COLD = {"start": {"at_s": 0}}


def story(words: dict[str, Any], horizon_s: float, *faults: dict[str, Any], **blocks: Any) -> Frames:
    return run(document({"fleet": words}, horizon_s=horizon_s, timeline=list(faults), **blocks))


def asked(frames: Frames, operation: str = "AssumeRole") -> pd.DataFrame:
    requests = frames["requests"]
    return requests[requests["operation"] == operation]


def spans(frames: Frames, verdict: str) -> list[tuple[float, float]]:
    """First and last instant of each run of calls with a verdict."""
    calls = frames["calls"][frames["calls"]["verdict"] == verdict]
    return list(zip(calls["from_s"], calls["to_s"], strict=True))


def test_outage_refuses_everything_until_it_ends() -> None:
    frames = story(fleet("by-user", TICKS, count=1, **COLD), 8000, {"at_s": 2000, "outage": "sts", "for_s": 3000})
    tried = asked(frames)
    down = tried["at_s"].between(2000, 5000, inclusive="left")
    assert set(tried[down]["outcome"]) == {"unavailable"}
    assert set(tried[~down]["outcome"]) == {"ok"}
    begun, ended = spans(frames, "RefreshFailed")[0][0], spans(frames, "RefreshFailed")[-1][1]
    assert 2999 <= begun <= 3030  # botocore raises once 10 min are left of the hour
    assert 4975 <= ended <= 5040


def test_brownout_refuses_a_share_and_a_rate() -> None:
    each = fleet("by-user", TICKS, count=40, **COLD)
    share = story(each, 3000, {"at_s": 0, "brownout": "sts", "for_s": 3000, "refused": 0.5})
    counts = asked(share)["outcome"].value_counts()
    assert 0.35 < counts["unavailable"] / len(asked(share)) < 0.65
    rate = story(each, 60, {"at_s": 0, "brownout": "sts", "for_s": 60, "rps": 0.25})
    assert (asked(rate)["outcome"] == "ok").sum() <= 1 + 0.25 * 60


def test_delay_makes_every_answer_late_and_a_timeout_of_the_longest() -> None:
    slow = story(
        fleet("by-user", TICKS, count=2, **COLD), 3000, {"at_s": 0, "delay": "sts", "for_s": 3000, "adds_s": 7}
    )
    assert set(asked(slow)["latency_s"].round(6)) == {7.05}
    lost = story(fleet("by-user", TICKS, count=1, **COLD), 300, {"at_s": 0, "delay": "sts", "for_s": 300, "adds_s": 70})
    assert set(asked(lost)["outcome"]) == {"unavailable"}
    assert set(asked(lost)["latency_s"]) == {60.0}  # botocore's read timeout


@pytest.mark.parametrize("quotas", [{}, {"signed": "documented-600"}])
def test_quota_changes_the_bucket_and_changes_it_back(quotas: dict[str, str]) -> None:
    """One that is there, or one that is there for so long."""
    fault = {"at_s": 100, "quota": "main", "group": "signed", "rps": 0.01, "burst": 1, "for_s": 1000}
    words = fleet("by-user", TICKS, count=30, start={"at_s": 0, "spread_s": 2000})
    accounts = {"main": {"quotas": quotas}, "other": {}}
    frames = story(words, 3000, fault, accounts=accounts)
    tried = asked(frames)
    narrow = tried["at_s"].between(100, 1100, inclusive="left")
    refilled = tried["at_s"] >= 1100 + 30 / 600  # what all of them take at once
    assert (tried[narrow]["outcome"] == "ok").sum() <= 1 + 0.01 * 1000
    assert set(tried[(tried["at_s"] < 100) | refilled]["outcome"]) == {"ok"}
    assert "throttled" in set(tried[narrow]["outcome"])


def test_remove_trust_refuses_new_sessions_and_spares_old_ones() -> None:
    fault = {"at_s": 1000, "remove_trust": "app", "for_s": 3000, "propagation_s": 10}
    frames = story(fleet("by-user", TICKS, count=1, **COLD), 6000, fault)
    tried = asked(frames)
    assert set(tried[tried["at_s"].between(1010, 4009)]["outcome"]) == {"denied"}
    assert set(tried[tried["at_s"] > 4011]["outcome"]) == {"ok"}
    assert spans(frames, "RefreshFailed")[0][0] >= 2999  # what was issued before lives on


@pytest.mark.parametrize("back", [None, 600])
def test_delete_role_ends_cached_sessions_for_good(back: float | None) -> None:
    """Re-created or not, the old sessions are those of a principal that is gone; a new one comes with the refresh."""
    words = {} if back is None else {"recreated_after_s": back}
    frames = story(fleet("by-user", TICKS, count=2, **COLD), 9000,
                   {"at_s": 1000, "delete_role": "app", "propagation_s": 10, **words})  # fmt: skip
    gone = spans(frames, "InvalidClientTokenId")
    assert min(start for start, _ in gone) == pytest.approx(1020, abs=15)
    sessions = frames["credentials"]
    old = sessions[(sessions["kind"] == "session") & (sessions["issued_at_s"] < 1000)]
    assert set(old["valid_until_s"]) == {1010.0}
    ok_later = frames["calls"][(frames["calls"]["verdict"] == "ok") & (frames["calls"]["from_s"] > 1100)]
    assert bool(len(ok_later)) == (back is not None)
    if back is not None:  # the SDK does not renew because of the refusal: only its own window makes it
        assert 2690 <= ok_later["from_s"].min() <= 2730


def test_policy_acts_on_sessions_that_exist_and_is_put_back() -> None:
    fault = {"at_s": 1000, "policy": "role/app", "allow": ["ec2:*"], "for_s": 500, "propagation_s": 10}
    frames = story(fleet("by-user", TICKS, count=1, **COLD), 3000, fault)
    ((start, stop),) = spans(frames, "AccessDenied")
    assert start == pytest.approx(1020, abs=10.1)
    assert stop == pytest.approx(1500, abs=20)


def test_revoke_denies_what_was_issued_before_and_nothing_later() -> None:
    frames = story(
        fleet("by-user", TICKS, count=1, **COLD), 8000, {"at_s": 1000, "revoke": "role/app", "propagation_s": 5}
    )
    denied = spans(frames, "AccessDenied")
    assert denied[0][0] == pytest.approx(1020, abs=15)
    assert denied[-1][1] <= 2730  # botocore renews in its own window only
    assert len(asked(frames)) == 3
    assert not [at for at, _ in denied if at > 2730]


def test_deactivate_key_refuses_the_key_and_spares_its_sessions() -> None:
    fault = {"at_s": 1000, "deactivate_key": "robot", "propagation_s": 5}
    direct = story(fleet("shared-key", TICKS, count=1), 3000, fault)
    assert spans(direct, "InvalidClientTokenId")[0][0] == pytest.approx(1020, abs=15)
    minted = story(fleet("by-user", TICKS, count=1, **COLD), 3000, fault)
    ok = [stop for _, stop in spans(minted, "ok")]
    assert max(ok) >= 2970
    tried = asked(minted)
    assert set(tried[tried["at_s"] > 1005]["outcome"]) == {"denied"}


def test_quarantine_denies_costly_actions_only() -> None:
    calls = [{**TICKS, "action": action} for action in ("ec2:RunInstances", "cloudwatch:GetMetricData")]
    users = {"robot": {"account": "main", "per": "population", "allow": ["*"], "key": {}}}
    frames = story(fleet("shared-key", calls, count=1), 2000, {"at_s": 1000, "quarantine": "robot"}, users=users)
    totals = frames["calls"].groupby("verdict")["calls"].sum()
    assert totals["AccessDenied"] == pytest.approx(50, abs=1)
    assert totals["ok"] == pytest.approx(150, abs=1)


def test_restart_with_a_ramp_asks_anew_within_it() -> None:
    at_once = {"at_s": 1000, "restart": "fleet"}
    frames = story(fleet("by-user", TICKS, count=30, **COLD), 2000, at_once)
    again = asked(frames)
    assert again[again["at_s"] >= 1000]["at_s"].between(1000, 1020.1).sum() == 30
    ramped = asked(story(fleet("by-user", TICKS, count=30, **COLD), 2000, {**at_once, "ramp_s": 600}))
    later = ramped[ramped["at_s"] >= 1000]["at_s"]
    assert len(later) == 30
    assert later.max() - later.min() > 400
    assert later.between(1000, 1620.1).all()


def test_skew_hits_whole_hosts_beyond_five_minutes_or_fifteen_for_s3() -> None:
    def failed(off_s: float, action: str) -> set[int]:
        words = fleet("node", {**TICKS, "action": action}, count=12, per_host=3)
        frames = story(words, 2000, {"at_s": 1000, "skew": "fleet", "off_s": off_s, "share": 0.5})
        rows = frames["calls"][frames["calls"]["verdict"] == "RequestTimeTooSkewed"]
        assert (rows["from_s"] >= 1000).all()
        return set(rows["client"] // 3) if (rows.groupby(rows["client"] // 3)["client"].nunique() == 3).all() else {-1}

    hosts = failed(-400, "ec2:DescribeInstances")
    assert 0 < len(hosts) < 4
    assert -1 not in hosts
    assert failed(-400, "s3:GetObject") == set()
    assert failed(-1000, "s3:GetObject") == hosts
    assert failed(200, "ec2:DescribeInstances") == set()


@pytest.mark.parametrize(("off_s", "outcome"), [(-899, "ok"), (901, "denied")])
def test_sts_takes_a_clock_that_is_fifteen_minutes_off(off_s: float, outcome: str) -> None:
    frames = story(fleet("by-user", TICKS, count=2, **COLD), 300, {"at_s": 0, "skew": "fleet", "off_s": off_s})
    assert set(asked(frames)["outcome"]) == {outcome}


@pytest.mark.parametrize("verb", ["imds_stuck", "outage"])
def test_imds_stuck_or_silent_lets_the_set_expire(verb: str) -> None:
    """The set at hand lives 6 h from its issue; a stuck service answers, a silent one does not."""
    fault = {"at_s": 3600, verb: "node", "for_s": 30_000}
    frames = story(fleet("node", {"kind": "every", "every_s": 300}, count=5), 50_000, fault)
    during = asked(frames, "GetCredentials")
    during = during[during["at_s"].between(3600, 33_599)]
    if verb == "imds_stuck":
        assert set(during["outcome"]) == {"ok"}
    bad = frames["calls"][frames["calls"]["verdict"] != "ok"]
    first = bad.groupby("client")["from_s"].min()
    assert len(first) == 5
    # Stuck, a client gets the newest set, at most an hour old; silent, it keeps one of any age.
    assert first.min() > (3600 + 4.7 * 3600 if verb == "imds_stuck" else 3600)
    assert first.max() < 3600 + 6 * 3600 + 600
    assert bad["to_s"].max() < 33_600 + 900


def test_idp_slow_and_down() -> None:
    staff = {**STAFF, "credentials": "saml-console", "count": 8, "time_zones": []}
    plain = run(document({"staff": staff}, horizon_s=86_400))
    words = {"at_s": 0, "for_s": 86_400}
    slow = run(document({"staff": staff}, horizon_s=86_400, timeline=[{**words, "delay": "idp", "adds_s": 20}]))
    down = run(document({"staff": staff}, horizon_s=86_400, timeline=[{**words, "outage": "idp"}]))

    def took(frames: Frames) -> pd.Series:
        logins = frames["logins"][frames["logins"]["outcome"] == "ok"]
        return logins["done_at_s"] - logins["at_s"] - logins["attention_s"] - logins["queue_s"]

    assert took(slow).min() >= 20
    assert took(slow).mean() - took(plain).mean() == pytest.approx(20, abs=5)
    assert set(down["logins"]["outcome"]) == {"failed"}
    assert set(down["calls"]["verdict"]) == {"RefreshFailed"}
