"""Who may assume a role: trust policies, in the scenario's short form and as documents.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sim.policies.authorization import Decision, evaluate
from sim.policies.authorization_match import as_list, covers_arn
from sim.policies.authorization_statement import Policy, Request, Statement, applies, statements

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
        context: Further condition keys, such as sts:ExternalId.
    """

    kind: AskerKind
    name: str
    account: str = ""
    account_number: str = ""
    same_account: bool = True
    policies: tuple[Policy, ...] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def arn_of(kind: AskerKind, name: str, account_number: str) -> str:
    """The ARN of a principal; of a service its name."""
    return name if kind == "service" else f"arn:aws:iam::{account_number}:{_PATHS[kind]}/{name}"


def _request(asker: Asker) -> Request:
    own = {
        "aws:PrincipalArn": arn_of(asker.kind, asker.name, asker.account_number),
        "aws:PrincipalAccount": asker.account_number,
        "SAML:aud": _SAML_AUDIENCE if asker.kind in {"saml", "identity_center"} else None,
        f"{asker.name}:aud": "sts.amazonaws.com" if asker.kind == "web_identity" else None,
    }
    context = {key: value for key, value in own.items() if value} | dict(asker.context)
    return Request(_ACTIONS.get(asker.kind, "sts:AssumeRole"), context=context)


def _named(principal: object, asker: Asker) -> Literal["itself", "account", "no"]:
    """Whether a Principal element names the asker, or only its account (which then decides itself)."""
    if principal == "*":
        return "itself"
    entries = as_list(principal.get(_ELEMENTS[asker.kind])) if isinstance(principal, Mapping) else []
    if any(_is(entry, asker) for entry in entries):
        return "itself"
    account = {asker.account_number, f"arn:aws:iam::{asker.account_number}:root"}
    return "account" if asker.kind in {"role", "user"} and account & set(entries) else "no"


def _is(entry: str, asker: Asker) -> bool:
    """Whether an entry of a Principal element names the asker, or a session of the asking role."""
    number = asker.account_number or "*"
    session = f"arn:aws:sts::{number}:assumed-role/{asker.name}/*"
    return (
        entry == "*"
        or covers_arn(arn_of(asker.kind, asker.name, number), entry)
        or (asker.kind == "role" and covers_arn(session, entry))
    )


def _document_from(trust: Mapping[str, Any], asker: Asker) -> Policy:
    """The short form as a trust document, as far as it concerns the asker."""
    element, number = _ELEMENTS[asker.kind], asker.account_number
    named = as_list(trust.get(asker.kind))
    entries = [arn_of(asker.kind, name, number) for name in named]
    if asker.kind in {"role", "user"} and asker.account in as_list(trust.get("account")):
        entries.append(f"arn:aws:iam::{number}:root")
    action = _ACTIONS.get(asker.kind, "sts:AssumeRole")
    return {"Statement": [{"Effect": "Allow", "Principal": {element: entries}, "Action": action}]}


def _concerns(statement: Statement, asker: Asker) -> Literal["itself", "account", "no"]:
    if "NotPrincipal" in statement:
        return "no" if _named(statement["NotPrincipal"], asker) != "no" else "itself"
    named = _named(statement.get("Principal"), asker)
    # A Deny on an account denies everyone in it; an Allow only hands the decision to that account.
    return "itself" if named == "account" and statement.get("Effect") == "Deny" else named


def may_assume(trust: Mapping[str, Any], asker: Asker) -> Decision:
    """Decide whether somebody may assume a role.

    A trust policy that names the asker is enough within one account; one that names only the account,
    or another account's principal, needs the asker's own policies to allow sts:AssumeRole as well.

    Args:
        trust: The role's trust: the short form (service, saml, web_identity, role, user, account,
            identity_center -> names) or a trust policy document.
        asker: Who asks.

    Returns:
        The decision and the statement behind it.

    Raises:
        PolicyError: The document cannot be evaluated.
    """
    request = _request(asker)
    document = trust if "Statement" in trust else _document_from(trust, asker)
    found = [(item, _concerns(item, asker)) for item in statements(document) if applies(item, request)]
    own = None if asker.policies is None else evaluate(asker.policies, request)
    if (denied := _of(found, "Deny")) is not None:
        return Decision("explicitly_denied", denied, "trust")
    if own is not None and own.effect == "explicitly_denied":
        return own
    direct = _of(found, "Allow")
    if direct is not None and (asker.same_account or own is None or own.allowed or asker.kind not in {"role", "user"}):
        return Decision("allowed", direct, "trust")
    through = direct or _of(found, "Allow", ("account",))
    if through is None:
        return Decision("implicitly_denied", None, "trust")
    return Decision("allowed", through, "trust") if own is None or own.allowed else own


def _of(found: Iterable[tuple[Statement, str]], effect: str, named: tuple[str, ...] = ("itself",)) -> Statement | None:
    """The first statement of that effect that names the asker in one of these ways."""
    return next((item for item, how in found if item.get("Effect") == effect and how in named), None)
