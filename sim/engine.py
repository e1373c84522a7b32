"""Wire one shard of a scenario and let its time pass. The one place that sees every room."""

from __future__ import annotations

import gc
from collections.abc import Generator, Mapping
from pathlib import Path

from simpy import Event

from sim.campaign import schedule
from sim.client import Client
from sim.clock import Clock
from sim.faults.restart import Restart
from sim.fleet_plain import obstacle
from sim.recorder import Recorder
from sim.scenario import Scenario
from sim.streams import Purpose
from sim.timeline import resolved
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
        self.populations: list[Built] = [build_population(world, name, clients) for name in world.scenario.populations]
        self.recorder = world.recorder
        self._processes: dict[Client, Event] = {}
        if world.scenario.rotation is not None:
            owners = (owner for built in self.populations for owner in built.owners.values())
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
        for built in self.populations:
            self._finish(built)
        self.world.incidents.write(self.recorder, self.world.access, self.world.authority, self.clients)
        return self.recorder.close()

    def _start(self, built: Built) -> None:
        clock = self.clock
        for host in built.chains.hosts.values():
            clock.process(host.run())
        for token in built.chains.tokens.values():
            clock.process(token.run())
        for owner in built.owners.values():
            clock.process(owner.run())
        for _, client in built.clients:
            self._processes[client] = clock.process(client.run())

    def _schedule_restarts(self) -> None:
        by_name = {built.name: built for built in self.populations}
        for number, fault in enumerate(self.world.scenario.timeline):
            if isinstance(fault, Restart) and fault.restart in by_name:
                built = by_name[fault.restart]
                for index, client in built.clients:
                    share = self.world.stream(built.name).uniform(Purpose.RESTART, index, number)
                    self.clock.process(self._restart(built, client, fault.at_s + fault.ramp_s * share))

    def _restart(self, built: Built, client: Client, at: float) -> Generator[Event, None, None]:
        if at < self.world.horizon_s:
            yield self.clock.at(at, client.cache.asker.holder.rank)
            process = self._processes[client]
            if built.first_step.from_ == "access_key":  # it is read again from where it lies
                built.reread(client, at)
                return
            client.restart(process)
            built.reread(client, at)
            if process.triggered:  # it had nothing left to do before the horizon; now it has
                self._processes[client] = self.clock.process(client.run())

    def _finish(self, built: Built) -> None:
        for _, client in built.clients:
            client.finish()
        for person in built.chains.people.values():
            person.finish(self.world.horizon_s)
        for token in built.chains.tokens.values():
            token.finish(self.world.horizon_s)
        for owner in built.owners.values():
            owner.finish()
        for host in built.chains.hosts.values():
            host.finish()


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
            from sim.fleet import Fleet  # loads compiled code that other shards do not need

            return Fleet(world, clients).run()
        return Shard(world, clients).run()
    finally:
        gc.enable()
        gc.collect()
