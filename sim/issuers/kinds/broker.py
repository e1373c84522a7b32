"""A broker between pods and STS, such as kiam."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.aws import kiam
from sim.issuers.base import Local
from sim.spec import Name, NonNegative, Positive, Spec

__all__ = ["Broker", "BrokerCache", "Upstream"]


class Upstream(Spec):
    """Whom a broker asks in turn."""

    from_: Annotated[str, Field(alias="from", pattern=r"^[a-z][a-z0-9_-]*(\.[A-Za-z]+)?$")]
    """Issuer and operation: `sts.AssumeRole`."""
    session_s: Positive = float(kiam.SESSION_S.value)
    """Session length that it asks for."""


class BrokerCache(Spec):
    """What a broker keeps."""

    key: Literal["role"] = "role"
    """Who shares an entry: all who ask for the same role."""
    renew_when_left_s: NonNegative = float(kiam.RENEW_BEFORE_END_S.value)
    """Life left below which an entry is no longer served, but replaced by the next request for it."""
    sweep_s: Positive | None = None
    """How often it looks for such entries and replaces them itself; without it only requests do."""


class Broker(Local):
    """A broker (kiam-like): stands in for the instance metadata service, assumes roles for pods, and caches them."""

    kind: Literal["broker"]
    role: Name
    """Role that it signs with; its account is charged."""
    upstream: Upstream
    """Whom it asks."""
    cache: BrokerCache = BrokerCache()
    """What it keeps."""
    per: Literal["node", "server"] = "node"
    """One on every node (host), or one server for all populations that use it."""
    sdk: str = "go-v2-old"
    """SDK with which it calls STS: its retries."""
