"""The root user in a scenario: what AWS does not let it have or do is told before the run, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.loading.scenario_file import load
from sim.validation.notes import notes
from tests.support.small_scenario import GOOD, check_edit, problems_of, written

USER = "person: {account: main, key: {number: 1}}"
OWNER = "owner: {account: main, root: true, key: {}, password: {}}"
BASE = (
    GOOD.replace(USER, f"{USER}\n  {OWNER}")
    .replace("saml: idp}", "saml: idp, user: person}")
    .replace(
        "  key: [", "  root: [{from: sts.GetSessionToken, user: owner, session_s: 43200}]\n"
        "  console: [{from: password, user: owner, way: console}]\n  key: [",
    )
)  # fmt: skip
APP = "from: sts.AssumeRole, role: app, source: instance, session_s: 3600"
VERB = "{at_s: 10, outage: sts, for_s: 5}"
EDITS = {
    "two root users": (
        USER,
        "person: {account: main, root: true, key: {number: 1}}",
        "users.owner.root",
        ["one root user", "person already"],
    ),
    "one for each client": (OWNER, OWNER.replace("root", "per: client, root"), "users.owner.per", ["per: population"]),
    "a policy": (OWNER, OWNER.replace("root", 'allow: ["*"], root'), "users.owner.allow", ["scps", "remove allow"]),
    "a boundary": (
        OWNER,
        OWNER.replace("root", "boundary: {Statement: []}, root"),
        "users.owner.boundary",
        ["takes no permissions boundary"],
    ),
    "a role by its key": (
        APP,
        "from: sts.AssumeRole, role: app, user: owner",
        "credentials.app.0.user",
        ["Roles may not be assumed by root accounts", "root user of main"],
    ),
    "a role by its session": (
        APP,
        "from: sts.AssumeRole, role: app, source: root",
        "credentials.app.0.source",
        ["Roles may not be assumed by root accounts"],
    ),
    "a role in the console": (
        APP,
        "from: sts.AssumeRole, role: app, source: console, way: console",
        "credentials.app.0.source",
        ["the console lets no root user switch to a role"],
    ),
    "the root user of another account": (
        APP,
        "from: sts.AssumeRoot, user: owner, account: main, task_policy: S3UnlockBucketPolicy",
        "credentials.app.0.user",
        ["root user credentials cannot call AssumeRoot"],
    ),
    "less than 15 min": ("43200}]\n  console", "600}]\n  console", "credentials.root.0.session_s", ["below 900 s"]),
    "more than anybody may ask for": (
        "43200}]\n  console",
        "129601}]\n  console",
        "credentials.root.0.session_s",
        ["129600 s (36 h)"],
    ),
    "trust": (
        "saml: idp, user: person}",
        "saml: idp, user: owner}",
        "roles.app.trust.user",
        ["write account: main"],
    ),
    "quarantine": (VERB, "{at_s: 10, quarantine: owner}", "timeline.0.quarantine", ["deactivate_key: owner"]),
    "revoke": (VERB, "{at_s: 10, revoke: user/owner}", "timeline.0.revoke", ["within an hour"]),
    "policy": (VERB, "{at_s: 10, policy: user/owner, deny: ['*']}", "timeline.0.policy", ["none can be attached"]),
    "a third key": (OWNER, OWNER.replace("{}, p", "{number: 3}, p"), "users.owner.key.number", ["2"]),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_root_user(name: str, tmp_path: Path) -> None:
    mark = OWNER if name == "two root users" else None
    check_edit(tmp_path, EDITS[name], mark=mark, base=BASE)


def test_a_trust_document_is_not_blamed_for_a_root_user(tmp_path: Path) -> None:
    trust = (
        'trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: "sts:AssumeRole"}]}'
    )
    text = BASE.replace("trust: {role: host, saml: idp, user: person}", trust).replace(
        APP, "from: sts.AssumeRole, role: app"
    )
    found = problems_of(written(tmp_path, text.replace("role: app}", "role: app, user: owner}")))
    assert {problem.path for problem in found} == {"credentials.app.0.user"}


def test_one_population_signs_as_it(tmp_path: Path) -> None:
    """A population has users of its own, and there is no second root user."""
    text = BASE.replace("{count: 3, credentials: app", "{count: 3, credentials: root").replace(
        "timeline:", "  more: {count: 1, credentials: root, calls: {kind: poisson, rps: 1}}\ntimeline:"
    )
    (found,) = problems_of(written(tmp_path, text))
    assert found.path == "populations.more.credentials"
    assert "app uses its key already" in found.text


def test_one_person_has_its_password(tmp_path: Path) -> None:
    text = BASE.replace("password: {}", "password: {copies: {browser: 1}}").replace(
        "credentials: people", "credentials: console"
    )
    (found, *_) = problems_of(written(tmp_path, text))
    assert (found.path, "count: 1" in found.text) == ("populations.people.count", True)
    load(written(tmp_path, text.replace("people:\n    count: 3", "people:\n    count: 1")))


def test_what_has_to_be_known_before_its_figures_are_read(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, BASE.replace("password: {}", "password: {mfa: false}"))).base
    assert scenario.users["owner"].per == "population"
    key, password, cut = notes([scenario])
    assert key.startswith("users.owner.key: AWS advises against access keys of the root user")
    assert password.startswith("users.owner.password.mfa: ")
    assert cut.startswith("credentials.root.0.session_s: 43200 is cut to 3600")
    assert not notes([load(written(tmp_path, GOOD)).base])
