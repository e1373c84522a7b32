"""What the scenario's policies allow, and when: decided once, before the run, at no cost within it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sim.aws import sts
from sim.aws.sts_operations import ROOT_TASKS
from sim.policies.authorization import decide, statements_from
from sim.policies.authorization_time import Attached, Permit, Stage
from sim.policies.authorization_trust import Asker, AskerKind, may_assume
from sim.principals.role import Role, Trust
from sim.principals.user import User
from sim.providers.step import Step
from sim.scenario import Scenario

__all__ = ["CHAINED_S", "KEY_MINTS_S", "Access"]

CHAINED_S: Final = float(sts.CHAINED_MAX_S.value)
KEY_MINTS_S: Final = float(sts.GET_SESSION_TOKEN_MAX_S.value)


class Access:
    """Identity and trust policies of one scenario.

    Args:
        scenario: The scenario at first.
        later: The scenario as the timeline changes it, (from when, scenario) in order of time.
    """

    def __init__(self, scenario: Scenario, later: tuple[tuple[float, Scenario], ...] = ()) -> None:
        self._scenario = scenario
        self.later = tuple((from_s, Access(changed)) for from_s, changed in later)

    @property
    def scenario(self) -> Scenario:
        """The scenario whose policies they are."""
        return self._scenario

    def at(self, instant: float) -> Access:
        """The policies as they stand at an instant."""
        return next((access for from_s, access in reversed(self.later) if from_s <= instant), self)

    def permit(self, principal: str, action: str) -> Permit:
        """What `role/NAME`, `user/NAME` or `permission_set/ISSUER/NAME` may do over time, for an action."""
        return Permit(self.stages(principal), action, self._scenario.run.start.timestamp())

    def allows(self, principal: str, action: str) -> bool:
        """Whether a principal may call an action at time 0."""
        return self.permit(principal, action).pieces(0.0)[0][1]

    def stages(self, principal: str) -> tuple[Stage, ...]:
        """The policies of a principal over time; the place where verbs of the timeline add stages."""
        stages = [Stage(-math.inf, Attached(self._policies(principal)))]
        for from_s, access in self.later:
            attached = Attached(access._policies(principal))
            if attached != stages[-1].attached:
                stages.append(Stage(from_s, attached))
        return tuple(stages)

    def trusts(self, role: str, step: Step) -> bool:
        """Whether the trust policy of `role` lets the step's identity assume it."""
        trust = trust_of(self._scenario.roles[role])
        mfa = {"aws:MultiFactorAuthPresent": "true"} if self._mfa(step) else {}
        askers = (replace(asker, context={**asker.context, **mfa}) for asker in self._askers(step, role))
        return any(may_assume(trust, asker).allowed for asker in askers)

    def _mfa(self, step: Step) -> bool:
        """Whether an MFA code was given with the request or for the user's session that signs it."""
        source = self._scenario.credentials.get(step.source or "", ())
        return step.mfa or (bool(source) and source[0].from_.endswith(".GetSessionToken") and source[0].mfa)

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
        return self.reaches(principal, role)

    def reaches(self, principal: str, role: str, *, mfa: bool = False) -> bool:
        """Whether a credential of a principal may assume a role; `mfa` if a code was given for it."""
        kind, _, name = principal.partition("/")
        trust = trust_of(self._scenario.roles[role])
        code = {"aws:MultiFactorAuthPresent": "true"} if mfa else {}
        askers = (replace(asker, context={**asker.context, **code}) for asker in self._principals(kind, name, role))
        return any(may_assume(trust, asker).allowed for asker in askers)

    def vouched(self, idp: str, role: str) -> bool:
        """Whether a token of an identity provider is enough to assume a role."""
        account = self._number(self._scenario.roles[role].account)
        asker = Asker("web_identity", idp, account_number=account)
        return may_assume(trust_of(self._scenario.roles[role]), asker).allowed

    def forbids(self, principal: str, action: str) -> bool:
        """Whether a policy of a principal denies an action that needs no permission (GetSessionToken)."""
        return decide(action, identity=self._policies(principal)).effect == "explicitly_denied"

    def _principals(self, kind: str, name: str, role: str) -> tuple[Asker, ...]:
        """As whom a principal asks: a permission set's session is a role, and its Identity Center vouches for it."""
        if kind != "permission_set":
            return (self._principal(kind, name, role),)
        issuer, _, permission_set = name.partition("/")
        account = self.account_of(kind, name)
        session = Asker(
            "role",
            permission_set,
            account,
            self._number(account),
            same_account=account == self._scenario.roles[role].account,
            policies=self._policies(f"{kind}/{name}"),
        )
        return session, Asker("identity_center", issuer, account, self._number(account))

    def account_of(self, kind: str, name: str) -> str:
        """Account of a principal."""
        if kind == "permission_set":
            issuer, _, permission_set = name.partition("/")
            return str(getattr(self._scenario.issuers[issuer], "permission_sets")[permission_set].account)  # noqa: B009
        owner: Role | User = self._scenario.users[name] if kind == "user" else self._scenario.roles[name]
        return owner.account

    def _principal(self, kind: str, name: str, role: str) -> Asker:
        """A role's session or a user that asks for `role`, with the policies that must let it ask."""
        owner: Role | User = self._scenario.roles[name] if kind == "role" else self._scenario.users[name]
        return Asker(
            "role" if kind == "role" else "user",
            name,
            owner.account,
            self._number(owner.account),
            same_account=owner.account == self._scenario.roles[role].account,
            policies=self._policies(f"{kind}/{name}"),
        )

    def _number(self, account: str) -> str:
        """The account's number, or its name where the scenario gives none."""
        return self._scenario.accounts[account].number or account

    def _askers(self, step: Step, role: str) -> tuple[Asker, ...]:
        if step.service is not None:
            return (Asker("service", step.service),)
        if step.idp is not None:
            vouched: AskerKind = "web_identity" if step.from_.endswith("WithWebIdentity") else "saml"
            return (Asker(vouched, step.idp, account_number=self._number(self._scenario.roles[role].account)),)
        if step.user is not None:
            return self._principals("user", step.user, role)
        if step.source is not None:
            return self._principals(*self.source_principal(step.source), role)
        return (Asker("service", ""),)

    def source_principal(self, chain: str) -> tuple[str, str]:
        """Kind and name of the principal whose credential a chain yields first."""
        step = self._scenario.credentials[chain][0]
        if step.user is not None and step.role is None:
            return "user", step.user
        if step.role is not None:
            return "role", step.role
        if step.permission_set is not None:
            return "permission_set", f"{step.from_}/{step.permission_set}"
        issuer = self._scenario.issuers[step.from_.partition(".")[0]]
        return "role", str(getattr(issuer, "role", ""))

    def _policies(self, principal: str) -> tuple[Mapping[str, Any], ...]:
        kind, _, name = principal.partition("/")
        scenario = self._scenario
        if kind == "root":
            return tuple(statements_from(ROOT_TASKS[name.partition("/")[2]]))
        if kind == "federated":  # the intersection with session policies, and none is given
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


def trust_of(role: Role) -> dict[str, Any]:
    """A role's trust as plain data: the short form or the document."""
    return role.trust.model_dump() if isinstance(role.trust, Trust) else dict(role.trust)
