"""Local days of a client: where midnight is, which days are worked, when the first use is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scipy.special import ndtri

from sim.principals.workday import Workday
from sim.streams import Purpose, Stream

__all__ = ["DAY_S", "Calendar"]

DAY_S: Final = 86400.0
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_ZERO: Final = 1 << 20  # so that days before the run have keys of their own


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days of one client.

    Attributes:
        weekday: Weekday of local day 0, 0 for Monday.
        midnight_s: Instant of local midnight of day 0, seconds of the run; not above 0.
        workday: Working hours, if the client is a person with any.
    """

    weekday: int
    midnight_s: float
    workday: Workday | None

    @classmethod
    def of(cls, start: datetime, utc_offset_h: float, workday: Workday | None) -> Calendar:
        """The calendar of a client `utc_offset_h` hours from UTC, in a run that starts at `start`."""
        seconds = start.hour * 3600.0 + start.minute * 60.0 + start.second + utc_offset_h * 3600.0
        days = math.floor(seconds / DAY_S)
        return cls((start.weekday() + days) % 7, -(seconds - days * DAY_S), workday)

    def day_of(self, at: float) -> int:
        """Local day that holds the instant `at`."""
        return math.floor((at - self.midnight_s) / DAY_S)

    def starts(self, day: int) -> float:
        """Instant of local midnight of `day`."""
        return self.midnight_s + day * DAY_S

    def weekday_of(self, day: int) -> int:
        """0 for Monday."""
        return (self.weekday + day) % 7

    def first_use(self, stream: Stream, client: int, day: int) -> float | None:
        """Instant of the person's first use on `day`; None if absent or not a working day."""
        work = self.workday
        if work is None or _DAYS[self.weekday_of(day)] not in work.days:
            return None
        if stream.uniform(Purpose.PRESENCE, client, key_of(day)) >= work.present:
            return None
        local = work.first_use.mean_s
        if work.first_use.sd_s > 0:
            local += work.first_use.sd_s * float(ndtri(stream.uniform(Purpose.FIRST_USE, client, key_of(day))))
        return self.starts(day) + min(max(local, 0.0), DAY_S - 1.0)


def key_of(day: int, n: int = 0, i: int = 0) -> int:
    """Counter of the i-th draw in the n-th stretch of a day."""
    return ((day + _DAY_ZERO) << 36) | (n << 26) | i
