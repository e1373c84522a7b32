"""What is to be simulated, and the files that come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.records import TABLES, Level
from sim.scenario import Scenario

__all__ = ["Plan", "Target", "Written"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated.

    Attributes:
        name: Name of the scenario.
        strategies: Resolved scenario of every strategy, in the file's order.
        seed: Seed of every draw.
        replications: Independent repetitions of each strategy.
        level: How much is recorded.
    """

    name: str
    strategies: dict[str, Scenario]
    seed: int
    replications: int
    level: Level

    def scenario(self, strategy: str) -> Scenario:
        """The scenario of a strategy with the plan's seed and level."""
        scenario = self.strategies[strategy]
        settings = {"seed": self.seed, "record": self.level, "replications": self.replications}
        return scenario.model_copy(update={"run": scenario.run.model_copy(update=settings)})


class Target(NamedTuple):
    """Where the files of a shard belong."""

    strategy: str
    replication: int
    shard: int
    unanswered: bool = False
    """Whether they are what would have been had nobody responded to an incident."""

    def tables(self, level: Level) -> dict[str, str]:
        """Table that the engine writes -> what it is called here."""
        if self.unanswered:
            return {one.without_response: one.name for one in TABLES.values() if one.without_response}
        return {one.name: one.name for one in TABLES.values() if not one.without_response and level in one.levels}

    def path(self, table: str) -> str:
        """Path of a table's file within the results folder."""
        return f"tables/{self.strategy}/r{self.replication:04d}/{table}.s{self.shard:02d}.parquet"


class Written(NamedTuple):
    """One file that a job wrote."""

    table: str
    strategy: str
    replication: int
    shard: int
    path: str
    rows: int
    sha256: str
