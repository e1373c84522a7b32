"""The credentials endpoint of ECS tasks."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.aws import ecs
from sim.issuers.base import Endpoint
from sim.spec import Positive

__all__ = ["Container"]


class Container(Endpoint):
    """The credentials endpoint of ECS: one per task (its processes are those that share a host)."""

    service: ClassVar[str] = "ecs-tasks.amazonaws.com"

    kind: Literal["container"]
    life_s: Positive = float(ecs.TASK_CREDENTIAL_LIFE_S.value)
    """Lifetime of a set of credentials. Not settable on AWS: 6 h."""
    offered_every_s: Positive = float(ecs.TASK_OFFERED_EVERY_S.value)
    """How often a new set is offered; AWS publishes no number."""
    rps: Positive | None = float(ecs.TASK_METADATA_RPS.value)
    """Requests per second that the endpoint answers a task."""
    burst: Positive | None = float(ecs.TASK_METADATA_BURST.value)
    """Capacity of that bucket; needed with `rps`."""
