"""An issuer that answers some requests and refuses the others."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from sim.faults.base import FaultSpec
from sim.spec import Name, Positive, Share

__all__ = ["Brownout"]


class Brownout(FaultSpec):
    """The issuer refuses a share of the requests with a 503, or all above a rate, until it ends."""

    target_kind: ClassVar = "issuer"

    brownout: Name
    """Issuer of the scenario that is impaired."""
    for_s: Positive
    """How long it is impaired."""
    refused: Share | None = None
    """Share of the requests that are refused, drawn for each attempt."""
    rps: Positive | None = None
    """Rate that it still serves, all accounts together; what comes above is refused."""

    @model_validator(mode="after")
    def _one_measure(self) -> Brownout:
        if (self.refused is None) == (self.rps is None):
            raise ValueError("give either refused (a share of the requests) or rps (the rate still served)")
        return self
