"""Every strategy and replication of a scenario, on as many processes as wished: the same files.

Work is cut into shards. Which process runs a shard, and when, changes nothing: every shard writes files
of its own and draws only what its own keys name.
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sim.engine import simulate
from sim.estimate import estimate_scenario
from sim.manifest import write_manifest, write_run_info
from sim.plan import Plan, Target, Written
from sim.records import TABLES, Level
from sim.scenario import Scenario
from sim.shards import blocks_of, part_of, shards_of
from sim.timeline.timeline import unanswered

__all__ = ["Job", "run"]


class Job(NamedTuple):
    """One shard to simulate, or a block of its clients, once for all strategies in which it is the same."""

    key: str
    part: Scenario
    clients: range | None
    replication: int
    targets: tuple[Target, ...]
    weight: float


Known = dict[str, list[tuple[Path, Written]]]
"""Files of shards that were simulated before, by the job's key."""


def jobs_of(plan: Plan) -> list[Job]:
    """All jobs of a plan, the heaviest first so that the last ones are short."""
    parts: dict[str, tuple[Scenario, range | None]] = {}
    targets: dict[str, list[tuple[str, int, bool]]] = {}
    for strategy, scenario, is_unanswered in _told(plan):
        for shard, (part, clients) in enumerate(_cut(scenario)):
            key = f"{clients}/{part.model_dump_json()}"
            parts[key] = part, clients
            targets.setdefault(key, []).append((strategy, shard, is_unanswered))
    jobs = [
        Job(
            f"{n}/{targets[key][0][2]}/{key}",
            part,
            clients,
            n,
            tuple(Target(strategy, n, shard, is_unanswered) for strategy, shard, is_unanswered in targets[key]),
            _weight(part, clients),
        )
        for key, (part, clients) in parts.items()
        for n in range(plan.replications)
    ]
    return sorted(jobs, key=lambda job: -job.weight)


def _told(plan: Plan) -> Iterator[tuple[str, Scenario, bool]]:
    """Every strategy with its scenario; behind them, where somebody responds to incidents, what if nobody did."""
    yield from ((strategy, plan.scenario(strategy), False) for strategy in plan.strategies)
    for strategy in plan.strategies if plan.level is not Level.SUMMARY else ():
        without = unanswered(plan.scenario(strategy))
        if without is not None:
            yield strategy, without, True


def _cut(scenario: Scenario) -> Iterator[tuple[Scenario, range | None]]:
    """The shards of a scenario, those without any contention in blocks of clients."""
    for populations in shards_of(scenario):
        part = part_of(scenario, populations)
        yield from ((part, clients) for clients in blocks_of(part) or (None,))


def _weight(part: Scenario, clients: range | None) -> float:
    """Rough cost of a shard, in events."""
    count = sum(population.count for population in part.populations.values())
    return 1.0 + estimate_scenario(part).events * (1.0 if clients is None else len(clients) / count)


def run(plan: Plan, folder: Path, jobs: int, advance: Callable[[float], None], known: Known | None = None) -> None:
    """Simulate a plan into an empty folder: tables, run.json, and manifest.json last.

    Args:
        plan: What is to be simulated.
        folder: Empty folder that exists.
        jobs: Worker processes; 1 runs everything in this process.
        advance: Called with the done share of the work, 0 to 1.
        known: Shards simulated before, whose files are taken over instead; an empty one is filled.
    """
    began = time.perf_counter()
    fill = known is not None and not known
    work = jobs_of(plan)
    total, done = sum(job.weight for job in work), 0.0
    written: list[Written] = []
    for job, files in _results(plan, folder, work, jobs, {} if known is None or fill else known):
        written += files
        done += job.weight
        advance(done / total)
        if fill and known is not None:
            known[job.key] = [(folder / file.path, file) for file in files if _is_of(file, job.targets[0])]
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    write_run_info(folder, wall_s=time.perf_counter() - began, jobs=jobs, peak_rss_kib=max(usage))
    write_manifest(folder, plan, sorted(written))


def _results(plan: Plan, folder: Path, work: list[Job], jobs: int, known: Known) -> Iterator[tuple[Job, list[Written]]]:
    for strategy in plan.strategies:
        for n in range(plan.replications):
            (folder / "tables" / strategy / f"r{n:04d}").mkdir(parents=True)
    yield from ((job, _take_over(job, folder, known)) for job in work if job.key in known)
    work = [job for job in work if job.key not in known]
    gc.collect()
    gc.freeze()  # so that no collection in a worker walks what was there before
    if jobs == 1:
        for job in work:
            yield job, _simulate(job, folder)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        running: dict[Future[list[Written]], Job] = {pool.submit(_simulate, job, folder): job for job in work}
        try:
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _simulate(job: Job, folder: Path) -> list[Written]:
    """Run one job, in a worker process, and give its files to every strategy it serves."""
    first, level = job.targets[0], job.part.run.record
    names = first.tables(level)
    with TemporaryDirectory(dir=folder, prefix=".unanswered-") as scratch:
        paths = {name: Path(scratch) / name for name in first._replace(unanswered=False).tables(level)}
        paths |= {name: folder / first.path(called) for name, called in names.items()}
        tables = simulate(job.part, job.replication, paths, job.clients)
    written = [Written(called, *first[:3], first.path(called), *tables[name]) for name, called in names.items()]
    files = [(folder / file.path, file) for file in written]
    return written + list(_copies(files, job.targets[1:], level, folder))


def _take_over(job: Job, folder: Path, known: Known) -> list[Written]:
    """The files of a job that was simulated before."""
    return list(_copies(known[job.key], job.targets, job.part.run.record, folder))


def _copies(
    files: list[tuple[Path, Written]], targets: Iterable[Target], level: Level, folder: Path
) -> Iterator[Written]:
    """The files that each target has, under its own names."""
    for target in targets:
        names = target.tables(level)
        for path, file in files:
            called = names.get(TABLES[file.table].without_response or file.table)
            if called is not None:
                yield _copy(path, file, target, called, folder)


def _copy(path: Path, file: Written, target: Target, table: str, folder: Path) -> Written:
    """The same rows for another strategy or shard: a second name of the file where the disk has those."""
    copy = folder / target.path(table)
    try:
        os.link(path, copy)
    except OSError:
        shutil.copyfile(path, copy)
    return Written(table, *target[:3], target.path(table), file.rows, file.sha256)


def _is_of(file: Written, target: Target) -> bool:
    """Whether a file was written for a target."""
    return file[1:4] == target[:3] and bool(TABLES[file.table].without_response) == target.unanswered
