"""The evaluation logic of IAM: who is limited by which kind of policy, within one account and across two.

The rows follow AWS's pages on policy evaluation (single account, cross-account), on Principal, NotPrincipal,
permissions boundaries, session policies, SCPs and RCPs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sim.policies.authorization import decide

_HOME, _AWAY = "111122223333", "444455556666"
_BUCKET = "arn:aws:s3:::photos/1.jpg"
_QUEUE = f"arn:aws:sqs:us-east-1:{_HOME}:jobs"
_FAR_QUEUE = f"arn:aws:sqs:us-east-1:{_AWAY}:jobs"
_KEY = f"arn:aws:kms:us-east-1:{_HOME}:key/1"
_ROLE = f"arn:aws:iam::{_HOME}:role/app"
_PATH_ROLE = f"arn:aws:iam::{_HOME}:role/team/app"
_SESSION = f"arn:aws:sts::{_HOME}:assumed-role/app/job"
_OTHER_SESSION = f"arn:aws:sts::{_HOME}:assumed-role/app/other"
_USER = f"arn:aws:iam::{_HOME}:user/ann"
_BOB = f"arn:aws:iam::{_HOME}:user/bob"
_FEDERATED = f"arn:aws:sts::{_HOME}:federated-user/visitor"
_ROOT = f"arn:aws:iam::{_HOME}:root"
_FAR_ROOT = f"arn:aws:iam::{_AWAY}:root"
_FAR_USER = f"arn:aws:iam::{_AWAY}:user/eve"

_YES, _NO, _DENY = "allowed", "implicitly_denied", "explicitly_denied"
_ANY = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
_NOTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}
_REFUSES = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
    ],
}


def _for(principal: Any, effect: str = "Allow", element: str = "Principal", **more: Any) -> dict[str, Any]:
    """A resource policy about one principal."""
    statement = {"Effect": effect, element: principal, "Action": "*", "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _aws(*arns: str) -> dict[str, Any]:
    return {"AWS": list(arns)}


def _check(effect: str, kind: str | None, **given: Any) -> None:
    action = given.pop("action", "s3:GetObject")
    resource = given.pop("resource", _BUCKET)
    decision = decide(action, resource, **given)
    assert (decision.effect, decision.kind if kind else None) == (effect, kind), decision.reason
    assert decision.reason


# Principal, what the resource policy grants to, identity, boundary, session -> effect, kind.
_ONE_ACCOUNT: list[tuple[str, Any, Any, Any, Any, str, str]] = [
    # AWS's table of resource policies and implicit denials within one account.
    (_SESSION, _aws(_ROLE), _NOTHING, _NOTHING, _NOTHING, _NO, "boundary"),
    (_SESSION, _aws(_ROLE), _NOTHING, _ANY, _NOTHING, _NO, "session"),
    (_SESSION, _aws(_ROLE), _NOTHING, _ANY, _ANY, _YES, "resource"),
    (_SESSION, _aws(_ROLE), None, None, None, _YES, "resource"),
    (_SESSION, _aws(_SESSION), _NOTHING, _NOTHING, _NOTHING, _YES, "resource"),
    (_USER, _aws(_USER), _NOTHING, _NOTHING, None, _YES, "resource"),
    (_FEDERATED, _aws(_USER), _NOTHING, _NOTHING, _NOTHING, _NO, "boundary"),
    (_FEDERATED, _aws(_FEDERATED), _NOTHING, _NOTHING, _NOTHING, _YES, "resource"),
    (_ROOT, _aws(_ROOT), None, None, None, _YES, "resource"),
    # Everybody is named directly, the account is not.
    (_SESSION, "*", _NOTHING, _NOTHING, _NOTHING, _YES, "resource"),
    (_SESSION, _aws("*"), None, _NOTHING, None, _YES, "resource"),
    (_ROLE, "*", None, _NOTHING, None, _YES, "resource"),
    (_USER, _aws(_ROOT), None, None, None, _NO, "identity"),
    (_USER, _aws(_HOME), None, None, None, _NO, "identity"),
    (_USER, _aws(_ROOT), _ANY, None, None, _YES, "identity"),
    (_SESSION, _aws(_ROOT), _ANY, _NOTHING, None, _NO, "boundary"),
    (_ROOT, None, None, None, None, _YES, "none"),
    (_ROOT, _aws(_USER), None, None, None, _YES, "none"),
    # Without a grant of the resource: identity, boundary and session policies intersect.
    (_USER, None, None, None, None, _NO, "identity"),
    (_USER, None, _ANY, None, None, _YES, "identity"),
    (_USER, None, _ANY, _ANY, None, _YES, "identity"),
    (_USER, None, _ANY, _NOTHING, None, _NO, "boundary"),
    (_USER, None, None, _ANY, None, _NO, "identity"),
    (_SESSION, None, _ANY, None, _ANY, _YES, "identity"),
    (_SESSION, None, _ANY, None, _NOTHING, _NO, "session"),
    (_SESSION, None, _NOTHING, None, _ANY, _NO, "identity"),
    (_SESSION, None, _ANY, _ANY, _ANY, _YES, "identity"),
    (_SESSION, None, _ANY, _NOTHING, _ANY, _NO, "boundary"),
    (_FEDERATED, None, _ANY, None, _ANY, _YES, "identity"),
    (_FEDERATED, None, _ANY, None, None, _NO, "session"),
    (_FEDERATED, None, _NOTHING, None, _ANY, _NO, "identity"),
    # Somebody else is named.
    (_USER, _aws(_BOB), None, None, None, _NO, "identity"),
    (_SESSION, _aws(_OTHER_SESSION), None, None, None, _NO, "identity"),
    (_ROLE, _aws(_SESSION), None, None, None, _NO, "identity"),
    (_USER, _aws(_FAR_ROOT), None, None, None, _NO, "identity"),
    (_USER, _aws(f"arn:aws:iam::{_HOME}:user/*"), None, None, None, _NO, "identity"),
    (_USER, _aws(f"arn:aws:iam::{_AWAY}:user/ann"), None, None, None, _NO, "identity"),
    (_USER, {"Service": "ec2.amazonaws.com"}, None, None, None, _NO, "identity"),
    (_USER, _aws(_BOB, _USER), None, None, None, _YES, "resource"),
    # A Deny anywhere wins.
    (_SESSION, _aws(_SESSION), _REFUSES, None, None, _DENY, "identity"),
    (_SESSION, _aws(_SESSION), _ANY, _REFUSES, None, _DENY, "boundary"),
    (_SESSION, _aws(_SESSION), _ANY, None, _REFUSES, _DENY, "session"),
    (_USER, "*", _REFUSES, None, None, _DENY, "identity"),
    (_USER, None, _REFUSES, _NOTHING, None, _DENY, "identity"),
    (_USER, None, _NOTHING, _REFUSES, None, _DENY, "boundary"),
    (_SESSION, None, None, None, _REFUSES, _DENY, "session"),
]


@pytest.mark.parametrize(("who", "granted", "identity", "boundary", "session", "effect", "kind"), _ONE_ACCOUNT)
def test_one_account(
    who: str, granted: Any, identity: Any, boundary: Any, session: Any, effect: str, kind: str
) -> None:
    _check(
        effect,
        kind,
        principal=who,
        session_of=_USER if who == _FEDERATED else None,
        identity=identity,
        boundary=boundary,
        session=session,
        resource_policy=None if granted is None else _for(granted),
    )


# Principal at home, what the far queue's policy grants to, identity, boundary, session -> effect, kind.
_TWO_ACCOUNTS: list[tuple[str, Any, Any, Any, Any, str, str]] = [
    (_USER, None, None, None, None, _NO, "resource"),
    (_USER, None, _ANY, None, None, _NO, "resource"),
    (_USER, _aws(_USER), None, None, None, _NO, "identity"),
    (_USER, _aws(_USER), _ANY, None, None, _YES, "resource"),
    (_USER, _aws(_ROOT), None, None, None, _NO, "identity"),
    (_USER, _aws(_ROOT), _ANY, None, None, _YES, "resource"),
    (_USER, _aws(_HOME), _ANY, None, None, _YES, "resource"),
    (_USER, "*", _ANY, None, None, _YES, "resource"),
    (_USER, "*", None, None, None, _NO, "identity"),
    (_USER, _aws(_FAR_ROOT), _ANY, None, None, _NO, "resource"),
    (_USER, _aws(_BOB), _ANY, None, None, _NO, "resource"),
    (_USER, _aws(_USER), _ANY, _NOTHING, None, _NO, "boundary"),
    (_USER, _aws(_USER), _NOTHING, _ANY, None, _NO, "identity"),
    (_USER, _aws(_USER), _REFUSES, None, None, _DENY, "identity"),
    (_USER, _aws(_USER), _ANY, _REFUSES, None, _DENY, "boundary"),
    (_SESSION, _aws(_ROLE), None, None, None, _NO, "identity"),
    (_SESSION, _aws(_ROLE), _ANY, None, None, _YES, "resource"),
    (_SESSION, _aws(_SESSION), None, None, None, _NO, "identity"),
    (_SESSION, _aws(_SESSION), _ANY, _NOTHING, None, _NO, "boundary"),
    (_SESSION, _aws(_SESSION), _ANY, None, _NOTHING, _NO, "session"),
    (_SESSION, _aws(_SESSION), _ANY, _ANY, _ANY, _YES, "resource"),
    (_SESSION, _aws(_ROOT), _ANY, _ANY, _ANY, _YES, "resource"),
    (_FEDERATED, _aws(_FEDERATED), _ANY, None, _ANY, _YES, "resource"),
    (_FEDERATED, _aws(_FEDERATED), _ANY, None, None, _NO, "session"),
    (_ROOT, _aws(_ROOT), None, None, None, _YES, "resource"),
    (_ROOT, None, None, None, None, _NO, "resource"),
]


@pytest.mark.parametrize(("who", "granted", "identity", "boundary", "session", "effect", "kind"), _TWO_ACCOUNTS)
def test_two_accounts(
    who: str, granted: Any, identity: Any, boundary: Any, session: Any, effect: str, kind: str
) -> None:
    policies: dict[str, Any] = {"identity": identity, "boundary": boundary, "session": session}
    policies["resource_policy"] = None if granted is None else _for(granted)
    _check(effect, kind, action="sqs:SendMessage", resource=_FAR_QUEUE, principal=who, **policies)
    _check(effect, kind, principal=who, resource_account=_AWAY, **policies)


# Action, principal, trust policy, identity -> effect, kind: a role of the home account.
_ASSUME = "sts:AssumeRole"
_SAML = f"arn:aws:iam::{_HOME}:saml-provider/okta"
_TRUST: list[tuple[str, Any, Any, Any, str, str]] = [
    (_ASSUME, _USER, None, _ANY, _NO, "trust"),
    (_ASSUME, _USER, _for(_aws(_BOB)), _ANY, _NO, "trust"),
    (_ASSUME, _USER, _for(_aws(_USER)), None, _YES, "trust"),
    (_ASSUME, _USER, _for(_aws(_USER)), _NOTHING, _YES, "trust"),
    (_ASSUME, _USER, _for(_aws(_ROOT)), None, _NO, "identity"),
    (_ASSUME, _USER, _for(_aws(_HOME)), None, _NO, "identity"),
    (_ASSUME, _USER, _for(_aws(_ROOT)), _ANY, _YES, "trust"),
    (_ASSUME, _USER, _for(_aws(_USER)), _REFUSES, _DENY, "identity"),
    (_ASSUME, _USER, _for(_aws(_USER), "Deny"), _ANY, _DENY, "trust"),
    (_ASSUME, _USER, _for(_aws(_ROOT), "Deny"), _ANY, _DENY, "trust"),
    (_ASSUME, _SESSION, _for(_aws(_ROLE)), None, _YES, "trust"),
    (_ASSUME, _SESSION, _for(_aws(_ROOT)), _ANY, _YES, "trust"),
    (_ASSUME, _FAR_USER, _for(_aws(_FAR_USER)), None, _NO, "identity"),
    (_ASSUME, _FAR_USER, _for(_aws(_FAR_USER)), _ANY, _YES, "trust"),
    (_ASSUME, _FAR_USER, _for(_aws(_FAR_ROOT)), _ANY, _YES, "trust"),
    (_ASSUME, _FAR_USER, _for(_aws(_AWAY)), None, _NO, "identity"),
    (_ASSUME, _FAR_USER, _for(_aws(_ROOT)), _ANY, _NO, "trust"),
    (_ASSUME, _FAR_USER, None, _ANY, _NO, "trust"),
    (_ASSUME, "ec2.amazonaws.com", _for({"Service": "ec2.amazonaws.com"}), None, _YES, "trust"),
    (_ASSUME, "ec2.amazonaws.com", _for({"Service": ["ecs.amazonaws.com", "ec2.amazonaws.com"]}), None, _YES, "trust"),
    (_ASSUME, "ec2.amazonaws.com", _for({"Service": "lambda.amazonaws.com"}), None, _NO, "trust"),
    (_ASSUME, "ec2.amazonaws.com", _for(_aws(_ROOT)), None, _NO, "trust"),
    (_ASSUME, "ec2.amazonaws.com", None, None, _NO, "trust"),
    ("sts:AssumeRoleWithSAML", {"Federated": _SAML}, _for({"Federated": _SAML}), None, _YES, "trust"),
    ("sts:AssumeRoleWithSAML", _SAML, _for({"Federated": _SAML}), None, _YES, "trust"),
    ("sts:AssumeRoleWithSAML", {"Federated": _SAML}, _for({"Federated": f"{_SAML}-2"}), None, _NO, "trust"),
    ("sts:AssumeRoleWithSAML", {"Federated": _SAML}, _for(_aws(_SAML)), None, _NO, "trust"),
    (
        "sts:AssumeRoleWithWebIdentity",
        {"Federated": "accounts.google.com"},
        _for({"Federated": "accounts.google.com"}),
        None,
        _YES,
        "trust",
    ),
    (
        "sts:AssumeRoleWithWebIdentity",
        {"Federated": "accounts.google.com"},
        _for({"Federated": "www.amazon.com"}),
        None,
        _NO,
        "trust",
    ),
]


@pytest.mark.parametrize(("action", "who", "trust", "identity", "effect", "kind"), _TRUST)
def test_trust_policies(action: str, who: Any, trust: Any, identity: Any, effect: str, kind: str) -> None:
    role = f"arn:aws:iam::{_HOME}:role/target"
    _check(effect, kind, action=action, resource=role, principal=who, trust=trust or [], identity=identity)


# Principal, NotPrincipal of a Deny, boundary -> effect. Identity and resource allow everything else.
_EXCEPT: list[tuple[str, Any, Any, str]] = [
    (_USER, _aws(_USER), None, _YES),
    (_USER, _aws(_USER, _ROOT), None, _YES),
    (_USER, _aws(_BOB), None, _DENY),
    (_BOB, _aws(_USER, _ROOT), None, _DENY),
    (_USER, _aws(_ROOT), None, _YES),
    (_USER, _aws(_HOME), None, _YES),
    (_USER, _aws(_FAR_ROOT), None, _DENY),
    (_USER, _aws(_USER), _ANY, _DENY),
    (_ROLE, _aws(_ROLE), None, _YES),
    (_ROLE, _aws(_ROLE), _ANY, _DENY),
    (_SESSION, _aws(_SESSION, _ROLE, _ROOT), None, _YES),
    (_OTHER_SESSION, _aws(_SESSION, _ROLE, _ROOT), None, _DENY),
    (_SESSION, _aws(_ROLE, _ROOT), None, _DENY),
    (_USER, "*", None, _YES),
    (_USER, {"Service": "ec2.amazonaws.com"}, None, _DENY),
]


@pytest.mark.parametrize(("who", "spared", "boundary", "effect"), _EXCEPT)
def test_deny_with_not_principal(who: str, spared: Any, boundary: Any, effect: str) -> None:
    policy = _for(spared, "Deny", "NotPrincipal")
    _check(effect, None, principal=who, identity=_ANY, boundary=boundary, resource_policy=policy)


@pytest.mark.parametrize(
    ("who", "spared", "effect"),
    [
        (_USER, _aws(_BOB), _YES),
        (_USER, _aws(_USER), _NO),
        (_USER, _aws(_BOB, _USER), _NO),
        ("*", _aws(_USER), _YES),
        ("*", "*", _NO),
        (_USER, "*", _NO),
    ],
)
def test_allow_with_not_principal(who: str, spared: Any, effect: str) -> None:
    _check(effect, None, principal=who, resource_policy=_for(spared, "Allow", "NotPrincipal"))


@pytest.mark.parametrize(
    ("who", "denied", "effect"),
    [
        (_USER, _aws(_USER), _DENY),
        (_USER, _aws(_ROOT), _DENY),
        (_USER, _aws(_HOME), _DENY),
        (_USER, "*", _DENY),
        (_USER, _aws(_BOB), _YES),
        (_SESSION, _aws(_ROLE), _DENY),
        (_SESSION, _aws(_SESSION), _DENY),
        (_OTHER_SESSION, _aws(_SESSION), _YES),
        (_SESSION, _aws(_ROOT), _DENY),
        (_FEDERATED, _aws(_USER), _DENY),
        (_ROLE, _aws(_ROLE), _DENY),
        (_ROOT, _aws(_ROOT), _DENY),
    ],
)
def test_deny_with_principal(who: str, denied: Any, effect: str) -> None:
    behind = _USER if who == _FEDERATED else None
    policy = _for(denied, "Deny")
    _check(effect, None, principal=who, session_of=behind, identity=_ANY, session=_ANY, resource_policy=policy)


@pytest.mark.parametrize(
    ("who", "granted", "effect"),
    [
        ("*", "*", _YES),
        ("*", _aws("*"), _YES),
        ("*", _aws(_USER), _NO),
        ("*", _aws(_ROOT), _NO),
        ("*", {"Service": "s3.amazonaws.com"}, _NO),
        ("*", None, _NO),
        ("cloudtrail.amazonaws.com", {"Service": "cloudtrail.amazonaws.com"}, _YES),
        ("cloudtrail.amazonaws.com", "*", _YES),
        ("cloudtrail.amazonaws.com", {"Service": "config.amazonaws.com"}, _NO),
        ("cloudtrail.amazonaws.com", None, _NO),
        ({"CanonicalUser": "79a5"}, {"CanonicalUser": "79a5"}, _YES),
        ({"CanonicalUser": "79a5"}, {"CanonicalUser": "79a6"}, _NO),
    ],
)
def test_who_has_no_policies_of_its_own(who: Any, granted: Any, effect: str) -> None:
    policy = None if granted is None else _for(granted)
    _check(effect, "resource", principal=who, identity=_ANY, resource_policy=policy)


@pytest.mark.parametrize(
    ("who", "policy", "identity", "effect"),
    [
        (_USER, None, _ANY, _NO),
        (_USER, _for(_aws(_ROOT)), _ANY, _YES),
        (_USER, _for(_aws(_ROOT)), None, _NO),
        (_USER, _for(_aws(_USER)), None, _YES),
        (_USER, _for(_aws(_BOB)), _ANY, _NO),
        (_FAR_USER, _for(_aws(_FAR_ROOT)), _ANY, _YES),
        (_FAR_USER, _for(_aws(_FAR_USER)), None, _NO),
    ],
)
def test_a_key_s_policy_must_always_allow(who: str, policy: Any, identity: Any, effect: str) -> None:
    _check(effect, None, action="kms:Decrypt", resource=_KEY, principal=who, identity=identity, resource_policy=policy)


_DENY_READS = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": "*"}}
_SCP_READS = {"Statement": {"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}}
_LINKED = f"arn:aws:iam::{_HOME}:role/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache"


@pytest.mark.parametrize(
    ("who", "policies", "effect", "kind"),
    [
        (_USER, {"scps": [_ANY]}, _YES, "identity"),
        (_USER, {"scps": [_NOTHING]}, _NO, "scp"),
        (_USER, {"scps": [_ANY, _SCP_READS]}, _DENY, "scp"),
        (_USER, {"scps": [[_ANY], [_ANY], [_NOTHING]]}, _NO, "scp"),
        (_USER, {"scps": [[_ANY], [_ANY, _NOTHING]]}, _YES, "identity"),
        (_USER, {"scps": [[_ANY], [_SCP_READS]]}, _DENY, "scp"),
        (_USER, {"scps": _ANY}, _YES, "identity"),
        (_ROOT, {"scps": [_NOTHING]}, _NO, "scp"),
        (_ROOT, {"scps": [_ANY, _SCP_READS]}, _DENY, "scp"),
        (_SESSION, {"scps": [_NOTHING], "resource_policy": _for(_aws(_SESSION))}, _NO, "scp"),
        (_LINKED, {"scps": [_NOTHING]}, _YES, "identity"),
        (_LINKED, {"scps": [_ANY, _SCP_READS], "rcps": [_DENY_READS]}, _YES, "identity"),
        ("logs.amazonaws.com", {"scps": [_NOTHING], "resource_policy": _for("*")}, _YES, "resource"),
        ("*", {"scps": [_ANY, _SCP_READS], "resource_policy": _for("*")}, _YES, "resource"),
        (_USER, {"rcps": [_DENY_READS]}, _DENY, "rcp"),
        (_USER, {"rcps": [[_ANY], [_DENY_READS]]}, _DENY, "rcp"),
        (_USER, {"rcps": {"root": [_DENY_READS]}}, _DENY, "rcp"),
        (_USER, {"rcps": []}, _YES, "identity"),
        ("*", {"rcps": [_DENY_READS], "resource_policy": _for("*")}, _DENY, "rcp"),
        (_USER, {"endpoint": _for("*")}, _YES, "identity"),
        (_USER, {"endpoint": _ANY}, _YES, "identity"),
        (_USER, {"endpoint": _for(_aws(_BOB))}, _NO, "endpoint"),
        (_USER, {"endpoint": {"Statement": [_ANY["Statement"], _DENY_READS["Statement"]]}}, _DENY, "endpoint"),
    ],
)
def test_guard_rails(who: str, policies: Mapping[str, Any], effect: str, kind: str) -> None:
    _check(effect, kind, principal=who, identity=_ANY, **policies)


@pytest.mark.parametrize(
    ("action", "resource", "effect"),
    [
        ("sts:GetCallerIdentity", "*", _YES),
        ("iam:PutRolePolicy", f"arn:aws:iam::{_HOME}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1", _NO),
        ("iam:GetRole", f"arn:aws:iam::{_HOME}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1", _YES),
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess", _NO),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", _YES),
        ("kms:DeleteAlias", f"arn:aws:kms:us-east-1:{_HOME}:alias/aws/s3", _NO),
    ],
)
def test_what_is_aws_s_own(action: str, resource: str, effect: str) -> None:
    _check(effect, None, action=action, resource=resource, principal=_USER, identity=_ANY)


def test_get_caller_identity_cannot_be_denied() -> None:
    for policies in ({"identity": _REFUSES}, {"session": _REFUSES}, {"scps": [_REFUSES]}):
        _check(_YES, "none", action="sts:GetCallerIdentity", resource="*", principal=_SESSION, **policies)


def test_groups_are_identity_policies_with_names() -> None:
    groups = {"devs": [_NOTHING, _ANY], "ops": _NOTHING}
    decision = decide("s3:GetObject", _BUCKET, principal=_USER, groups=groups)
    assert (decision.effect, decision.kind, decision.policy) == (_YES, "group", "devs[1]")
    denied = decide("s3:GetObject", _BUCKET, identity=_ANY, groups={"ops": _REFUSES})
    assert (denied.kind, denied.policy, denied.index) == ("group", "ops", 1)


def test_a_role_with_a_path_is_the_role_of_its_sessions() -> None:
    policy = _for(_aws(_PATH_ROLE))
    _check(_YES, "resource", principal=_SESSION, resource_policy=policy)
    _check(_YES, "resource", principal=_SESSION, session_of=_PATH_ROLE, resource_policy=policy)
    _check(_NO, "identity", principal=_SESSION, session_of=_PATH_ROLE, resource_policy=_for(_aws(_ROLE)))


@pytest.mark.parametrize(
    ("who", "condition", "effect"),
    [
        (_USER, {"StringEquals": {"aws:username": "ann"}}, _YES),
        (_USER, {"ArnEquals": {"aws:PrincipalArn": _USER}}, _YES),
        (_SESSION, {"ArnEquals": {"aws:PrincipalArn": _ROLE}}, _YES),
        (_SESSION, {"ArnEquals": {"aws:PrincipalArn": _SESSION}}, _NO),
        (_SESSION, {"Null": {"aws:username": "true"}}, _YES),
        (_USER, {"StringEquals": {"aws:PrincipalAccount": _HOME}}, _YES),
        (_SESSION, {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, _YES),
        (_USER, {"Bool": {"aws:PrincipalIsAWSService": "false"}}, _YES),
        ("logs.amazonaws.com", {"Bool": {"aws:PrincipalIsAWSService": "true"}}, _YES),
        ("logs.amazonaws.com", {"StringEquals": {"aws:PrincipalServiceName": "logs.amazonaws.com"}}, _YES),
    ],
)
def test_what_a_principal_tells_of_itself(who: str, condition: Any, effect: str) -> None:
    policy = _for("*", Condition=condition)
    _check(effect, None, principal=who, resource_policy=policy)


def test_a_statement_without_principal_names_nobody() -> None:
    for effect in ("Allow", "Deny"):
        policy = {"Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}]}
        _check(_NO, "identity", principal=_USER, resource_policy=policy)


def test_the_context_given_wins_over_what_the_principal_tells() -> None:
    policy = _for("*", Condition={"StringEquals": {"aws:username": "given"}})
    _check(_YES, None, principal=_USER, context={"AWS:UserName": "given"}, resource_policy=policy)
