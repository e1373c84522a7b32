"""Every operation of STS as a step of a chain: what it yields, for how long, who pays, what its sessions may call."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sim.aws.sts_operations import session_may
from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import STAFF, document, fleet

DAY = 86_400.0
COLD = {"start": {"at_s": 0}}


def _calls(action: str, every_s: float = 60) -> dict[str, Any]:
    return {"kind": "every", "every_s": every_s, "action": action}


def _run(chain: str, action: str = "s3:GetObject", horizon_s: float = 7200, **more: Any) -> Frames:
    return run(document({"fleet": fleet(chain, _calls(action), count=1, **COLD)}, horizon_s=horizon_s, **more))


@pytest.mark.parametrize(
    ("chain", "operation", "life_s", "group", "account", "principal"),
    [
        ("by-user", "AssumeRole", 3600, "signed", "main", "role/app"),
        ("twice-chained", "AssumeRole", 1800, "signed", "other", "role/app"),
        ("irsa", "AssumeRoleWithWebIdentity", 3600, "web_identity", "main", "role/pod"),
        ("session-token", "GetSessionToken", 7200, "signed", "main", "user/admin"),
        ("federation", "GetFederationToken", 43_200, "signed", "main", "federated/admin"),
        ("root", "AssumeRoot", 900, "signed", "main", "root/other/S3UnlockBucketPolicy"),
    ],
)
def test_an_operation_yields_its_length_and_charges_its_payer(
    chain: str, operation: str, life_s: float, group: str, account: str, principal: str
) -> None:
    frames = _run(chain, horizon_s=100)
    mine = frames["credentials"][frames["credentials"]["provider"] == chain]
    sessions = mine[mine["kind"] == "session"]
    assert sessions["principal"].unique().tolist() == [principal]
    assert (sessions["expires_at_s"] - sessions["issued_at_s"]).unique().tolist() == [life_s]
    last = frames["requests"].iloc[-1]
    assert (last["operation"], last["quota_group"], last["account"]) == (operation, group, account)


def test_the_global_endpoint_has_a_bucket_of_its_own() -> None:
    """A bucket of one request for the Regional endpoint refuses nobody who asks the global one."""
    narrow = {"main": {"quotas": {"signed": {"rps": 0.001, "burst": 1}}}, "other": {}}
    for endpoint, outcomes in (("regional", {"ok", "throttled"}), ("global", {"ok"})):
        issuers = {"sts": {"kind": "sts", "endpoint": endpoint}, "iam": {"kind": "iam"}}
        words = document(
            {"fleet": fleet("session-token", count=5, **COLD)},
            horizon_s=2000,
            accounts=narrow,
            issuers=issuers,
            credentials={"session-token": [{"from": "sts.GetSessionToken", "user": "admin"}]},
            roles={},
        )
        requests = run(words)["requests"]
        assert set(requests["outcome"]) == outcomes
        assert set(requests["quota_group"]) == {"signed" if endpoint == "regional" else "global"}


NARROW = {"main": {"region": "us-east-1", "quotas": {"signed": {"rps": 0.001, "burst": 4}}}, "other": {}}


def _two_regions(away: dict[str, Any], level: str = "calls") -> Frames:
    """Four clients empty the bucket of their account at home; then four others ask another issuer of STS."""
    step = {"role": "app", "user": "admin", "session_s": 3600}
    words = document(
        {
            "home": fleet("home", _calls("s3:GetObject"), count=4, start={"at_s": 0}),
            "away": fleet("away", _calls("s3:GetObject"), count=4, start={"at_s": 300}),
        },
        horizon_s=900,
        accounts=NARROW,
        issuers={"home": {"kind": "sts"}, "away": {"kind": "sts", **away}, "iam": {"kind": "iam"}},
        credentials={name: [{"from": f"{name}.AssumeRole", **step}] for name in ("home", "away")},
    )
    return run(words, level=level)


@pytest.mark.parametrize(
    ("away", "outcomes"),
    [
        ({}, {"throttled"}),
        ({"region": "us-east-1"}, {"throttled"}),
        ({"region": "eu-west-1"}, {"ok"}),
        ({"region": "us-east-1", "endpoint": "global"}, {"ok"}),
    ],
)
def test_each_region_of_an_account_has_a_bucket(away: dict[str, Any], outcomes: set[str]) -> None:
    requests = _two_regions(away)["requests"]
    assert set(requests[requests["issuer"] == "home"]["outcome"]) == {"ok"}
    assert set(requests[requests["issuer"] == "away"]["outcome"]) == outcomes
    assert set(requests["account"]) == {"main"}


def test_levels_agree_about_two_regions() -> None:
    frames = {level: _two_regions({"region": "eu-west-1"}, level) for level in ("summary", "credentials", "calls")}
    counted = {level: verdicts(one) for level, one in frames.items()}
    assert counted["summary"] == counted["credentials"] == counted["calls"]
    asked = {level: int(one["requests_per_second"]["requests"].sum()) for level, one in frames.items()}
    assert set(asked.values()) == {8}


@pytest.mark.parametrize(
    ("chain", "action", "verdict"),
    [
        ("session-token", "iam:ListUsers", "AccessDenied"),
        ("with-code", "iam:ListUsers", "ok"),
        ("session-token", "sts:GetFederationToken", "AccessDenied"),
        ("session-token", "s3:GetObject", "ok"),
        ("shared-key", "sts:GetCallerIdentity", "ok"),
        ("by-user", "sts:GetSessionToken", "AccessDenied"),
        ("federation", "s3:GetObject", "AccessDenied"),
        ("federation", "sts:GetCallerIdentity", "ok"),
        ("root", "s3:DeleteBucketPolicy", "ok"),
        ("root", "s3:GetObject", "AccessDenied"),
    ],
)
def test_what_a_session_may_call(chain: str, action: str, verdict: str) -> None:
    counted = verdicts(_run(chain, action, horizon_s=600))
    assert {name for _, _, name in counted} == {verdict}


def test_everybody_may_ask_who_he_is_even_where_all_is_denied() -> None:
    users = {"nobody": {"account": "main", "deny": ["*"], "key": {}}}
    chains = {"key": [{"from": "access_key", "user": "nobody"}]}
    words = {"fleet": fleet("key", _calls("sts:GetCallerIdentity"), count=1)}
    frames = run(document(words, horizon_s=600, users=users, credentials=chains, roles={}))
    assert {name for _, _, name in verdicts(frames)} == {"ok"}


@pytest.mark.parametrize(
    ("operation", "mfa", "action", "said"),
    [
        ("GetSessionToken", False, "sts:AssumeRole", None),
        ("GetSessionToken", True, "sts:GetSessionToken", False),
        ("GetFederationToken", True, "iam:GetUser", False),
        ("CreateAccessKey", False, "sts:GetSessionToken", None),
        ("GetCredentials", False, "sts:GetFederationToken", False),
        ("AssumeRole", False, "iam:GetUser", None),
    ],
)
def test_limits_that_no_policy_lifts(operation: str, mfa: bool, action: str, said: bool | None) -> None:
    assert session_may(operation, mfa, action) is said


def test_a_pod_s_token_is_renewed_at_80_percent_and_the_session_each_45_minutes() -> None:
    """Tokens of 7,200 s: written at 0, 5,760, 11,520, 17,280; botocore renews its hour 15 min before the end."""
    frames = _run("irsa", horizon_s=20_000)
    credentials = frames["credentials"]
    tokens = credentials[credentials["kind"] == "projected_token"].sort_values("ordinal")
    assert tokens["issued_at_s"].tolist() == [0, 5760, 11_520, 17_280]
    assert tokens["end_reason"].tolist() == ["replaced"] * 3 + ["open"]
    sessions = credentials[credentials["kind"] == "session"].sort_values("ordinal")
    at = sessions["issued_at_s"].tolist()
    assert [later - earlier for earlier, later in pairwise(at)] == [2700] * (len(at) - 1)
    lying = [int(max(i for i, start in enumerate(tokens["issued_at_s"]) if start <= when)) for when in at]
    assert sessions["parent"].tolist() == [tokens["credential"].iloc[n] for n in lying]
    # A stolen token yields a session of the role's hour at its last instant.
    assert (tokens["mint_until_s"] - tokens["valid_until_s"]).unique().tolist() == [3600]


def test_sts_gives_up_on_slow_keys_and_the_provider_stays_busy() -> None:
    """Seven jobs at once at a provider that needs 2 s for each of two fetches at a time: 2, 2, 4, 4, then over 5 s."""
    forge = {
        "kind": "idp",
        "servers": 2,
        "keys": {"service_s": 2.0, "timeout_s": 5},
    }
    chains = {
        "job": [{"from": "sts.AssumeRoleWithWebIdentity", "role": "pod", "idp": "forge", "retry": {"attempts": 1}}]
    }
    calls = {"kind": "trace", "at_s": [0.0]}
    issuers = {"sts": {"kind": "sts", "latency_s": 0.0}, "forge": forge}
    roles = {"pod": {"account": "main", "trust": {"web_identity": "forge"}, "allow": ["s3:GetObject"]}}
    words = document(
        {"jobs": fleet("job", calls, count=7, **COLD)},
        horizon_s=100,
        issuers=issuers,
        credentials=chains,
        roles=roles,
        users={},
    )
    requests = run(words)["requests"]
    assert requests["latency_s"].tolist() == [2, 2, 4, 4, 5, 5, 5]
    assert (requests["outcome"] == "ok").sum() == 4


def test_a_900_s_profile_with_mfa_asks_for_a_code_on_every_command() -> None:
    one = {**STAFF, "count": 4, "time_zones": [], "calls": [STAFF["calls"][0]]}
    frames = run(document({"staff": {**one, "credentials": "code-each-command"}}, horizon_s=DAY))
    codes = frames["logins"]
    issued = frames["credentials"][frames["credentials"]["operation"] == "AssumeRole"]
    assert set(codes["way"]) == {"mfa"}
    assert len(codes) == len(issued) > 20
    # Commands that start while a code is typed wait for it; no command finds a session it may use.
    assert (codes["attention_s"] > 0).all()


def test_a_process_gets_its_first_session_by_a_code_and_no_second_one() -> None:
    counted = verdicts(_run("with-code", horizon_s=7200))
    assert {name for _, _, name in counted} == {"ok", "RefreshFailed"}
    frames = _run("with-code", horizon_s=7200)
    assert len(frames["logins"]) == 1
    refused = frames["calls"][frames["calls"]["verdict"] == "RefreshFailed"]
    assert refused["from_s"].min() == pytest.approx(7200 - 600 + 45, abs=180)


def test_a_role_that_asks_for_mfa_is_closed_without_a_code() -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:user/admin"},
                "Action": "sts:AssumeRole",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ],
    }
    accounts = {"main": {"number": "111122223333"}, "other": {}}
    roles = {"app": {"account": "main", "trust": trust, "allow": ["s3:*"]}}
    plain = {"from": "sts.AssumeRole", "role": "app", "user": "admin"}
    chains: dict[str, Any] = {
        "without": [plain],
        "code": [{**plain, "mfa": True}],
        "session": [{"from": "sts.GetSessionToken", "user": "admin", "mfa": True}],
        "through-session": [{"from": "sts.AssumeRole", "role": "app", "source": "session"}],
    }
    for chain, verdict in (("without", "RefreshFailed"), ("code", "ok"), ("through-session", "ok")):
        frames = _run(chain, horizon_s=600, accounts=accounts, roles=roles, credentials=chains)
        assert {name for _, _, name in verdicts(frames)} == {verdict}, chain
