"""What every kind of issuer is, and what those have in common that answer on the client's own host."""

from __future__ import annotations

from typing import ClassVar

from sim.spec import Name, NonNegative, Positive, Spec

__all__ = ["Attached", "Endpoint", "IssuerSpec", "Local"]


class IssuerSpec(Spec):
    """Whoever mints credentials, or vouches for those who ask."""

    kind: str
    """Which kind."""


class Local(IssuerSpec):
    """Answers on the client's own host from what it holds: AWS counts none of the requests made to it."""

    latency_s: NonNegative = 0.002
    """Time until an answer to one request."""


class Attached(IssuerSpec):
    """Hands out the one role that is attached to a kind of compute, whose service assumes it."""

    service: ClassVar[str]
    """Service principal that the role must trust."""

    role: Name
    """Role that is attached."""
    life_s: Positive
    """Lifetime of a set of credentials. Not settable on AWS."""


class Endpoint(Attached, Local):
    """An HTTP endpoint of a host that offers its role's credentials, set after set."""

    offered_every_s: Positive
    """How often a new set is offered."""
    rps: Positive | None = None
    """Requests per second that one host's endpoint answers; no limit if not given."""
    burst: Positive | None = None
    """Capacity of that bucket; needed with `rps`."""
