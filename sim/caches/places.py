"""Places where credentials lie: which one if the scenario does not say, and who would have found what there."""

from __future__ import annotations

from sim.chains.fetching import Asker
from sim.credentials import Credential
from sim.principals.population import Population
from sim.providers.step import Step
from sim.recorder import Recorder
from sim.thieves.grants import Grants
from sim.thieves.loot import Loot

__all__ = ["Place", "place_of"]


class Place:
    """Writes what lies at one place, and who would have found it there.

    Args:
        name: laptop, process, imds, repository, ...
        recorder: The shard's sink.
        horizon_s: End of the run; nothing is written past it.
        grants: What names what lies here by what it is good for.
        probes: Instants at which a sampled thief looks here, ascending.
        loot: What remembers all that lies here, where an incident is told of it.
    """

    __slots__ = ("_grants", "_horizon_s", "_loot", "_probes", "_recorder", "name")

    def __init__(
        self,
        name: str,
        recorder: Recorder,
        horizon_s: float,
        grants: Grants,
        probes: tuple[float, ...] = (),
        loot: Loot | None = None,
    ) -> None:
        self.name = name
        self._recorder = recorder
        self._horizon_s = horizon_s
        self._grants = grants
        self._probes = probes
        self._loot = loot

    @property
    def written(self) -> bool:
        """Whether anything that lies here is ever written."""
        return bool(self._probes) or self._loot is not None or self._recorder.holdings is not None

    def held(self, credential: Credential, start: float, stop: float, due: float, copies: int, asker: Asker) -> None:
        """Write that `credential` lay here in [start, stop), clipped to the run."""
        start, stop = max(start, 0.0), min(stop, self._horizon_s)
        if stop <= start:
            return
        if self._loot is not None:
            self._loot.lay(credential, start, stop)
        holder = asker.holder
        who = (holder.population, holder.client, holder.slot)
        terms = (credential.valid_until_s, credential.mint_until_s)
        for at in self._probes:
            if start <= at < stop and credential.valid_until_s > at:
                self._recorder.probes.add(due, holder.rank, (at, *who, self.name, credential.id, stop, *terms))
        if self._recorder.holdings is not None:
            what = (self.name, *who, credential.id, credential.kind, start, stop, *terms, copies, credential.end_cause)
            self._recorder.holdings.add(due, holder.rank, (*what, self._grants.of(credential)))


def place_of(step: Step, population: Population) -> str:
    """Where a step's credential lies, if the scenario does not say."""
    if step.place is not None:
        return step.place
    if step.way == "console" or (step.from_ == "password" and step.way != "login"):
        return "browser"
    return "laptop" if population.people else "process"
