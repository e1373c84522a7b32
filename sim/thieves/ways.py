"""Ways from one credential to the next: what a thief can obtain with what he holds, and for how long.

Trust policies, identity policies and STS's own rules decide, as they stand at the instant. A thief draws no quota
and asks in whatever Region answers, so outages and throttling do not stop him.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from sim.access import CHAINED_S, Access
from sim.aws import iam, signin
from sim.aws.sts_operations import OPERATIONS, session_may
from sim.credentials import Credential
from sim.issuers.spec import IdentityCenter, IdentityProvider
from sim.principals.user import principal_of
from sim.providers.step import Step
from sim.records import Kind
from sim.scenario import Scenario

__all__ = ["VOUCHES", "Target", "Ways", "vouched_roles", "vouched_s"]

_SIGNED_IN: Final = {
    "ConsoleLogin": (Kind.PASSWORD, float(iam.CONSOLE_SESSION_S.value)),
    "CreateOAuth2Token": (Kind.LOGIN_TOKEN, float(signin.LOGIN_TOKEN_MAX_S.value)),
}
"""What AWS Sign-In gives its bearer, and for how long. A password whose sign-in asks for an MFA code lies nowhere:
alone it opens nothing. The key to which the refresh token of `aws login` is bound lies in the same file."""
Operation = Literal[
    "GetSessionToken", "GetFederationToken", "AssumeRole", "GetRoleCredentials", "ConsoleLogin", "CreateOAuth2Token"
]
"""Operations that issue what a thief may want."""
VOUCHES: Final = (Kind.PROJECTED_TOKEN, Kind.SAML_ASSERTION)
"""Kinds that sign no request for a role's session: an identity provider says in them who asks."""
_OWNERS: Final = ("user", "root", "role", "permission_set")


def vouched_roles(scenario: Scenario, shown: Credential) -> tuple[str, ...]:
    """Roles whose sessions a token or an assertion yields: a token's own, all that an assertion lists."""
    if shown.kind is Kind.PROJECTED_TOKEN:
        return (shown.principal.partition("/")[2],)
    steps = scenario.credentials.get(shown.provider, ())
    return tuple(dict.fromkeys(str(step.role) for step in steps if _lists(step, shown.issuer)))


def _lists(step: Step, idp: str) -> bool:
    return step.idp == idp and step.from_.endswith(".AssumeRoleWithSAML")


def vouched_s(scenario: Scenario, shown: Credential, role: str, at: float) -> float:
    """Longest session of a role that a token or an assertion yields at an instant.

    Whoever shows it asks for the role's maximum; SessionNotOnOrAfter of an assertion comes first.
    """
    longest = float(scenario.roles[role].max_session_s)
    idp = scenario.issuers.get(shown.issuer)
    if shown.kind is not Kind.SAML_ASSERTION or not isinstance(idp, IdentityProvider):
        return longest
    ends_s = idp.session_not_on_or_after_s
    return longest if ends_s is None else min(longest, shown.issued_at_s + ends_s - float(at // 1))


@dataclass(frozen=True, slots=True)
class Target:
    """A session that a thief may want.

    Attributes:
        operation: Operation that issues it.
        principal: Whose session it is.
        account: Account of the principal.
    """

    operation: Operation
    principal: str
    account: str


@dataclass(slots=True)
class Ways:
    """What can be obtained with what.

    Attributes:
        scenario: The scenario.
        access: Its policies over time.
    """

    scenario: Scenario
    access: Access
    _known: dict[tuple[int, str, Target, bool], bool] = field(default_factory=dict)

    def targets(self) -> tuple[Target, ...]:
        """Every session that somebody could ask for, in a fixed order."""
        return tuple(self._targets())

    def _targets(self) -> Iterator[Target]:
        for name, user in self.scenario.users.items():
            mine = principal_of(name, user)
            yield Target("GetSessionToken", mine, user.account)
            yield Target("GetFederationToken", mine, user.account)
            yield Target("ConsoleLogin", mine, user.account)
            yield Target("CreateOAuth2Token", mine, user.account)
        for name, role in self.scenario.roles.items():
            yield Target("AssumeRole", f"role/{name}", role.account)
        for issuer, spec in self.scenario.issuers.items():
            if isinstance(spec, IdentityCenter):
                for name, one in spec.permission_sets.items():
                    yield Target("GetRoleCredentials", f"permission_set/{issuer}/{name}", one.account)

    def life_s(self, signer: Credential, target: Target, at: float) -> float:
        """Longest session that `signer` gets at an instant; 0 if none."""
        if not signer.issued_at_s <= at < signer.valid_until_s:
            return 0.0
        if target.operation == "AssumeRole":
            return self._role_s(signer, target, at)
        if target.operation == "GetRoleCredentials":
            return self._permission_set_s(signer, target)
        if target.operation in _SIGNED_IN:
            kind, length_s = _SIGNED_IN[target.operation]
            return length_s if signer.kind is kind and signer.principal == target.principal else 0.0
        if signer.kind is not Kind.ACCESS_KEY or signer.principal != target.principal:
            return 0.0
        asked = OPERATIONS[target.operation]
        granted_s = asked.granted_s(asked.longest_s, by_root=signer.principal.startswith("root/"))
        return granted_s if self._allowed(signer, target, at) else 0.0

    def _role_s(self, signer: Credential, target: Target, at: float) -> float:
        role = target.principal.partition("/")[2]
        longest = float(self.scenario.roles[role].max_session_s)
        if signer.kind in VOUCHES:
            mine = role in vouched_roles(self.scenario, signer)
            return vouched_s(self.scenario, signer, role, at) if mine and self._allowed(signer, target, at) else 0.0
        if signer.kind not in (Kind.ACCESS_KEY, Kind.SESSION) or not self._allowed(signer, target, at):
            return 0.0
        return longest if signer.kind is Kind.ACCESS_KEY else min(longest, CHAINED_S)

    def _permission_set_s(self, signer: Credential, target: Target) -> float:
        """A portal token obtains the permission set that its person is assigned."""
        if signer.kind is not Kind.SSO_TOKEN:
            return 0.0
        _, issuer, name = target.principal.split("/")
        steps = self.scenario.credentials.get(signer.provider, ())
        if not any(step.from_ == issuer and step.permission_set == name for step in steps):
            return 0.0
        spec = self.scenario.issuers[issuer]
        assert isinstance(spec, IdentityCenter)
        return float(spec.permission_sets[name].session_s)

    def _allowed(self, signer: Credential, target: Target, at: float) -> bool:
        """Whether the policies of the instant allow it; asked once for each set of policies."""
        access = self.access.at(at)
        issuer = f"{signer.kind} {signer.issuer}" if signer.kind in VOUCHES else ""
        key = (id(access), f"{signer.operation} {signer.principal} {issuer}", target, signer.mfa)
        if key not in self._known:
            self._known[key] = _allows(access, signer, target)
        return self._known[key]


def _allows(access: Access, signer: Credential, target: Target) -> bool:
    if signer.kind in VOUCHES:
        by: Literal["saml", "web_identity"] = "saml" if signer.kind is Kind.SAML_ASSERTION else "web_identity"
        return access.vouched(signer.issuer, target.principal.partition("/")[2], by)
    action = f"sts:{target.operation}"
    if session_may(signer.operation, signer.mfa, action) is False:
        return False
    if signer.principal.partition("/")[0] not in _OWNERS:
        return False
    if target.operation == "GetSessionToken":  # it needs no permission, so only a Deny stops it
        return not access.forbids(signer.principal, action)
    if target.operation == "GetFederationToken":
        return access.allows(signer.principal, action)
    return access.reaches(signer.principal, target.principal.partition("/")[2], mfa=signer.mfa)
