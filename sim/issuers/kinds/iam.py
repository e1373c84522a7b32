"""The IAM control plane."""

from __future__ import annotations

from typing import Literal

from sim.aws import iam
from sim.issuers.base import IssuerSpec
from sim.spec import NonNegative

__all__ = ["Iam"]


class Iam(IssuerSpec):
    """The IAM control plane: creates, deactivates and deletes keys."""

    kind: Literal["iam"]
    latency_s: NonNegative = 0.1
    """Time until an answer."""
    propagation_s: NonNegative = float(iam.PROPAGATION_S.value)
    """Delay until a change takes effect everywhere."""
