"""People: how a person gets through a login, and the sessions that spare them the next one."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from simpy import Event

from sim.aws import sdk_botocore
from sim.caches.cache import Place, write_credential
from sim.calendar import DAY_S
from sim.chains.fetching import ApiProvider, Asker, Fetch, Fetched, refusal
from sim.credentials import Credential, Origin
from sim.issuers.api import Request
from sim.issuers.idp import IdpQueue
from sim.keys.passwords import ConsolePassword
from sim.laws import draw
from sim.providers.step import LoginWay
from sim.recorder import Recorder
from sim.records import EndReason, Kind, Outcome
from sim.streams import Purpose

__all__ = [
    "ACCESS_TOKEN_WINDOW_S",
    "AccessTokens",
    "ConsoleSignIn",
    "Person",
    "Portal",
    "SamlProvider",
    "SsoProvider",
    "attention_of",
]


ACCESS_TOKEN_WINDOW_S: Final = float(sdk_botocore.SSO_TOKEN_ADVISORY_S.value)
"""Life left of an access token below which an SDK asks for the next one first."""


class _LoggedIn(NamedTuple):
    ok: bool
    done_at_s: float
    not_before_s: float = -math.inf


@dataclass(frozen=True, slots=True)
class Portal:
    """A session that spares logins (the portal of Identity Center, `aws login`): its life, and what its token is."""

    session_s: float
    origin: Origin
    kind: Kind = Kind.SSO_TOKEN


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """Access tokens of the portal, which role credentials cost: the next one is had silently, with a refresh token.

    Attributes:
        life_s: Life of one; inf if it lives as long as what the login left.
        request: What is asked for the next one.
    """

    life_s: float = math.inf
    request: Request = field(default_factory=lambda: Request("CreateToken", "free", ""))


class Person:
    """One person: logs in at an identity provider, at most once at a time, for all their profiles.

    Args:
        asker: The person as a client (slot 0).
        idp: The identity provider.
        way: sso, saml-file, console, login or password.
        login: How the person gets through a login.
        recorder: The shard's sink.
        place: Where a portal token lies.
        password: What they sign in to the console with, if it has an age or lies somewhere.

    Attributes:
        disabled_at_s: From when on every sign-in is blocked.
        access_from_s: When the newest access token of the portal was issued.
    """

    def __init__(
        self,
        asker: Asker,
        idp: IdpQueue,
        way: str,
        login: LoginWay,
        recorder: Recorder,
        place: Place | None,
        password: ConsolePassword | None = None,
    ) -> None:
        self.password = password
        self._asker = asker
        self._idp = idp
        self._way = way
        self._login = login
        self._recorder = recorder
        self._place = place
        self._keeps = asker.uniform(Purpose.KEEPS_SESSION, 0) < login.keeps_idp_session
        self._idp_session_until = -math.inf
        self._day = -1
        self._logins_today = 0
        self._gave_up_until = -math.inf
        self._busy: Event | None = None
        self._token: Credential | None = None
        self._token_from = 0.0
        self.disabled_at_s = math.inf
        self.access_from_s = -math.inf

    def wait_turn(self) -> Generator[Event, None, None]:
        """Wait until no login of this person is under way."""
        while self._busy is not None:
            yield self._busy

    def log_in(self) -> Generator[Event, None, _LoggedIn]:
        """Log in, silently if the provider's session lives and is kept; not at all soon after a failure.

        Returns:
            Whether it worked, and when it was over (the clock's instant).
        """
        clock = self._asker.clock
        if clock.now >= self.disabled_at_s:
            self.give_up(clock.now)
            return _LoggedIn(False, clock.now, self._gave_up_until)
        if clock.now < self._gave_up_until:
            return _LoggedIn(False, clock.now, self._gave_up_until)
        busy = self._busy = clock.event()
        try:
            result = yield from self._through_idp()
        finally:
            self._busy = None
            busy.succeed()
        if not result.ok:
            self.give_up(result.done_at_s)
            return result._replace(not_before_s=self._gave_up_until)
        return result

    def give_up(self, at: float) -> None:
        """The login at `at` was of no use: the person waits before the next one."""
        self._gave_up_until = at + self._login.again_after_s

    def _through_idp(self) -> Generator[Event, None, _LoggedIn]:
        clock, rank, began = self._asker.clock, self._asker.holder.rank, self._asker.clock.now
        number = self._number(began)
        silent = self._keeps and began < self._idp_session_until
        attention, typed = (
            (0.0, 0) if silent or self._idp.down(began) else attention_of(self._asker, self._login, number)
        )
        password = self.password if attention > 0 else None
        changing = password if password is not None and password.must_change(began) else None
        if changing is not None:
            attention += changing.change_takes_s()
        if attention > 0:
            yield clock.at(began + attention, rank)
        service = draw(self._asker.stream, self._idp.spec.service_s, Purpose.IDP_SERVICE, self._asker.index, number)
        served = self._idp.serve(clock.now, service, self._asker, number)
        if served.done_at_s > clock.now:
            yield clock.at(served.done_at_s, rank)
        if served.ok and changing is not None:
            changing.change(clock.now)
        if served.ok and not silent:
            self._idp_session_until = clock.now + self._idp.spec.session_s
        self._record(began, silent, served.ok, typed, attention, served.queue_s)
        return _LoggedIn(served.ok, clock.now)

    def _number(self, at: float) -> int:
        """Counter of the next login's draws: calendar day (UTC) and number within it."""
        day = int(at // DAY_S)
        self._logins_today = self._logins_today + 1 if day == self._day else 0
        self._day = day
        return (day << 12) | self._logins_today

    def _record(self, began: float, silent: bool, ok: bool, typed: int, attention: float, queue: float) -> None:
        holder, now = self._asker.holder, self._asker.clock.now
        kind, outcome = "silent" if silent else "interactive", "ok" if ok else "failed"
        who = (holder.population, holder.client, holder.slot)
        row = (began, *who, self._way, kind, self._idp.name, outcome, typed, attention, queue, now)
        self._recorder.logins.add(now, holder.rank, row)

    def token(self, at: float) -> Credential | None:
        """The portal token that is valid at `at`."""
        return self._token if self._token is not None and at < self._token.valid_until_s else None

    def take_token(self, portal: Portal) -> None:
        """Hold a new portal token from now on."""
        now = self._asker.clock.now
        self.drop_token(now, EndReason.REPLACED)
        self._token = self._asker.mint(portal.kind, portal.origin, now, portal.session_s, None)
        self._token_from = self.access_from_s = now

    def finish(self, horizon_s: float) -> None:
        """Write what is held at the horizon."""
        self.drop_token(horizon_s, EndReason.OPEN)
        if self.password is not None:
            self.password.finish(horizon_s)

    def drop_token(self, at: float, reason: EndReason) -> None:
        """Stop holding the portal token."""
        token, self._token = self._token, None
        if token is None:
            return
        due = max(at, self._asker.clock.now)
        if self._place is not None:
            self._place.held(token, self._token_from, at, due, 1, self._asker)
        if token.valid_until_s <= at:
            at, reason = token.valid_until_s, EndReason.EXPIRED
        write_credential(self._recorder, token, self._token_from, at, reason, due)


def attention_of(asker: Asker, login: LoginWay, number: int) -> tuple[float, int]:
    """Human time at the prompt of login `number`, and how often the person types."""
    typed = 2 if asker.uniform(Purpose.TYPING, number) < login.types_twice else 1
    key = number << 2
    times = [draw(asker.stream, login.attention_s, Purpose.ATTENTION, asker.index, key + n) for n in range(typed)]
    return sum(times), typed


@dataclass(slots=True)
class SsoProvider:
    """Role credentials of Identity Center: silent while the portal session lives, a login when not."""

    person: Person
    portal: Portal
    role_credentials: ApiProvider
    access: AccessTokens = field(default_factory=AccessTokens)

    def fetch(self, ordinal: int) -> Fetch:
        """GetRoleCredentials with an access token of a portal session that lives."""
        clock = self.role_credentials.asker.clock
        yield from self.person.wait_turn()
        token = self.person.token(clock.now)
        left = self.person.access_from_s + self.access.life_s - clock.now
        if token is None:
            logged_in = yield from self.person.log_in()
            if not logged_in.ok:
                return Fetched(None, logged_in.done_at_s, logged_in.not_before_s)
            self.person.take_token(self.portal)
            token = self.person.token(clock.now)
        elif left < ACCESS_TOKEN_WINDOW_S:
            refused = yield from self._refresh(ordinal)
            if refused is not None and left <= 0:
                return refused
        assert token is not None
        token.calls_signed += 1
        return (yield from self.role_credentials.attempts(ordinal, token))

    def _refresh(self, ordinal: int) -> Generator[Event, None, Fetched | None]:
        """One attempt to get the next access token, without the person; what came of it if it failed."""
        sessions, request = self.role_credentials, self.access.request
        clock, holder = sessions.asker.clock, sessions.asker.holder
        now = clock.now
        answer = sessions.api.ask(now, request, sessions.asker, ordinal << 16)
        sessions.api.record(now, holder, request, 1, answer, None)
        done = now + answer.latency_s
        if done > now:
            yield clock.at(done, holder.rank)
        if answer.outcome is not Outcome.OK:
            return Fetched(None, done, refused=refusal(sessions.api.name, answer.outcome))
        self.person.access_from_s = now
        return None


@dataclass(slots=True)
class SamlProvider:
    """A role session by AssumeRoleWithSAML: every session needs a fresh assertion, so a login."""

    person: Person
    sessions: ApiProvider
    not_on_or_after_s: float = math.inf
    """How long after the login the assertion lets sessions live (SessionNotOnOrAfter)."""

    def fetch(self, ordinal: int) -> Fetch:
        """Log in, then AssumeRoleWithSAML."""
        yield from self.person.wait_turn()
        logged_in = yield from self.person.log_in()
        if not logged_in.ok:
            return Fetched(None, logged_in.done_at_s, logged_in.not_before_s)
        if math.isfinite(self.not_on_or_after_s):
            self.sessions.ends_by_s = math.floor(logged_in.done_at_s) + self.not_on_or_after_s
        fetched = yield from self.sessions.attempts(ordinal, None)
        if fetched.credential is None:
            self.person.give_up(fetched.done_at_s)
        return fetched


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
        token = self.person.token(clock.now)
        if token is None:
            logged_in = yield from self.person.log_in()
            if not logged_in.ok:
                return Fetched(None, logged_in.done_at_s, logged_in.not_before_s)
            self.person.take_token(self.login)
            token = self.person.token(clock.now)
        assert token is not None
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
            return Fetched(None, logged_in.done_at_s, logged_in.not_before_s)
        session = self.asker.mint(Kind.SESSION, self.origin, logged_in.done_at_s, self.session_s, None)
        return Fetched(session, logged_in.done_at_s)
