"""Every strategy and replication of a scenario, on as many processes as wished: the same files.

Work is cut into shards. Which process runs a shard, and when, changes nothing: every shard writes files
of its own and draws only what its own keys name.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.engine import simulate
from sim.estimate import estimate_scenario
from sim.manifest import write_manifest, write_run_info
from sim.records import Level
from sim.scenario import Scenario
from sim.shards import shards_of

__all__ = ["Job", "Plan", "Written", "run"]


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


class Job(NamedTuple):
    """One shard of one replication of one strategy."""

    strategy: str
    replication: int
    shard: int
    populations: tuple[str, ...]
    weight: float


class Written(NamedTuple):
    """One file that a job wrote."""

    table: str
    strategy: str
    replication: int
    shard: int
    path: str
    rows: int
    sha256: str


def jobs_of(plan: Plan) -> list[Job]:
    """All jobs of a plan, the heaviest first so that the last ones are short."""
    found: list[Job] = []
    for strategy in plan.strategies:
        scenario = plan.scenario(strategy)
        for shard, populations in enumerate(shards_of(scenario)):
            weight = _weight(scenario, populations)
            found += [Job(strategy, n, shard, populations, weight) for n in range(plan.replications)]
    return sorted(found, key=lambda job: -job.weight)


def _weight(scenario: Scenario, populations: tuple[str, ...]) -> float:
    """Rough cost of a shard, in events."""
    part = {name: scenario.populations[name] for name in populations}
    return 1.0 + estimate_scenario(scenario.model_copy(update={"populations": part})).events


def run(plan: Plan, folder: Path, jobs: int, advance: Callable[[float], None]) -> None:
    """Simulate a plan into an empty folder: tables, run.json, and manifest.json last.

    Args:
        plan: What is to be simulated.
        folder: Empty folder that exists.
        jobs: Worker processes; 1 runs everything in this process.
        advance: Called with the done share of the work, 0 to 1.
    """
    began = time.perf_counter()
    work = jobs_of(plan)
    total, done = sum(job.weight for job in work), 0.0
    written: list[Written] = []
    for job, files in _results(plan, folder, work, jobs):
        written += files
        done += job.weight
        advance(done / total)
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    write_run_info(folder, wall_s=time.perf_counter() - began, jobs=jobs, peak_rss_kib=max(usage))
    write_manifest(folder, plan, sorted(written))


def _results(
    plan: Plan, folder: Path, work: list[Job], jobs: int
) -> Iterator[tuple[Job, list[Written]]]:
    scenarios = {strategy: plan.scenario(strategy) for strategy in plan.strategies}
    if jobs == 1:
        for job in work:
            yield job, _simulate(scenarios[job.strategy], job, folder)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        running: dict[Future[list[Written]], Job] = {
            pool.submit(_simulate, scenarios[job.strategy], job, folder): job for job in work
        }
        try:
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _simulate(scenario: Scenario, job: Job, folder: Path) -> list[Written]:
    """Run one job; in a worker process."""
    target = folder / "tables" / job.strategy / f"r{job.replication:04d}"
    tables = simulate(scenario, job.replication, job.shard, job.populations, target)
    return [
        Written(
            table,
            job.strategy,
            job.replication,
            job.shard,
            str((target / f"{table}.s{job.shard:02d}.parquet").relative_to(folder)),
            rows,
            sha256,
        )
        for table, (rows, sha256) in tables.items()
    ]


