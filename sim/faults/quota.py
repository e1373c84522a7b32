"""A quota that changes."""

from __future__ import annotations

from typing import ClassVar

from sim.faults.base import FaultSpec
from sim.principals.account import QuotaGroup
from sim.spec import Name, Positive

__all__ = ["QuotaChange"]


class QuotaChange(FaultSpec):
    """An account's bucket gets another refill and capacity, in every Region: an increase, or load from elsewhere.

    A group without a bucket in `accounts.X.quotas` has one as long as the numbers hold, and none before and after.
    """

    target_kind: ClassVar = "account"

    quota: Name
    """Account whose quota changes."""
    group: QuotaGroup
    """Quota group."""
    rps: Positive
    """Refill from now on, requests per second."""
    burst: Positive
    """Capacity from now on, requests."""
    for_s: Positive | None = None
    """Until the old numbers are back; for good if absent."""
