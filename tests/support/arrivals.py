"""How many calls each client of a scenario makes, counted from its call processes without the engine."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

from sim.calendar import Calendar
from sim.laws import draw
from sim.principals.population import Population
from sim.scenario import Scenario
from sim.streams import Purpose, Stream, population_id
from sim.timeline.timeline import resolved
from sim.workloads.base import Caller

__all__ = ["arrivals", "callers_of", "clients_of"]

_last: list[Any] = []
"""The scenario and replication that were asked about last, and what responses do there."""


def arrivals(scenario: Scenario, name: str, client: int, replication: int = 0) -> int:
    """Calls of a client, from its call processes (of a program with fixed work: the work)."""
    population = scenario.populations[name]
    if population.work is not None:
        return population.work.calls
    total = 0
    for start, stop, words in _pieces(scenario, name, client, replication):
        callers = callers_of(scenario, name, client, replication, words)
        made = (spec.calls_of(caller) for caller, spec in _pairs(words, callers))
        total += sum(calls.count(start, stop) for calls in made)
    return total


def clients_of(scenario: Scenario, name: str, replication: int = 0) -> int:
    """Clients that a population ever has."""
    population = scenario.populations[name]
    if population.arrivals is None:
        scales = _verbs(scenario, "scale", name, replication)
        return max(population.count, *(one.count for one in scales), 0)
    return population.count * len(_instants(scenario, name, replication))


def _pieces(scenario: Scenario, name: str, client: int, replication: int) -> Iterable[tuple[float, float, Population]]:
    """When the client's process runs, and with which words of its population, instant by instant of change."""
    population, horizon = scenario.populations[name], scenario.run.horizon_s
    stream = Stream.of(scenario.run.seed, replication, name)
    upgrades = _verbs(scenario, "upgrade", name, replication)
    cuts = [one.at_s + one.ramp_s * stream.uniform(Purpose.UPGRADE, client, n) for n, one in enumerate(upgrades)]
    cuts = list(accumulate(cuts, max))
    for start, stop in _lives(scenario, name, client, replication):
        edges = [start, *(at for at in cuts if start < at < min(stop, horizon)), min(stop, horizon)]
        for begin, end in pairwise(edges):
            if end > begin:
                words = population
                for at, one in zip(cuts, upgrades, strict=True):
                    words = _with_calls(words, one.set, name) if at <= begin else words
                yield begin, end, words


def _lives(scenario: Scenario, name: str, client: int, replication: int) -> list[tuple[float, float]]:
    population = scenario.populations[name]
    stream = Stream.of(scenario.run.seed, replication, name)
    turns: list[tuple[float, bool]] = []
    if population.arrivals is not None:
        turns.append((_instants(scenario, name, replication)[client // population.count], True))
    else:
        start = population.start
        begin = 0.0 if start is None else start.at_s + start.spread_s * stream.uniform(Purpose.START, client)
        turns.append((begin, client < population.count))
        latest = -math.inf
        for n, one in enumerate(_verbs(scenario, "scale", name, replication)):
            latest = max(latest, one.at_s + one.ramp_s * stream.uniform(Purpose.SCALE, client, n))
            turns.append((latest, client < one.count))
    lives, since, alive = [], 0.0, False
    for at, there in [*turns, (math.inf, False)]:
        if alive and not there:
            life = math.inf if population.lifetime_s is None else max(
                draw(stream, population.lifetime_s, Purpose.LIFETIME, client, len(lives)), 0.0)  # fmt: skip
            lives.append((since, min(at, since + life)))
        elif there and not alive:
            since = at
        alive = there
    return [(a, b) for a, b in lives if b > a]


def _instants(scenario: Scenario, name: str, replication: int) -> list[float]:
    population = scenario.populations[name]
    stream = Stream(scenario.run.seed, replication, population_id(f"{name}/arrivals"))
    zone = population.time_zones[0].utc_offset_h if population.time_zones else 0.0
    calendar = Calendar.of(scenario.run.start, zone, None)
    return _points(population.arrivals, stream, calendar, scenario.run.horizon_s)


@cache
def _points(spec: Any, stream: Stream, calendar: Calendar, horizon: float) -> list[float]:
    points = spec.calls_of(Caller(stream, 0, 0, 1, 0, calendar))
    found: list[float] = []
    at = points.first(0.0)
    while at < horizon:
        found += [at] * points.count(at, math.nextafter(at, math.inf))
        at = points.first(math.nextafter(at, math.inf))
    assert len(found) == points.count(0.0, horizon)
    return found


def _verbs(scenario: Scenario, verb: str, name: str, replication: int) -> list[Any]:
    """The entries of a verb that are about a population, those of response plans included, in order of time."""
    planned = _planned(scenario, replication)
    faults = [fault for fault in (*scenario.timeline, *planned) if getattr(fault, verb, None) == name]
    return sorted(faults, key=lambda fault: fault.at_s)


def _planned(scenario: Scenario, replication: int) -> list[Any]:
    """What responses do; asked for each client of the same run, and found once."""
    if not (_last and _last[0] is scenario and _last[1] == replication):
        timeline = resolved(scenario, replication).timeline
        _last[:] = [scenario, replication, [fault for fault in timeline if fault not in scenario.timeline]]
    return list(_last[2])


def _with_calls(population: Population, to_set: dict[str, Any], name: str) -> Population:
    """The population with what an upgrade sets of its calls and threads, written out by hand."""
    words = population.model_dump(exclude_unset=True, by_alias=True, mode="json")
    for path, value in to_set.items():
        head, *rest = path.split(".")
        if head == "populations" and rest[0] == name and rest[1] in {"calls", "threads"}:
            here: Any = words
            if rest[1] == "calls" and len(rest) == 3:
                here = words["calls"][0]
            here[rest[-1]] = value
    return Population.model_validate(words)


def callers_of(
    scenario: Scenario, name: str, client: int, replication: int = 0, words: Population | None = None
) -> list[Caller]:
    """Who calls on behalf of a client: its profiles or threads."""
    population = words or scenario.populations[name]
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
