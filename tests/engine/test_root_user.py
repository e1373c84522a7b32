"""The root user in a run: its key, its sessions of an hour, its console, its thieves, and what ends all of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.metrics._users import user_of
from tests.support.runs import Frames, run, verdicts

HOUR, DAY = 3_600.0, 86_400.0
S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
NO_ROOT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
        },
    ],
}
LOCKED = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
NOONS = {"kind": "trace", "at_s": [DAY / 2 + day * DAY for day in range(40)], "action": "iam:ListUsers"}


def _calls(*actions: str) -> list[dict[str, Any]]:
    return [{"kind": "every", "every_s": 600, "action": action} for action in actions]


def _document(chain: str, calls: Any, *, horizon_s: float = 3 * HOUR, **more: Any) -> dict[str, Any]:
    """One population with a chain of the root user; the account has a number, a bucket that is locked, and IAM."""
    start: dict[str, Any] = {} if chain == "key" else {"start": {"at_s": 0}}
    document: dict[str, Any] = {
        "name": "root",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 5},
        "accounts": {"main": {"number": "111122223333", "password_policy": {"max_age_s": 30 * DAY}}},
        "issuers": {"sts": {"kind": "sts"}, "iam": {"kind": "iam", "propagation_s": 0}},
        "roles": {"app": {"account": "main", "trust": {"account": "main"}, "allow": ["s3:*"]}},
        "users": {
            "owner": {
                "account": "main",
                "root": True,
                "key": {"copies": {"laptop": 1}},
                "password": {"mfa": False, "copies": {"browser": 1}},
            }
        },
        "credentials": {
            "key": [{"from": "access_key", "user": "owner"}],
            "session": [{"from": "sts.GetSessionToken", "user": "owner", "session_s": 129_600, "renewed": False}],
            "by-source": [{"from": "sts.GetSessionToken", "source": "key", "renewed": False}],
            "short": [{"from": "sts.GetSessionToken", "user": "owner", "session_s": 900, "renewed": False}],
            "with-code": [{"from": "sts.GetSessionToken", "user": "owner", "mfa": True, "renewed": False}],
            "federated": [
                {
                    "from": "sts.GetFederationToken",
                    "source": "key",
                    "session_s": 43_200,
                    "session_policy": S3,
                    "renewed": False,
                }
            ],
            "presigned": [{"from": "presigned", "user": "owner", "session_s": 7200, "renewed": False}],
            "console": [{"from": "password", "user": "owner", "way": "console"}],
            "login": [{"from": "password", "user": "owner", "way": "login"}],
        },
        "resources": {"photos": {"account": "main", "arn": "arn:aws:s3:::photos/*", "policy": LOCKED}},
        "populations": {"app": {"count": 1, "credentials": chain, "calls": calls, **start}},
    }
    for block, words in more.items():
        document[block] = {**document.get(block, {}), **words} if isinstance(words, dict) else words
    return document


def _sessions(frames: Frames) -> pd.DataFrame:
    rows = frames["credentials"]
    return rows[rows["kind"] == "session"]


@pytest.mark.parametrize(
    ("chain", "life_s", "principal"),
    [
        ("session", 3600, "root/main"),
        ("by-source", 3600, "root/main"),
        ("short", 900, "root/main"),
        ("federated", 3600, "federated/owner"),
    ],
)
def test_its_sessions_last_an_hour_at_most_and_more_is_cut(chain: str, life_s: float, principal: str) -> None:
    frames = run(_document(chain, _calls("s3:GetObject")))
    (session,) = _sessions(frames).to_dict("records")
    assert session["principal"] == principal
    assert session["expires_at_s"] - session["issued_at_s"] == life_s
    assert (frames["requests"]["outcome"] == "ok").all()
    assert set(frames["requests"]["account"]) == {"main"}
    refused = frames["calls"][frames["calls"]["verdict"] == "ExpiredToken"]
    assert refused["from_s"].min() == session["expires_at_s"]


def _verdict_of(chain: str, action: str, resource: str | None = None, **more: Any) -> str:
    calls = [{**spec, **({"resource": resource} if resource else {})} for spec in _calls(action)]
    frames = run(_document(chain, calls, horizon_s=600, **more), level="summary")
    ((_, _, verdict),) = verdicts(frames)
    return verdict


@pytest.mark.parametrize(
    ("chain", "action", "resource", "verdict"),
    [
        ("key", "iam:CreateUser", None, "ok"),
        ("key", "sts:AssumeRole", None, "AccessDenied"),
        ("key", "sts:AssumeRoot", None, "AccessDenied"),
        ("key", "s3:GetObject", "photos", "AccessDenied"),
        ("key", "s3:DeleteBucketPolicy", "photos", "ok"),
        ("session", "s3:GetObject", None, "ok"),
        ("session", "iam:CreateUser", None, "AccessDenied"),
        ("session", "sts:GetCallerIdentity", None, "ok"),
        ("session", "sts:GetFederationToken", None, "AccessDenied"),
        ("session", "sts:AssumeRole", None, "AccessDenied"),
        ("with-code", "iam:CreateUser", None, "ok"),
        ("federated", "s3:GetObject", None, "ok"),
        ("federated", "ec2:DescribeInstances", None, "AccessDenied"),
        ("federated", "sts:AssumeRole", None, "AccessDenied"),
        ("presigned", "ec2:DescribeInstances", None, "ok"),
    ],
)
def test_what_its_credentials_may_call(chain: str, action: str, resource: str | None, verdict: str) -> None:
    assert _verdict_of(chain, action, resource) == verdict


def test_service_control_policies_limit_it_in_a_member_account_only() -> None:
    """A management account has none, as the scenario says it."""
    member = {"accounts": {"main": {"number": "111122223333", "scps": [NO_ROOT]}}}
    assert _verdict_of("key", "ec2:DescribeInstances", **member) == "AccessDenied"
    assert _verdict_of("session", "ec2:DescribeInstances", **member) == "AccessDenied"
    assert _verdict_of("key", "ec2:DescribeInstances") == "ok"


def test_the_console_opens_everything_and_no_password_policy_ages_its_password() -> None:
    """The account's policy makes every IAM user choose a new one within 30 days; the root user's is for ever."""
    people = {"populations": {"app": {"count": 1, "people": True, "credentials": "console", "calls": NOONS}}}
    frames = run(_document("console", NOONS, horizon_s=40 * DAY, **people))
    passwords = frames["credentials"][frames["credentials"]["kind"] == "password"]
    assert passwords["end_reason"].tolist() == ["open"]
    assert np.isinf(passwords["valid_until_s"]).all()
    assert {(name, verdict) for name, _, verdict in verdicts(frames)} == {("app", "ok")}
    assert set(_sessions(frames)["principal"]) == {"root/main"}


def test_aws_login_works_for_it() -> None:
    people = {"populations": {"app": {"count": 1, "people": True, "credentials": "login", "calls": NOONS}}}
    frames = run(_document("login", NOONS, horizon_s=2 * DAY, **people))
    assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}
    assert set(_sessions(frames)["principal"]) == {"root/main"}


def test_its_key_is_rotated_and_a_third_one_refused() -> None:
    rotation = {"period_s": DAY, "overlap_s": HOUR}
    key = {"life": "policy", "age_s": 0, "rotation": rotation}
    for number, done in ((1, 2), (2, 0)):
        owner = {"account": "main", "root": True, "key": {**key, "number": number}}
        frames = run(_document("key", _calls("s3:GetObject"), horizon_s=2.5 * DAY, users={"owner": owner}))
        assert (frames["rotations"]["new"].notna()).sum() == done
        refused = frames["requests"]["outcome"] == "denied"
        assert refused.any() == (number == 2)
        keys = frames["credentials"][frames["credentials"]["kind"] == "access_key"]
        assert set(keys["principal"]) == {"root/main"}
    assert user_of("root/main", {"users": {"owner": owner}}) == owner
    assert user_of("root/other", {"users": {"owner": owner}}) is None
    assert user_of("user/owner", {"users": {"owner": owner}}) == owner


def test_an_inactive_key_gets_no_session_and_the_last_one_ends_by_itself() -> None:
    verb = {"at_s": 1800, "deactivate_key": "owner"}
    renewed = {"renewed": [{"from": "sts.GetSessionToken", "user": "owner"}]}
    renewing = run(_document("renewed", _calls("s3:GetObject"), timeline=[verb], credentials=renewed))
    assert len(_sessions(renewing)) == 1
    assert verdicts(renewing)[("app", 0, "RefreshFailed")] > 3
    frames = run(_document("session", _calls("s3:GetObject"), timeline=[verb]))
    assert verdicts(frames)[("app", 0, "ok")] > 3
    session = _sessions(frames).iloc[0]
    assert session["valid_until_s"] == session["expires_at_s"] > 1800
    with_key = run(_document("key", _calls("s3:GetObject"), timeline=[verb]))
    ends = with_key["calls"][with_key["calls"]["verdict"] == "InvalidClientTokenId"]
    assert ends["from_s"].min() == 1800


def _leak(**more: Any) -> pd.DataFrame:
    incident = {"at_s": 900, "population": "app", "place": "laptop", "first_use_s": 300, "detected_after_s": 600}
    plan = {"plan": [{"after_s": 0, "deactivate_key": "owner"}]}
    theft = {"theft": {"incidents": {"leak": {**incident, "plan": "plan", **more}}, "plans": plan}}
    frames = run(_document("key", _calls("s3:GetObject"), **theft), level="summary")
    return frames["thefts"].set_index("thief")


def test_a_thief_of_its_key_is_out_an_hour_after_it_is_deactivated() -> None:
    """He assumes no role, though one trusts the account; a user's key would have left him 36 h (test_thieves)."""
    story = _leak()
    assert story["last_ok_at_s"].to_dict() == {"copy": 1500, "mint": 1200 + 3600, "foothold": 1200 + 3600}
    assert story["end_cause"].to_dict() == {"copy": "deactivation", "mint": "expiry", "foothold": "expiry"}
    assert story.loc["mint", "minted"] == 2  # GetSessionToken and GetFederationToken


def test_what_a_stolen_key_opens_is_written_beside_it() -> None:
    places = {"theft": {"places": {"app": {"laptop": 1}}, "actions": {"iam:CreateUser": 10, "s3:GetObject": 1}}}
    frames = run(_document("key", _calls("s3:GetObject"), **places))
    grants = frames["grants"]
    minted = grants[grants["minted"] == 1]
    # The sessions that he obtains may not call IAM: nobody gave a code for them.
    assert minted[["action", "after_s"]].to_numpy().tolist() == [["s3:GetObject", 3600.0]]
    assert set(grants[grants["minted"] == 0]["action"]) == {"iam:CreateUser", "s3:GetObject"}
    key = frames["holdings"][frames["holdings"]["kind"] == "access_key"]
    assert np.isinf(key["mint_until_s"]).all()


def test_a_session_of_assume_root_unlocks_a_bucket() -> None:
    """Its task policy is a session policy of the root user, whom a bucket's own policy cannot lock out."""
    users = {"admin": {"account": "hub", "key": {}, "allow": ["sts:AssumeRoot"]}}
    accounts = {"hub": {}}
    step = {"from": "sts.AssumeRoot", "user": "admin", "account": "main", "task_policy": "S3UnlockBucketPolicy"}
    more = {"users": users, "accounts": accounts, "credentials": {"task": [step]}}
    assert _verdict_of("task", "s3:DeleteBucketPolicy", "photos", **more) == "ok"
    assert _verdict_of("task", "s3:GetObject", "photos", **more) == "AccessDenied"
    assert _verdict_of("task", "s3:GetObject", **more) == "AccessDenied"
