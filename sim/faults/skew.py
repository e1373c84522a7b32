"""Clocks that go wrong."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from sim.faults.base import FaultSpec
from sim.spec import Name, Positive, Share

__all__ = ["Skew"]


class Skew(FaultSpec):
    """Hosts' clocks are off: beyond 5 min (at S3, STS, DynamoDB, SNS, EMR 15) they get RequestTimeTooSkewed."""

    target_kind: ClassVar = "population"

    skew: Name
    """Population whose hosts are concerned."""
    off_s: Annotated[float, Field(allow_inf_nan=False)]
    """By how much the clock is ahead (negative: behind)."""
    share: Share = 1.0
    """Share of the hosts, drawn once per host."""
    for_s: Positive | None = None
    """Until the clocks are right again; for good if absent."""
