"""Who is who in a scenario: principals as records name them, their accounts, their ARNs, what is attached to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.policies.authorization import statements_from
from sim.principals.user import principal_of
from sim.scenario import Scenario

__all__ = ["Arns", "Identities"]


class Arns(NamedTuple):
    """A principal as policies see it.

    Attributes:
        principal: ARN of who asks.
        behind: ARN of the role or user behind a session.
    """

    principal: str
    behind: str | None


class Identities:
    """The principals of one scenario.

    Args:
        scenario: The scenario.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def account_of(self, kind: str, name: str) -> str:
        """Account of a principal."""
        if kind == "permission_set":
            issuer, _, permission_set = name.partition("/")
            return str(getattr(self._scenario.issuers[issuer], "permission_sets")[permission_set].account)  # noqa: B009
        if kind == "root":
            return name.partition("/")[0]
        return (self._scenario.roles[name] if kind == "role" else self._scenario.users[name]).account

    def number(self, account: str) -> str:
        """The account's number, or its name where the scenario gives none."""
        return self._scenario.accounts[account].number or account

    def user_principal(self, name: str) -> tuple[str, str]:
        """Kind and name of the principal that a user of the scenario is."""
        kind, _, rest = principal_of(name, self._scenario.users[name]).partition("/")
        return kind, rest

    def source_principal(self, chain: str) -> tuple[str, str]:
        """Kind and name of the principal whose credential a chain yields first."""
        step = self._scenario.credentials[chain][0]
        if step.user is not None and step.role is None:
            return self.user_principal(step.user)
        if step.role is not None:
            return "role", step.role
        if step.permission_set is not None:
            return "permission_set", f"{step.from_}/{step.permission_set}"
        issuer = self._scenario.issuers[step.from_.partition(".")[0]]
        return "role", str(getattr(issuer, "role", ""))

    def arns(self, kind: str, name: str) -> Arns:
        """A principal's ARN, and that of whoever is behind its session."""
        number = self.number(self.account_of(kind, name))
        if kind == "root":
            return Arns(f"arn:aws:iam::{number}:root", None)
        if kind in {"user", "federated"}:
            is_root = self._scenario.users[name].root
            user = f"arn:aws:iam::{number}:root" if is_root else f"arn:aws:iam::{number}:user/{name}"
            return Arns(user, None) if kind == "user" else Arns(f"arn:aws:sts::{number}:federated-user/{name}", user)
        role = name.rpartition("/")[2]
        return Arns(f"arn:aws:sts::{number}:assumed-role/{role}/*", f"arn:aws:iam::{number}:role/{role}")

    def policies_of(self, kind: str, name: str) -> tuple[Mapping[str, Any], ...]:
        """Identity policies of a principal, a user's groups' included; none of the root user, who needs none."""
        scenario = self._scenario
        if kind == "root":
            return ()
        if kind == "role":
            role = scenario.roles[name]
            return tuple(statements_from(role.allow, role.deny, role.policies))
        if kind == "permission_set":
            issuer, _, permission_set = name.partition("/")
            spec = getattr(scenario.issuers[issuer], "permission_sets")[permission_set]  # noqa: B009
            return tuple(statements_from(spec.allow, spec.deny, spec.policies))
        user = scenario.users[name]
        groups = [scenario.groups[group] for group in user.groups]
        own = statements_from(user.allow, user.deny, user.policies)
        return (*own, *(p for group in groups for p in statements_from(group.allow, group.deny, group.policies)))
