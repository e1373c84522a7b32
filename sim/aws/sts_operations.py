"""The operations of STS in one table: lengths, who may call them with what, which quota they are charged to, who pays.

Sources: botocore 1.44.5 data/sts service-2.json (the sections Permissions and Session Duration of each operation);
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html (the comparison table);
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (STS request quotas).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final, Literal

from sim.aws import sts
from sim.aws.fact import Fact

__all__ = ["OPERATIONS", "ROOT_TASKS", "StsOperation", "rows", "session_may"]

Signer = Literal["key", "session", "session_token", "service"]
"""What may sign a request: an IAM user's long-term key, the session of a role, the session that GetSessionToken
returned, a service principal. What nobody signs is vouched for by an identity provider."""


@dataclass(frozen=True, slots=True)
class StsOperation:
    """One operation of STS.

    Attributes:
        name: Its name.
        shortest_s: Shortest DurationSeconds.
        default_s: Length where none is asked for.
        longest_s: Longest DurationSeconds; a role may allow less.
        signers: What may sign the request; empty for requests that an identity provider vouches for.
        refusal: What AWS answers to another signer.
        quota_group: Quota group it is charged to.
        payer: Account charged: the caller's or the role's.
        mfa: Whether an MFA code may be given.
        chained: Whether a temporary credential as signer caps the length at 1 h.
        subject: What is obtained: the session of a role, of the signing user, of a user it names, of a root user.
        everywhere: Whether the global endpoint serves it.
        source: Public source.
        of_root: Default and longest session by the root user's key; None where the root user may not call it.
        root_refusal: What AWS answers to the root user, who may not call it.
    """

    name: str
    shortest_s: float
    default_s: float
    longest_s: float
    signers: tuple[Signer, ...]
    refusal: str
    quota_group: Literal["signed", "web_identity", "saml"]
    payer: Literal["caller", "role"]
    mfa: bool
    chained: bool
    subject: Literal["role", "user", "federated", "root"]
    everywhere: bool
    source: str
    of_root: tuple[float, float] | None = None
    root_refusal: str = ""

    def granted_s(self, asked_s: float | None, by_root: bool) -> float:
        """Length of the session that is issued: the root user's is cut where it asks for more, nobody else's is.

        Args:
            asked_s: DurationSeconds of the request; None if it names none.
            by_root: Whether the root user asks.
        """
        if by_root and self.of_root is not None:
            default_s, longest_s = self.of_root
            return default_s if asked_s is None else min(asked_s, longest_s)
        return self.default_s if asked_s is None else asked_s


def _operation(
    name: str,
    lengths: tuple[Fact[int], Fact[int], Fact[int]],
    subject: Literal["role", "user", "federated", "root"],
    signers: tuple[Signer, ...],
    refusal: str,
    **more: Any,
) -> StsOperation:
    shortest, default, longest = (float(length.value) for length in lengths)
    terms: dict[str, Any] = {
        "quota_group": "signed",
        "payer": "caller",
        "mfa": False,
        "chained": False,
        "everywhere": True,
    } | more
    return StsOperation(
        name, shortest, default, longest, signers, refusal, subject=subject, source=lengths[1].source, **terms
    )


def _of_root(default: Fact[int], longest: Fact[int]) -> tuple[float, float]:
    return float(default.value), float(longest.value)


OPERATIONS: Final[dict[str, StsOperation]] = {
    operation.name: operation
    for operation in (
        _operation(
            "AssumeRole",
            (sts.ASSUME_ROLE_MIN_S, sts.ASSUME_ROLE_DEFAULT_S, sts.ASSUME_ROLE_MAX_S),
            "role",
            ("key", "session", "session_token", "service"),
            "AccessDenied: a session from GetFederationToken may call no operation of STS but GetCallerIdentity",
            mfa=True,
            chained=True,
            root_refusal="AccessDenied: Roles may not be assumed by root accounts",
        ),
        _operation(
            "AssumeRoleWithSAML",
            (sts.ASSUME_ROLE_WITH_SAML_MIN_S, sts.ASSUME_ROLE_WITH_SAML_DEFAULT_S, sts.ASSUME_ROLE_WITH_SAML_MAX_S),
            "role",
            (),
            "it is not signed: an identity provider's assertion vouches for the caller",
            quota_group="saml",
            payer="role",
        ),
        _operation(
            "AssumeRoleWithWebIdentity",
            (
                sts.ASSUME_ROLE_WITH_WEB_IDENTITY_MIN_S,
                sts.ASSUME_ROLE_WITH_WEB_IDENTITY_DEFAULT_S,
                sts.ASSUME_ROLE_WITH_WEB_IDENTITY_MAX_S,
            ),
            "role",
            (),
            "it is not signed: an identity provider's token vouches for the caller",
            quota_group="web_identity",
            payer="role",
        ),
        _operation(
            "GetSessionToken",
            (sts.GET_SESSION_TOKEN_MIN_S, sts.GET_SESSION_TOKEN_DEFAULT_S, sts.GET_SESSION_TOKEN_MAX_S),
            "user",
            ("key",),
            "AccessDenied: Cannot call GetSessionToken with session credentials",
            mfa=True,
            of_root=_of_root(sts.GET_SESSION_TOKEN_ROOT_DEFAULT_S, sts.GET_SESSION_TOKEN_ROOT_MAX_S),
        ),
        _operation(
            "GetFederationToken",
            (sts.GET_FEDERATION_TOKEN_MIN_S, sts.GET_FEDERATION_TOKEN_DEFAULT_S, sts.GET_FEDERATION_TOKEN_MAX_S),
            "federated",
            ("key",),
            "AccessDenied: Cannot call GetFederationToken with session credentials",
            of_root=_of_root(sts.GET_FEDERATION_TOKEN_ROOT_DEFAULT_S, sts.GET_FEDERATION_TOKEN_ROOT_MAX_S),
        ),
        _operation(
            "AssumeRoot",
            (sts.ASSUME_ROOT_MIN_S, sts.ASSUME_ROOT_DEFAULT_S, sts.ASSUME_ROOT_MAX_S),
            "root",
            ("key", "session"),
            "AccessDenied: a session from GetSessionToken may call only AssumeRole and GetCallerIdentity of STS",
            everywhere=False,
            root_refusal="AccessDenied: root user credentials cannot call AssumeRoot",
        ),
    )
}
"""Every operation that issues AWS credentials, by name. What AWS answers the root user who asks for a role stands in
github.com/kubernetes/kubectl#1243 and github.com/aws/copilot-cli#1690; of AssumeRoot only that it may not is said."""

ROOT_TASKS: Final[dict[str, tuple[str, ...]]] = {
    "IAMAuditRootUserCredentials": (
        "iam:GetAccessKeyLastUsed",
        "iam:GetAccountSummary",
        "iam:GetLoginProfile",
        "iam:ListAccessKeys",
        "iam:ListMFADevices",
        "iam:ListSigningCertificates",
    ),
    "IAMCreateRootUserPassword": ("iam:CreateLoginProfile", "iam:GetLoginProfile"),
    "IAMDeleteRootUserCredentials": (
        "iam:DeactivateMFADevice",
        "iam:DeleteAccessKey",
        "iam:DeleteLoginProfile",
        "iam:DeleteSigningCertificate",
        "iam:DeleteVirtualMFADevice",
        "iam:ListAccessKeys",
        "iam:ListMFADevices",
        "iam:ListSigningCertificates",
    ),
    "S3UnlockBucketPolicy": (
        "s3:DeleteBucketPolicy",
        "s3:GetBucketPolicy",
        "s3:ListAllMyBuckets",
        "s3:PutBucketPolicy",
    ),
    "SQSUnlockQueuePolicy": ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueues", "sqs:SetQueueAttributes"),
}
"""Task policies of AssumeRoot. The names stand in botocore 1.44.5 (data/sts TaskPolicyArn); the actions follow from
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html and were not compared with the
managed policies themselves."""

_ANYONE: Final = "sts:getcalleridentity"
_LONG_TERM_ONLY: Final = frozenset({"sts:getsessiontoken", "sts:getfederationtoken"})
_FROM_SESSION_TOKEN: Final = frozenset({"sts:assumerole", _ANYONE})


@cache
def session_may(operation: str, mfa: bool, action: str) -> bool | None:
    """What an operation's sessions may call whatever the policies say.

    Args:
        operation: Operation that issued the session.
        mfa: Whether an MFA code was given for it.
        action: Action called, such as iam:ListUsers.

    Returns:
        True: anyone may; False: AWS refuses it to such sessions; None: the policies decide.
    """
    called = action.lower()
    if called == _ANYONE:
        return True
    service = called.partition(":")[0]
    if operation == "GetFederationToken" and service in {"iam", "sts"}:
        return False
    if operation == "GetSessionToken":
        if service == "sts" and called not in _FROM_SESSION_TOKEN:
            return False
        return False if service == "iam" and not mfa else None
    if operation != "CreateAccessKey" and called in _LONG_TERM_ONLY:
        return False
    return None


def rows() -> list[dict[str, object]]:
    """The table as plain data."""
    return [asdict(operation) for operation in OPERATIONS.values()]
