"""Chains: who signs a step's request, and whether the role's trust lets it; strategies that break a rule."""

from __future__ import annotations

import pytest

from sim.loading.scenario_file import load
from tests.support.small_scenario import GOOD, check_edit, edited, problems_of, written

APP = "app: [{from: sts.AssumeRole, role: app, source: instance, session_s: 3600}]"

EDITS = {
    "operation of a key": (
        "[{from: access_key,",
        "[{from: access_key.Get,",
        "credentials.key.0.from",
        ["write access_key"],
    ),
    "unknown issuer": ("[{from: imds}]", "[{from: imd}]", "credentials.instance.0.from", ["did you mean imds?"]),
    "a user that is not trusted": (
        APP,
        "app: [{from: sts.AssumeRole, role: app, user: person}]",
        "credentials.app.0.role",
        ["user: person or account: main"],
    ),
    "a permission set that is not trusted": (
        APP,
        "app: [{from: sts.AssumeRole, role: app, source: people}]",
        "credentials.app.0.role",
        ["identity_center: centre or account: main"],
    ),
    "a service that is not trusted": (
        APP,
        "app: [{from: sts.AssumeRole, role: app, service: lambda.amazonaws.com}]",
        "credentials.app.0.role",
        ["service: lambda.amazonaws.com"],
    ),
    "an identity provider that is not trusted": (
        "trust: {role: host, saml: idp}",
        "trust: {role: host}",
        "credentials.saml.0.role",
        ["saml: idp"],
    ),
    "a key's chain that is not trusted": (
        APP,
        "app: [{from: sts.AssumeRole, role: app, source: key}]",
        "credentials.app.0.role",
        ["user: person or account: main"],
    ),
    "a circle of three": (
        APP,
        "app: [{from: sts.AssumeRole, role: app, source: b}]\n"
        "  b: [{from: sts.AssumeRole, role: app, source: c}]\n"
        "  c: [{from: sts.AssumeRole, role: app, source: app}]",
        "credentials.app",
        ["app -> b -> c -> app"],
    ),
    "SAML session over the role's maximum": (
        "role: app, way: saml-file}",
        "role: app, way: saml-file, session_s: 43201}",
        "credentials.saml.0.session_s",
        ["43200 s (12 h)"],
    ),
    "length on a key": (
        "[{from: access_key, user: person}]",
        "[{from: access_key, user: person, session_s: 3600}]",
        "credentials.key.0.session_s",
        ["no session length"],
    ),
    "a key with a way": (
        "credentials: people\n    workday",
        "credentials: wayward\n    workday",
        "populations.people.credentials",
        ["no chain 'wayward'"],
    ),
    "people with work": (
        "people: true",
        "people: true\n    work: {calls: 1, within_s: 1}",
        "populations.people.work",
        ["processes"],
    ),
    "hours without people": (
        "    people: true\n",
        "    people: false\n",
        "populations.people.people",
        ["must be true"],
    ),
    "roles for nobody": (
        "host: {account: main, trust: {service: ec2.amazonaws.com}}",
        "host: {account: main, trust: {service: []}}",
        "roles.host.trust",
        ["nobody may assume"],
    ),
    "group of another account": (
        "users:\n  person: {account: main,",
        "groups: {devs: {account: main}}\nusers:\n  person: {account: other, groups: [devs],",
        "users.person.groups.0",
        ["account main", "account"],
    ),
}
STANDS_AT = {
    "an identity provider that is not trusted": "saml: [{from",
    "people with work": "work: {calls: 1",
    "group of another account": "person: {account: other",
}
BASE = GOOD.replace(
    "  key: [{from: access_key",
    "  saml: [{from: sts.AssumeRoleWithSAML, idp: idp, role: app, way: saml-file}]\n  key: [{from: access_key",
).replace("  main: {quotas: {signed: documented-600}}", "  main: {quotas: {signed: documented-600}}\n  other: {}")


@pytest.mark.parametrize("case", EDITS)
def test_broken_chain(tmp_path, case):
    check_edit(tmp_path, EDITS[case], STANDS_AT.get(case), base=BASE)


def test_the_role_s_own_maximum_counts_where_nothing_is_chained(tmp_path):
    text = BASE.replace("max_session_s: 43200", "max_session_s: 7200").replace(
        "way: saml-file}", "way: saml-file, session_s: 10800}"
    )
    (problem,) = problems_of(written(tmp_path, text))
    assert problem.path == "credentials.saml.0.session_s"
    assert "max_session_s 7200" in problem.text


def test_a_user_s_key_is_no_chaining(tmp_path):
    text = BASE.replace("trust: {role: host,", "trust: {user: person, role: host,")
    long = APP.replace("source: instance, session_s: 3600", "source: key, session_s: 43200")
    loaded = load(written(tmp_path, text.replace(APP, long)))
    assert loaded.base.credentials["app"][0].session_s == 43200


def test_a_trust_policy_document_is_left_to_the_run(tmp_path):
    document = '{Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: "sts:AssumeRole"}]}'
    loaded = load(edited(tmp_path, "trust: {role: host, saml: idp}", f"trust: {document}"))
    assert loaded.base.roles["app"].trust["Statement"][0]["Effect"] == "Allow"


def test_a_trust_of_several_is_the_short_form(tmp_path):
    services = "[ec2.amazonaws.com, lambda.amazonaws.com]"
    path = edited(tmp_path, "{service: ec2.amazonaws.com}", f"{{service: {services}}}")
    assert load(path).base.roles["host"].trust.service == ("ec2.amazonaws.com", "lambda.amazonaws.com")


def test_a_trust_of_a_number_is_refused(tmp_path):
    (problem,) = problems_of(edited(tmp_path, "{service: ec2.amazonaws.com}", "{service: 5}"))
    assert problem.path == "roles.host.trust"
    assert "one or a list of names" in problem.text


def test_a_strategy_that_breaks_a_rule_elsewhere_is_named(tmp_path):
    text = BASE.replace("{set: {populations.people.credentials: key}}", "{remove: [users.person.key]}")
    (problem,) = problems_of(written(tmp_path, text))
    assert problem.path == "credentials.key.0.user"
    assert "no access key" in problem.text
    assert problem.text.endswith("(strategy keys)")
    assert problem.line == 1 + text[: text.index("keys: {remove")].count("\n")


def test_a_setting_on_an_optional_block_loses_to_a_strategy_that_sets_the_block(tmp_path):
    text = BASE.replace("{populations.people.credentials: key}", "{users.person.password: {mfa: false}}")
    loaded = load(written(tmp_path, text), {"users.person.password.mfa": True})
    assert loaded.base.users["person"].password.mfa is True
    assert loaded.strategies["keys"].users["person"].password.mfa is False


def test_a_setting_may_reach_what_only_a_strategy_has(tmp_path):
    extra = "{credentials.extra: [{from: sts.AssumeRole, role: app, source: instance, session_s: 900}]}"
    path = written(tmp_path, BASE.replace("{populations.people.credentials: key}", extra))
    loaded = load(path, {"credentials.extra.0.session_s": 1800})
    assert loaded.strategies["keys"].credentials["extra"][0].session_s == 1800
    assert "extra" not in loaded.base.credentials
    (problem,) = problems_of(path, {"credentials.extra.0.session_s": 60})
    assert (problem.file, problem.path) == ("--set", "credentials.extra.0.session_s")
    assert problem.text.endswith("(strategy keys)")
    (problem,) = problems_of(path, {"credentials.extr.0.session_s": 1800})
    assert problem.path == "credentials.extr.0.session_s"


def test_a_file_without_strategies_compares_its_base(tmp_path):
    loaded = load(written(tmp_path, GOOD[: GOOD.index("strategies:")]))
    assert list(loaded.strategies) == ["base"]
    assert loaded.strategies["base"].populations == loaded.base.populations


def test_what_is_asked_for_anonymously_takes_nothing_and_signs_nothing(tmp_path):
    found = {
        one.path: one.text for one in problems_of(edited(tmp_path, "{from: imds}", "{from: anonymous, role: host}"))
    }
    assert found["credentials.instance.0.role"] == "a step from anonymous takes no role; it takes nothing"
    assert found["credentials.app.0.source"].startswith("instance yields no credential, and AssumeRole takes")
