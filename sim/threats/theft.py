"""Thefts at any instant: they change nothing in a run, the analysis integrates over them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.spec import Name, NonNegative, Positive, Spec

__all__ = ["Theft"]


class Theft(Spec):
    """Where thieves look. The same places in every strategy: a place that holds nothing counts as 0."""

    places: dict[Name, Annotated[dict[Name, NonNegative], Field(min_length=1)]] = {}
    """Population -> place -> weight in that population's total (results are always given by place)."""
    foothold_s: Positive = 86400.0
    """How long the thief `foothold` can take again before the hole is closed."""
    probes: Annotated[int, Field(ge=0, le=1_000_000)] = 2000
    """Sampled thefts per population and place: the check on the exact integration."""
