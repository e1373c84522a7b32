"""Wire one shard of a scenario and let its time pass. The one place that sees every room."""

from __future__ import annotations

import gc
from collections.abc import Generator, Mapping
from pathlib import Path

from simpy import Event

from sim.clients.client import Client
from sim.clock import BEFORE_CLIENTS, Clock
from sim.faults.restart import Restart
from sim.fleet.plain import obstacle
from sim.keys.campaign import schedule
from sim.recorder import Recorder
from sim.records import EndReason
from sim.scenario import Scenario
from sim.streams import Purpose
from sim.timeline.lifetimes import Life
from sim.timeline.timeline import resolved
from sim.wiring import Built, build_population
from sim.world import World

__all__ = ["Shard", "simulate"]


class Shard:
    """Populations that meet no client of any other shard.

    Args:
        world: What the clients meet.
        clients: A block of the only population's clients; all of them if None.
    """

    def __init__(self, world: World, clients: range | None = None) -> None:
        self.clock = world.clock
        self.world = world
        self.clients = clients
        names = world.scenario.populations
        self.populations: list[Built] = [built for name in names for built in build_population(world, name, clients)]
        self.recorder = world.recorder
        self._processes: dict[Client, Event] = {}
        if world.scenario.rotation is not None:
            owners = (owner for built in self.populations if not built.version for owner in built.owners.values())
            schedule(world.scenario.rotation, owners)

    def run(self) -> dict[str, tuple[int, str]]:
        """Start every process, pass the time to the horizon, write what is still open.

        Returns:
            Rows and content hash of every table.
        """
        clock, horizon = self.clock, self.world.horizon_s
        for built in self.populations:
            self._start(built)
        self._schedule_restarts()
        clock.until(horizon, self.recorder.flush)
        self._finish()
        self.world.incidents.write(self.recorder, self.world.access, self.world.authority, self.clients)
        self.world.grants.write(self.recorder)
        self.world.spots.write(self.recorder)
        return self.recorder.close()

    def _start(self, built: Built) -> None:
        clock = self.clock
        for thing in built.things:
            clock.process(thing.run())
        if built.lives:
            clock.process(self._pass_lives(built))
        for _, client in built.clients:
            self._processes[client] = client.process = clock.process(client.run())

    def _pass_lives(self, built: Built) -> Generator[Event, None, None]:
        """Let the processes of a population end; those that sign with a key read it when they start."""
        turns: list[tuple[float, int, Client, Life]] = []
        for _, client in built.clients:
            for life in built.lives[client]:
                turns.append((life.stop_s, client.cache.asker.holder.rank, client, life))
                if life.start_s > 0:
                    turns.append((life.start_s, BEFORE_CLIENTS, client, life))
        for at, rank, client, life in sorted(turns, key=lambda turn: turn[:2]):
            if at >= self.world.horizon_s:
                return
            if rank == BEFORE_CLIENTS and not built.reads[client]:
                continue
            yield self.clock.at(at, rank)
            if rank == BEFORE_CLIENTS:
                built.begin(client, at)
            else:
                built.end(client, at)
                self._end(client, life.reason)

    def _schedule_restarts(self) -> None:
        for built in self.populations:
            for number, fault in self.world.timeline.about(Restart, built.name):
                for index, client in built.clients:
                    share = self.world.stream(built.name).uniform(Purpose.RESTART, index, number)
                    self.clock.process(self._restart(built, client, fault.at_s + fault.ramp_s * share))

    def _restart(self, built: Built, client: Client, at: float) -> Generator[Event, None, None]:
        if at < self.world.horizon_s:
            yield self.clock.at(at, client.cache.asker.holder.rank)
            if built.first_step.from_ != "access_key":  # a key is read again from where it lies
                self._end(client, EndReason.RESTARTED)
            built.reread(client, at)

    def _end(self, client: Client, reason: EndReason) -> None:
        """A client's process ends; what calls there are later on start another one."""
        process = self._processes[client]
        client.restart(process, reason)
        if process.triggered:  # it had nothing left to do before the horizon; now it may have
            self._processes[client] = self.clock.process(client.run())

    def _finish(self) -> None:
        """Write what is open at the horizon: clients first, then what they count their calls on."""
        for built in self.populations:
            for _, client in built.clients:
                client.finish()
        for built in self.populations:
            for person in built.chains.staff.people.values():
                person.finish(self.world.horizon_s)
            for shared in built.chains.host_caches:
                shared.close(self.world.horizon_s, EndReason.OPEN)
            for thing in built.things:
                thing.finish()
        for server in self.world.servers.values():
            server.finish()


def simulate(
    scenario: Scenario, replication: int, paths: Mapping[str, Path], clients: range | None = None
) -> dict[str, tuple[int, str]]:
    """Run one shard of one replication into Parquet files.

    What is built lives to the end, so looking for cyclic garbage while it runs would only cost time: the
    collector is off, reference counts free the rest, and the shard itself is collected when it is done.

    Args:
        scenario: The part of a resolved scenario that the shard sees; all its populations are run.
        replication: Number of the replication, from 0.
        paths: File of every table that the scenario's level writes.
        clients: A block of the only population's clients; all of them if None.

    Returns:
        Rows and content hash of every table.
    """
    gc.disable()
    try:
        world = World(resolved(scenario, replication), replication, Recorder(paths, scenario.run.record), Clock())
        if obstacle(world) is None:
            from sim.fleet.fleet import Fleet  # loads compiled code that other shards do not need

            return Fleet(world, clients).run()
        return Shard(world, clients).run()
    finally:
        gc.enable()
        gc.collect()
