"""Where thieves look, what leaks, and what is done about it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.faults import AnyStep
from sim.spec import Action, Name, NonNegative, Positive, Spec
from sim.threats.incident import Incident

__all__ = ["Theft"]


class Theft(Spec):
    """Where thieves look. The same places in every strategy: a place that holds nothing counts as 0."""

    places: dict[Name, Annotated[dict[Name, NonNegative], Field(min_length=1)]] = {}
    """Population -> place -> weight in that population's total (results are always given by place)."""
    actions: Annotated[dict[Action, NonNegative], Field(min_length=1)] | None = None
    """Action -> weight: how bad an hour is in which the policies allow it to a thief (privilege-hours), at places and
    in incidents without actions of their own. By default the calls of the population, each with weight 1."""
    foothold_s: Positive = 86400.0
    """How long the thief `foothold` can take again before the hole is closed."""
    probes: Annotated[int, Field(ge=0, le=1_000_000)] = 2000
    """Sampled thefts per population and place: the check on the exact integration."""
    incidents: dict[Name, Incident] = {}
    """Leaks at a given instant, with their detection and their response."""
    plans: dict[Name, tuple[AnyStep, ...]] = {}
    """Response plans: verbs of the timeline with `after_s`, from the detection, in place of `at_s`."""
