"""Requests that STS refuses are refused before the run, with AWS's reason, the place and what would be right."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import botocore
import pytest

from sim.aws.sts_operations import OPERATIONS
from tests.support.small_scenario import check_edit

APP = "from: sts.AssumeRole, role: app, source: instance, session_s: 3600"
EDITS = {
    "a Region that is no Region's name": (
        "sts: {kind: sts",
        "sts: {region: Ireland, kind: sts",
        "issuers.sts.region",
        ["Ireland", "eu-west-1"],
    ),
    "session token by a role session": (
        APP,
        "from: sts.GetSessionToken, source: instance",
        "credentials.app.0.source",
        ["Cannot call GetSessionToken with session credentials", "long-term key"],
    ),
    "federation token by a role session": (
        APP,
        "from: sts.GetFederationToken, source: instance",
        "credentials.app.0.source",
        ["Cannot call GetFederationToken", "long-term key"],
    ),
    "36 h and a second": (
        APP,
        "from: sts.GetSessionToken, user: person, session_s: 129601",
        "credentials.app.0.session_s",
        ["129600 s (36 h)"],
    ),
    "14 min of a session token": (
        APP,
        "from: sts.GetSessionToken, user: person, session_s: 840",
        "credentials.app.0.session_s",
        ["below 900 s"],
    ),
    "root for 16 min": (
        APP,
        "from: sts.AssumeRoot, user: person, account: main, task_policy: S3UnlockBucketPolicy, session_s: 960",
        "credentials.app.0.session_s",
        ["900 s (15 min)"],
    ),
    "root of the own account": (
        APP,
        "from: sts.AssumeRoot, user: person, account: main, task_policy: S3UnlockBucketPolicy",
        "credentials.app.0.account",
        ["member account"],
    ),
    "unknown member account": (
        APP,
        "from: sts.AssumeRoot, user: person, account: mian, task_policy: S3UnlockBucketPolicy",
        "credentials.app.0.account",
        ["did you mean main?"],
    ),
    "nobody signs": (APP, "from: sts.GetSessionToken", "credentials.app.0", ["who signs the GetSessionToken request?"]),
    "more than the role's maximum": (
        APP,
        "from: sts.AssumeRoleWithSAML, role: short, idp: idp, session_s: 7200",
        "credentials.app.0.session_s",
        ["ValidationError", "MaxSessionDuration", "max_session_s 3600"],
    ),
    "chained from a session token": (
        APP,
        "from: sts.AssumeRole, role: app, source: token, session_s: 7200",
        "credentials.app.0.session_s",
        ["ValidationError", "role chaining", "token yields temporary"],
    ),
    "MFA code for SAML": (
        APP,
        "from: sts.AssumeRoleWithSAML, role: app, idp: idp, mfa: true",
        "credentials.app.0.mfa",
        ["takes no MFA code", "AssumeRole and GetSessionToken"],
    ),
    "MFA code of an instance": (APP, f"{APP}, mfa: true", "credentials.app.0.mfa", ["belongs to an IAM user"]),
    "botocore asks no length of a web identity": (
        APP,
        "from: sts.AssumeRoleWithWebIdentity, role: short, idp: idp, session_s: 1800",
        "credentials.app.0.session_s",
        ["never sends DurationSeconds", "3600 s"],
    ),
    "web identity that the role does not trust": (
        APP,
        "from: sts.AssumeRoleWithWebIdentity, role: app, idp: idp",
        "credentials.app.0.role",
        ["roles.app.trust needs web_identity: idp"],
    ),
    "keys that nobody fetches": ("idp: {kind: idp}", "idp: {kind: idp, keys: {}}", "issuers.idp.keys", ["remove keys"]),
}


@pytest.fixture
def base() -> str:
    """The small scenario with a role of one hour and a user's session."""
    from tests.support.small_scenario import GOOD

    more = "  short: {account: main, trust: {saml: idp, web_identity: idp}}\nusers:"
    token = "  token: [{from: sts.GetSessionToken, user: person}]\n  people: [{from: centre"
    return GOOD.replace("users:", more).replace("  people: [{from: centre", token)


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_request(name: str, base: str, tmp_path: Path) -> None:
    check_edit(tmp_path, EDITS[name], base=base)


def test_the_global_endpoint_serves_no_root_sessions(base: str, tmp_path: Path) -> None:
    right = "from: sts.AssumeRoot, user: person, account: member, task_policy: S3UnlockBucketPolicy"
    text = base.replace(APP, right).replace("accounts:\n", "accounts:\n  member: {}\n")
    edit = ("sts: {kind: sts}", "sts: {kind: sts, endpoint: global}", "credentials.app.0.from", ["endpoint: regional"])
    check_edit(tmp_path, edit, mark=right, base=text)


def test_an_instance_may_ask_for_more_where_that_is_no_chaining(base: str, tmp_path: Path) -> None:
    """The IAM guide can be read either way, so it is a parameter."""
    long = base.replace("session_s: 3600}", "session_s: 7200}")
    told = ("role: host}\n  idp", "role: host, assume_role_is_chaining: true}\n  idp", "credentials.app.0.session_s")
    check_edit(tmp_path, (*told, ["role chaining"]), mark="session_s: 7200}", base=long)
    from sim.loading.scenario_file import load
    from tests.support.small_scenario import written

    load(written(tmp_path, long.replace("role: host}\n  idp", "role: host, assume_role_is_chaining: false}\n  idp")))


def test_the_table_agrees_with_the_model_that_aws_ships() -> None:
    """Bounds of DurationSeconds, and which operations are signed."""
    path = Path(botocore.__file__).parent / "data" / "sts" / "2011-06-15" / "service-2.json.gz"
    model = json.loads(gzip.decompress(path.read_bytes()))
    for name, operation in OPERATIONS.items():
        shape = model["operations"][name]
        request = model["shapes"][shape["input"]["shape"]]
        bounds = model["shapes"][request["members"]["DurationSeconds"]["shape"]]
        assert (operation.shortest_s, operation.longest_s) == (bounds["min"], bounds["max"]), name
        assert (shape.get("authtype") == "none") == (not operation.signers), name
        assert operation.mfa == ("TokenCode" in request["members"]), name
