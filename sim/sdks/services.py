"""AWS services that assume roles, as far as public logs show how they renew them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sim.aws import cloudtrail as facts
from sim.sdks.base import Sdk
from sim.sdks.java import JAVA_V2_2025

__all__ = ["CLOUDTRAIL_DELIVERY"]

# Which SDK the service runs is not published. Fitted to its log: the windows and the jitter are Java's own.
CLOUDTRAIL_DELIVERY: Final[Sdk] = replace(
    JAVA_V2_2025,
    name="cloudtrail-delivery",
    title="CloudTrail's log delivery (fitted to a public log)",
    source=f"{facts.DELIVERY_ROLE_SDK.note}; {facts.DELIVERY_ROLE_SDK.source}",
)
