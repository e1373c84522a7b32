"""Who may assume a role: trust policies, in the scenario's short form and as documents.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sim.policies.authorization import Decision, decide, statements_from
from sim.policies.authorization_match import as_list
from sim.policies.authorization_statement import Policy

__all__ = ["Asker", "AskerKind", "arn_of", "may_assume"]

AskerKind = Literal["service", "saml", "web_identity", "role", "user", "identity_center"]

_ACTIONS: Final[dict[str, str]] = {
    "saml": "sts:AssumeRoleWithSAML",
    "identity_center": "sts:AssumeRoleWithSAML",
    "web_identity": "sts:AssumeRoleWithWebIdentity",
}
_PATHS: Final[dict[str, str]] = {
    "role": "role",
    "user": "user",
    "saml": "saml-provider",
    "identity_center": "saml-provider",
    "web_identity": "oidc-provider",
}
_ELEMENTS: Final[dict[str, str]] = {
    "service": "Service",
    "role": "AWS",
    "user": "AWS",
    "saml": "Federated",
    "identity_center": "Federated",
    "web_identity": "Federated",
}
_ELSEWHERE: Final = "another account"
_SAML_AUDIENCE: Final = "https://signin.aws.amazon.com/saml"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a role.

    Attributes:
        kind: What it is: a service principal, a role's session, an IAM user, or what an identity
            provider or Identity Center vouches for.
        name: Its name in the scenario; for a service its principal, such as ec2.amazonaws.com.
        account: Scenario name of its account.
        account_number: Number of that account, for trust documents that name ARNs; where it is not
            known, an ARN of any account with that kind and name is the asker's.
        same_account: Whether the role lies in the asker's account.
        policies: Its identity policies; None leaves the decision to the trust policy alone.
        boundary: Its permissions boundary.
        session: Session policies of the session that asks.
        scps: Service control policies of its account, by level.
        context: Further condition keys, such as sts:ExternalId.
    """

    kind: AskerKind
    name: str
    account: str = ""
    account_number: str = ""
    same_account: bool = True
    policies: tuple[Policy, ...] | None = None
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    scps: tuple[tuple[Policy, ...], ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)


def arn_of(kind: AskerKind, name: str, account_number: str) -> str:
    """The ARN of a principal; of a service its name."""
    return name if kind == "service" else f"arn:aws:iam::{account_number}:{_PATHS[kind]}/{name}"


def _context(asker: Asker) -> dict[str, Any]:
    own = {
        "aws:PrincipalArn": arn_of(asker.kind, asker.name, asker.account_number),
        "aws:PrincipalAccount": asker.account_number,
        "SAML:aud": _SAML_AUDIENCE if asker.kind in {"saml", "identity_center"} else None,
        f"{asker.name}:aud": "sts.amazonaws.com" if asker.kind == "web_identity" else None,
    }
    return {key: value for key, value in own.items() if value} | dict(asker.context)


def _principal(asker: Asker) -> tuple[dict[str, str], str | None]:
    """Who asks and the role behind; `*` stands for an account or a session name that is not known."""
    number = asker.account_number or "*"
    arn = arn_of(asker.kind, asker.name, number)
    if asker.kind == "role":
        return {"AWS": f"arn:aws:sts::{number}:assumed-role/{asker.name}/*"}, arn
    return {_ELEMENTS[asker.kind]: arn}, None


def _document_from(trust: Mapping[str, Any], asker: Asker) -> Policy:
    """The short form as a trust document, as far as it concerns the asker."""
    element, number = _ELEMENTS[asker.kind], asker.account_number or "*"
    entries = [arn_of(asker.kind, name, number) for name in as_list(trust.get(asker.kind))]
    if asker.kind in {"role", "user"} and asker.account in as_list(trust.get("account")):
        entries.append(f"arn:aws:iam::{number}:root")
    action = _ACTIONS.get(asker.kind, "sts:AssumeRole")
    return {"Statement": [{"Effect": "Allow", "Principal": {element: entries}, "Action": action}]}


def may_assume(trust: Mapping[str, Any], asker: Asker, role_arn: str | None = None) -> Decision:
    """Decide whether somebody may assume a role.

    A trust policy that names the asker is enough within one account; one that names only the account,
    or another account's principal, needs the asker's own policies to allow sts:AssumeRole as well.

    Args:
        trust: The role's trust: the short form (service, saml, web_identity, role, user, account,
            identity_center -> names) or a trust policy document.
        asker: Who asks.
        role_arn: ARN of the role, where the asker's policies may name it; None covers it by any Allow.

    Returns:
        The decision and the statement behind it.

    Raises:
        PolicyError: The document cannot be evaluated.
    """
    principal, behind = _principal(asker)
    return decide(
        _ACTIONS.get(asker.kind, "sts:AssumeRole"),
        role_arn,
        principal=principal,
        session_of=behind,
        context=_context(asker),
        identity=statements_from(["*"]) if asker.policies is None else asker.policies,
        boundary=asker.boundary,
        session=asker.session,
        trust=trust if "Statement" in trust else _document_from(trust, asker),
        scps=asker.scps,
        resource_account=None if asker.same_account or asker.policies is None else _ELSEWHERE,
    )
