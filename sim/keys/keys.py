"""Long-term access keys of one IAM user: copies, rotations in six steps, and the clients that follow them.

Create a second key, deploy it, wait, deactivate the old one, confirm, delete it. What IAM changes takes effect after
its propagation: a new key is refused for a while, an inactive one accepted. A client that has a reload lag may sign
with either at the wrong time.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Final

from simpy import Event

from sim.chains.fetching import Asker
from sim.credentials import Credential, Origin
from sim.keys.journal import Journal
from sim.keys.lives import Cause, Lives, Turn
from sim.keys.turns import Consumer, KeyHolder, Underway
from sim.principals.user import AccessKey, Rotation
from sim.records import EndReason, Kind

__all__ = ["DEFAULT_ROTATION", "KeyHolder", "KeyOwner"]

DEFAULT_ROTATION: Final = Rotation(period_s=math.nextafter(math.inf, 0))
"""Steps of a rotation that no policy describes: a campaign's, or an emergency's."""
_BEFORE: Final = 1 << 20
"""Number of the cycle before the one that covers time 0."""
_GONE: Final = 1 << 30
"""Generation of a client that is told of no key."""
_NEVER: Final = Turn(math.inf, math.inf, 0.0, "policy", 0.0, 0.0)


@dataclass(slots=True)
class KeyOwner:
    """One IAM user with an access key, its copies and its rotations.

    Attributes:
        asker: The user as a holder of ids and draws.
        key: The key's settings.
        origin: What its keys have in common.
        journal: What is asked of IAM and written down of it all.
        propagation_s: Delay until a change takes effect everywhere.
        horizon_s: End of the run.
        consumers: Clients that sign with it.
        extra: Turns that nobody's policy asks for: (instant, cause, overlap, confirm), in order of time.
        current: The newest key.
    """

    asker: Asker
    key: AccessKey
    origin: Origin
    journal: Journal
    propagation_s: float
    horizon_s: float
    consumers: list[Consumer] = field(default_factory=list)
    extra: list[tuple[float, Cause, float, float]] = field(default_factory=list)
    current: Credential | None = None
    _held_from: float = 0.0
    _generation: int = 0
    _cycle: int = 0
    _free_at_s: float = -math.inf
    _turn: Turn = _NEVER
    _underway: list[Underway] = field(default_factory=list)

    @property
    def lives(self) -> Lives:
        """When the policy replaces the key."""
        return Lives(self.asker, self.key)

    @property
    def rotation(self) -> Rotation:
        """How a rotation is done."""
        return self.key.rotation or DEFAULT_ROTATION

    @property
    def user(self) -> str:
        """Name of the user in the scenario."""
        return self.journal.user

    @property
    def copies(self) -> int:
        """How many copies of the key lie about."""
        return sum(number for _, number in self.journal.places)

    def run(self) -> Generator[Event, None, None]:
        """Hold the first key, then rotate until the horizon; the end of the last one is drawn beyond it."""
        created, ends = self.lives.first()
        if self.key.life != "never" and self.key.age_s is None:
            self._free_at_s = created + self.rotation.overlap_s + self.rotation.confirm_s
        self._turn = self._plan(0.0, ends)
        self.current = self._make(created, self._turn, self._first_known_s(created))
        self._begin(created)
        while self._turn.asked_at_s < self.horizon_s:
            turn = self._turn
            yield self.asker.clock.at(max(turn.asked_at_s, 0.0), self.asker.holder.rank)
            if turn.at_s > turn.asked_at_s:
                self._refused(turn)
            if turn.at_s < self.horizon_s:
                yield self.asker.clock.at(max(turn.at_s, self.asker.clock.now), self.asker.holder.rank)
                self._rotate(turn)

    def finish(self) -> None:
        """Write what is held, and what is under way, at the horizon."""
        for one in self._underway:
            if one.left_at_s is None:
                self.journal.key(one.old, one.held_from_s, self.horizon_s, EndReason.OPEN)
            self._write(one, None)
        if self.current is not None:
            self.journal.copies(self.current, self._held_from, self.horizon_s)
            self.journal.key(self.current, self._held_from, self.horizon_s, EndReason.OPEN)

    def reread(self, consumer: Consumer, at: float) -> None:
        """A client restarts at `at` and reads the newest key."""
        self._follow([consumer], self._generation, at)

    def join(self, consumer: Consumer, at: float) -> None:
        """A process starts at `at` and reads the newest key; before the run, it waits for the first one."""
        self.consumers.append(consumer)
        if self.current is not None:
            consumer.generation = self._generation
            consumer.holder.hold(self.current, at)

    def leave(self, consumer: Consumer, at: float) -> None:
        """A process ends at `at`: it is told of no key any more, and signs with none."""
        self.consumers.remove(consumer)
        consumer.generation = _GONE
        if self._underway:
            self._left(at)

    def _first_known_s(self, created: float) -> float:
        """From when on the first key is accepted: one whose age is given may have been made just before the run."""
        reloads = self.key.age_s is not None and any(one.reload for one in self.consumers)
        return created + self.propagation_s if reloads and created + self.propagation_s > 0 else -math.inf

    # --- Planning --------------------------------------------------------------------------------------------------

    def _plan(self, began: float, ends: float) -> Turn:
        """The turn that ends the key made at `began`, whose life by policy ends at `ends`."""
        rotation = self.rotation
        wanted = Turn(ends, ends, self.lives.late(self._cycle), "policy", rotation.overlap_s, rotation.confirm_s)
        extra = next((one for one in self.extra if one[0] >= began and one[0] < ends), None)
        if extra is not None:
            self.extra.remove(extra)
            at, cause, overlap_s, confirm_s = extra
            wanted = Turn(at, at, 0.0, cause, overlap_s, confirm_s)
        if wanted.cause == "emergency" or math.isinf(wanted.asked_at_s):
            return wanted
        if self.key.number > 1:
            return wanted._replace(at_s=math.inf)
        waits = max(self._free_at_s - max(wanted.asked_at_s, 0.0), 0.0)
        return wanted._replace(at_s=wanted.asked_at_s + waits)

    def _make(self, created: float, turn: Turn, accepted_from_s: float = -math.inf) -> Credential:
        """A key that is replaced by a turn and accepted until its deactivation has propagated."""
        ordinal = self.asker.issued
        self.asker.issued += 1
        until = turn.deactivated_at_s + self.propagation_s
        return Credential(
            Kind.ACCESS_KEY,
            self.asker.holder,
            ordinal,
            self.origin,
            created,
            math.inf,
            valid_until_s=until,
            accepted_from_s=accepted_from_s,
        )

    # --- The steps -------------------------------------------------------------------------------------------------

    def _begin(self, created: float) -> None:
        """What is held at time 0: the newest key, or still the one before it."""
        for one in self.consumers:
            one.generation = -1
        before = self._before(created)
        if before is None:
            self._follow(self.consumers, 0, 0.0)
            return
        for one in self.consumers:
            if one.follows_at_s(created, 0) > 0:
                one.holder.hold(before.old, 0.0)
        self._underway.append(before)
        self._deploy(created, 0)
        self.asker.clock.process(self._retire(before))

    def _before(self, created: float) -> Underway | None:
        """A rotation before time 0 whose old key is still active, or still used."""
        if self.key.life == "never" or self.key.age_s is not None:
            return None
        rotation, lives = self.rotation, self.lives
        late = lives.late(_BEFORE)
        turn = Turn(created, created, late, "policy", rotation.overlap_s, rotation.confirm_s)
        if max([turn.deleted_at_s, *(one.follows_at_s(created, 0) for one in self.consumers)]) <= 0:
            return None
        old = self._make(created - lives.following(_BEFORE), turn)
        return Underway(turn, old, self.current, 0)

    def _refused(self, turn: Turn) -> None:
        """CreateAccessKey while two keys exist: LimitExceeded. Without a way out it is asked for again next time."""
        self.journal.ask("CreateAccessKey", turn.asked_at_s, None, refused=True)
        if turn.at_s < self.horizon_s:
            return
        assert self.current is not None
        self._write(Underway(turn, self.current, None, self._generation), turn.asked_at_s)
        self._cycle += 1
        again = turn.asked_at_s + self.lives.following(self._cycle)
        self._turn = self._plan(math.nextafter(turn.asked_at_s, math.inf), again)

    def _rotate(self, turn: Turn) -> None:
        """Create the second key and deploy it; the other steps follow by themselves."""
        old, began = self.current, self.asker.clock.now
        assert old is not None
        self._generation += 1
        self._cycle += 1
        self._free_at_s = turn.deleted_at_s
        self._turn = self._plan(began, began + self.lives.following(self._cycle))
        for one in self.consumers:
            one.holder.settle(began)
        self.journal.copies(old, self._held_from, began)
        known = began + self.propagation_s if any(one.reload for one in self.consumers) else -math.inf
        self.current = self._make(began, self._turn, known)
        held_from, self._held_from = self._held_from, began
        self.journal.ask("CreateAccessKey", began, self.current.id)
        underway = Underway(turn, old, self.current, self._generation, held_from)
        self._underway.append(underway)
        self._deploy(began, self._generation)
        self.asker.clock.process(self._retire(underway))

    def _deploy(self, created: float, number: int) -> None:
        """Hand the newest key to its clients, each in its own time."""
        now, due = self.asker.clock.now, dict[float, list[Consumer]]()
        for one in self.consumers:
            due.setdefault(max(one.follows_at_s(created, number), now), []).append(one)
        self._follow(due.pop(now, []), number, now)
        later = [(at, due[at]) for at in sorted(due) if at < self.horizon_s]
        if later:
            self.asker.clock.process(self._reload(later, number))

    def _reload(self, due: list[tuple[float, list[Consumer]]], number: int) -> Generator[Event, None, None]:
        for at, ones in due:
            yield self.asker.clock.at(at, self.asker.holder.rank)
            self._follow(ones, number, at)

    def _follow(self, consumers: Iterable[Consumer], number: int, at: float) -> None:
        """Clients read the key where it lies: the newest one, whichever rotation told them to."""
        assert self.current is not None
        for one in consumers:
            if one.generation < number:
                one.generation = self._generation
                one.holder.hold(self.current, at)
        self._left(at)

    def _left(self, at: float) -> None:
        """Write the keys that nobody signs with any more."""
        oldest = min((one.generation for one in self.consumers), default=self._generation)
        for one in self._underway:
            if one.left_at_s is None and oldest >= one.generation:
                one.left_at_s = at
                self.journal.key(one.old, one.held_from_s, at, EndReason.ROTATED)
        self._close(at)

    def _retire(self, underway: Underway) -> Generator[Event, None, None]:
        """After the overlap the old key is made inactive; confirmed, it is deleted."""
        turn = underway.turn
        if turn.deactivated_at_s >= self.horizon_s:
            return
        yield from self._until(turn.deactivated_at_s)
        underway.done_at_s, underway.on_old = turn.deactivated_at_s, self._on_old(underway)
        if turn.deactivated_at_s >= 0 and turn.cause != "emergency":
            self.journal.ask("UpdateAccessKey", turn.deactivated_at_s, None)
        if turn.deleted_at_s >= self.horizon_s:
            return
        yield from self._until(turn.deleted_at_s)
        if turn.deleted_at_s >= 0:
            self.journal.ask("DeleteAccessKey", turn.deleted_at_s, None)
        underway.deleted = True
        self._close(self.asker.clock.now)

    def _until(self, at: float) -> Generator[Event, None, None]:
        if at > self.asker.clock.now:
            yield self.asker.clock.at(at, self.asker.holder.rank)

    # --- What is written -------------------------------------------------------------------------------------------

    def _on_old(self, underway: Underway) -> int:
        return sum(one.generation < underway.generation for one in self.consumers)

    def _close(self, at: float) -> None:
        over = [one for one in self._underway if one.over]
        for one in over:
            self._underway.remove(one)
            self._write(one, at)

    def _write(self, one: Underway, ended: float | None) -> None:
        on_old = one.on_old if one.done_at_s is not None else self._on_old(one)
        self.journal.rotation(one, ended, len(self.consumers), on_old)
