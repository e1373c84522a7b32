"""The instance metadata service."""

from __future__ import annotations

from typing import Literal

from sim.aws import ec2, sts
from sim.issuers.base import IssuerSpec
from sim.spec import Name, NonNegative, Positive

__all__ = ["Imds"]


class Imds(IssuerSpec):
    """The instance metadata service: one per host, answers with the instance profile's credentials."""

    kind: Literal["imds"]
    role: Name
    """Role of the instance profile."""
    life_s: Positive = float(ec2.CREDENTIAL_LIFE_S.value)
    """Lifetime of a set of credentials. Not settable on AWS: about 6 h."""
    offered_every_s: Positive = float(ec2.OFFERED_EVERY_S.value)
    """How often a new set is offered."""
    latency_s: NonNegative = 0.002
    """Time until an answer to one request."""
    rps: Positive | None = None
    """Requests per second that one instance's service answers; AWS publishes no number, so none by default."""
    burst: Positive | None = None
    """Capacity of that bucket; needed with `rps`."""
    assume_role_is_chaining: bool = bool(sts.EC2_ASSUME_ROLE_IS_CHAINING.value)
    """Whether AssumeRole with an instance's credentials counts as role chaining, so at most 1 h: second-hand, and the
    IAM guide can be read either way."""
