"""Credentials that one holder obtains and several clients sign with."""

from __future__ import annotations

from sim.caches.written import write_credential
from sim.credentials import Credential
from sim.hosts.host import Settles
from sim.recorder import Recorder
from sim.records import EndReason

__all__ = ["Lent"]


class Lent:
    """What an agent handed out.

    A credential's row tells how many calls it signed, so it is written once it has expired and no client,
    whose SDK may go on signing with it, holds it any more.

    Attributes:
        clients: Who may sign with them.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._live: dict[str, tuple[Credential, float]] = {}
        self.clients: list[Settles] = []

    def add(self, credential: Credential, from_s: float) -> None:
        """Lend `credential`, held from an instant on."""
        self._live[credential.id] = (credential, from_s)

    def write_expired(self, now: float) -> None:
        """Write those that nobody can sign with any more."""
        ended = [one for one, _ in self._live.values() if one.expires_at_s <= now]
        if ended:
            for client in self.clients:
                client.settle(now)
            held = {client.cache.credential for client in self.clients}
            ended = [one for one in ended if one not in held]
        for credential in ended:
            self._write(*self._live.pop(credential.id), now, EndReason.EXPIRED)

    def finish(self, horizon: float) -> None:
        """Write all of them at the horizon."""
        for credential, from_s in self._live.values():
            expired = credential.expires_at_s <= horizon
            self._write(credential, from_s, horizon, EndReason.EXPIRED if expired else EndReason.OPEN)

    def _write(self, credential: Credential, from_s: float, due: float, reason: EndReason) -> None:
        at = due if reason is EndReason.OPEN else credential.expires_at_s
        write_credential(self._recorder, credential, from_s, at, reason, due)
