"""What a workload is: the instants of a client's calls, a function of (seed, client, time) only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sim.calendar import Calendar
from sim.spec import Action, Name, Spec
from sim.streams import Purpose, Stream, index_of

__all__ = ["Caller", "Calls", "CallsSpec", "Part"]


class Calls(Protocol):
    """The calls of one client. Instants are float seconds; queries may come in any order."""

    def first(self, at: float) -> float:
        """The first call at or after `at`; inf if there is none."""

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""

    def command(self, at: float) -> tuple[float, float]:
        """First and last call of the command (operating-system process) that makes the call at `at`."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose calls they are.

    Attributes:
        stream: Draws of the population.
        client: Index in the population.
        slot: Profile or thread.
        profiles: Among how many profiles the client's work is split.
        number: Which of the population's call processes this is; each has draws of its own.
        calendar: Local days.
        memo: What has been drawn for the person's last days, shared by the profiles.
    """

    stream: Stream
    client: int
    slot: int
    profiles: int
    number: int
    calendar: Calendar
    memo: dict[tuple[int, int], list[tuple[float, float]]] = field(default_factory=dict, compare=False)

    @property
    def index(self) -> int:
        """Index word of the draws that belong to this slot and call process."""
        return index_of(self.client, self.slot) | (self.number << 56)

    @property
    def person(self) -> int:
        """Index word of the draws that all profiles of the client share."""
        return self.client | (self.number << 56)

    def does(self, purpose: Purpose, k: int) -> bool:
        """Whether this profile does stretch `k` of the client's work; each stretch belongs to one profile."""
        if self.profiles == 1:
            return True
        return int(self.profiles * self.stream.uniform(purpose, self.person, k)) == self.slot


@dataclass(frozen=True, slots=True)
class Part:
    """Calls of one action, on one resource of the scenario if they name one."""

    calls: Calls
    action: str
    resource: str | None = None


class CallsSpec(Spec):
    """Base of every call process."""

    action: Action = "s3:GetObject"
    """The IAM action that each call performs; the policies decide whether it is allowed. Calls to STS
    (`sts:GetCallerIdentity`) draw from the bucket of whoever signs; calls to other services draw from no quota."""
    issuer: Name | None = None
    """Issuer of kind sts that calls to STS go to; the scenario's first one if absent."""
    resource: Name | None = None
    """Resource of the scenario that it is done to, whose policy has a say; none is named if absent."""

    def calls_of(self, caller: Caller) -> Calls:
        """The calls of one client."""
        raise NotImplementedError

    def mean_gap_s(self) -> float:
        """Mean time between calls while the client is active."""
        raise NotImplementedError
