"""The Security Token Service."""

from __future__ import annotations

from typing import Literal

from sim.issuers.base import IssuerSpec
from sim.spec import NonNegative

__all__ = ["Sts"]


class Sts(IssuerSpec):
    """AWS Security Token Service at one endpoint."""

    kind: Literal["sts"]
    endpoint: Literal["regional", "global"] = "regional"
    """`regional` (SDKs' default) or `global` (sts.amazonaws.com), whose quota is separate: group `global`."""
    latency_s: NonNegative = 0.05
    """Time until an answer."""
