"""What the scenario's policies allow: decided once, before the run, at no cost within it."""

from __future__ import annotations

from typing import Any, Final

from sim.policies.authorization import Request, evaluate, statements_from
from sim.policies.authorization_trust import Asker, may_assume
from sim.principals.role import Role, Trust
from sim.principals.user import User
from sim.providers.step import Step
from sim.scenario import Scenario

__all__ = ["Access", "CHAINED_S", "KEY_MINTS_S"]

CHAINED_S: Final = 3600.0
KEY_MINTS_S: Final = 129600.0


class Access:
    """Identity and trust policies of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def allows(self, principal: str, action: str) -> bool:
        """Whether the policies of `role/NAME`, `user/NAME` or `permission_set/ISSUER/NAME` allow an action."""
        return evaluate(self._policies(principal), Request(action)).allowed

    def trusts(self, role: str, step: Step) -> bool:
        """Whether the trust policy of `role` lets the step's identity assume it."""
        return may_assume(trust_of(self._scenario.roles[role]), self._asker(step)).allowed

    def mints_s(self, principal: str) -> float:
        """Life of the longest-lived session that can be reached from a principal's session by AssumeRole.

        Each step of a chain lasts at most an hour from the instant it is taken; a cycle of trust never ends.
        """
        return self._closure(principal, ())

    def _closure(self, principal: str, passed: tuple[str, ...]) -> float:
        if principal in passed:
            return float("inf")
        reached = [name for name in self._scenario.roles if self._may_chain(principal, name)]
        return max((CHAINED_S + self._closure(f"role/{name}", (*passed, principal)) for name in reached), default=0.0)

    def _may_chain(self, principal: str, role: str) -> bool:
        kind, _, name = principal.partition("/")
        if kind not in {"role", "user"}:
            return False
        asker = self._principal(kind, name)
        return may_assume(trust_of(self._scenario.roles[role]), asker).allowed

    def _principal(self, kind: str, name: str) -> Asker:
        owner: Role | User = self._scenario.roles[name] if kind == "role" else self._scenario.users[name]
        number = self._scenario.accounts[owner.account].number or ""
        return Asker("role" if kind == "role" else "user", name, owner.account, number)

    def _asker(self, step: Step) -> Asker:
        if step.service is not None:
            return Asker("service", step.service)
        if step.idp is not None:
            return Asker("saml", step.idp)
        if step.user is not None:
            return self._principal("user", step.user)
        if step.source is not None:
            kind, name = self.source_principal(step.source)
            return self._principal(kind, name)
        return Asker("service", "")

    def source_principal(self, chain: str) -> tuple[str, str]:
        """Kind and name of the principal whose credential a chain yields first."""
        step = self._scenario.credentials[chain][0]
        if step.user is not None and step.role is None:
            return "user", step.user
        if step.role is not None:
            return "role", step.role
        issuer = self._scenario.issuers[step.from_.partition(".")[0]]
        return "role", str(getattr(issuer, "role", ""))

    def _policies(self, principal: str) -> tuple[dict[str, Any], ...]:
        kind, _, name = principal.partition("/")
        scenario = self._scenario
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


def trust_of(role: Role) -> dict[str, Any]:
    """A role's trust as plain data: the short form or the document."""
    return role.trust.model_dump() if isinstance(role.trust, Trust) else dict(role.trust)
