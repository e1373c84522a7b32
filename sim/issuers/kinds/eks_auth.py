"""EKS Auth, from which Pod Identity agents get the sessions of pods."""

from __future__ import annotations

from typing import Literal

from sim.issuers.base import IssuerSpec
from sim.spec import NonNegative

__all__ = ["EksAuth"]


class EksAuth(IssuerSpec):
    """EKS Auth: AssumeRoleForPodIdentity, charged to the quota group `eks_auth` (AWS publishes no number)."""

    kind: Literal["eks_auth"]
    latency_s: NonNegative = 0.05
    """Time until an answer."""
