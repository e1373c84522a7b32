"""The Security Token Service."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from sim.issuers.base import IssuerSpec
from sim.spec import NonNegative

__all__ = ["Sts"]


def _region(name: str) -> str:
    if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]+", name):
        return name
    raise ValueError(f"{name!r} is not allowed; must be the name of a Region such as eu-west-1")


class Sts(IssuerSpec):
    """AWS Security Token Service at one endpoint. Quotas are per account and Region: two Regions, two buckets."""

    kind: Literal["sts"]
    endpoint: Literal["regional", "global"] = "regional"
    """`regional` (SDKs' default) or `global` (sts.amazonaws.com), whose quota is separate: group `global`."""
    region: Annotated[str, AfterValidator(_region)] | None = None
    """Region of the endpoint (of whoever asks the global one): an account has a bucket of the same quota in each. The
    Region of the account that pays if absent."""
    latency_s: NonNegative = 0.05
    """Time until an answer."""
