"""Incidents: a credential leaks, somebody uses it, somebody notices, and a plan is carried out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.aws import threats
from sim.spec import Action, Dist, LogNormal, Name, NonNegative, Positive, Spec

__all__ = ["Incident", "Thief"]

Thief = Literal["copy", "mint", "foothold"]
"""`copy` uses what was taken; `mint` also what it can obtain from it; `foothold` takes again."""

_FIRST_USE = LogNormal.model_validate(
    {"lognormal": {"median": threats.FIRST_USE_MEDIAN_S.value, "sigma": threats.FIRST_USE_SIGMA.value}}
)


class Incident(Spec):
    """What lies at one place leaks at an instant."""

    at_s: NonNegative
    """Instant of the leak."""
    population: Name
    """Population it leaks from."""
    place: Name
    """Place it leaks from: repository, laptop, process, imds, ..."""
    client: Annotated[int, Field(ge=0)] | None = None
    """Index of the client (of the host, at places of hosts); drawn if absent."""
    thieves: Annotated[tuple[Thief, ...], Field(min_length=1)] = ("copy", "mint", "foothold")
    """Thieves that are followed, side by side and never averaged."""
    first_use_s: Dist = _FIRST_USE
    """From the leak to the thief's first use; by default what was seen of keys on public GitHub."""
    detected_after_s: Dist | None
    """From the leak to its detection: an explicit choice (a leak scanner: 1 to 2 min; hours); null if never."""
    plan: Name | None = None
    """Response plan of `theft.plans`; nothing is done if absent."""
    actions: Annotated[dict[Action, NonNegative], Field(min_length=1)] | None = None
    """Action -> weight: what the thief tries, and how bad an hour of it is. By default `theft.actions`, else the calls
    of the population, each with weight 1."""
    renews_when_left_s: Positive = 300.0
    """A thief that mints sessions renews each when so much of it is left."""
