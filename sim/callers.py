"""What a client calls, and by whose clock: its call processes as parts of one account."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sim.calendar import Calendar
from sim.principals.population import Population
from sim.streams import Purpose, Stream
from sim.timeline.lifetimes import During, Life
from sim.workloads.base import Caller, Calls, Part
from sim.workloads.merged import merge

__all__ = ["calendar_of", "parts_of"]


def calendar_of(population: Population, stream: Stream, client: int, start: datetime) -> Calendar:
    """Local days where a client lives; the run begins at `start`."""
    target = stream.uniform(Purpose.TIME_ZONE, client)
    offset = 0.0
    for zone in population.time_zones:
        offset = zone.utc_offset_h
        target -= zone.share
        if target < 0:
            break
    return Calendar.of(start, offset, population.workday)


def parts_of(population: Population, callers: Iterable[Caller], lives: tuple[Life, ...]) -> tuple[Part, ...]:
    """A cache's calls while its process runs, one part per action and resource."""
    spans = tuple((life.start_s, life.stop_s) for life in lives)
    always = len(spans) == 1 and math.isinf(spans[0][1])
    made: dict[tuple[str, str | None], list[Calls]] = {}
    for number, spec in enumerate(population.calls):
        made.setdefault((spec.action, spec.resource), []).extend(
            spec.calls_of(replace(caller, number=number)) for caller in callers
        )
    merged = {asked: merge(tuple(calls)) for asked, calls in made.items()}
    return tuple(Part(calls if always else During(calls, spans), *asked) for asked, calls in merged.items())
