"""Calls to STS as a program's work draw from the bucket of whoever signs, as requests for credentials do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.cli.loading import load_file
from sim.estimate import estimate_scenario
from sim.problems import ScenarioError
from sim.shards import shards_of
from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import document, fleet
from tests.support.zoo_sts import WHOAMI

BLOCKS = document({}, horizon_s=1)
COLD = {"start": {"at_s": 0}}
ONE_TRY = {"sdk": {"preset": "botocore-1.44", "retry": {"attempts": 1}}}


def _asks(rps: float, action: str = WHOAMI) -> dict[str, Any]:
    return {"kind": "poisson", "rps": rps, "action": action}


def _quota(rps: float, burst: float) -> dict[str, Any]:
    return {"main": {"quotas": {"signed": {"rps": rps, "burst": burst}}}, "other": {}}


def _counted(frames: Frames, **labels: str) -> int:
    rows = frames["requests_per_second"]
    for column, value in labels.items():
        rows = rows[rows[column] == value]
    return int(rows["requests"].sum())


def test_aws_s_example_a_hundred_and_a_hundred_are_two_hundred() -> None:
    """100 GetCallerIdentity/s and 100 AssumeRole/s in one account: 200 of 600 requests/s; another account pays none."""
    words = document(
        {
            "whoami": fleet("shared-key", _asks(10), count=10),
            "fetching": fleet("by-user", _asks(10, "sts:AssumeRole"), count=10),
        },
        horizon_s=60,
        accounts=_quota(600, 600),
        roles={**BLOCKS["roles"], "app": {**BLOCKS["roles"]["app"], "allow": ["sts:AssumeRole"]}},
    )
    frames = run(words, level="summary")
    requests = frames["requests_per_second"]
    assert set(requests[["quota_group", "account"]].itertuples(index=False, name=None)) == {("signed", "main")}
    assert set(requests["outcome"]) == {"ok"}
    by_operation = requests.groupby("operation")["requests"].sum() / 60
    sd = (100 / 60) ** 0.5  # of a Poisson count of 6,000 in 60 s; drawn with seed 1
    assert by_operation.to_dict() == {op: pytest.approx(100, abs=4 * sd) for op in ("GetCallerIdentity", "AssumeRole")}


def test_too_many_calls_are_refused_by_the_fluid_limit() -> None:
    """a / r = 1.1 without retries over an hour: 1 - (b + r t) / (a t) are refused (closed form, seeds 0 to 4)."""
    words = document(
        {"whoami": fleet("shared-key", _asks(1.1), count=10, **ONE_TRY)}, horizon_s=3600, accounts=_quota(10, 100)
    )
    shares = []
    for seed in range(5):
        ended = verdicts(run(words, level="summary", seed=seed))
        throttled = sum(n for (_, _, verdict), n in ended.items() if verdict == "Throttling")
        shares.append(throttled / sum(ended.values()))
    assert np.mean(shares) == pytest.approx(1 - (100 + 36_000) / 39_600, abs=4 * np.std(shares, ddof=1) / 5**0.5)


def test_calls_take_the_tokens_that_fetches_need_and_the_other_way_round() -> None:
    """The same fleet with and without a monitor that asks who it is: its fetches are throttled because of it."""
    busy = fleet("chained", {"kind": "poisson", "rps": 0.2}, count=10, per_host=5, **COLD)
    alone = run(document({"fleet": busy}, horizon_s=600, accounts=_quota(1, 12)))
    beside = {"fleet": busy, "monitor": fleet("shared-key", _asks(5), count=1, **ONE_TRY)}
    together = run(document(beside, horizon_s=600, accounts=_quota(1, 12)))
    assert _counted(alone, outcome="throttled") == 0
    assert _counted(together, outcome="throttled", operation="AssumeRole") > 0
    accepted = _counted(together, outcome="ok", account="main", quota_group="signed")
    assert 600 <= accepted <= 12 + 600


def test_only_the_account_of_whoever_signs_pays() -> None:
    """A role's session of account `other` asks: the bucket of `main`, whose instance got that session, is spared."""
    calls = fleet("hub", _asks(1), count=1, **COLD)
    frames = run(document({"calls": calls}, horizon_s=300, accounts=_quota(0.01, 1)))
    asked = frames["requests"][frames["requests"]["operation"] == "GetCallerIdentity"]
    assert set(asked["account"]) == {"other"}
    assert set(asked["outcome"]) == {"ok"}
    assert len(asked) > 200


@pytest.mark.parametrize(("quota", "group"), [(600, "signed"), (0.001, "global")])
def test_the_endpoint_that_the_calls_name(quota: float, group: str) -> None:
    """Calls go to the first STS, or to the one they name; the global endpoint has a bucket of its own."""
    issuers = {**BLOCKS["issuers"], "world": {"kind": "sts", "endpoint": "global"}}
    asks = _asks(1) if group == "signed" else {**_asks(1), "issuer": "world"}
    words = document(
        {"calls": fleet("shared-key", asks, count=1)}, horizon_s=300, accounts=_quota(quota, 1), issuers=issuers
    )
    frames = run(words)
    assert set(frames["requests"]["quota_group"]) == {group}
    assert set(frames["requests"]["outcome"]) == {"ok"}


def test_a_process_can_pay_for_a_hundred_retries_and_then_for_none() -> None:
    """500 tokens, 5 a retry after a throttle, one client object for the life of a process; a new one has them again."""
    calls = {"kind": "every", "every_s": 10, "phase_s": 0, "action": WHOAMI}
    whoami = fleet("shared-key", calls, count=1)
    words = document({"whoami": whoami}, horizon_s=4000, accounts=_quota(1e-9, 1))
    made = 400 - 1  # the first one takes the only token
    assert _counted(run(words), outcome="throttled") == made + 100
    with_role = document({"whoami": fleet("by-user", calls, count=1, **COLD)}, horizon_s=4000, accounts=_quota(1e-9, 2))
    restarted = {**with_role, "timeline": [{"at_s": 2000.5, "restart": "whoami"}]}
    assert _counted(run(restarted), operation="GetCallerIdentity") < _counted(run(with_role))


def test_a_denied_call_takes_a_token_and_is_not_tried_again() -> None:
    """AssumeRole without permission; who somebody is may be asked whatever the policies say."""
    users = {**BLOCKS["users"], "nobody": {"account": "main", "key": {}, "deny": ["*"]}}
    chain = {"nobody": [{"from": "access_key", "user": "nobody"}]}
    for action, verdict, outcome in (("sts:AssumeRole", "AccessDenied", "denied"), (WHOAMI, "ok", "ok")):
        words = document(
            {"calls": fleet("nobody", _asks(0.1, action), count=1)},
            horizon_s=1000,
            accounts=_quota(10, 10),
            users=users,
            credentials={**BLOCKS["credentials"], **chain},
        )
        frames = run(words)
        assert {how for _, _, how in verdicts(frames)} == {verdict}
        assert set(frames["requests"]["outcome"]) == {outcome}
        assert len(frames["requests"]) == sum(verdicts(frames).values())


_ALIKE = {
    "botocore": fleet("chained", count=3, per_host=3),
    "go": fleet("chained", count=3, sdk="go-v2-old"),
    "js": fleet("chained", count=3, sdk="js-v3"),
    "threads": fleet("thread", count=2, threads=3),
    "irsa": fleet("irsa", count=3, per_host=3, **COLD),
    "falls": fleet("falls-through", count=2, sdk="js-v3"),
    "jobs": fleet("chained", count=2, arrivals={"kind": "poisson", "rps": 0.001}, lifetime_s=3000),
}
_TROUBLES = [
    {"at_s": 4000, "outage": "node", "for_s": 3000},
    {"at_s": 9000, "restart": "botocore", "ramp_s": 300},
]


@pytest.mark.parametrize("name", _ALIKE)
def test_without_a_bucket_and_an_outage_they_are_like_any_other_call(name: str) -> None:
    """The same client that asks S3 instead: the same credentials, places, waits and verdicts, to the last bit."""
    asking: dict[str, Frames] = {}
    for action in ("ec2:DescribeInstances", WHOAMI):
        population = {**_ALIKE[name], "calls": {"kind": "poisson", "rps": 0.02, "action": action}}
        timeline = [one for one in _TROUBLES if one.get("restart") in (None, name)]
        allow = {"host": ["ec2:*", "sts:*"], "app": ["ec2:*"], "pod": ["ec2:*"], "closed": ["ec2:*"]}
        roles = {role: {**words, "allow": allow.get(role, [])} for role, words in BLOCKS["roles"].items()}
        asking[action] = run(document({name: population}, horizon_s=20_000, timeline=timeline, roles=roles))
    other, sts = asking.values()
    for table in ("credentials", "holdings", "waits", "lives"):
        pd.testing.assert_frame_equal(sts[table], other[table], check_exact=True, obj=table)
    assert verdicts(sts) == verdicts(other)
    whoami = _counted(sts, operation="GetCallerIdentity")
    assert whoami == sum(n for (_, _, how), n in verdicts(sts).items() if how in ("ok", "ExpiredToken"))
    pd.testing.assert_frame_equal(
        sts["requests"][sts["requests"]["operation"] != "GetCallerIdentity"].reset_index(drop=True), other["requests"]
    )


def test_a_program_that_asks_anew_for_every_call_makes_its_calls_to_sts_all_the_same() -> None:
    """Each call has a provider of its own, so none draws; they used to be made by nobody."""
    step = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "cache": "none"}
    calls = {"kind": "every", "every_s": 60, "action": WHOAMI}
    frames = run(document({"fleet": fleet("anew", calls, count=1)}, horizon_s=600, credentials={"anew": [step]}))
    assert verdicts(frames) == {("fleet", 0, "ok"): 10}


def test_whoever_calls_sts_in_one_account_is_simulated_together() -> None:
    keys = {"one": fleet("shared-key", _asks(0.1), count=1), "two": fleet("by-user", count=1)}
    apart = {name: {**words, "calls": {"kind": "poisson", "rps": 0.1}} for name, words in keys.items()}
    for populations, shards in ((keys, 1), (apart, 2)):
        frames = run(document(populations, horizon_s=50, accounts=_quota(1, 1)))
        assert len(shards_of(frames.scenario)) == shards


def test_validate_counts_every_call_to_sts_and_no_other() -> None:
    reads = {"kind": "poisson", "rps": 9, "action": "s3:GetObject"}
    sizes = []
    for calls in ([_asks(1)], [_asks(1), reads], [reads]):
        scenario = run(document({"one": fleet("shared-key", calls, count=5)}, horizon_s=100)).scenario
        sizes.append(estimate_scenario(scenario).rows)
    assert sizes[0] == sizes[1] == sizes[2] + 500


GOOD = """
name: asks
question: Who am I?
run: {horizon_s: 600}
accounts: {main: {quotas: {signed: documented-600}}}
issuers: {sts: {kind: sts}, west: {kind: sts, region: us-west-2}, iam: {kind: iam}}
users: {app: {account: main, key: {}, allow: ["s3:*"]}}
credentials: {key: [{from: access_key, user: app}]}
populations:
  app:
    count: 1
    credentials: key
    calls:
    - {kind: poisson, rps: 1, action: "sts:GetCallerIdentity", issuer: west}
    - {kind: poisson, rps: 1, action: "s3:GetObject"}
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("issuer: west", "issuer: wets", "populations.app.calls.0.issuer: there is no issuer of kind sts 'wets'"),
        ("issuer: west", "issuer: iam", "no issuer of kind sts 'iam'"),
        ('"s3:GetObject"}', '"s3:GetObject", issuer: sts}', "is not a request to STS"),
        ('"s3:GetObject"}', '"sts:AssumeRole", issuer: sts}', "all calls of a population go to one endpoint"),
        ("    count: 1", "    count: 1\n    on_error: {AccessDenied: stop}", "has no effect"),
    ],
)
def test_an_endpoint_that_cannot_be_meant(tmp_path: Any, old: str, new: str, told: str) -> None:
    path = tmp_path / "asks.yaml"
    path.write_text(GOOD)
    assert load_file(path).base.populations["app"].calls[0].issuer == "west"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ScenarioError) as caught:
        load_file(path)
    assert told in str(caught.value)
