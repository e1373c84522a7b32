"""A host and its endpoint (instance metadata, ECS), as all its processes share them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Final, Protocol

from simpy import Event

from sim.caches.cache import Cache
from sim.caches.written import write_credential
from sim.clock import AFTER_CLIENTS, BEFORE_CLIENTS
from sim.credentials import Credential, Origin
from sim.issuers.metadata import MetadataService
from sim.issuers.spec import Endpoint
from sim.policies.bucket import TokenBucket
from sim.records import EndReason, Kind
from sim.streams import Purpose
from sim.world import World

__all__ = ["Host", "Settles"]

_PLACES: Final = {"imds": "imds", "container": "agent"}
"""Where the credentials of a host's endpoint lie, by kind of issuer."""
_LIFE_BITS: Final = 20
"""Room for the sets that one host is offered, before the numbers of its next life."""


class Settles(Protocol):
    """A client whose calls can be counted up to an instant."""

    cache: Cache

    def settle(self, to: float) -> None:
        """Judge the calls before `to`."""


class Host:
    """A host and its endpoint, whose credentials all its processes share.

    One that comes later than the run's start is offered its first set when it comes.
    """

    def __init__(self, world: World, population: str, number: int, issuer: str) -> None:
        spec = world.scenario.issuers[issuer]
        assert isinstance(spec, Endpoint)
        holder = world.holder(population, number, 4095, f"{population}-host{number:05d}")
        self._asker = world.asker(holder)
        self._world = world
        phase = -spec.offered_every_s * world.stream(population).uniform(Purpose.IMDS_PHASE, number)
        bucket = TokenBucket(spec.rps, spec.burst or spec.rps) if spec.rps is not None else None
        frozen = world.client_timeline.frozen(population, number, issuer, spec.role)
        self.service = MetadataService(issuer, spec, phase, world.downtime(issuer), bucket, frozen)
        account = world.scenario.roles[spec.role].account
        principal = f"role/{spec.role}"
        mints = world.access.mints_s(principal)
        endings = world.timeline.endings(principal)
        self._origin = Origin(principal, account, issuer, issuer, "GetCredentials", mints, endings=endings)
        self._place = world.place(_PLACES[spec.kind], population, number)
        self._live: dict[int, Credential] = {}
        self._spans = world.lifetimes(population).host(number)
        self._lives = 0
        self._last: int | None = None
        self.clients: list[Settles] = []

    def offered(self, at: float) -> Credential:
        """The credential offered at `at`."""
        return self._set(self.service.number_at(at))

    def run(self) -> Generator[Event, None, None]:
        """Offer set after set while the host is there; write what has expired and is no longer offered."""
        clock = self._asker.clock
        for start, stop in self._spans:
            if start >= self._world.horizon_s:
                return
            if start > 0:
                yield clock.at(start, BEFORE_CLIENTS)
                self.service = replace(self.service, phase_s=start)
            else:
                self._set_before(0.0)
            yield from self._offer_until(min(stop, self._world.horizon_s))
            if stop < self._world.horizon_s:
                yield clock.at(stop, AFTER_CLIENTS)
                self._close(stop, EndReason.FINISHED)
                self._lives += 1

    def _set_before(self, at: float) -> None:
        """The sets that were offered before and are still valid."""
        service = self.service
        number = service.number_at(at)
        older = int(service.spec.life_s // service.spec.offered_every_s) + 1
        for past in range(number - older, number + 1):
            if service.expires_at(past) > at:
                self._set(past)

    def _offer_until(self, stop: float) -> Generator[Event, None, None]:
        service, clock = self.service, self._asker.clock
        number = service.number_at(clock.now)
        self._since = service.offered_from(number)
        self._last = number
        while (at := service.next_offer(number)) < stop:
            yield clock.at(max(at, clock.now), self._asker.holder.rank)
            self._offer_ended(number, clock.now)
            self._write_expired(clock.now)
            number, self._since = max(number + 1, service.number_at(clock.now)), at
            self._set(number)
            self._last = number

    def finish(self) -> None:
        """Write what is offered or still valid at the horizon."""
        self._close(self._world.horizon_s, EndReason.OPEN)

    def _close(self, at: float, reason: EndReason) -> None:
        """Nothing is offered any more, nor held by anyone."""
        if self._last is None:
            return
        self._offer_ended(self._last, at)
        self._write_expired(at)
        for credential in self._live.values():
            self._write(credential, at, EndReason.EXPIRED if credential.expires_at_s <= at else reason)
        self._live.clear()
        self._last = None

    def _set(self, number: int) -> Credential:
        if number not in self._live:
            service = self.service
            self._live[number] = Credential(
                Kind.SESSION,
                self._asker.holder,
                number + (1 << 12) + (self._lives << _LIFE_BITS),
                self._origin,
                service.issued_at(number),
                service.expires_at(number),
            )
        return self._live[number]

    def _offer_ended(self, number: int, at: float) -> None:
        self._place.held(self._set(number), self._since, at, at, 1, self._asker)

    def _write_expired(self, now: float) -> None:
        ended = [n for n, credential in self._live.items() if credential.expires_at_s <= now]
        if ended:
            for client in self.clients:
                client.settle(now)
            held = {client.cache.credential for client in self.clients}  # an SDK may go on signing with it
            ended = [n for n in ended if self._live[n] not in held]
        for number in ended:
            self._write(self._live.pop(number), now, EndReason.EXPIRED)

    def _write(self, credential: Credential, due: float, reason: EndReason) -> None:
        at = credential.expires_at_s if reason is EndReason.EXPIRED else due
        write_credential(self._world.recorder, credential, credential.issued_at_s, at, reason, due)
