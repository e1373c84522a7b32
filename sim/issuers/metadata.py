"""The endpoint of one host (instance metadata, ECS): offers a new set of credentials at a fixed pace."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.issuers.api import Downtime
from sim.issuers.spec import Endpoint
from sim.policies.bucket import TokenBucket

__all__ = ["MetadataService"]


@dataclass(slots=True)
class MetadataService:
    """What one host's endpoint offers, a function of time.

    Attributes:
        name: Issuer of the scenario.
        spec: Its settings.
        phase_s: Instant at which set 0 was offered: on (-offered_every_s, 0], or when the host came.
        downtime: When it answers nobody.
        bucket: Requests it answers, where the scenario limits them.
        frozen: When it goes on offering the set that it had.
    """

    name: str
    spec: Endpoint
    phase_s: float
    downtime: Downtime
    bucket: TokenBucket | None
    frozen: Downtime

    def number_at(self, at: float) -> int:
        """Number of the set offered at `at`."""
        frozen = self.frozen.span(at)
        at = at if frozen is None else max(frozen[0], self.phase_s)
        return math.floor((at - self.phase_s) / self.spec.offered_every_s)

    def next_offer(self, number: int) -> float:
        """Instant from which another set than `number` is offered; inf if never."""
        at = self.offered_from(number + 1)
        frozen = self.frozen.span(at)
        return at if frozen is None else frozen[1]

    def offered_from(self, number: int) -> float:
        """Instant from which set `number` is offered, if nothing holds it up."""
        return self.phase_s + number * self.spec.offered_every_s

    def issued_at(self, number: int) -> float:
        """Issue of set `number`, in whole seconds as STS returns them."""
        return math.floor(self.offered_from(number))

    def expires_at(self, number: int) -> float:
        """Expiry of set `number`."""
        return self.issued_at(number) + self.spec.life_s
