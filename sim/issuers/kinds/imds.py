"""The instance metadata service."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sim.aws import ec2, sts
from sim.issuers.base import Endpoint
from sim.spec import Positive

__all__ = ["Imds"]

_HOPS = ec2.IMDS_HOP_LIMIT.value


class Imds(Endpoint):
    """The instance metadata service: one per host, answers with the instance profile's credentials."""

    service: ClassVar[str] = "ec2.amazonaws.com"

    kind: Literal["imds"]
    life_s: Positive = float(ec2.CREDENTIAL_LIFE_S.value)
    """Lifetime of a set of credentials. Not settable on AWS: about 6 h."""
    offered_every_s: Positive = float(ec2.OFFERED_EVERY_S.value)
    """How often a new set is offered."""
    rps: Positive | None = None
    """Requests per second that one instance's service answers; AWS publishes no number, so none by default."""
    http_tokens: Literal["optional", "required"] = "optional"
    """Whether it answers only to requests with a token (IMDSv2), or to those without one, too (IMDSv1)."""
    hop_limit: Annotated[int, Field(ge=_HOPS[0], le=_HOPS[1])] = int(ec2.IMDS_HOP_LIMIT_DEFAULT.value)
    """Network hops that its answer to the request for a token survives; a container behind a bridge is 2 away."""
    assume_role_is_chaining: bool = bool(sts.EC2_ASSUME_ROLE_IS_CHAINING.value)
    """Whether AssumeRole with an instance's credentials counts as role chaining, so at most 1 h: second-hand, and the
    IAM guide can be read either way."""
