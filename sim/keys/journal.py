"""What a user's keys leave behind: requests to IAM, rows of keys, of their copies, of rotations."""

from __future__ import annotations

from dataclasses import dataclass

from sim.caches.cache import Place
from sim.caches.written import write_credential
from sim.chains.fetching import Asker
from sim.credentials import Credential
from sim.issuers.api import Answer, Api, Request
from sim.keys.turns import Underway
from sim.recorder import Recorder
from sim.records import EndReason, Outcome

__all__ = ["Journal"]


@dataclass(frozen=True, slots=True)
class Journal:
    """Asks and writes on behalf of one IAM user.

    Attributes:
        asker: The user as a holder of ids and draws.
        user: Name of the user in the scenario.
        account: Account of the user.
        iam: The control plane, if the scenario has one.
        places: Where copies lie, with their number.
        recorder: The shard's sink.
        propagation_s: Delay until a change takes effect everywhere.
        toil_min: Work of a person for one rotation.
        horizon_s: End of the run.
    """

    asker: Asker
    user: str
    account: str
    iam: Api | None
    places: tuple[tuple[Place, int], ...]
    recorder: Recorder
    propagation_s: float
    toil_min: float
    horizon_s: float

    def copies(self, key: Credential, held_from: float, at: float) -> None:
        """The copies at the user's places lay there until `at`, when they are replaced with the key."""
        due = max(at, self.asker.clock.now)
        for place, copies in self.places:
            place.held(key, held_from, at, due, copies, self.asker)

    def key(self, key: Credential, held_from: float, at: float, reason: EndReason) -> None:
        """Nobody signs with a key any more from `at` on."""
        write_credential(self.recorder, key, held_from, at, reason, max(at, self.asker.clock.now))

    def rotation(self, one: Underway, ended: float | None, consumers: int, on_old: int) -> None:
        """A rotation, over at `ended` or at the horizon: clients that sign with the key, those still on the old one."""
        holder, turn = self.asker.holder, one.turn
        started = turn.asked_at_s if one.new is None else turn.at_s
        row = (
            holder.population,
            holder.client,
            holder.slot,
            self.user,
            one.old.id,
            None if one.new is None else one.new.id,
            turn.cause,
            one.outcome,
            turn.asked_at_s - turn.late_s,
            started,
            None if one.new is None else started + self.propagation_s,
            one.left_at_s,
            one.done_at_s,
            ended,
            turn.late_s + (started - turn.asked_at_s),
            consumers,
            on_old,
            0.0 if one.new is None else self.toil_min,
        )
        self.recorder.rotations.add(self.horizon_s if ended is None else ended, holder.rank, row)

    def ask(self, operation: str, at: float, issued: str | None, *, refused: bool = False) -> None:
        """One request to IAM, if the scenario has it."""
        if self.iam is not None:
            request = Request(operation, "iam", self.account, allowed=not refused)
            answer: Answer = self.iam.ask(at, request, self.asker, self.asker.issued)
            self.iam.record(at, self.asker.holder, request, 1, answer, issued if answer.outcome is Outcome.OK else None)
