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
    "trust in a plan": (
        "theft: {places",
        "theft: {plans: {p: [{after_s: 1, policy: role/app, trust: {user: owner}}]}, places",
        "theft.plans.p.0.trust.user",
        ["write account: main"],
    ),
    "policy": (VERB, "{at_s: 10, policy: user/owner, deny: ['*']}", "timeline.0.policy", ["none can be attached"]),
    "a third key": (OWNER, OWNER.replace("{}, p", "{number: 3}, p"), "users.owner.key.number", ["2"]),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_root_user(name: str, tmp_path: Path) -> None:
    mark = OWNER if name == "two root users" else None
    check_edit(tmp_path, EDITS[name], mark=mark, base=BASE)


@pytest.mark.parametrize("step", ["user: owner", "source: root", "source: console"])
def test_a_role_that_does_not_trust_it_is_not_blamed(step: str, tmp_path: Path) -> None:
    found = problems_of(written(tmp_path, BASE.replace(APP, f"from: sts.AssumeRole, role: app, {step}")))
    assert {problem.path for problem in found} == {f"credentials.app.0.{step.partition(':')[0]}"}


def test_a_trust_document_is_not_blamed_for_a_root_user(tmp_path: Path) -> None:
    trust = (
        'trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: "sts:AssumeRole"}]}'
    )
    text = BASE.replace("trust: {role: host, saml: idp, user: person}", trust).replace(
        APP, "from: sts.AssumeRole, role: app"
    )
    found = problems_of(written(tmp_path, text.replace("role: app}", "role: app, user: owner}")))
    assert {problem.path for problem in found} == {"credentials.app.0.user"}


def _with_populations(number: int) -> str:
    more = "".join(
        f"  more{n}: {{count: 1, credentials: root, calls: {{kind: poisson, rps: 1}}}}\n" for n in range(number)
    )
    return BASE.replace("timeline:", f"{more}timeline:")


def test_it_has_two_keys_and_each_population_one_of_its_own(tmp_path: Path) -> None:
    load(written(tmp_path, _with_populations(2)))
    (third,) = problems_of(written(tmp_path, _with_populations(3)))
    assert third.path == "populations.more2.credentials"
    assert "2 access keys at most" in third.text
    assert "with more2 they are 3" in third.text
    two = _with_populations(2).replace("key: {}, p", "key: {number: 2}, p")
    assert [problem.path for problem in problems_of(written(tmp_path, two))] == ["populations.more1.credentials"]
    rotated = _with_populations(2).replace("key: {}, p", "key: {life: policy, rotation: {period_s: 86400}}, p")
    (second,) = problems_of(written(tmp_path, rotated))
    assert "none of them could be rotated" in second.text


def test_a_password_with_a_story_is_one_person_s(tmp_path: Path) -> None:
    shared = BASE.replace("credentials: people", "credentials: console")
    load(written(tmp_path, shared))
    text = shared.replace("password: {}", "password: {copies: {browser: 1}}")
    (found,) = problems_of(written(tmp_path, text))
    assert found.path == "users.owner.password"
    assert found.text.startswith("3 people of people ")
    load(written(tmp_path, text.replace("people:\n    count: 3", "people:\n    count: 1")))


def test_what_has_to_be_known_before_its_figures_are_read(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, BASE.replace("password: {}", "password: {mfa: false}"))).base
    assert scenario.users["owner"].per == "population"
    key, password, cut = notes([scenario])
    assert key.startswith("users.owner.key: AWS advises against access keys of the root user")
    assert password.startswith("users.owner.password.mfa: ")
    assert cut.startswith("credentials.root.0.session_s: 43200 is cut to 3600")
    user = GOOD.replace("  key: [", "  own: [{from: sts.GetSessionToken, user: person, session_s: 43200}]\n  key: [")
    assert not notes([load(written(tmp_path, user)).base])
