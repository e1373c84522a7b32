"""People: how a person gets through a login, and the sessions that spare them the next one."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

from simpy import Event

from sim.caches.cache import Place
from sim.caches.written import write_credential
from sim.calendar import DAY_S
from sim.chains.fetching import Asker, Fetched
from sim.credentials import Credential, Origin
from sim.issuers.idp import IdpQueue
from sim.keys.passwords import ConsolePassword
from sim.laws import draw
from sim.providers.step import LoginWay
from sim.recorder import Recorder
from sim.records import EndReason, Kind
from sim.streams import Purpose

__all__ = ["LoggedIn", "Person", "Portal", "attention_of"]


class LoggedIn(NamedTuple):
    """How a login ended."""

    ok: bool
    done_at_s: float
    not_before_s: float = -math.inf

    @property
    def failed(self) -> Fetched:
        """What a fetch comes to that needed it, if it failed."""
        return Fetched(None, self.done_at_s, self.not_before_s)


@dataclass(frozen=True, slots=True)
class Portal:
    """What spares logins (the portal of Identity Center, `aws login`, an assertion): its life, and what it is."""

    session_s: float
    origin: Origin
    kind: Kind = Kind.SSO_TOKEN

    @property
    def of(self) -> tuple[Kind, str]:
        """What it is and whose, of which a person holds one."""
        return self.kind, self.origin.issuer


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
        gave_up_until_s: Until when they try no login again, after one that was of no use.
        access_from_s: When the newest access token of the portal was issued, to the whole second that its file holds.
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
        self.gave_up_until_s = -math.inf
        self._busy: Event | None = None
        self._held: dict[tuple[Kind, str], tuple[Credential, float]] = {}
        self.disabled_at_s = math.inf
        self.access_from_s = -math.inf

    def wait_turn(self) -> Generator[Event, None, None]:
        """Wait until no login of this person is under way."""
        while self._busy is not None:
            yield self._busy

    def log_in(self) -> Generator[Event, None, LoggedIn]:
        """Log in, silently if the provider's session lives and is kept; not at all soon after a failure.

        Returns:
            Whether it worked, and when it was over (the clock's instant).
        """
        clock = self._asker.clock
        if clock.now >= self.disabled_at_s:
            self.give_up(clock.now)
            return LoggedIn(False, clock.now, self.gave_up_until_s)
        if clock.now < self.gave_up_until_s:
            return LoggedIn(False, clock.now, self.gave_up_until_s)
        busy = self._busy = clock.event()
        try:
            result = yield from self._through_idp()
        finally:
            self._busy = None
            busy.succeed()
        if not result.ok:
            self.give_up(result.done_at_s)
            return result._replace(not_before_s=self.gave_up_until_s)
        return result

    def log_in_to(self, portal: Portal) -> Generator[Event, None, Credential | Fetched]:
        """Log in, and hold the token that it leaves; what a fetch comes to if it failed."""
        logged_in = yield from self.log_in()
        return self.take_token(portal) if logged_in.ok else logged_in.failed

    def give_up(self, at: float) -> None:
        """The login at `at` was of no use: the person waits before the next one."""
        self.gave_up_until_s = at + self._login.again_after_s

    def _through_idp(self) -> Generator[Event, None, LoggedIn]:
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
        return LoggedIn(served.ok, clock.now)

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

    def token(self, portal: Portal, at: float) -> Credential | None:
        """What a login left of this kind that is valid at `at`."""
        held = self._held.get(portal.of)
        return held[0] if held is not None and at < held[0].valid_until_s else None

    def take_token(self, portal: Portal) -> Credential:
        """Hold what a login leaves from now on."""
        now = self._asker.clock.now
        self._drop(portal.of, now, EndReason.REPLACED)
        token = self._asker.mint(portal.kind, portal.origin, now, portal.session_s, None)
        self._held[portal.of] = token, now
        if portal.kind is Kind.SSO_TOKEN:
            self.access_from_s = math.floor(now)
        return token

    def finish(self, horizon_s: float) -> None:
        """Write what is held at the horizon."""
        for of in tuple(self._held):
            self._drop(of, horizon_s, EndReason.OPEN)
        if self.password is not None:
            self.password.finish(horizon_s)

    def _drop(self, of: tuple[Kind, str], at: float, reason: EndReason) -> None:
        """Stop holding what a login left."""
        if of not in self._held:
            return
        token, held_from = self._held.pop(of)
        due = max(at, self._asker.clock.now)
        if self._place is not None:
            self._place.held(token, held_from, at, due, 1, self._asker)
        if token.valid_until_s <= at:
            at, reason = token.valid_until_s, EndReason.EXPIRED
        write_credential(self._recorder, token, held_from, at, reason, due)


def attention_of(asker: Asker, login: LoginWay, number: int) -> tuple[float, int]:
    """Human time at the prompt of login `number`, and how often the person types."""
    typed = 2 if asker.uniform(Purpose.TYPING, number) < login.types_twice else 1
    key = number << 2
    times = [draw(asker.stream, login.attention_s, Purpose.ATTENTION, asker.index, key + n) for n in range(typed)]
    return sum(times), typed
