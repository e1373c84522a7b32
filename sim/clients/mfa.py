"""MFA codes with requests to STS: whoever has the device types one for every new session."""

from __future__ import annotations

from dataclasses import dataclass

from sim.calendar import DAY_S
from sim.chains.fetching import ApiProvider, Fetch, Fetched
from sim.clients.people import attention_of
from sim.providers.step import LoginWay
from sim.recorder import Recorder

__all__ = ["MfaProvider"]


@dataclass(slots=True)
class MfaProvider:
    """A session that STS issues against an MFA code.

    Attributes:
        sessions: Asks STS.
        login: How long typing takes.
        recorder: The shard's sink.
        attended: Somebody is there to type: always with a person; with a process only until its first session.
        person: Whether the client is a person.
    """

    sessions: ApiProvider
    login: LoginWay
    recorder: Recorder
    attended: bool
    person: bool

    def fetch(self, ordinal: int) -> Fetch:
        """Ask for a code, then STS."""
        asker = self.sessions.asker
        clock, began = asker.clock, asker.clock.now
        if not self.attended:
            return Fetched(None, began)
        attention, typed = attention_of(asker, self.login, (int(began // DAY_S) << 20) | ordinal)
        if attention > 0:
            yield clock.at(began + attention, asker.holder.rank)
        holder, issuer = asker.holder, self.sessions.api.name
        who = (holder.population, holder.client, holder.slot)
        row = (began, *who, "mfa", "interactive", issuer, "ok", typed, attention, 0.0, clock.now)
        self.recorder.logins.add(clock.now, holder.rank, row)
        fetched = yield from self.sessions.fetch(ordinal)
        self.attended = self.person or fetched.credential is None
        return fetched
