"""Services that refuse calls though they are allowed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sim.faults.base import FaultSpec
from sim.spec import Name, Positive, Share

__all__ = ["Throttle"]


class Throttle(FaultSpec):
    """The service that a population calls refuses calls which would else be ok. SDKs keep their credentials then."""

    target_kind: ClassVar = "population"

    throttle: Name
    """Population whose calls are refused."""
    action: Annotated[str, Field(pattern=r"^(\*|[a-z0-9-]+:[A-Za-z0-9*]+)$")] = "*"
    """Only calls of these actions, such as `dynamodb:*`."""
    answer: Literal["Throttling", "ServiceUnavailable"] = "Throttling"
    """What the service answers."""
    share: Share = 1.0
    """Share of the clients that are refused, drawn once per client."""
    for_s: Positive | None = None
    """How long; to the end of the run if absent."""
