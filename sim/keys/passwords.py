"""Console passwords of IAM users: an age, a maximum age under the account's policy, a forced change at the sign-in.

An expired password is not refused: whoever signs in with it has to choose a new one first. So it is worth something to
a thief until it is changed, and changing it ends neither console sessions nor access keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sim.caches.cache import Place
from sim.caches.written import write_credential
from sim.chains.fetching import Asker
from sim.credentials import Credential, Origin
from sim.laws import draw
from sim.principals.user import Password
from sim.recorder import Recorder
from sim.records import EndReason, Kind
from sim.streams import Purpose

__all__ = ["PASSWORD_SLOT", "ConsolePassword"]

PASSWORD_SLOT = 4092
"""Slot of a person as the holder of a password."""


def _never(_at: float) -> float:
    return math.inf


@dataclass(slots=True)
class ConsolePassword:
    """The password of one IAM user.

    Attributes:
        asker: The user as a holder of ids and draws.
        spec: The password's settings.
        max_age_s: Maximum age by the account's policy; inf without one.
        origin: What its passwords have in common.
        places: Where copies lie, with their number.
        recorder: The shard's sink.
        next_use: The user's first call at or after an instant: beyond the horizon, when the last password ends.
    """

    asker: Asker
    spec: Password
    max_age_s: float
    origin: Origin
    places: tuple[tuple[Place, int], ...]
    recorder: Recorder
    next_use: Callable[[float], float] = _never
    _set_at_s: float = math.nan
    _held_from: float = 0.0

    def __post_init__(self) -> None:
        self._set_at_s = -self._first_age()

    def _first_age(self) -> float:
        """Age at time 0: as given, or uniform below the maximum age; 0 where nothing ends a password."""
        if self.spec.age_s is not None:
            return max(draw(self.asker.stream, self.spec.age_s, Purpose.PASSWORD_AGE, self.asker.index, 0), 0.0)
        return 0.0 if math.isinf(self.max_age_s) else self.max_age_s * self.asker.uniform(Purpose.PASSWORD_AGE, 0)

    def must_change(self, at: float) -> bool:
        """Whether a sign-in at an instant has to choose a new password; at the instant of its expiry it has."""
        return at >= self._set_at_s + self.max_age_s

    def change_takes_s(self) -> float:
        """Human time to choose the next password."""
        number = self.asker.issued
        return max(draw(self.asker.stream, self.spec.change_s, Purpose.PASSWORD_CHANGE, self.asker.index, number), 0.0)

    def change(self, at: float) -> None:
        """A new password from `at` on; the old one is refused at once."""
        self._write(at, at, EndReason.ROTATED)
        self._set_at_s = self._held_from = at

    def finish(self, horizon_s: float) -> None:
        """Write the password at the horizon; its end, the first use after its expiry, is looked up beyond it."""
        expires = self._set_at_s + self.max_age_s
        until = math.inf if math.isinf(expires) else self.next_use(max(expires, horizon_s))
        self._write(until, horizon_s, EndReason.OPEN)

    def _write(self, valid_until_s: float, at: float, reason: EndReason) -> None:
        ordinal, self.asker.issued = self.asker.issued, self.asker.issued + 1
        password = Credential(
            Kind.PASSWORD,
            self.asker.holder,
            ordinal,
            self.origin,
            self._set_at_s,
            math.inf,
            valid_until_s=valid_until_s,
        )
        if math.isfinite(valid_until_s):
            password.end_cause = "rotation"
        due = max(at, self.asker.clock.now)
        if not self.spec.mfa:  # with MFA a password alone opens nothing
            for place, copies in self.places:
                place.held(password, self._held_from, at, due, copies, self.asker)
        write_credential(self.recorder, password, self._held_from, at, reason, due)
