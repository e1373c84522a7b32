"""Where thieves can look and when: places that exist throughout, and those of clients that come and go.

A client of a population with `arrivals` is there from its arrival to its end, and so is what it keeps to itself; a
theft falls on a uniform instant of all that is there, so a client that lives twice as long is robbed twice as often.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from sim.recorder import Recorder
from sim.scenario import Scenario
from sim.streams import Purpose, Stream
from sim.thieves.loot import PER_HOST, SHARED, places_of
from sim.timeline.lifetimes import Lifetimes

__all__ = ["Spots"]


class _Stay(NamedTuple):
    """A place while it is there."""

    number: int
    from_s: float
    to_s: float


class Spots:
    """The places of a shard's populations.

    Args:
        scenario: The shard's part of a resolved scenario.
        lifetimes: When the clients of each population live.
    """

    def __init__(self, scenario: Scenario, lifetimes: Mapping[str, Lifetimes]) -> None:
        self._scenario = scenario
        self._lifetimes = lifetimes

    def there_at(self, population: str, place: str, at_s: float) -> Sequence[int]:
        """Places of a kind that can be robbed at an instant, by number."""
        if self._comes_and_goes(population, place):
            return [stay.number for stay in self._stays(population, place) if stay.from_s <= at_s < stay.to_s]
        spec = self._scenario.populations[population]
        return range(places_of(place, spec.count, spec.per_host))

    def thefts(self, population: str, place: str, stream: Stream, number: int) -> Iterator[tuple[int, float]]:
        """Sampled thefts, uniform over all places and all instants at which each is there: (place, instant, s)."""
        horizon_s = self._scenario.run.horizon_s
        if not self._comes_and_goes(population, place):
            size = places_of(place, self._lifetimes[population].number, self._scenario.populations[population].per_host)
            for n in range(number):
                yield int(size * stream.uniform(Purpose.PROBE, 0, n)), horizon_s * stream.uniform(Purpose.PROBE, 1, n)
            return
        stays = list(self._stays(population, place))
        ends = list(accumulate(stay.to_s - stay.from_s for stay in stays))
        for n in range(number if stays else 0):
            along = ends[-1] * stream.uniform(Purpose.PROBE, 0, n)
            stay = bisect_right(ends, along, hi=len(ends) - 1)
            yield stays[stay].number, max(stays[stay].to_s - (ends[stay] - along), stays[stay].from_s)

    def write(self, recorder: Recorder) -> None:
        """Write when the clients live that come and go."""
        for name, spec in self._scenario.populations.items():
            for stay in self._stays(name, "process") if spec.arrivals is not None else ():
                recorder.lives.add(self._scenario.run.horizon_s, 0, (name, *stay))

    def _comes_and_goes(self, population: str, place: str) -> bool:
        return self._scenario.populations[population].arrivals is not None and place not in SHARED

    def _stays(self, population: str, place: str) -> Iterator[_Stay]:
        lifetimes, horizon_s = self._lifetimes[population], self._scenario.run.horizon_s
        of = lifetimes.host if place in PER_HOST else lifetimes.present
        for number in range(places_of(place, lifetimes.number, self._scenario.populations[population].per_host)):
            for start, stop in of(number):
                stay = _Stay(number, max(start, 0.0), min(stop, horizon_s))
                if stay.to_s > stay.from_s:
                    yield stay
