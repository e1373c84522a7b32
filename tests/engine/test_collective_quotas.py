"""Quotas that Identity Center and Roles Anywhere share out among all who ask: by closed form, and level by level."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sim.aws.quotas import QUOTA_PROFILES
from sim.scenario import Scenario
from sim.shards import shards_of
from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import document, fleet

EACH = {"kind": "every", "every_s": 0.01}
SDK = {"preset": "botocore-1.44", "retry": {"attempts": 1}}


def tools(chain: str, **more: Any) -> dict[str, Any]:
    """Ten tools that ask for a credential for each of their calls, one after the other."""
    work = {"work": {"calls": 40, "within_s": 500}, "start": {"at_s": 0}, "count": 10, "sdk": SDK}
    return fleet(chain, EACH, **work, new_provider_per="call", **more)


def scenario(chain: str, quotas: dict[str, Any], horizon_s: float = 600.0, **more: Any) -> dict[str, Any]:
    """The zoo with a Roles Anywhere, and both services fast enough to meet their quota."""
    made = document({"tools": tools(chain, **more)}, horizon_s=horizon_s)
    made["issuers"] = {**made["issuers"], "anywhere": {"kind": "roles_anywhere", "latency_s": 0.02}}
    made["issuers"]["center"] = {**made["issuers"]["center"], "latency_s": 0.02}
    outside = {"account": "main", "trust": {"service": "rolesanywhere.amazonaws.com"}, "allow": ["s3:GetObject"]}
    made["roles"] = {**made["roles"], "outside": outside}
    made["credentials"] = {**made["credentials"], "anywhere": [{"from": "anywhere", "role": "outside"}]}
    made["accounts"] = {**made["accounts"], "main": {"quotas": quotas}}
    return made


def granted(frames: Frames) -> pd.Series:
    """Instants of the requests that the service answered with a credential."""
    requests = frames["requests"]
    return requests.loc[(requests["outcome"] == "ok") & requests["operation"].isin(OPERATIONS), "at_s"].sort_values()


OPERATIONS = ("GetRoleCredentials", "CreateSession")


@pytest.mark.parametrize(
    ("chain", "group", "profile"),
    [("sso", "identity_center", "identity-center-20"), ("anywhere", "roles_anywhere", "roles-anywhere-10")],
)
def test_no_more_is_granted_than_the_bucket_holds(chain: str, group: str, profile: str) -> None:
    numbers = QUOTA_PROFILES[profile]
    frames = run(scenario(chain, {group: profile}))
    asked = frames["requests"].query("operation in @OPERATIONS")
    assert set(asked["quota_group"]) == {group} and set(asked["account"]) == {"main"}
    at = granted(frames).to_numpy()
    for first in range(0, len(at), 7):
        for last in range(first, len(at), 11):
            assert last - first + 1 <= numbers.burst + numbers.rps * (at[last] - at[first]) + 1e-6
    assert (asked["outcome"] == "throttled").sum() > 10
    failed = sum(n for (_, _, verdict), n in verdicts(frames).items() if verdict == "RefreshFailed")
    assert failed == (asked["outcome"] == "throttled").sum()
    assert len(run(scenario(chain, {}))["requests"].query("outcome == 'throttled'")) == 0


def test_a_tool_that_stops_at_the_first_refusal_is_stopped_by_the_quota() -> None:
    """A bucket of 60 that hardly fills: the 61st request is refused, and each tool stops at its first refusal."""
    frames = run(
        scenario("anywhere", {"roles_anywhere": {"rps": 1e-9, "burst": 60}}, on_error={"anywhere.Throttling": "stop"})
    )
    counted = frames["calls"].groupby("verdict")["calls"].sum()
    assert counted.to_dict() == {"ok": 60, "RefreshFailed": 10, "Unfinished": 400 - 70}


@pytest.mark.parametrize("chain", ["sso", "anywhere"])
def test_levels_agree(chain: str) -> None:
    quotas = {"identity_center": "identity-center-20", "roles_anywhere": "roles-anywhere-10"}
    words = scenario(chain, quotas, on_error={"RefreshFailed": {"again_after": {"fixed_s": 1}}})
    detail = run(words)
    assert verdicts(detail) == verdicts(run(words, level="calls")) == verdicts(run(words, level="summary"))
    pd.testing.assert_frame_equal(detail["requests"], run(words, level="calls")["requests"])


@pytest.mark.parametrize(("asked_s", "lasts_s"), [(None, 3600), (900, 900), (43200, 43200)])
def test_a_session_of_roles_anywhere_lasts_as_asked(asked_s: float | None, lasts_s: float) -> None:
    words = scenario("anywhere", {})
    words["credentials"]["anywhere"][0] |= {} if asked_s is None else {"session_s": asked_s}
    sessions = run(words)["credentials"].query("operation == 'CreateSession'")
    assert (sessions["expires_at_s"] - sessions["issued_at_s"]).unique().tolist() == pytest.approx([lasts_s])


def test_a_role_that_does_not_trust_roles_anywhere_is_refused() -> None:
    words = scenario("anywhere", {})
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    words["roles"]["outside"] = {**words["roles"]["outside"], "trust": {"Statement": [statement]}}
    assert set(run(words)["requests"]["outcome"]) == {"denied"}


def test_two_identity_centers_of_one_account_share_its_bucket() -> None:
    words = scenario("sso", {"identity_center": "identity-center-20"})
    words["issuers"]["other"] = {**words["issuers"]["center"], "idp": "idp-2"}
    words["issuers"]["idp-2"] = words["issuers"]["idp"]
    step = words["credentials"]["sso"][0]
    words["credentials"]["sso-2"] = [{**step, "from": "other"}]
    words["populations"]["more"] = {**words["populations"]["tools"], "credentials": "sso-2"}
    assert len(shards_of(Scenario.model_validate(words))) == 1
