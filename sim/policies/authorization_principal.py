"""Who asks, and whether a Principal element names them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sim.policies.authorization_conditions import PolicyError
from sim.policies.authorization_inputs import one_text
from sim.policies.authorization_match import as_list, like
from sim.policies.authorization_statement import PRINCIPALS, Statement

__all__ = ["Named", "Principal", "PrincipalKind", "named_by", "principal_of"]

PrincipalKind = Literal[
    "unstated", "user", "role", "session", "federated_user", "root", "service", "federated", "anonymous", "canonical"
]
Named = Literal["itself", "behind", "account", "no"]
"""How an element names somebody: itself (or everybody), only the role or user behind the session, only the account."""

_ELEMENTS: Final[dict[str, PrincipalKind]] = {
    "Service": "service",
    "Federated": "federated",
    "CanonicalUser": "canonical",
}
_TYPES: Final[dict[str, str]] = {
    "user": "User",
    "role": "AssumedRole",
    "session": "AssumedRole",
    "federated_user": "FederatedUser",
    "root": "Account",
    "anonymous": "Anonymous",
}
_ARN_PARTS: Final = 6
_COGNITO: Final = "cognito-identity.amazonaws.com"
"""Named like a service, but policies name it as a provider of web identities."""
_CANONICAL: Final = re.compile("[0-9a-f]{64}")
_ACCOUNT_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        kind: What it is; `role` is a session of unknown name.
        id: ARN, service name or other identifier.
        account: Number of its account; empty if it has none, `*` if it is not known.
        behind: ARN of the role or user behind a session; of a role itself.
        service_linked: Whether its role is service-linked, which organisations' policies do not limit.
    """

    kind: PrincipalKind
    id: str = ""
    account: str = ""
    behind: str = ""
    service_linked: bool = False

    @property
    def in_iam(self) -> bool:
        """Whether it is an identity of an account, with policies of its own."""
        return self.kind in {"unstated", "user", "role", "session", "federated_user", "root"}

    @property
    def is_root(self) -> bool:
        """Whether it is an account's root user, or a federated session of it."""
        return self.kind == "root" or self.behind.endswith(":root")

    def keys(self) -> dict[str, Any]:
        """The condition keys that every request of it carries."""
        found: dict[str, Any] = {"aws:principalisawsservice": self.kind == "service"}
        if self.kind in _TYPES:
            found["aws:principaltype"] = _TYPES[self.kind]
        if self.kind == "service":
            found["aws:principalservicename"] = self.id
        if self.account and self.account != "*":
            found["aws:principalaccount"] = self.account
            found["aws:principalarn"] = self.id if self.kind == "federated_user" else self.behind or self.id
        if self.kind == "user":
            found["aws:username"] = self.id.rpartition("/")[2]
        return found


def principal_of(who: str | Mapping[str, str] | None, behind: str | None = None) -> Principal:
    """Read a principal as policies and CloudTrail write it.

    Args:
        who: ARN of a user, role, role session, federated user or account root; an account's number; a
            service's name; `*` for somebody without credentials; a mapping such as
            `{"Federated": "accounts.google.com"}`; or a user's plain name, which belongs to no account.
        behind: ARN of the role or user behind a session, where the session's ARN does not tell it
            (a role's path, the user of a federated session).

    Raises:
        PolicyError: It can be none of these, or is several.
    """
    if who is None:
        return Principal("unstated")
    behind = None if behind is None else one_text("session_of", behind, "arn:aws:iam::111122223333:role/app")
    if isinstance(who, Mapping):
        element, name = _one_entry(who)
        return principal_of(name, behind) if element == "AWS" else Principal(_ELEMENTS[element], name)
    who = one_text("principal", who, "arn:aws:iam::111122223333:user/ann")
    if who == "*":
        return Principal("anonymous", who)
    parts = who.split(":", _ARN_PARTS - 1)
    return _of_arn(who, parts, behind) if len(parts) == _ARN_PARTS else _of_name(who)


def _one_entry(who: Mapping[str, Any]) -> tuple[str, str]:
    """Element and name of a mapping such as `{"Service": "ec2.amazonaws.com"}`."""
    element, name = next(iter(who.items()), ("", ""))
    if len(who) != 1 or element not in PRINCIPALS:
        found = ", ".join(map(str, who)) or "an empty mapping"
        raise PolicyError(f"principal: one of {', '.join(PRINCIPALS)} is needed, not {found}")
    return element, one_text(f"principal.{element}", name, "arn:aws:iam::111122223333:user/ann")


def _of_name(who: str) -> Principal:
    """Who is meant by a name that is no ARN: an account, a service, a provider, a canonical or a plain user."""
    if len(who) == _ACCOUNT_DIGITS and who.isdigit():
        return Principal("root", f"arn:aws:iam::{who}:root", who)
    if _CANONICAL.fullmatch(who):
        return Principal("canonical", who)
    if who.endswith((".amazonaws.com", ".amazonaws.com.cn")) and who != _COGNITO:
        return Principal("service", who)
    return Principal("federated" if "." in who or ":" in who else "user", who)


def _of_arn(arn: str, parts: list[str], behind: str | None) -> Principal:
    partition, account, name = parts[1], parts[4], parts[5]
    kind, _, rest = name.partition("/")
    # A session's ARN does not tell the path, but service-linked roles have names of their own.
    linked = "/aws-service-role/" in f"{arn}/{behind or ''}" or rest.startswith("AWSServiceRoleFor")
    if kind == "assumed-role":
        role = behind or f"arn:{partition}:iam::{account}:role/{rest.partition('/')[0]}"
        return Principal("session", arn, account, role, linked)
    if kind == "role":
        return Principal("role", arn, account, arn, linked)
    if kind == "federated-user":
        return Principal("federated_user", arn, account, behind or "")
    if kind == "user":
        return Principal("user", arn, account)
    if kind == "group":
        raise PolicyError(f"principal: {arn} is a group, which makes no requests; give one of its users")
    return Principal("root", arn, account) if name == "root" else Principal("federated", arn)


def named_by(statement: Statement, who: Principal, bounded: bool = False) -> Named:
    """How a statement's Principal or NotPrincipal element names somebody.

    Args:
        statement: The statement; one without either element names nobody.
        who: Who asks.
        bounded: Whether a permissions boundary is attached: a Deny with NotPrincipal then always applies.
    """
    if "NotPrincipal" in statement:
        deny = statement.get("Effect") == "Deny"
        return "itself" if (deny and bounded) or not _exempt(statement["NotPrincipal"], who) else "no"
    named = _named(statement.get("Principal"), who)
    # A Deny on a role or an account is for all its sessions; an Allow on an account only hands on the decision.
    return "itself" if named != "no" and statement.get("Effect") == "Deny" else named


def _entries(element: object) -> list[tuple[str, str]]:
    if isinstance(element, str):
        return [("AWS", element)]
    if not isinstance(element, Mapping):
        return []
    return [(str(key), str(entry)) for key, entries in element.items() for entry in as_list(entries)]


def _named(element: object, who: Principal) -> Named:
    found = {_entry_names(key, entry, who) for key, entry in _entries(element)}
    best: tuple[Named, ...] = ("itself", "behind", "account")
    return next((named for named in best if named in found), "no")


def _exempt(element: object, who: Principal) -> bool:
    """Whether NotPrincipal leaves somebody out; an account beside principals of its own stands for its root only."""
    named = _named(element, who)
    if named != "account":
        unnamed = who.kind == "role" or who.id.endswith("/*")
        return named == "itself" or (named == "behind" and unnamed)
    own = [entry for _, entry in _entries(element) if _account_of(entry) == who.account]
    return all(_is_account(entry) for entry in own)


def _account_of(entry: str) -> str:
    parts = entry.split(":")
    return parts[4] if len(parts) >= _ARN_PARTS else entry


def _is_account(entry: str) -> bool:
    return entry.endswith(":root") or (len(entry) == _ACCOUNT_DIGITS and entry.isdigit())


def _entry_names(key: str, entry: str, who: Principal) -> Named:
    """How one entry names somebody."""
    if key != "AWS":
        same = _ELEMENTS.get(key) == who.kind
        return "itself" if same and (entry in {"*", who.id} or like(who.id, entry)) else "no"
    if entry == "*":
        return "itself"
    if not who.in_iam or who.kind == "unstated":
        return "no"
    if _same(who.id, entry):
        return "behind" if who.kind == "role" else "itself"
    behind = _same_role if who.kind == "session" else _same  # a role's own ARN tells its path
    if who.behind and behind(who.behind, entry):
        return "behind"
    account = _account_of(entry)
    return ("itself" if who.kind == "root" else "account") if _is_account(entry) and account == who.account else "no"


def _same(known: str, entry: str) -> bool:
    """Whether an entry is somebody's ARN; `*` in the ARN of who asks stands for what is not known of it."""
    return known == entry or ("*" in known and like(known, entry))


def _same_role(behind: str, entry: str) -> bool:
    """Role names are unique in an account whatever their path, which a session's ARN does not tell."""
    if _same(behind, entry) or ":role/" not in behind or ":role/" not in entry:
        return _same(behind, entry)
    known_account, known_name = behind.split(":role/", 1)
    account, name = entry.split(":role/", 1)
    return _same(known_account, account) and "/" not in known_name and _same(known_name, name.rpartition("/")[2])
