"""What the scenario's policies allow, and when: decided once, before the run, at no cost within it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from sim.aws import sts
from sim.aws.sts_operations import ROOT_TASKS
from sim.identities import Identities
from sim.policies.authorization import decide, statements_from
from sim.policies.authorization_time import Attached, Permit, Stage, Target
from sim.policies.authorization_trust import Asker, AskerKind, may_assume
from sim.policy_words import levels_of
from sim.principals.role import Role, Trust
from sim.principals.user import User
from sim.providers.step import Step
from sim.scenario import Scenario

__all__ = ["CHAINED_S", "KEY_MINTS_S", "ROOT_MINTS_S", "Access", "Asked"]

CHAINED_S: Final = float(sts.CHAINED_MAX_S.value)
KEY_MINTS_S: Final = float(sts.GET_SESSION_TOKEN_MAX_S.value)
ROOT_MINTS_S: Final = float(sts.GET_SESSION_TOKEN_ROOT_MAX_S.value)


class Asked(NamedTuple):
    """What is asked of AWS again and again.

    Attributes:
        principal: `role/NAME`, `user/NAME`, `federated/NAME`, `permission_set/ISSUER/NAME`, `root/ACCOUNT` for the
            root user or `root/ACCOUNT/TASK` for a session from AssumeRoot.
        action: IAM action.
        resource: Resource of the scenario, if one is named.
        limited_by: Step (chain, number) whose session policy limits the session, if one does.
    """

    principal: str
    action: str
    resource: str | None = None
    limited_by: tuple[str, int] | None = None


class Access(Identities):
    """Identity and trust policies of one scenario.

    Args:
        scenario: The scenario at first.
        later: The scenario as the timeline changes it, (from when, scenario) in order of time.
    """

    def __init__(self, scenario: Scenario, later: tuple[tuple[float, Scenario], ...] = ()) -> None:
        super().__init__(scenario)
        self._mints_s: dict[str, float] = {}
        self.later = tuple((from_s, Access(changed)) for from_s, changed in later)
        self._reached: dict[tuple[str, str, bool], bool] = {}

    @property
    def scenario(self) -> Scenario:
        """The scenario whose policies they are."""
        return self._scenario

    def at(self, instant: float) -> Access:
        """The policies as they stand at an instant."""
        return next((access for from_s, access in reversed(self.later) if from_s <= instant), self)

    def permit(self, asked: Asked) -> Permit:
        """What is allowed over time, of what is asked."""
        epoch_s = self._scenario.run.start.timestamp()
        return Permit(self.stages(asked), asked.action, epoch_s, target=self._target(asked))

    def allows(self, principal: str, action: str) -> bool:
        """Whether a principal may call an action at time 0."""
        return self.permit(Asked(principal, action)).pieces(0.0)[0][1]

    def stages(self, asked: Asked) -> tuple[Stage, ...]:
        """The policies that bear on what is asked, over time; the place where verbs of the timeline add stages."""
        stages = [Stage(-math.inf, self._attached(asked))]
        for from_s, access in self.later:
            attached = access._attached(asked)
            if attached != stages[-1].attached:
                stages.append(Stage(from_s, attached))
        return tuple(stages)

    def _attached(self, asked: Asked) -> Attached:
        """All policies that bear on what is asked, as they stand in this scenario."""
        scenario, principal = self._scenario, asked.principal
        kind, name = _split(principal)
        account = scenario.accounts[self.account_of(kind, name)]
        target = scenario.resources.get(asked.resource or "")
        return Attached(
            self.policies_of(kind, name),
            self._boundary(kind, name),
            self._session_policy(asked),
            levels_of(account.scps),
            None if target is None else target.policy,
            () if target is None else scenario.accounts[target.account].rcps,
        )

    def _target(self, asked: Asked) -> Target:
        """Who asks for what; a principal's ARN matters only where a resource is named or a policy may name it."""
        target = self._scenario.resources.get(asked.resource or "")
        kind, name = _split(asked.principal)
        principal, behind = self.arns(kind, name)
        if target is None:
            return Target(principal, behind)
        return Target(principal, behind, target.arn, self.number(target.account))

    def _boundary(self, kind: str, name: str) -> Mapping[str, Any] | None:
        if kind == "role":
            return self._scenario.roles[name].boundary
        return self._scenario.users[name].boundary if kind in {"user", "federated"} else None

    def _session_policy(self, asked: Asked) -> tuple[Mapping[str, Any], ...] | None:
        """What limits a session beside its principal's policies: one of AssumeRoot its task, others what was passed."""
        kind, name = _split(asked.principal)
        if kind == "root" and "/" in name:
            return tuple(statements_from(ROOT_TASKS[name.partition("/")[2]]))
        if asked.limited_by is None:
            return None
        chain, number = asked.limited_by
        policy = self._scenario.credentials[chain][number].session_policy
        return None if policy is None else (policy,)

    def trusts(self, role: str, step: Step) -> bool:
        """Whether the trust policy of `role` lets the step's identity assume it."""
        trust = trust_of(self._scenario.roles[role])
        mfa = {"aws:MultiFactorAuthPresent": "true"} if self._mfa(step) else {}
        limits = self._session_policies(step.source)
        askers = (
            replace(asker, context={**asker.context, **mfa}, session=limits) for asker in self._askers(step, role)
        )
        return any(may_assume(trust, asker).allowed for asker in askers)

    def _session_policies(self, source: str | None) -> tuple[Mapping[str, Any], ...]:
        """The session policy of the session that signs a request."""
        step = self._scenario.credentials[source][0] if source is not None else None
        return () if step is None or step.session_policy is None else (step.session_policy,)

    def _mfa(self, step: Step) -> bool:
        """Whether an MFA code was given with the request or for the user's session that signs it."""
        source = self._scenario.credentials.get(step.source or "", ())
        return step.mfa or (bool(source) and source[0].from_.endswith(".GetSessionToken") and source[0].mfa)

    def mints_s(self, principal: str) -> float:
        """Life of the longest-lived session that can be reached from a principal's session by AssumeRole.

        Each step of a chain lasts at most an hour from the instant it is taken; a cycle of trust never ends.
        """
        if principal not in self._mints_s:  # every host asks
            self._mints_s[principal] = self._closure(principal, ())
        return self._mints_s[principal]

    def _closure(self, principal: str, passed: tuple[str, ...]) -> float:
        if principal in passed:
            return float("inf")
        reached = [name for name in self._scenario.roles if self.may_chain(principal, name)]
        return max((CHAINED_S + self._closure(f"role/{name}", (*passed, principal)) for name in reached), default=0.0)

    @staticmethod
    def key_mints_s(principal: str) -> float:
        """Longest session that a principal's access key obtains for itself: 36 h, for the root user one."""
        return ROOT_MINTS_S if principal.startswith("root/") else KEY_MINTS_S

    def trusts_service(self, role: str, service: str) -> bool:
        """Whether the trust policy of `role` lets a service of AWS assume it."""
        return may_assume(trust_of(self._scenario.roles[role]), Asker("service", service)).allowed

    def may_chain(self, principal: str, role: str) -> bool:
        """Whether a principal's credential may assume `role`, without an MFA code."""
        return self.reaches(principal, role)

    def reaches(self, principal: str, role: str, *, mfa: bool = False) -> bool:
        """Whether a credential of a principal may assume a role; `mfa` if a code was given for it."""
        asked = (principal, role, mfa)
        if asked not in self._reached:  # every host and every client of a run asks the same
            self._reached[asked] = self._may_assume(*asked)
        return self._reached[asked]

    def _may_assume(self, principal: str, role: str, mfa: bool) -> bool:
        kind, name = _split(principal)
        trust = trust_of(self._scenario.roles[role])
        code = {"aws:MultiFactorAuthPresent": "true"} if mfa else {}
        askers = (replace(asker, context={**asker.context, **code}) for asker in self._principals(kind, name, role))
        return any(may_assume(trust, asker).allowed for asker in askers)

    def vouched(self, idp: str, role: str, by: Literal["web_identity", "saml"] = "web_identity") -> bool:
        """Whether a token (an assertion) of an identity provider is enough to assume a role."""
        account = self.number(self._scenario.roles[role].account)
        asker = Asker(by, idp, account_number=account)
        return may_assume(trust_of(self._scenario.roles[role]), asker).allowed

    def forbids(self, principal: str, action: str) -> bool:
        """Whether a policy of a principal denies an action that needs no permission (GetSessionToken)."""
        return decide(action, identity=self.policies_of(*_split(principal))).effect == "explicitly_denied"

    def _principals(self, kind: str, name: str, role: str) -> tuple[Asker, ...]:
        """As whom a principal asks: a permission set's session is a role, and its Identity Center vouches for it.

        The root user asks as nobody, for AWS lets it assume no role.
        """
        if kind == "root":
            return ()
        if kind != "permission_set":
            return (self._principal(kind, name, role),)
        issuer, _, permission_set = name.partition("/")
        account = self.account_of(kind, name)
        session = Asker(
            "role",
            permission_set,
            account,
            self.number(account),
            same_account=account == self._scenario.roles[role].account,
            policies=self.policies_of(kind, name),
            scps=levels_of(self._scenario.accounts[account].scps),
        )
        return session, Asker("identity_center", issuer, account, self.number(account))

    def _principal(self, kind: str, name: str, role: str) -> Asker:
        """A role's session or a user that asks for `role`, with the policies that must let it ask."""
        owner: Role | User = self._scenario.roles[name] if kind == "role" else self._scenario.users[name]
        return Asker(
            "role" if kind == "role" else "user",
            name,
            owner.account,
            self.number(owner.account),
            same_account=owner.account == self._scenario.roles[role].account,
            policies=self.policies_of(kind, name),
            boundary=owner.boundary,
            scps=levels_of(self._scenario.accounts[owner.account].scps),
        )

    def _askers(self, step: Step, role: str) -> tuple[Asker, ...]:
        if step.service is not None:
            return (Asker("service", step.service),)
        if step.idp is not None:
            vouched: AskerKind = "web_identity" if step.from_.endswith("WithWebIdentity") else "saml"
            return (Asker(vouched, step.idp, account_number=self.number(self._scenario.roles[role].account)),)
        if step.user is not None:
            return self._principals(*self.user_principal(step.user), role)
        if step.source is not None:
            return self._principals(*self.source_principal(step.source), role)
        return (Asker("service", ""),)


def _split(principal: str) -> tuple[str, str]:
    """Kind and name of a principal."""
    kind, _, name = principal.partition("/")
    return kind, name


def trust_of(role: Role) -> dict[str, Any]:
    """A role's trust as plain data: the short form or the document."""
    return role.trust.model_dump() if isinstance(role.trust, Trust) else dict(role.trust)
