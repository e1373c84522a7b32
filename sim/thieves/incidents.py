"""The incidents of one shard: who is robbed, what lay there, and the story of every thief."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.access import Access
from sim.authority import Authority
from sim.credentials import Holder
from sim.recorder import Recorder
from sim.scenario import Scenario
from sim.streams import Purpose, Stream
from sim.thieves.grants import deeds_of
from sim.thieves.loot import PER_HOST, Loot
from sim.thieves.thief import EXCHANGED, Item, Means, Span, Thief, spans_of
from sim.thieves.ways import Ways
from sim.threats.incident import Incident
from sim.timeline.timeline import Timeline, detected_at, first_used_at

__all__ = ["Incidents"]

There = Callable[[str, str, float], Sequence[int]]
"""(population, place, instant) -> numbers of the places that are there."""

SLOT = 4092
"""Slot of a thief as a holder of credentials."""


class Incidents:
    """Leaks from the populations of one shard.

    Args:
        scenario: The shard's part of a resolved scenario.
        replication: Number of the replication.
        there_at: Which places of a kind a population has at an instant.
    """

    def __init__(self, scenario: Scenario, replication: int, there_at: There) -> None:
        self._scenario = scenario
        self._replication = replication
        mine = {n: one for n, one in scenario.theft.incidents.items() if one.population in scenario.populations}
        self._incidents = mine
        self._victims = {name: self._victim(name, one, there_at) for name, one in mine.items()}
        self._loot = {(one.population, one.place, self._victims[name]): Loot() for name, one in mine.items()}

    def _victim(self, name: str, incident: Incident, there_at: There) -> int:
        """Index of the client (of the host, at places of hosts) that is robbed; the first where nobody is there."""
        if incident.client is not None:
            return incident.client
        stream = Stream.of(self._scenario.run.seed, self._replication, f"incident/{name}")
        found = there_at(incident.population, incident.place, incident.at_s)
        return found[int(len(found) * stream.uniform(Purpose.VICTIM, 0))] if found else 0

    def watched(self, population: str, place: str, client: int) -> Loot | None:
        """What remembers what lies at a place, if somebody robs it."""
        return self._loot.get((population, place, client))

    def write(self, recorder: Recorder, access: Access, authority: Authority, clients: range | None) -> None:
        """Follow every thief of what leaked here, and write their stories.

        Args:
            recorder: The shard's sink.
            access: Policies over time.
            authority: Who judges calls.
            clients: The block of clients that was simulated, if not all; a leak is told by its victim's block.
        """
        timeline = Timeline(self._scenario)
        ways = Ways(self._scenario, access)
        for name, incident in self._incidents.items():
            if clients is not None and self._first_client(name) not in clients:
                continue
            victim = self._victims[name]
            holder = Holder(incident.population, victim, SLOT, 0, f"thief-{name}")
            changes = tuple(at for at, _ in access.later)
            means = Means(ways, timeline.endings, changes, incident.renews_when_left_s, holder)
            for kind in incident.thieves:
                self._write_one(recorder, name, kind, self._story(name, kind, means), authority)

    def _first_client(self, name: str) -> int:
        incident, victim = self._incidents[name], self._victims[name]
        per_host = self._scenario.populations[incident.population].per_host
        return victim * per_host if incident.place in PER_HOST else victim

    def _story(self, name: str, kind: str, means: Means) -> Thief:
        """What a thief of one kind takes, and what he makes of it."""
        incident = self._incidents[name]
        loot = self._loot[incident.population, incident.place, self._victims[name]]
        first = first_used_at(incident, name, self._scenario.run.seed, self._replication)
        laid = loot.at(incident.at_s)
        if kind == "foothold":
            laid = loot.within(incident.at_s, incident.at_s + self._scenario.theft.foothold_s)
        items = [Item(one.credential, max(one.from_s, first)) for one in laid]
        items = [item for item in items if item.from_s < item.credential.valid_until_s]
        thief = Thief(means)
        if kind == "copy":
            thief.keep([item for item in items if item.credential.kind not in EXCHANGED])
        else:
            thief.mint(items)
        return thief

    def _write_one(self, recorder: Recorder, name: str, kind: str, thief: Thief, authority: Authority) -> None:
        incident = self._incidents[name]
        seed, n = self._scenario.run.seed, self._replication
        last: Span | None = None
        for action, weight in self._actions(incident).items():
            for span in spans_of(thief.items, authority, action):
                last = span if last is None or span.to_s > last.to_s else last
                recorder.theft_spans.add(span.from_s, 0, (name, kind, action, weight, span.from_s, span.to_s))
        minted = sum(at < self._scenario.run.horizon_s for at in thief.minted_at_s)
        row = (
            name,
            kind,
            incident.population,
            self._victims[name],
            incident.place,
            incident.at_s,
            first_used_at(incident, name, seed, n),
            detected_at(incident, name, seed, n),
            thief.taken,
            minted,
            None if last is None else last.to_s,
            "nothing" if last is None else last.cause,
        )
        recorder.thefts.add(incident.at_s, 0, row)

    def _actions(self, incident: Incident) -> dict[str, float]:
        """What a thief does, and how bad an hour of it is."""
        deeds = deeds_of(self._scenario, incident.population, incident.actions)
        return {deed.action: deed.weight for deed in deeds}
