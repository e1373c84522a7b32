"""Long-term access keys: ages and rotations by renewal theory, copies, the control plane's requests."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final, Protocol

from simpy import Event

from sim.cache import Place, write_credential
from sim.credentials import Credential, Origin
from sim.fetching import Asker
from sim.issuers.api import Api, Request
from sim.laws import draw, mean_of, size_biased
from sim.principals.user import AccessKey, AsFound, Rotation
from sim.recorder import Recorder
from sim.records import EndReason, Kind
from sim.streams import Purpose

__all__ = ["KeyHolder", "KeyOwner", "Lives"]

_BEFORE: Final = 1 << 20
"""Number of the cycle before the one that covers time 0."""


class KeyHolder(Protocol):
    """A client that signs with a key which somebody else rotates."""

    def hold(self, credential: Credential, at: float) -> None:
        """Use `credential` from `at` on."""

    def settle(self, to: float) -> None:
        """Count the calls before `to`."""


@dataclass(slots=True)
class Lives:
    """When one user's key is replaced: cycles drawn by number, the one that straddles 0 in equilibrium.

    The cycle that covers a random instant is longer than others (its law is size-biased) and the instant
    is uniform in it; an exponential life has no memory. So ages at time 0 need no warm-up.
    """

    asker: Asker
    key: AccessKey

    def first(self) -> tuple[float, float]:
        """Instants of creation (not after 0) and of replacement (inf: never) of the key held at 0."""
        key = self.key
        if key.life == "never":
            age = key.age_s if key.age_s is not None else 0.0
            return -age, math.inf
        if not self._by_policy:
            assert isinstance(key.life, AsFound)
            age = key.age_s if key.age_s is not None else self._exponential(Purpose.AGE, 0)
            return -age, self._exponential(Purpose.LIFE, 0)
        rotation = self._rotation
        if key.age_s is not None:
            return -key.age_s, max(rotation.period_s + self.late(0) - key.age_s, 0.0)
        cycle = self._equilibrium_cycle(rotation)
        age = cycle * self.asker.uniform(Purpose.AGE, 0)
        return -age, cycle - age

    def following(self, number: int) -> float:
        """Length of cycle `number` (from 1)."""
        if not self._by_policy:
            return self._exponential(Purpose.LIFE, number)
        return self._rotation.period_s + self.late(number)

    def late(self, number: int) -> float:
        """Lateness at the end of cycle `number`; 0 for keys without a policy."""
        if not self._by_policy or self.key.rotation is None:
            return 0.0
        return max(draw(self.asker.stream, self._rotation.late_s, Purpose.LATENESS, self.asker.index, number), 0.0)

    @property
    def _rotation(self) -> Rotation:
        assert self.key.rotation is not None
        return self.key.rotation

    @property
    def _by_policy(self) -> bool:
        life = self.key.life
        if isinstance(life, AsFound):
            return self.asker.uniform(Purpose.CYCLE, 1) < life.policy_share
        return life == "policy"

    def _exponential(self, purpose: Purpose, k: int) -> float:
        assert isinstance(self.key.life, AsFound)
        return -self.key.life.mean_life_s * math.log1p(-self.asker.uniform(purpose, k))

    def _equilibrium_cycle(self, rotation: Rotation) -> float:
        """Size-biased period + lateness: a mixture of the plain and the size-biased lateness."""
        mean_late = mean_of(rotation.late_s)
        plain = self.asker.uniform(Purpose.CYCLE, 0) * (rotation.period_s + mean_late) < rotation.period_s
        if plain:
            return rotation.period_s + self.late(0)
        u = self.asker.uniform(Purpose.LATENESS, 0)
        return rotation.period_s + size_biased(rotation.late_s, u)


@dataclass(slots=True)
class KeyOwner:
    """One IAM user with an access key, its copies and its rotations.

    Attributes:
        asker: The user as a holder of ids and draws.
        user: Name of the user in the scenario.
        key: The key's settings.
        origin: What its keys have in common.
        iam: The control plane, if the scenario has one.
        account: Account of the user.
        propagation_s: Delay until a change takes effect everywhere.
        places: Where copies lie, with their number.
        holders: Clients that sign with it.
        horizon_s: End of the run.
    """

    asker: Asker
    user: str
    key: AccessKey
    origin: Origin
    iam: Api | None
    account: str
    propagation_s: float
    places: tuple[tuple[Place, int], ...]
    recorder: Recorder
    horizon_s: float
    holders: list[KeyHolder] = field(default_factory=list)
    current: Credential | None = None
    _held_from: float = 0.0

    def run(self) -> Generator[Event, None, None]:
        """Hold the first key, then rotate until the horizon; the end of the last one is drawn beyond it."""
        lives = Lives(self.asker, self.key)
        created, ends = lives.first()
        number = 0
        self._hold(created, ends, 0.0)
        if -self._overlap() < created and self.key.life != "never" and self.key.age_s is None:
            self._rotated_before(lives, created)
        while ends < self.horizon_s:
            yield self.asker.clock.at(max(ends, 0.0), self.asker.holder.rank)
            late = lives.late(number)
            number += 1
            old, began = self.current, self.asker.clock.now
            ends = began + lives.following(number)
            self._hold(began, ends, began)
            assert old is not None and self.current is not None
            self._ask("CreateAccessKey", began, self.current.id)
            self.asker.clock.process(self._deactivate(old, self.current, began, late))

    def finish(self) -> None:
        """Write what is held at the horizon."""
        self._release(self.horizon_s, EndReason.OPEN)

    def _overlap(self) -> float:
        return self.key.rotation.overlap_s if self.key.rotation is not None else 0.0

    def _hold(self, created: float, ends: float, at: float) -> None:
        for client in self.holders:
            client.settle(at)
        self._release(at, EndReason.ROTATED)
        self.current = self._make(created, ends)
        self._held_from = at
        for client in self.holders:
            client.hold(self.current, at)

    def _make(self, created: float, ends: float) -> Credential:
        """A key that is replaced at `ends` and accepted until the overlap and the propagation are over."""
        ordinal = self.asker.issued
        self.asker.issued += 1
        until = ends + self._overlap() + self.propagation_s
        return Credential(
            Kind.ACCESS_KEY, self.asker.holder, ordinal, self.origin, created, math.inf, valid_until_s=until
        )

    def _rotated_before(self, lives: Lives, began: float) -> None:
        """A rotation that began before time 0 and whose old key is still active."""
        new = self.current
        assert new is not None
        old = self._make(began - lives.following(_BEFORE), began)
        write_credential(self.recorder, old, 0.0, 0.0, EndReason.ROTATED, 0.0)
        self.asker.clock.process(self._deactivate(old, new, began, lives.late(_BEFORE)))

    def _release(self, at: float, reason: EndReason) -> None:
        key = self.current
        if key is None:
            return
        due = max(at, self.asker.clock.now)
        for place, copies in self.places:
            place.held(key, self._held_from, at, due, copies, self.asker)
        write_credential(self.recorder, key, self._held_from, at, reason, due)

    def _deactivate(self, old: Credential, new: Credential, began: float, late: float) -> Generator[Event, None, None]:
        """After the overlap the old key is made inactive and deleted."""
        done = began + self._overlap()
        toil = self.key.rotation.toil_min if self.key.rotation is not None else 0.0
        if done >= self.horizon_s:
            self._rotated(old, new, began, late, None, toil)
            return
        yield self.asker.clock.at(done, self.asker.holder.rank)
        self._ask("UpdateAccessKey", done, None)
        self._ask("DeleteAccessKey", done, None)
        self._rotated(old, new, began, late, done, toil)

    def _rotated(
        self, old: Credential, new: Credential, began: float, late: float, done: float | None, toil: float
    ) -> None:
        holder = self.asker.holder
        who = (holder.population, holder.client, holder.slot)
        row = (*who, self.user, old.id, new.id, began - late, began, done, late, toil)
        self.recorder.rotations.add(self.horizon_s if done is None else done, holder.rank, row)

    def _ask(self, operation: str, at: float, issued: str | None) -> None:
        if self.iam is not None:
            request = Request(operation, "iam", self.account)
            answer = self.iam.ask(at, request, self.asker, self.asker.issued)
            self.iam.record(at, self.asker.holder, request, 1, answer, issued)
