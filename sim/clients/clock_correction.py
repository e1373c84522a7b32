"""How a client's SDK corrects a wrong clock, as far as its calls tell."""

from __future__ import annotations

import math

from sim.authority import Correction
from sim.sdks import Sdk
from sim.workloads.base import Part

__all__ = ["correction_of"]


def correction_of(sdk: Sdk, parts: tuple[Part, ...], *, known: bool) -> Correction | None:
    """How a client corrects its clock: its SDK has a client object, and an idea of the time, for each service.

    Args:
        sdk: Its SDK.
        parts: Its calls.
        known: Whether it is known when calls arrive, whatever happens; those of a fixed amount of work move with its
            waits, so none of them is told to be the first after the clock was set right.
    """
    if sdk.clock is None:
        return None

    def first(service: str, at: float) -> float:
        if not known or at == math.inf:
            return math.inf
        mine = [part.calls for part in parts if part.action.partition(":")[0].lower() == service]
        return min((calls.first(at) for calls in mine), default=math.inf)

    return Correction(sdk.clock, first)
