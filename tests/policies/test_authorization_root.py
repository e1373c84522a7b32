"""What the root user of an account may do: everything, but what an organisation, a resource or AWS itself forbids.

The rows follow the STS and S3 API references (AssumeRoot, GetFederationToken, PutBucketPolicy) and the page on service
control policies, which limit the root users of member accounts.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.policies.authorization import decide

_HOME, _AWAY = "111122223333", "444455556666"
_ROOT, _FAR_ROOT = f"arn:aws:iam::{_HOME}:root", f"arn:aws:iam::{_AWAY}:root"
_USER = f"arn:aws:iam::{_HOME}:user/ann"
_FEDERATED = f"arn:aws:sts::{_HOME}:federated-user/visitor"
_ROLE = f"arn:aws:iam::{_HOME}:role/app"
_BUCKET = "arn:aws:s3:::photos"
_QUEUE = f"arn:aws:sqs:us-east-1:{_HOME}:jobs"
_YES, _NO, _DENY = "allowed", "implicitly_denied", "explicitly_denied"
_ANY = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
_S3 = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
_LOCKED = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
_NO_ROOT = {
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
        },
    ]
}


def _trust(principal: str) -> dict[str, Any]:
    return {"Statement": {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}}


@pytest.mark.parametrize(
    ("who", "action", "resource", "given", "effect"),
    [
        (_ROOT, "s3:GetObject", _BUCKET, {}, _YES),
        (_ROOT, "iam:CreateUser", "*", {}, _YES),
        (_ROOT, "s3:GetObject", _BUCKET, {"scps": [_NO_ROOT]}, _DENY),
        (_USER, "s3:GetObject", _BUCKET, {"scps": [_NO_ROOT], "identity": _ANY}, _YES),
        (_ROOT, "ec2:RunInstances", "*", {"scps": [_S3]}, _NO),
        (_ROOT, "s3:GetObject", _BUCKET, {"rcps": [_LOCKED]}, _DENY),
        (_ROOT, "s3:GetObject", _BUCKET, {"resource_policy": _LOCKED}, _DENY),
        (_ROOT, "s3:GetObject", _BUCKET, {"resource_account": _AWAY}, _NO),
        # What a session policy leaves of it: the sessions of AssumeRoot are of this kind.
        (_ROOT, "s3:GetObject", _BUCKET, {"session": _S3}, _YES),
        (_ROOT, "ec2:RunInstances", "*", {"session": _S3}, _NO),
    ],
)
def test_everything_but_what_is_forbidden(
    who: str, action: str, resource: str, given: dict[str, Any], effect: str
) -> None:
    assert decide(action, resource, principal=who, **given).effect == effect


@pytest.mark.parametrize(
    ("who", "action", "resource", "given", "effect"),
    [
        (_ROOT, "s3:DeleteBucketPolicy", _BUCKET, {}, _YES),
        (_ROOT, "s3:PutBucketPolicy", _BUCKET, {}, _YES),
        (_ROOT, "s3:GetBucketPolicy", _BUCKET, {}, _YES),
        (_ROOT, "s3:GetObject", _BUCKET, {}, _DENY),
        (_ROOT, "sqs:SetQueueAttributes", _QUEUE, {}, _YES),
        (_ROOT, "sqs:SendMessage", _QUEUE, {}, _DENY),
        (_USER, "s3:DeleteBucketPolicy", _BUCKET, {"identity": _ANY}, _DENY),
        (_FAR_ROOT, "s3:DeleteBucketPolicy", _BUCKET, {"resource_account": _HOME}, _DENY),
        (_ROOT, "s3:DeleteBucketPolicy", _BUCKET, {"scps": [_NO_ROOT]}, _DENY),
        (_ROOT, "s3:DeleteBucketPolicy", _BUCKET, {"rcps": [_LOCKED]}, _DENY),
        (_ROOT, "s3:DeleteBucketPolicy", _BUCKET, {"endpoint": _LOCKED}, _DENY),
        (_FEDERATED, "s3:DeleteBucketPolicy", _BUCKET, {"session": _ANY, "session_of": _ROOT}, _DENY),
    ],
)
def test_it_unlocks_what_a_policy_has_locked(
    who: str, action: str, resource: str, given: dict[str, Any], effect: str
) -> None:
    assert decide(action, resource, principal=who, resource_policy=_LOCKED, **given).effect == effect


@pytest.mark.parametrize("trusted", ["*", _ROOT, _USER])
def test_it_assumes_no_role(trusted: str) -> None:
    found = decide("sts:AssumeRole", _ROLE, principal=_ROOT, trust=_trust(trusted))
    assert (found.effect, found.kind) == (_NO, "none")
    assert "no root user" in found.reason
    own = {"identity": _ANY}
    assert decide("sts:AssumeRole", _ROLE, principal=_USER, trust=_trust(trusted), **own).allowed  # type: ignore[arg-type]


def test_it_may_not_call_assume_root_and_a_role_may() -> None:
    far = f"arn:aws:iam::{_AWAY}:root"
    assert not decide("sts:AssumeRoot", far, principal=_ROOT)
    assert decide("sts:AssumeRoot", None, principal=_ROLE, identity=_ANY)
    assert decide("sts:GetFederationToken", "*", principal=_ROOT)


@pytest.mark.parametrize(
    ("behind", "identity", "session", "effect"),
    [
        (_ROOT, None, _S3, _YES),
        (_ROOT, None, None, _NO),
        (_USER, None, _S3, _NO),
        (_USER, _ANY, _S3, _YES),
    ],
)
def test_a_federated_session_of_root_may_what_its_session_policy_says(
    behind: str, identity: Any, session: Any, effect: str
) -> None:
    given = {"identity": identity, "session": session, "session_of": behind}
    assert decide("s3:GetObject", _BUCKET, principal=_FEDERATED, **given).effect == effect
    assert not decide("ec2:RunInstances", "*", principal=_FEDERATED, **given)
