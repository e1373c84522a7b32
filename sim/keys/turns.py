"""The six steps of one rotation, and who still signs with the old key while they are taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from sim.chains.fetching import Asker
from sim.credentials import Credential
from sim.keys.lives import Turn
from sim.laws import draw
from sim.principals.reload import Reload
from sim.streams import Purpose

__all__ = ["Consumer", "KeyHolder", "Underway"]


class KeyHolder(Protocol):
    """A client that signs with a key which somebody else rotates."""

    def hold(self, credential: Credential, at: float) -> None:
        """Use `credential` from `at` on."""

    def settle(self, to: float) -> None:
        """Count the calls before `to`."""


@dataclass(slots=True)
class Consumer:
    """A client that signs with a user's key.

    Attributes:
        holder: The client.
        asker: Whose draws say how soon it follows a rotation.
        reload: How it learns of a new key; at once if None.
        starts_at_s: When it starts, and reads the key for the first time.
        generation: Number of the key it holds, from 0.
    """

    holder: KeyHolder
    asker: Asker
    reload: Reload | None
    starts_at_s: float = 0.0
    generation: int = 0

    def follows_at_s(self, created_s: float, number: int) -> float:
        """When it signs with key `number`, created at an instant; inf if it never does by itself."""
        if self.reload is None or self.starts_at_s >= created_s > 0.0:
            return created_s
        if self.asker.uniform(Purpose.NEVER_RELOADS, 0) < self.reload.never:
            return created_s if created_s <= 0 else math.inf
        lag_s = draw(self.asker.stream, self.reload.lag_s, Purpose.RELOAD, self.asker.index, number)
        return created_s + max(lag_s, 0.0)


@dataclass(slots=True)
class Underway:
    """A rotation that is not over: the old key is not deleted, or somebody still signs with it.

    Attributes:
        turn: What was planned.
        old: Key that is replaced.
        new: Key that replaces it; None if AWS refused a third one.
        generation: Number of the new key.
        held_from_s: Since when the old key was the newest one.
        left_at_s: When the last client left the old key.
        done_at_s: When the old key was deactivated.
        on_old: Clients that signed with it then.
        deleted: Whether it is deleted.
    """

    turn: Turn
    old: Credential
    new: Credential | None
    generation: int
    held_from_s: float = 0.0
    left_at_s: float | None = None
    done_at_s: float | None = None
    on_old: int = 0
    deleted: bool = False

    @property
    def outcome(self) -> str:
        """How it stands: done, open, refused."""
        if self.new is None:
            return "refused"
        return "open" if self.done_at_s is None else "done"

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.new is None or (self.deleted and self.left_at_s is not None)
