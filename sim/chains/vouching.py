"""What has to happen before an issuer is asked for a session: a login, a token, an MFA code."""

from __future__ import annotations

import math
from dataclasses import replace

from sim.chains.fetching import ApiProvider, Asker, Provider
from sim.chains.pod_tokens import PodTokens
from sim.chains.staff import Staff, vouched_by
from sim.chains.terms import not_on_or_after_s
from sim.clients.logins import AccessTokens, Assertion, SamlProvider, SsoProvider
from sim.clients.mfa import MfaProvider
from sim.clients.people import Portal
from sim.credentials import Origin
from sim.hosts.tokens import IdpKeys, JobTokenProvider, ProjectedTokenProvider
from sim.issuers.api import Request
from sim.issuers.spec import IdentityCenter
from sim.principals.population import Population
from sim.providers.step import Step
from sim.records import Kind
from sim.world import World

__all__ = ["Vouching"]


class Vouching:
    """Puts before a provider of sessions whatever vouches for who asks.

    Args:
        world: What the shard's clients meet.
        population: The population.
        staff: Its people.
        tokens: What lies in its pods' files.
    """

    def __init__(self, world: World, population: Population, staff: Staff, tokens: PodTokens) -> None:
        self._world = world
        self._spec = population
        self._staff = staff
        self._tokens = tokens

    def before(self, step: Step, asker: Asker, sessions: ApiProvider) -> Provider:
        """The provider behind a login, a token or an MFA code; itself if nothing has to happen first."""
        issuer, _, operation = step.from_.partition(".")
        spec = self._world.scenario.issuers[issuer]
        if isinstance(spec, IdentityCenter):
            person = self._staff.person(vouched_by(step, spec.idp), asker, step.way or "sso")
            portal = self._staff.portal(spec, issuer, sessions.origin)
            life_s = math.inf if spec.access_token_s is None else spec.access_token_s
            if not step.refresh_token:  # all that the login left is one access token
                return SsoProvider(person, replace(portal, session_s=min(life_s, portal.session_s)), sessions)
            access = AccessTokens(life_s, Request("CreateToken", "free", spec.account))
            return SsoProvider(person, portal, sessions, access)
        if operation == "AssumeRoleWithWebIdentity":
            return self._web_identity(step, asker, sessions)
        if operation == "AssumeRoleWithSAML":
            person = self._staff.person(step, asker, step.way or "saml-file")
            return SamlProvider(person, sessions, self._assertion(step, sessions.origin))
        if not step.mfa:
            return sessions
        people = self._spec.people
        return MfaProvider(sessions, step.login, self._world.recorder, people or self._spec.start is not None, people)

    def _web_identity(self, step: Step, asker: Asker, api: ApiProvider) -> Provider:
        """A person logs in; a pod has a token in a file; a job asks for one."""
        idp = self._world.idp(str(step.idp))
        if idp.spec.keys is not None:
            api.check = IdpKeys(idp, asker)
        if self._spec.people:
            person = self._staff.person(step, asker, step.way or "console")
            return SamlProvider(person, api, Assertion(idp.spec.token_s))
        if idp.spec.token_renewed_at is None:
            return JobTokenProvider(idp, api)
        longest_s = self._longest_s(api.origin.principal)
        return ProjectedTokenProvider(self._tokens.shown(step, asker, api.origin, longest_s), api)

    def _assertion(self, step: Step, role: Origin) -> Assertion:
        """The SAML assertion of a login; what a tool keeps of it lies beside the sessions that it yields."""
        idp, scenario = str(step.idp), self._world.scenario
        life_s, ends_s = self._world.idp(idp).spec.assertion_s, not_on_or_after_s(scenario, idp)
        if not step.login.keeps_assertion:
            return Assertion(life_s, ends_s)
        steps = scenario.credentials[role.provider]
        listed = {f"role/{one.role}" for one in steps if one.idp == idp and one.from_ == step.from_}
        mints_s = max(self._world.access.mints_s(one) + min(self._longest_s(one), ends_s - life_s) for one in listed)
        origin = Origin(role.principal, role.account, role.provider, idp, "AuthnRequest", mints_s)
        return Assertion(life_s, ends_s, Portal(life_s, origin, Kind.SAML_ASSERTION))

    def _longest_s(self, role: str) -> float:
        """MaxSessionDuration of `role/NAME`, s."""
        return self._world.scenario.roles[role.partition("/")[2]].max_session_s
