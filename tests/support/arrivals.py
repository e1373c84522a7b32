"""How many calls each client of a scenario makes, counted from its call processes without the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.calendar import Calendar
from sim.laws import draw
from sim.principals.population import Population
from sim.scenario import Scenario
from sim.streams import Purpose, Stream
from sim.workloads.base import Caller

__all__ = ["arrivals", "callers_of"]


def arrivals(scenario: Scenario, name: str, client: int, replication: int = 0) -> int:
    """Calls of a client, from its call processes (of a program with fixed work: the work)."""
    population = scenario.populations[name]
    if population.work is not None:
        return population.work.calls
    callers = callers_of(scenario, name, client, replication)
    stream, start = callers[0].stream, 0.0
    if population.start is not None:
        start = population.start.at_s + population.start.spread_s * stream.uniform(Purpose.START, client)
    made = (spec.calls_of(caller) for caller, spec in _pairs(population, callers))
    return sum(calls.count(start, scenario.run.horizon_s) for calls in made)


def callers_of(scenario: Scenario, name: str, client: int, replication: int = 0) -> list[Caller]:
    """Who calls on behalf of a client: its profiles or threads."""
    population = scenario.populations[name]
    stream = Stream.of(scenario.run.seed, replication, name)
    profiles = max(round(draw(stream, population.profiles, Purpose.PROFILES, client)), 1)
    offset, u = 0.0, stream.uniform(Purpose.TIME_ZONE, client)
    for zone in population.time_zones:
        offset, u = zone.utc_offset_h, u - zone.share
        if u < 0:
            break
    calendar = Calendar.of(scenario.run.start, offset, population.workday)
    return [Caller(stream, client, slot, profiles, 0, calendar) for slot in range(max(profiles, population.threads))]


def _pairs(population: Population, callers: list[Caller]) -> Iterable[tuple[Caller, Any]]:
    for number, spec in enumerate(population.calls):
        for c in callers:
            yield Caller(c.stream, c.client, c.slot, c.profiles, number, c.calendar), spec
