"""The caches that processes of a host share, one for each step of a chain that says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from sim.caches.cache import Place
from sim.caches.step_caches import SharedCache
from sim.chains.fetching import Asker, Provider
from sim.policies.refresh import Refresh
from sim.providers.step import Step
from sim.sdks.botocore import AWS_CLI_V2
from sim.world import World

__all__ = ["SHARED", "SHARED_SLOT", "HostCaches", "raced", "shared_by_several"]

SHARED: Final = ("host", "file")
"""Scopes of a cache that processes of a host share."""
SHARED_SLOT: Final = 4092
"""Slot of a host as the holder of what its processes share."""
PROCESS_SLOT: Final = 4091
"""Slot of a process as the holder of what its threads share without a lock."""


def raced(step: Step) -> bool:
    """Whether the threads of a process share what the step yields, and all that find it due ask."""
    return step.cache in (None, "process") and step.single_flight is False


def shared_by_several(step: Step) -> bool:
    """Whether what the step yields lies in a cache that several clients ask: those of a host, or of a process."""
    return step.cache in SHARED or raced(step)


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
        self._askers: dict[tuple[int, int], Asker] = {}

    def __iter__(self) -> Iterator[SharedCache]:
        return iter(self._caches.values())

    def of(self, chains: Chains, chain: str, number: int, owner: int) -> SharedCache:
        """The cache of a host, or of a process, at a step of a chain; an upgrade of the step brings another one."""
        step = chains.steps(chain)[number]
        key = (chain, step.model_dump_json(), owner)
        if key not in self._caches:
            asker = self._asker(owner, PROCESS_SLOT if raced(step) else SHARED_SLOT)
            self._caches[key] = SharedCache(
                asker,
                (chains.remembering(asker, chain, number),),
                (_rule(chains, step),),
                self._place(step, owner),
                self._world.recorder,
                single_flight=step.cache == "host" if step.single_flight is None else step.single_flight,
            )
        return self._caches[key]

    def _place(self, step: Step, owner: int) -> Place | None:
        """Where it lies; what the threads of a process share lies with them."""
        if raced(step):
            return None
        return self._world.place("file" if step.cache == "file" else "agent", self._name, owner)

    def _asker(self, owner: int, slot: int) -> Asker:
        if (owner, slot) not in self._askers:
            tag = f"{self._name}-{owner:06d}.p" if slot == PROCESS_SLOT else f"{self._name}-shared{owner:05d}"
            self._askers[owner, slot] = self._world.asker(self._world.holder(self._name, owner, slot, tag))
        return self._askers[owner, slot]


def _rule(chains: Chains, step: Step) -> Refresh:
    """A file has the windows of the SDKs' file cache, an agent those of the SDK; the step's own words win."""
    if step.cache == "file":
        return step.refresh.applied(AWS_CLI_V2.sts)
    return chains.rule(step.model_copy(update={"cache": None}))
