"""The clients of a rehearsal: their calls as the simulator draws them, and what each of them is told to do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from heapq import merge
from itertools import groupby, islice
from typing import Final

from sim.calendar import Calendar
from sim.issuers.spec import Endpoint, Function
from sim.principals.population import Population
from sim.principals.program import PerCalls, PerTime
from sim.problems import Problem, ScenarioError
from sim.scenario import Scenario
from sim.streams import Purpose, Stream, index_of
from sim.verify.rehearsal_links import commands_of, link_of, steps_of
from sim.verify.rehearsal_parts import AGENTS, Link, Offered, Player
from sim.workloads.base import Caller, CallsSpec

__all__ = ["enough_s", "player_of", "share_of"]

_MOST_CALLS: Final = 5_000
_HOURS_S: Final = 6 * 3600.0


def enough_s(scenario: Scenario, populations: list[str]) -> float:
    """Time in which every population has called for six hours, from its first client's first call on; s."""
    horizon = scenario.run.horizon_s
    first = [next(_calls(scenario, name, 0, horizon), 0.0) for name in populations]
    return min(max(first) + _HOURS_S, horizon)


def share_of(most: int, commands: bool) -> int:
    """Calls of a client where `most` are made: a command, a new process each time, takes four times as long."""
    return most // 4 if commands else most


def player_of(scenario: Scenario, population: str, client: int, horizon: float, most: int | None) -> Player:
    """One client.

    Args:
        scenario: The scenario.
        population: Its population.
        client: Its index.
        horizon: How long it calls, s.
        most: How many calls are made; a client who makes more is refused if None.

    Raises:
        ScenarioError: It makes too many calls.
    """
    spec = scenario.populations[population]
    link, own = link_of(scenario, spec.credentials), f"{population}-{client}"
    commands = commands_of(spec, link)
    stop = _MOST_CALLS + 1 if most is None else share_of(most, commands)
    calls = tuple(islice(_calls(scenario, population, client, horizon), stop))
    if len(calls) > _MOST_CALLS:
        many = f"{population}: more than {_MOST_CALLS:,} calls of a client in {horizon / 3600:g} h"
        raise ScenarioError([Problem(f"{many}, so give fewer --hours", "--hours")])
    offered = _offered(scenario, own, link)
    stream = Stream.of(scenario.run.seed, 0, own)
    drawn = offered is not None or any(each.way in AGENTS for each in link.links())
    draws = tuple(stream.uniform(Purpose.EXTENSION, index_of(0), n) for n in range(len(calls) + 2)) if drawn else ()
    name, often = f"{population}/{client}", (_new_every(spec), _new_every_s(scenario, spec, link))
    return Player(name, own, calls, link, *often, commands, offered, draws)


def _new_every(spec: Population) -> int:
    """Calls after which a program builds a new provider, with all that it asks."""
    if spec.new_provider_per == "call":
        return 1
    return spec.new_provider_per.calls if isinstance(spec.new_provider_per, PerCalls) else 0


def _new_every_s(scenario: Scenario, spec: Population, link: Link) -> float:
    """Time after which it builds one, if that is always the same; a function's environment is replaced."""
    per = spec.new_provider_per
    if link.way == "function":
        function = scenario.issuers[link.issuer]
        return function.environment_s if isinstance(function, Function) else 0.0
    return float(per.every_s) if isinstance(per, PerTime) and isinstance(per.every_s, int | float) else 0.0


def _offered(scenario: Scenario, own: str, link: Link) -> Offered | None:
    """What the simulator's endpoint offers on the client's host."""
    found = [scenario.issuers[each.issuer] for each in link.links() if each.issuer]
    endpoint = next((spec for spec in found if isinstance(spec, Endpoint)), None)
    if endpoint is None:
        return None
    stream = Stream.of(scenario.run.seed, 0, own)
    phase = -endpoint.offered_every_s * stream.uniform(Purpose.IMDS_PHASE, 0)
    return Offered(phase, endpoint.offered_every_s, endpoint.life_s)


def _calls(scenario: Scenario, population: str, client: int, horizon: float) -> Iterator[float]:
    """The client's calls as the simulator draws them, in UTC and in whole seconds, as a server issues sessions.

    Those of all threads of a process, unless each of them has a provider of its own.
    """
    spec = scenario.populations[population]
    stream = Stream.of(scenario.run.seed, 0, population)
    calendar = Calendar.of(scenario.run.start, 0.0, spec.workday)
    alone = spec.people or any(step.cache == "thread" for step in steps_of(scenario, spec.credentials))
    made = (
        _instants(process, Caller(stream, client, slot, 1, number, calendar), horizon)
        for slot in range(1 if alone else spec.threads)
        for number, process in enumerate(spec.calls)
    )
    return (at for at, _ in groupby(merge(*made)))


def _instants(process: CallsSpec, caller: Caller, horizon: float) -> Iterator[float]:
    calls = process.calls_of(caller)
    at = calls.first(0.0)
    while at < horizon:
        yield float(math.floor(at))
        at = calls.first(math.nextafter(at, math.inf))
