"""When a user's access key is replaced: cycles by renewal theory, and the turns that others ask for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sim.chains.fetching import Asker
from sim.laws import draw, mean_of, size_biased
from sim.principals.user import AccessKey, AsFound, Rotation
from sim.scenario import Scenario
from sim.streams import Purpose

__all__ = ["Cause", "Lives", "Turn", "owned_users", "rotated_users"]

Cause = Literal["policy", "campaign", "emergency"]


class Turn(NamedTuple):
    """One replacement of a key.

    Attributes:
        asked_at_s: When somebody sets about it; inf if never.
        at_s: When the new key is created; later than asked while a third key is refused, inf if it always is.
        late_s: How long after it was due somebody set about it.
        cause: Who asks for it.
        overlap_s: How long both keys are active.
        confirm_s: Time from the old key's deactivation to its deletion.
    """

    asked_at_s: float
    at_s: float
    late_s: float
    cause: Cause
    overlap_s: float
    confirm_s: float

    @property
    def deactivated_at_s(self) -> float:
        """When the old key is made inactive; IAM's propagation comes on top."""
        return self.at_s + self.overlap_s

    @property
    def deleted_at_s(self) -> float:
        """When the old key is deleted, and a further one may be created."""
        return self.deactivated_at_s + self.confirm_s


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
        key, given = self.key, self._given_age()
        if key.life == "never":
            return -(given or 0.0), math.inf
        if not self._by_policy:
            assert isinstance(key.life, AsFound)
            age = given if given is not None else self._exponential(Purpose.AGE, 0)
            return -age, self._exponential(Purpose.LIFE, 0)
        rotation = self._rotation
        if given is not None:
            return -given, max(rotation.period_s + self.late(0) - given, 0.0)
        cycle = self._equilibrium_cycle(rotation)
        age = cycle * self.asker.uniform(Purpose.AGE, 0)
        return -age, cycle - age

    def following(self, number: int) -> float:
        """Length of cycle `number` (from 1)."""
        if self.key.life == "never":
            return math.inf
        if not self._by_policy:
            return self._exponential(Purpose.LIFE, number)
        return self._rotation.period_s + self.late(number)

    def late(self, number: int) -> float:
        """Lateness at the end of cycle `number`; 0 for keys without a policy."""
        if not self._by_policy or self.key.rotation is None:
            return 0.0
        return max(draw(self.asker.stream, self._rotation.late_s, Purpose.LATENESS, self.asker.index, number), 0.0)

    def created_before(self, at: float) -> float:
        """When the key that is held at `at` was created, as the policy has it."""
        created, ends = self.first()
        number = 0
        while ends <= at:
            number += 1
            created, ends = ends, ends + self.following(number)
        return created

    def _given_age(self) -> float | None:
        age = self.key.age_s
        if age is None:
            return None
        return max(draw(self.asker.stream, age, Purpose.AGE, self.asker.index, 0), 0.0)

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


def rotated_users(scenario: Scenario) -> frozenset[str]:
    """Users whose key is replaced at some time: by a policy, or by the campaign."""
    campaign = scenario.rotation
    named = set() if campaign is None else set(campaign.users or scenario.users)
    return frozenset(
        name
        for name, user in scenario.users.items()
        if user.key is not None and (name in named or user.key.life != "never")
    )


def owned_users(scenario: Scenario) -> frozenset[str]:
    """Users whose key has a story of its own: it is replaced at some time, or copies of it lie somewhere."""
    copied = (name for name, user in scenario.users.items() if user.key is not None and user.key.copies)
    return rotated_users(scenario) | frozenset(copied)
