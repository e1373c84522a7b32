"""Trust policies: who may assume a role, in both ways of writing it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim.policies.authorization import check_policy, statements_from
from sim.policies.authorization_trust import Asker, arn_of, may_assume

_NUMBER = "111122223333"
_OTHER = "444455556666"


def _document(principal: Any, action: str = "sts:AssumeRole", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Principal": principal, "Action": action, **more}],
    }


def _asker(kind: Any, name: str, **more: Any) -> Asker:
    return Asker(kind, name, account="main", account_number=_NUMBER, **more)


_EC2 = _asker("service", "ec2.amazonaws.com")
_APP = _asker("role", "app")
_ANN = _asker("user", "ann")
_OKTA = _asker("saml", "okta")
_CLUSTER = _asker("web_identity", "cluster")
_CENTER = _asker("identity_center", "center")

_MATCHING: list[tuple[Asker, dict[str, Any], dict[str, Any]]] = [
    (_EC2, {"service": "ec2.amazonaws.com"}, _document({"Service": "ec2.amazonaws.com"})),
    (_APP, {"role": ["other", "app"]}, _document({"AWS": f"arn:aws:iam::{_NUMBER}:role/app"})),
    (_ANN, {"user": "ann"}, _document({"AWS": [f"arn:aws:iam::{_NUMBER}:user/ann"]})),
    (_OKTA, {"saml": "okta"}, _document({"Federated": arn_of("saml", "okta", _NUMBER)}, "sts:AssumeRoleWithSAML")),
    (
        _CLUSTER,
        {"web_identity": "cluster"},
        _document({"Federated": arn_of("web_identity", "cluster", _NUMBER)}, "sts:AssumeRoleWithWebIdentity"),
    ),
    (
        _CENTER,
        {"identity_center": "center"},
        _document({"Federated": arn_of("identity_center", "center", _NUMBER)}, "sts:AssumeRoleWithSAML"),
    ),
]


@pytest.mark.parametrize(("asker", "short", "document"), _MATCHING, ids=lambda value: getattr(value, "kind", ""))
def test_both_ways_of_writing_a_trust_agree(asker: Asker, short: dict[str, Any], document: dict[str, Any]) -> None:
    check_policy(document, "trust")
    assert may_assume(short, asker).allowed
    assert may_assume(document, asker).allowed
    stranger = replace(asker, name="stranger")
    assert may_assume(short, stranger).effect == "implicitly_denied"
    assert may_assume(document, stranger).effect == "implicitly_denied"


@pytest.mark.parametrize("asker", [case[0] for case in _MATCHING], ids=lambda asker: asker.kind)
def test_an_empty_trust_trusts_nobody(asker: Asker) -> None:
    empty = dict.fromkeys(("service", "saml", "web_identity", "role", "user", "account", "identity_center"), ())
    assert may_assume(empty, asker).effect == "implicitly_denied"


def test_a_name_is_trusted_only_as_what_it_is() -> None:
    assert not may_assume({"user": "app"}, _APP).allowed
    assert not may_assume({"saml": "cluster"}, _CLUSTER).allowed


@pytest.mark.parametrize("trust", [{"account": "main"}, _document({"AWS": _NUMBER})], ids=["short", "document"])
def test_a_trusted_account_still_has_to_allow_its_principals(trust: dict[str, Any]) -> None:
    allowed = replace(_APP, policies=statements_from(["sts:AssumeRole"]))
    assert may_assume(trust, allowed).allowed
    assert may_assume(trust, replace(_APP, policies=())).effect == "implicitly_denied"
    assert not may_assume(trust, replace(allowed, account="else", account_number=_OTHER)).allowed


def test_root_of_the_account_is_the_account() -> None:
    trust = _document({"AWS": f"arn:aws:iam::{_NUMBER}:root"})
    assert may_assume(trust, replace(_ANN, policies=statements_from(["sts:*"]))).allowed
    assert not may_assume(trust, replace(_ANN, policies=())).allowed


def test_naming_a_principal_is_enough_at_home_but_not_across_accounts() -> None:
    trust = {"role": "app"}
    silent = replace(_APP, policies=())
    assert may_assume(trust, silent).allowed
    assert not may_assume(trust, replace(silent, same_account=False)).allowed
    willing = replace(_APP, policies=statements_from(["sts:AssumeRole"]), same_account=False)
    assert may_assume(trust, willing).allowed


def test_the_asker_s_own_deny_wins() -> None:
    asker = replace(_APP, policies=statements_from(["*"], ["sts:AssumeRole"]))
    decision = may_assume({"role": "app"}, asker)
    assert (decision.effect, decision.kind) == ("explicitly_denied", "identity")


def test_without_own_policies_the_trust_alone_decides() -> None:
    assert may_assume({"role": "app"}, replace(_APP, policies=None, same_account=False)).allowed


def test_a_deny_in_the_trust_wins() -> None:
    deny = _document({"AWS": _NUMBER}, effect="Deny")["Statement"]
    trust = {"Statement": [*_document({"AWS": "*"})["Statement"], *deny]}
    decision = may_assume(trust, _APP)
    assert (decision.effect, decision.kind) == ("explicitly_denied", "trust")
    assert may_assume(trust, replace(_APP, account_number=_OTHER)).allowed


def test_not_principal_denies_everybody_else() -> None:
    ours = f"arn:aws:iam::{_NUMBER}:role/app"
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": ours}, "Action": "sts:AssumeRole"}
    trust = {"Statement": [*_document("*")["Statement"], deny]}
    assert may_assume(trust, _APP).allowed
    assert may_assume(trust, _ANN).effect == "explicitly_denied"


def test_a_session_of_a_role_may_be_named() -> None:
    trust = _document({"AWS": f"arn:aws:sts::{_NUMBER}:assumed-role/app/main"})
    assert may_assume(trust, _APP).allowed
    assert not may_assume(trust, replace(_APP, name="application")).allowed


def test_the_operation_has_to_fit_the_asker() -> None:
    federated = {"Federated": arn_of("saml", "okta", _NUMBER)}
    assert not may_assume(_document(federated, "sts:AssumeRole"), _OKTA).allowed
    assert may_assume(_document(federated, "sts:*"), _OKTA).allowed


def test_conditions_of_a_trust() -> None:
    audience = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    trust = _document({"Federated": arn_of("saml", "okta", _NUMBER)}, "sts:AssumeRoleWithSAML", Condition=audience)
    assert may_assume(trust, _OKTA).allowed
    external = _document({"AWS": "*"}, Condition={"StringEquals": {"sts:ExternalId": "blue"}})
    assert not may_assume(external, _APP).allowed
    assert may_assume(external, replace(_APP, context={"sts:ExternalId": "blue"})).allowed
    organisation = _document({"AWS": "*"}, Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}})
    assert may_assume(organisation, _APP).allowed
    assert not may_assume(organisation, _ANN).allowed


def test_without_an_account_number_the_name_has_to_fit() -> None:
    unknown = Asker("saml", "okta")
    federated = _document({"Federated": arn_of("saml", "okta", _NUMBER)}, "sts:AssumeRoleWithSAML")
    assert may_assume(federated, unknown).allowed
    assert not may_assume(federated, replace(unknown, name="entra")).allowed
    assert not may_assume(_document({"Service": "ec2.amazonaws.com"}), unknown).allowed
