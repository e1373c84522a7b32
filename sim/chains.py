"""From a credential-provider chain to the caches and providers of one client."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from sim.access import KEY_MINTS_S, Access
from sim.cache import Cache
from sim.credentials import Credential, Origin
from sim.fetching import ApiProvider, Asker, Fetch, ImdsProvider, Provider
from sim.issuers.api import Request
from sim.issuers.spec import IdentityCenter, Imds
from sim.people import ConsoleSignIn, Person, Portal, SamlProvider, SsoProvider
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.principals.population import Population
from sim.providers.step import Step
from sim.records import Kind
from sim.sdks import SDKS, Sdk
from sim.world import SIGN_IN, Host, World

__all__ = ["CONSOLE_S", "Chains", "place_of"]

CONSOLE_S: Final = 43200.0
"""Console session of an IAM user (IAM user guide, id_roles_use_switch-role-console)."""
_AT_EXPIRY: Final = Refresh(advisory=((math.inf, 0.0),), mandatory_s=0.0)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What all clients of a population share at one step."""

    request: Request
    origin: Origin
    session_s: float


class Chains:
    """Builds the caches of one population's clients.

    Args:
        world: What the shard's clients meet.
        population: Name of the population.
    """

    def __init__(self, world: World, population: str) -> None:
        self._world = world
        self._name = population
        self._spec: Population = world.scenario.populations[population]
        self.sdk: Sdk = SDKS[self._spec.sdk]
        self._access: Access = world.access
        self._terms_of: dict[tuple[str, int], _Terms] = {}
        self.hosts: dict[tuple[str, int], Host] = {}
        self.people: dict[int, Person] = {}

    def steps(self, chain: str) -> tuple[Step, ...]:
        """The steps of a chain."""
        return self._world.scenario.credentials[chain]

    def cache(self, asker: Asker, chain: str) -> Cache:
        """The cache that a client fills from a chain."""
        first = self.steps(chain)[0]
        providers = tuple(self._provider(asker, chain, n) for n in range(len(self.steps(chain))))
        place = self._world.place(place_of(first, self._spec), self._name, asker.holder.client)
        hidden = first.from_ == "access_key" and self._spec.people
        return Cache(
            asker,
            providers,
            self.rule(first),
            None if hidden else place,
            self._world.recorder,
            owned=not self._is_imds(first) and first.from_ != "access_key",
        )

    def rule(self, step: Step) -> Refresh:
        """Refresh windows at a step: the preset's for its kind of provider, with the step's overrides."""
        if step.way in {"saml-file", "console"} or step.from_ in {"access_key", "password"}:
            rule = _AT_EXPIRY
        else:
            rule = self.sdk.imds if self._is_imds(step) else self.sdk.sts
        if step.refresh.advisory_s is not None:
            rule = replace(rule, advisory=((math.inf, step.refresh.advisory_s),))
        if step.refresh.mandatory_s is not None:
            rule = replace(rule, mandatory_s=step.refresh.mandatory_s)
        return rule

    def host(self, issuer: str, client: int) -> Host:
        """The host of a client."""
        key = (issuer, client // self._spec.per_host)
        if key not in self.hosts:
            self.hosts[key] = Host(self._world, self._name, key[1], issuer)
        return self.hosts[key]

    def session_s(self, chain: str) -> float:
        """Session length of a chain's first step."""
        return self._terms(chain, 0).session_s

    def origin(self, chain: str) -> Origin:
        """What all credentials of a chain's first step have in common."""
        return self._terms(chain, 0).origin

    def mint(self, asker: Asker, chain: str, at: float) -> Credential:
        """A session that was issued before the run began."""
        terms = self._terms(chain, 0)
        return asker.mint(Kind.SESSION, terms.origin, at, terms.session_s, None)

    def _is_imds(self, step: Step) -> bool:
        return isinstance(self._world.scenario.issuers.get(step.from_), Imds)

    def _provider(self, asker: Asker, chain: str, number: int) -> Provider:
        step = self.steps(chain)[number]
        if step.from_ == "access_key":
            return _NoProvider()
        terms = self._terms(chain, number)
        if step.from_ == "password":
            return ConsoleSignIn(self._person(step, asker, "password"), asker, terms.origin, terms.session_s)
        issuer, _, operation = step.from_.partition(".")
        if self._is_imds(step):
            requests = tuple(replace(terms.request, operation=name) for name in self.sdk.imds_operations)
            return ImdsProvider(asker, self.host(issuer, asker.holder.client), requests, self._world.api(issuer))
        source = self.cache(asker, step.source) if step.source is not None else None
        parent = f"key-{self._name}-{asker.holder.client:06d}-0000" if step.user is not None else None
        retry = self._retry(step)
        api = ApiProvider(
            asker, self._world.api(issuer), terms.request, terms.origin, terms.session_s, retry, source, parent
        )
        if operation == "AssumeRoleWithSAML":
            return SamlProvider(self._person(step, asker, step.way or "saml-file"), api)
        spec = self._world.scenario.issuers[issuer]
        if isinstance(spec, IdentityCenter):
            person = self._person(replace_idp(step, spec.idp), asker, step.way or "sso")
            return SsoProvider(person, self._portal(spec, issuer, terms.origin), api)
        return api

    def _portal(self, spec: IdentityCenter, issuer: str, role: Origin) -> Portal:
        longest = max(permission_set.session_s for permission_set in spec.permission_sets.values())
        mints = longest + role.mints_s
        origin = Origin(f"identity_center/{issuer}", spec.account, role.provider, issuer, "CreateToken", mints)
        return Portal(spec.portal_session_s, origin)

    def _person(self, step: Step, asker: Asker, way: str) -> Person:
        client = asker.holder.client
        if client not in self.people:
            idp = self._world.idp(SIGN_IN if way == "password" else str(step.idp))
            place = self._world.place(place_of(step, self._spec), self._name, client)
            self.people[client] = Person(asker, idp, way, step.login, self._world.recorder, place)
        return self.people[client]

    def _retry(self, step: Step) -> RetryRule:
        if step.retry is None:
            return self.sdk.retry
        own = step.retry
        return RetryRule(own.attempts, own.backoff, own.base_s, own.base_s, own.cap_s)

    def _terms(self, chain: str, number: int) -> _Terms:
        key = (chain, number)
        if key not in self._terms_of:
            self._terms_of[key] = self._make_terms(chain, self.steps(chain)[number])
        return self._terms_of[key]

    def _make_terms(self, chain: str, step: Step) -> _Terms:
        scenario = self._world.scenario
        issuer, _, operation = step.from_.partition(".")
        spec = scenario.issuers.get(issuer)
        if step.from_ in {"password", "access_key"}:
            assert step.user is not None
            principal, account = f"user/{step.user}", scenario.users[step.user].account
            mints = self._access.mints_s(principal) + (KEY_MINTS_S if step.from_ == "access_key" else 0.0)
            name = SIGN_IN if step.from_ == "password" else "iam"
            made_by = "ConsoleLogin" if step.from_ == "password" else "CreateAccessKey"
            origin = Origin(principal, account, chain, name, made_by, mints)
            return _Terms(Request(made_by, "free", account), origin, CONSOLE_S)
        if isinstance(spec, IdentityCenter):
            permission_set = spec.permission_sets[str(step.permission_set)]
            principal = f"permission_set/{issuer}/{step.permission_set}"
            origin = Origin(principal, permission_set.account, chain, issuer, "GetRoleCredentials")
            request = Request("GetRoleCredentials", "identity_center", spec.account)
            return _Terms(request, origin, permission_set.session_s)
        role = spec.role if isinstance(spec, Imds) else str(step.role)
        account = scenario.roles[role].account
        operation = operation or ("GetCredentials" if isinstance(spec, Imds) else "AssumeRole")
        origin = Origin(f"role/{role}", account, chain, issuer, operation, self._access.mints_s(f"role/{role}"))
        group, charged = self._charged(step, account, isinstance(spec, Imds))
        allowed = isinstance(spec, Imds) or self._access.trusts(role, step)
        length = step.session_s if step.session_s is not None else self._default_session_s(operation)
        return _Terms(Request(operation, group, charged, allowed), origin, length)

    def _default_session_s(self, operation: str) -> float:
        return self.sdk.default_session_s if operation == "AssumeRole" else 3600.0

    def _charged(self, step: Step, role_account: str, is_imds: bool) -> tuple[str, str]:
        """Quota group and account that a request is charged to: signed ones to the caller's account."""
        if is_imds or step.service is not None:
            return "free", role_account
        if step.idp is not None:
            return "saml", role_account
        scenario = self._world.scenario
        if step.user is not None:
            return "signed", scenario.users[step.user].account
        return "signed", self._access.account_of(*self._access.source_principal(str(step.source)))


class _NoProvider:
    """A static key is not fetched: its user's owner hands it out."""

    def fetch(self, ordinal: int) -> Fetch:
        """Never asked.

        Raises:
            AssertionError: Always.
        """
        raise AssertionError(f"a static key is never fetched (fetch {ordinal})")


def replace_idp(step: Step, idp: str) -> Step:
    """The step with the identity provider behind Identity Center."""
    return step.model_copy(update={"idp": idp})


def place_of(step: Step, population: Population) -> str:
    """Where a step's credential lies, if the scenario does not say."""
    if step.place is not None:
        return step.place
    if step.way == "console" or step.from_ == "password":
        return "browser"
    return "laptop" if population.people else "process"
