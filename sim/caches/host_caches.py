"""The caches that processes of a host share, one for each step of a chain that says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from sim.caches.step_caches import SharedCache
from sim.chains.fetching import Asker, Provider
from sim.policies.refresh import Refresh
from sim.providers.step import Step
from sim.sdks.botocore import AWS_CLI_V2
from sim.world import World

__all__ = ["SHARED", "SHARED_SLOT", "HostCaches"]

SHARED: Final = ("host", "file")
"""Scopes of a cache that processes of a host share."""
SHARED_SLOT: Final = 4092
"""Slot of a host as the holder of what its processes share."""


class Chains(Protocol):
    """Whoever builds providers."""

    def steps(self, chain: str) -> tuple[Step, ...]:
        """The steps of a chain."""

    def rule(self, step: Step) -> Refresh:
        """Refresh windows at a step."""

    def remembering(self, asker: Asker, chain: str, number: int) -> Provider:
        """A step's provider, whose failures are remembered if the step says so."""


class HostCaches:
    """The shared caches of one population's hosts, over all its versions.

    Args:
        world: What the clients meet.
        population: Name of the population.
    """

    def __init__(self, world: World, population: str) -> None:
        self._world = world
        self._name = population
        self._caches: dict[tuple[str, str, int], SharedCache] = {}
        self._askers: dict[int, Asker] = {}

    def __iter__(self) -> Iterator[SharedCache]:
        return iter(self._caches.values())

    def of(self, chains: Chains, chain: str, number: int, host: int) -> SharedCache:
        """The cache of a host at a step of a chain; an upgrade that changes the step brings another one."""
        step = chains.steps(chain)[number]
        key = (chain, step.model_dump_json(), host)
        if key not in self._caches:
            asker = self._asker(host)
            self._caches[key] = SharedCache(
                asker,
                (chains.remembering(asker, chain, number),),
                (_rule(chains, step),),
                self._world.place("file" if step.cache == "file" else "agent", self._name, host),
                self._world.recorder,
                single_flight=step.cache == "host",
            )
        return self._caches[key]

    def _asker(self, host: int) -> Asker:
        if host not in self._askers:
            holder = self._world.holder(self._name, host, SHARED_SLOT, f"{self._name}-shared{host:05d}")
            self._askers[host] = self._world.asker(holder)
        return self._askers[host]


def _rule(chains: Chains, step: Step) -> Refresh:
    """A file has the windows of the SDKs' file cache, an agent those of the SDK; the step's own words win."""
    if step.cache == "file":
        return step.refresh.applied(AWS_CLI_V2.sts)
    return chains.rule(step.model_copy(update={"cache": None}))
