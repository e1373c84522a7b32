"""When a client lives, and as what: pieces of time that follow from keyed draws before anything happens.

Starts, arrivals, lifetimes, `scale` and `upgrade` all end in the same thing: for each client the pieces of time in
which its process runs, each as one version of its population. Nothing here depends on what happens in the run.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from sim.calendar import Calendar
from sim.faults.scale import Scale
from sim.laws import draw, mean_of
from sim.principals.population import Population
from sim.records import EndReason
from sim.scenario import Scenario
from sim.streams import Purpose, Stream, population_id
from sim.timeline.upgrades import upgrades_of
from sim.workloads.base import Caller, Calls

__all__ = ["During", "Life", "Lifetimes", "largest_count", "mean_life_s", "number_of_clients"]

Span = tuple[float, float]


class Life(NamedTuple):
    """One process of a client, from its start to its end.

    Attributes:
        start_s: Its start; -inf if it ran before the run began.
        stop_s: Its end; inf if it outlives every run.
        version: Which version of the population it is: the number of upgrades before it.
        reason: What its credentials end with.
    """

    start_s: float
    stop_s: float = math.inf
    version: int = 0
    reason: EndReason = EndReason.FINISHED


class Lifetimes:
    """When the clients of one population live.

    Args:
        scenario: The scenario, response plans resolved.
        name: The population.
        stream: Its draws.
    """

    def __init__(self, scenario: Scenario, name: str, stream: Stream) -> None:
        self._scenario = scenario
        self._spec: Population = scenario.populations[name]
        self._stream = stream
        self._name = name
        scales = [fault for fault in scenario.timeline if isinstance(fault, Scale) and fault.scale == name]
        self._scales = sorted(scales, key=lambda scale: scale.at_s)
        self._upgrades = upgrades_of(scenario, name)

    @cached_property
    def number(self) -> int:
        """Clients that live at some time of the run."""
        if self._spec.arrivals is None:
            return largest_count(self._scenario, self._name)
        return len(self._arrived) * self._spec.count

    @cached_property
    def _arrived(self) -> tuple[float, ...]:
        """Instants of the arrivals within the run, in order."""
        return tuple(_instants(self._scenario, self._name, self._stream))

    @property
    def whole(self) -> bool:
        """Whether every client lives from its start to the horizon, as one version."""
        spec = self._spec
        return not self._scales and not self._upgrades and spec.arrivals is None and spec.lifetime_s is None

    def of(self, client: int) -> tuple[Life, ...]:
        """The processes of a client, in order of time."""
        if self.whole:
            return (Life(self.starts_at(client)),)
        return tuple(self._versions(client, [life for life in self._scaled(client) if life.stop_s > life.start_s]))

    def present(self, client: int) -> tuple[Span, ...]:
        """When a client has a process, whatever its version: what lies in its pod lives as long."""
        return _joined([(life.start_s, life.stop_s) for life in self.of(client)])

    def host(self, host: int) -> tuple[Span, ...]:
        """When a host is there: as long as any of its processes; before they start, if the population has a `start`."""
        if self.whole:
            return ((-math.inf, math.inf),)
        first = host * self._spec.per_host
        clients = range(first, min(first + self._spec.per_host, self.number))
        return _joined([span for client in clients for span in self._on_host(client)])

    def _on_host(self, client: int) -> Iterator[Span]:
        """A client's presence on its host, which was ready before the processes that start with the run."""
        awaited = self._spec.arrivals is None and client < self._spec.count
        for number, (start, stop) in enumerate(self.present(client)):
            yield (-math.inf if awaited and number == 0 else start), stop

    def starts_at(self, client: int) -> float:
        """When a client of the initial population starts; -inf if it ran before."""
        start = self._spec.start
        if start is None:
            return -math.inf
        return start.at_s + start.spread_s * self._stream.uniform(Purpose.START, client)

    def _scaled(self, client: int) -> Iterator[Life]:
        """The client's processes without regard to upgrades."""
        spec = self._spec
        if spec.arrivals is not None:
            yield self._limited(client, 0, self._arrived[client // spec.count], math.inf)
            return
        lives = 0
        begun = self.starts_at(client) if client < spec.count else None
        at = -math.inf
        for number, scale in enumerate(self._scales):
            at = max(at, scale.at_s + scale.ramp_s * self._stream.uniform(Purpose.SCALE, client, number))
            if begun is not None and client >= scale.count:
                yield self._limited(client, lives, begun, at)
                begun, lives = None, lives + 1
            elif begun is None and client < scale.count:
                begun = at
        if begun is not None:
            yield self._limited(client, lives, begun, math.inf)

    def _limited(self, client: int, number: int, start: float, stop: float) -> Life:
        """A life that ends after the population's lifetime, if that is sooner."""
        law = self._spec.lifetime_s
        if law is not None:
            stop = min(stop, start + max(draw(self._stream, law, Purpose.LIFETIME, client, number), 0.0))
        return Life(start, stop)

    def _versions(self, client: int, lives: list[Life]) -> Iterator[Life]:
        """The lives, cut where the client's process is upgraded."""
        cuts: list[float] = []
        for number, upgrade in enumerate(self._upgrades):
            at = upgrade.at_s + upgrade.ramp_s * self._stream.uniform(Purpose.UPGRADE, client, number)
            cuts.append(max(at, cuts[-1] if cuts else at))
        for life in lives:
            start, version = life.start_s, bisect_right(cuts, life.start_s)
            for at in cuts[version:]:
                if at >= life.stop_s:
                    break
                yield Life(start, at, version, EndReason.RESTARTED)
                start, version = at, version + 1
            yield Life(start, life.stop_s, version, life.reason)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """The union of spans as disjoint ones, in order; spans that touch are one."""
    found: list[Span] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return tuple(found)


def _arrivals(scenario: Scenario, name: str, stream: Stream) -> Calls:
    """The process by which clients of a population arrive, with draws of its own."""
    spec = scenario.populations[name]
    assert spec.arrivals is not None
    offset_h = spec.time_zones[0].utc_offset_h if spec.time_zones else 0.0
    own = Stream(stream.seed, stream.replication, population_id(f"{name}/arrivals"))
    return spec.arrivals.calls_of(Caller(own, 0, 0, 1, 0, Calendar.of(scenario.run.start, offset_h, None)))


def _instants(scenario: Scenario, name: str, stream: Stream) -> Iterator[float]:
    """Instants in [0, horizon) at which clients of a population arrive, in order."""
    arrivals = _arrivals(scenario, name, stream)
    at = arrivals.first(0.0)
    while at < scenario.run.horizon_s:
        after = math.nextafter(at, math.inf)
        yield from [at] * arrivals.count(at, after)
        at = arrivals.first(after)


def largest_count(scenario: Scenario, name: str) -> int:
    """The most clients that a population without arrivals has at some time."""
    scales = [fault.count for fault in scenario.timeline if isinstance(fault, Scale) and fault.scale == name]
    return max(scenario.populations[name].count, *scales, 0)


def number_of_clients(scenario: Scenario, name: str) -> int:
    """How many clients a population will have in the first replication: a look-up, at no cost."""
    spec = scenario.populations[name]
    if spec.arrivals is None:
        return largest_count(scenario, name)
    stream = Stream.of(scenario.run.seed, 0, name)
    return spec.count * _arrivals(scenario, name, stream).count(0.0, scenario.run.horizon_s)


def mean_life_s(scenario: Scenario, name: str) -> float:
    """For how long a client of a population lives, roughly."""
    spec = scenario.populations[name]
    begins_s = 0.0 if spec.start is None else max(spec.start.at_s + spec.start.spread_s / 2, 0.0)
    left_s = max(scenario.run.horizon_s - begins_s, 0.0)
    lives_s = left_s if spec.lifetime_s is None else max(mean_of(spec.lifetime_s), 0.0)
    return min(lives_s, left_s, math.inf if spec.work is None else spec.work.within_s)


class During:
    """The calls of a process that does not always run: those within its spans.

    Args:
        calls: The calls of one that does.
        spans: When it runs, in order, disjoint.
    """

    __slots__ = ("_calls", "_spans")

    def __init__(self, calls: Calls, spans: tuple[Span, ...]) -> None:
        self._calls = calls
        self._spans = spans

    def first(self, at: float) -> float:
        """The first call at or after `at`; inf if there is none."""
        for start, stop in self._spans:
            if stop > at:
                found = self._calls.first(max(at, start))
                if found < stop:
                    return found
        return math.inf

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""
        pieces = ((max(start, begin), min(stop, end)) for begin, end in self._spans)
        return sum(self._calls.count(begin, end) for begin, end in pieces if end > begin)

    def command(self, at: float) -> tuple[float, float]:
        """First and last call of the command that makes the call at `at`; it dies with its process."""
        first, last = self._calls.command(at)
        end = next((stop for start, stop in self._spans if start <= at < stop), math.inf)
        return first, min(last, math.nextafter(end, -math.inf))
