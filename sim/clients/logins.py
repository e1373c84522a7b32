"""Providers that cost people a login: by Identity Center, SAML, `aws login` or the console."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Final, Protocol

from simpy import Event

from sim.aws import sdk_botocore
from sim.caches.cache import Cache
from sim.chains.api_client import ApiClient
from sim.chains.fetching import ApiProvider, Asker, Fetch, Fetched, refusal
from sim.clients.people import Person, Portal
from sim.credentials import Origin
from sim.issuers.api import Answer, Request
from sim.records import Kind, Outcome

__all__ = [
    "ACCESS_TOKEN_WINDOW_S",
    "AccessTokens",
    "Assertion",
    "ConsoleSignIn",
    "LoginProvider",
    "SamlProvider",
    "SsoProvider",
    "urgent_at_need",
]

ACCESS_TOKEN_WINDOW_S: Final = float(sdk_botocore.SSO_TOKEN_ADVISORY_S.value)
"""Life left of an access token below which an SDK asks for the next one first."""
_OF_TOKENS: Final = 1 << 15
"""Marks the draws of attempts at an access token among those of a fetch."""


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """Access tokens of the portal, which role credentials cost: the next one is had silently, with a refresh token.

    Attributes:
        life_s: Life of one; inf if it lives as long as what the login left.
        request: What is asked for the next one.
    """

    life_s: float = math.inf
    request: Request = field(default_factory=lambda: Request("CreateToken", "free", ""))


@dataclass(slots=True)
class SsoProvider:
    """Role credentials of Identity Center: silent while the portal session lives, a login when not.

    Attributes:
        person: Who logs in.
        portal: What a login leaves.
        role_credentials: Asks the portal.
        access: Access tokens, which role credentials cost.
        urgent: Whether the SDK lets its caller wait; if it has enough left to go on it tells nobody that it failed,
            and so nobody logs in.
    """

    person: Person
    portal: Portal
    role_credentials: ApiProvider
    access: AccessTokens = field(default_factory=AccessTokens)
    urgent: Callable[[], bool] = field(default=lambda: True)

    def fetch(self, ordinal: int) -> Fetch:
        """GetRoleCredentials with an access token of a portal session that lives."""
        clock = self.role_credentials.asker.clock
        yield from self.person.wait_turn()
        token = self.person.token(self.portal, clock.now)
        if token is None and not self.urgent():
            return Fetched(None, clock.now)
        if token is None:
            obtained = yield from self.person.log_in_to(self.portal)
            if isinstance(obtained, Fetched):
                return obtained
            token = obtained
        elif self._left_s() < ACCESS_TOKEN_WINDOW_S:
            refused = yield from self._refresh(ordinal)
            if refused is not None:
                return refused
        token.calls_signed += 1
        return (yield from self.role_credentials.attempts(ordinal, token))

    def _refresh(self, ordinal: int) -> Generator[Event, None, Fetched | None]:
        """The next access token, without the person, tried again as any API is.

        Returns:
            None, or what came of it if no attempt got one: if the service refused it the SDK goes on with the token
            that it has, while that lives; if it did not answer in time there are no role credentials either.
        """
        sessions = self.role_credentials
        clock, client = sessions.asker.clock, ApiClient(sessions.asker, sessions.api, sessions.retry)
        sent = yield from client.send(self.access.request, (ordinal << 16) | _OF_TOKENS, self._ask)
        if sent.done_at_s > clock.now:
            yield clock.at(sent.done_at_s, sessions.asker.holder.rank)
        if sent.answer.outcome is Outcome.OK:
            self.person.access_from_s = math.floor(clock.now)  # its file holds whole seconds
            return None
        if self._left_s() > 0 and not sent.answer.timed_out:
            return None
        return Fetched(None, sent.done_at_s, refused=refusal(sessions.api.name, sent.answer.outcome))

    def _ask(self, now: float, number: int) -> tuple[Answer, None]:
        sessions = self.role_credentials
        return sessions.api.ask(now, self.access.request, sessions.asker, number), None

    def _left_s(self) -> float:
        """Life left of the newest access token."""
        return self.person.access_from_s + self.access.life_s - self.role_credentials.asker.clock.now


def urgent_at_need(cache: Cache) -> Cache:
    """The cache, whose providers learn from it whether calls wait for what they fetch."""
    for provider in cache.providers:
        if isinstance(provider, SsoProvider):
            provider.urgent = lambda: cache.needs_one
    return cache


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a login at an identity provider says of a person to STS: a SAML assertion, or an OIDC token.

    Attributes:
        life_s: How long after the login STS takes it.
        not_on_or_after_s: How long after the login it lets sessions live (SessionNotOnOrAfter).
        kept: What it is where the person's tool keeps it in a file; None if it lies nowhere.
    """

    life_s: float
    not_on_or_after_s: float = math.inf
    kept: Portal | None = None


@dataclass(slots=True)
class SamlProvider:
    """A role session by AssumeRoleWithSAML: a session needs an assertion that lives, and that needs a login."""

    person: Person
    sessions: ApiProvider
    assertion: Assertion

    def fetch(self, ordinal: int) -> Fetch:
        """Log in where no assertion is kept that lives, then AssumeRoleWithSAML."""
        clock, person, kept = self.sessions.asker.clock, self.person, self.assertion.kept
        yield from person.wait_turn()
        shown = None if kept is None else person.token(kept, clock.now)
        if shown is not None and clock.now < person.gave_up_until_s:
            return Fetched(None, clock.now, person.gave_up_until_s)
        if shown is None:
            logged_in = yield from person.log_in()
            if not logged_in.ok:
                return logged_in.failed
            shown = None if kept is None else person.take_token(kept)
        self._vouch(clock.now if shown is None else shown.issued_at_s)
        if shown is not None:
            shown.calls_signed += 1
        fetched = yield from self.sessions.attempts(ordinal, shown)
        if fetched.credential is None:
            person.give_up(fetched.done_at_s)
        return fetched

    def _vouch(self, issued_at_s: float) -> None:
        """Until when STS takes an assertion, and lets its sessions live."""
        issued = math.floor(issued_at_s)
        self.sessions.vouched_until_s = issued + self.assertion.life_s
        self.sessions.ends_by_s = issued + self.assertion.not_on_or_after_s


class Session(Protocol):
    """What a session is of, and how long it lives."""

    @property
    def origin(self) -> Origin:
        """What all sessions have in common."""

    @property
    def session_s(self) -> float:
        """Their length."""


@dataclass(slots=True)
class LoginProvider:
    """`aws login`: sets of 15 minutes, renewed silently while the login lives, a login in the browser when not."""

    person: Person
    login: Portal
    asker: Asker
    terms: Session

    def fetch(self, ordinal: int) -> Fetch:  # noqa: ARG002
        """CreateOAuth2Token with a login that lives."""
        clock = self.asker.clock
        yield from self.person.wait_turn()
        token = self.person.token(self.login, clock.now)
        if token is None:
            obtained = yield from self.person.log_in_to(self.login)
            if isinstance(obtained, Fetched):
                return obtained
            token = obtained
        token.calls_signed += 1
        terms = self.terms
        return Fetched(self.asker.mint(Kind.SESSION, terms.origin, clock.now, terms.session_s, token.id), clock.now)


@dataclass(slots=True)
class ConsoleSignIn:
    """An IAM user's console session: password and MFA at AWS Sign-In."""

    person: Person
    asker: Asker
    origin: Origin
    session_s: float

    def fetch(self, ordinal: int) -> Fetch:  # noqa: ARG002
        """Sign in to the console."""
        yield from self.person.wait_turn()
        logged_in = yield from self.person.log_in()
        if not logged_in.ok:
            return logged_in.failed
        session = self.asker.mint(Kind.SESSION, self.origin, logged_in.done_at_s, self.session_s, None)
        return Fetched(session, logged_in.done_at_s)
