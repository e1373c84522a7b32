"""What all clients of a population share at one step of a chain: the request, what it yields, for how long."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sim.access import Access
from sim.aws import roles_anywhere, signin, signing, sts
from sim.aws.sts_operations import OPERATIONS, StsOperation
from sim.credentials import Origin
from sim.issuers.api import Request
from sim.issuers.spec import (
    Attached,
    Broker,
    Function,
    IdentityCenter,
    IdentityProvider,
    IssuerSpec,
    PodIdentity,
    RolesAnywhere,
    Sts,
)
from sim.principals.user import principal_of
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.sdks import Sdk
from sim.world import SIGN_IN

__all__ = ["CONSOLE_S", "PRESIGNED_S", "Terms", "Writer", "not_on_or_after_s"]

CONSOLE_S: Final = 43200.0
"""Console session of an IAM user (IAM user guide, id_roles_use_switch-role-console)."""
PRESIGNED_S: Final = float(signing.PRESIGNED_URL_DEFAULT_S.value)
"""Life of a presigned request where a step says nothing."""


def not_on_or_after_s(scenario: Scenario, idp: str) -> float:
    """How long after a login an identity provider's assertions let sessions live; inf if they do not say."""
    spec = scenario.issuers.get(idp)
    said = spec.session_not_on_or_after_s if isinstance(spec, IdentityProvider) else None
    return math.inf if said is None else said


@dataclass(frozen=True, slots=True)
class Terms:
    """What all clients of a population share at one step.

    Attributes:
        request: What is asked of the issuer.
        origin: What its credentials have in common.
        session_s: Their length.
    """

    request: Request
    origin: Origin
    session_s: float


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the terms of steps.

    Attributes:
        scenario: The scenario.
        access: What its policies allow.
        sdk: SDK of the population that asks.
    """

    scenario: Scenario
    access: Access
    sdk: Sdk

    def terms(self, chain: str, step: Step) -> Terms:
        """Terms of a step of a chain."""
        issuer, _, operation = step.from_.partition(".")
        spec = self.scenario.issuers.get(issuer)
        if step.from_ in {"password", "access_key"}:
            return self._long_term(chain, step)
        if step.from_ == "presigned":
            return self._presigned(chain, step)
        writers: tuple[tuple[type[IssuerSpec], Callable[[str, Step, Any], Terms]], ...] = (
            (IdentityCenter, self._permission_set),
            (Attached, self._attached),
            (Broker, self._brokered),
            (PodIdentity, self._associated),
            (RolesAnywhere, self._anywhere),
        )
        for kind, write in writers:
            if isinstance(spec, kind):
                return write(chain, step, spec)
        found = OPERATIONS[operation]
        if found.subject == "role":
            return self._role(chain, step, found)
        return self._own(chain, step, found)

    def _long_term(self, chain: str, step: Step) -> Terms:
        """A user's key or console sign-in."""
        assert step.user is not None
        principal, account = self._user(step.user)
        mints = self.access.mints_s(principal)
        mints += self.access.key_mints_s(principal) if step.from_ == "access_key" else 0.0
        name = SIGN_IN if step.from_ == "password" else "iam"
        made_by = "ConsoleLogin" if step.from_ == "password" else "CreateAccessKey"
        if step.way == "login":
            origin = Origin(principal, account, chain, name, "CreateOAuth2Token", mints)
            return Terms(Request("CreateOAuth2Token", "free", account), origin, float(signin.LOGIN_TOKEN_MAX_S.value))
        return Terms(
            Request(made_by, "free", account), Origin(principal, account, chain, name, made_by, mints), CONSOLE_S
        )

    def _user(self, name: str) -> tuple[str, str]:
        """Principal and account of a user of the scenario."""
        user = self.scenario.users[name]
        return principal_of(name, user), user.account

    def _presigned(self, chain: str, step: Step) -> Terms:
        """A request signed for later, with a user's key or with what another chain yields."""
        if step.user is not None:
            principal, account = self._user(step.user)
        else:
            behind = self.terms(str(step.source), self.scenario.credentials[str(step.source)][0]).origin
            principal, account = behind.principal, behind.account
        origin = Origin(principal, account, chain, "presigned", "Presign")
        life_s = step.session_s if step.session_s is not None else PRESIGNED_S
        return Terms(Request("Presign", "free", account), origin, life_s)

    def _permission_set(self, chain: str, step: Step, spec: IdentityCenter) -> Terms:
        """Role credentials of Identity Center."""
        permission_set = spec.permission_sets[str(step.permission_set)]
        principal = f"permission_set/{step.from_}/{step.permission_set}"
        origin = Origin(principal, permission_set.account, chain, step.from_, "GetRoleCredentials")
        request = Request("GetRoleCredentials", "identity_center", spec.account)
        return Terms(request, origin, permission_set.session_s)

    def _attached(self, chain: str, step: Step, spec: Attached) -> Terms:
        """Credentials of the compute that a process runs on; its service assumes the role, free of quota."""
        account = self.scenario.roles[spec.role].account
        operation = "AssumeRole" if isinstance(spec, Function) else "GetCredentials"
        mints = self.access.mints_s(f"role/{spec.role}")
        origin = Origin(f"role/{spec.role}", account, chain, step.from_, operation, mints)
        allowed = self.access.trusts_service(spec.role, spec.service)
        return Terms(Request(operation, "free", account, allowed), origin, spec.life_s)

    def _brokered(self, chain: str, step: Step, spec: Broker) -> Terms:
        """What a broker gets for a role; the broker's own account is charged."""
        role, (issuer, _, operation) = str(step.role), spec.upstream.from_.partition(".")
        principal, account = f"role/{role}", self.scenario.roles[role].account
        origin = Origin(principal, account, chain, issuer, operation, self.access.mints_s(principal))
        sts, payer = self.scenario.issuers[issuer], self.scenario.roles[spec.role].account
        group = "global" if isinstance(sts, Sts) and sts.endpoint == "global" else "signed"
        allowed = self.access.may_chain(f"role/{spec.role}", role)
        return Terms(Request(operation, group, payer, allowed), origin, spec.upstream.session_s)

    def _associated(self, chain: str, step: Step, spec: PodIdentity) -> Terms:
        """What a Pod Identity agent gets for a pod whose service account is associated with a role."""
        role, operation = str(step.role), "AssumeRoleForPodIdentity"
        principal, account = f"role/{role}", self.scenario.roles[role].account
        origin = Origin(principal, account, chain, spec.upstream, operation, self.access.mints_s(principal))
        allowed = self.access.trusts_service(role, spec.service)
        return Terms(Request(operation, "eks_auth", account, allowed), origin, spec.life_s)

    def _anywhere(self, chain: str, step: Step, spec: RolesAnywhere) -> Terms:
        """A role's session for a certificate; the role's account is charged."""
        role, operation = str(step.role), "CreateSession"
        principal, account = f"role/{role}", self.scenario.roles[role].account
        origin = Origin(principal, account, chain, step.from_, operation, self.access.mints_s(principal))
        allowed = self.access.trusts_service(role, spec.service)
        length = step.session_s if step.session_s is not None else float(roles_anywhere.SESSION_DEFAULT_S.value)
        return Terms(Request(operation, "roles_anywhere", account, allowed), origin, length)

    def _role(self, chain: str, step: Step, operation: StsOperation) -> Terms:
        """A role's session."""
        role = str(step.role)
        account = self.scenario.roles[role].account
        issuer = step.from_.partition(".")[0]
        mints = self.access.mints_s(f"role/{role}")
        origin = Origin(f"role/{role}", account, chain, issuer, operation.name, mints, step.mfa)
        origin = self._limited(origin, chain, step)
        group, charged = self._charged(step, operation, account)
        allowed = self.access.trusts(role, step)
        default = self.sdk.default_session_s if operation.name == "AssumeRole" else operation.default_s
        if step.way == "console" and step.source is not None:
            default = self._switched_s(role, step.source)
        length = step.session_s if step.session_s is not None else default
        if operation.name == "AssumeRoleWithSAML":
            length = min(length, not_on_or_after_s(self.scenario, str(step.idp)))
        return Terms(Request(operation.name, group, charged, allowed), origin, length)

    def _switched_s(self, role: str, source: str) -> float:
        """Length of a role that a person switches to in the console: an IAM user gets the role's own maximum.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html
        """
        by_user = self.scenario.credentials[source][0].from_ == "password"
        return self.scenario.roles[role].max_session_s if by_user else float(sts.ASSUME_ROLE_DEFAULT_S.value)

    def _own(self, chain: str, step: Step, operation: StsOperation) -> Terms:
        """A session that is no role's: of the user who asks, of a user it names, of a member account's root."""
        kind, name = (
            self.access.user_principal(step.user)
            if step.user is not None
            else self.access.source_principal(str(step.source))
        )
        caller = f"{kind}/{name}"
        account = self.access.account_of(kind, name)
        group, charged = self._charged(step, operation, account)
        needs = f"sts:{operation.name}"
        allowed = operation.subject == "user" or self.access.allows(caller, needs)
        principal, mints = caller, 0.0
        if operation.subject == "root":
            account = str(step.account)
            principal = f"root/{account}/{step.task_policy}"
        elif operation.subject == "federated":
            principal = f"federated/{step.user or self.scenario.credentials[str(step.source)][0].user}"
        else:
            mints = self.access.mints_s(caller)
        origin = Origin(principal, account, chain, step.from_.partition(".")[0], operation.name, mints, step.mfa)
        origin = self._limited(origin, chain, step)
        length = operation.granted_s(step.session_s, kind == "root")
        return Terms(Request(operation.name, group, charged, allowed), origin, length)

    def _limited(self, origin: Origin, chain: str, step: Step) -> Origin:
        """What a step yields, with the session policy that it passes."""
        if step.session_policy is None:
            return origin
        return replace(origin, limited_by=(chain, self.scenario.credentials[chain].index(step)))

    def _charged(self, step: Step, operation: StsOperation, role_account: str) -> tuple[str, str]:
        """Quota group and account of a request: signed ones are charged to the caller's account."""
        if step.service is not None:
            return "free", role_account
        if operation.payer == "role":
            return operation.quota_group, role_account
        spec = self.scenario.issuers[step.from_.partition(".")[0]]
        group = "global" if isinstance(spec, Sts) and spec.endpoint == "global" else operation.quota_group
        if step.user is not None:
            return group, self.scenario.users[step.user].account
        return group, self.access.account_of(*self.access.source_principal(str(step.source)))
