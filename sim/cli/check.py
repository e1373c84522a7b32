"""The command `check`: runs scenarios and tells whether what comes out is what their `checks` expect."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from analysis.checks import Outcome, measure
from sim import estimate, results_folder, runner
from sim.cli import incidents_table, junit
from sim.cli.files import require_files
from sim.cli.loading import load_file
from sim.cli.parser import Arguments
from sim.cli.screen import number, progress
from sim.cli.settings import settings_of
from sim.loading.scenario_file import Loaded
from sim.plan import Plan
from sim.problems import Problem, ScenarioError
from sim.scenario import Check, Scenario

__all__ = ["Checked", "Row", "check"]


@dataclass(frozen=True, slots=True)
class Row:
    """A check of the file with its outcome in one strategy."""

    check: Check
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Checked:
    """How one scenario came out.

    Attributes:
        file: The scenario file.
        name: Name of the scenario.
        threads: Sources it is built from.
        rows: Its checks, one for each strategy they hold for.
        seconds: How long it took, s.
    """

    file: str
    name: str
    threads: tuple[str, ...]
    rows: tuple[Row, ...]
    seconds: float

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The checks that did not come out."""
        return tuple(row.outcome for row in self.rows if not row.outcome.passed)

    @property
    def kind(self) -> str:
        """`reproduced` with a predicted output that a thread reports, else `illustration`; empty without threads."""
        if not self.threads:
            return ""
        is_reproduced = any(row.check.word == "predicted" and row.check.published is not None for row in self.rows)
        return "reproduced" if is_reproduced else "illustration"


def check(arguments: Arguments) -> int:
    """Run every scenario that is named or lies in a named folder; 1 if a check failed.

    Raises:
        ScenarioError: A path without scenarios, or problems of any scenario, before any is run.
    """
    require_files(junit=arguments.junit, table=arguments.table)
    settings = settings_of(arguments)
    loaded = _load_all(_files(arguments.paths), settings)
    done: list[Checked] = []
    with progress(arguments.quiet or arguments.json) as stage:
        advance = stage("check")
        for one in _run_all(loaded, arguments.jobs, arguments.out):
            done.append(one)
            advance(len(done) / len(loaded))
            if not arguments.json:
                print(_line(one, max(len(each.base.name) for each in loaded.values())), flush=True)
    _write(arguments, done)
    return 1 if any(one.failed for one in done) else 0


def _files(paths: Sequence[Path]) -> list[Path]:
    """All scenario files, folders searched to the bottom, each once."""
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for path in paths:
        inner = sorted(p for p in path.rglob("*") if p.suffix in {".yaml", ".yml"}) if path.is_dir() else [path]
        if not inner:
            problems.append(Problem("holds no scenario (*.yaml); name a scenario file or a folder of them", str(path)))
        found.update(dict.fromkeys(inner))
    if problems:
        raise ScenarioError(problems)
    return list(found)


def _load_all(files: Sequence[Path], settings: Mapping[str, object]) -> dict[Path, Loaded]:
    """Every scenario, or the problems of all of them."""
    loaded: dict[Path, Loaded] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            loaded[file] = load_file(file, settings)
            estimate.require_affordable(loaded[file])
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return loaded


def _run_all(loaded: Mapping[Path, Loaded], jobs: int, out: Path | None) -> Iterator[Checked]:
    """The scenarios in their order: side by side, or a single one on all processes."""
    work = [(str(file), one.base, one.strategies) for file, one in loaded.items()]
    if jobs == 1 or len(work) == 1:
        yield from (_run(one, jobs, out) for one in work)
        return
    # Spawned, not forked: pyarrow's threads do not survive a fork.
    with ProcessPoolExecutor(min(jobs, len(work)), get_context("spawn"), _leave_interrupts) as pool:
        try:
            yield from pool.map(partial(_run, jobs=1, out=out), work)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _leave_interrupts() -> None:
    """Ctrl-C is the parent's business: it ends its workers, which would only print tracebacks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(one: tuple[str, Scenario, dict[str, Scenario]], jobs: int, out: Path | None) -> Checked:
    """Simulate one scenario and evaluate its checks; nothing is kept without `out`."""
    file, base, strategies = one
    began = time.perf_counter()
    outcomes = _outcomes(base, strategies, jobs, out) if base.checks else []
    rows = tuple(Row(base.checks[outcome.index], outcome) for outcome in outcomes)
    return Checked(file, base.name, base.threads, rows, time.perf_counter() - began)


def _outcomes(base: Scenario, strategies: dict[str, Scenario], jobs: int, out: Path | None) -> list[Outcome]:
    plan = Plan(base.name, strategies, base.run.seed, base.run.replications, base.run.record)
    if out is None:
        with tempfile.TemporaryDirectory(prefix="credflow-") as name:
            runner.run(plan, Path(name), jobs, lambda _share: None)
            return measure(Path(name))
    target = out / plan.name / results_folder.run_id(plan.seed, plan.replications, plan.level, plan.strategies)
    with results_folder.writing(target) as folder:
        runner.run(plan, folder, jobs, lambda _share: None)
    results_folder.point_latest(target)
    return measure(target)


def _line(one: Checked, width: int) -> str:
    """One scenario in one line: red or green, its name, what it is worth, and what failed."""
    if not one.rows:
        return f"none   {one.name:{width}}  no checks"
    colour = "red" if one.failed else "green"
    said = f"{len(one.rows)} checks" if not one.failed else f"{len(one.failed)} of {len(one.rows)} checks failed: "
    return f"{colour:5}  {one.name:{width}}  {one.kind:12}  {said}" + "; ".join(map(_failure, one.failed))


def _failure(outcome: Outcome) -> str:
    low, high = (number(end) if end is not None else "any" for end in (outcome.low, outcome.high))
    what = " ".join(part for part in (outcome.strategy, outcome.check, outcome.when) if part)
    return f"{what} = {outcome.reason or number(outcome.value)}, expected {low} to {high}"


def _write(arguments: Arguments, done: Sequence[Checked]) -> None:
    if arguments.json:
        json.dump([_plain(one) for one in done], sys.stdout, indent=2, allow_nan=False)
        sys.stdout.write("\n")
    if arguments.junit is not None:
        junit.write(arguments.junit, [case for one in done for case in _cases(one)])
    if arguments.table is not None:
        incidents_table.write(arguments.table, [_plain(one) for one in done])


def _plain(one: Checked) -> dict[str, Any]:
    return {
        "file": one.file,
        "name": one.name,
        "threads": list(one.threads),
        "kind": one.kind,
        "passed": not one.failed,
        "seconds": round(one.seconds, 3),
        "checks": [_plain_row(row) for row in one.rows],
    }


def _plain_row(row: Row) -> dict[str, Any]:
    outcome = row.outcome
    return {
        "strategy": outcome.strategy,
        "metric": outcome.check,
        "when": outcome.when,
        "expected": [outcome.low, outcome.high],
        "value": outcome.value,
        "interval": [outcome.value_low, outcome.value_high],
        "reason": outcome.reason,
        "passed": outcome.passed,
        "word": row.check.word,
        "published": row.check.published,
        "thread": row.check.thread,
    }


def _cases(one: Checked) -> Iterator[junit.Case]:
    if not one.rows:
        yield junit.Case(one.name, "checks", skipped="the scenario has no checks")
    for row in one.rows:
        outcome = row.outcome
        name = " ".join(part for part in (outcome.strategy, outcome.check, outcome.when) if part)
        yield junit.Case(one.name, name, one.seconds / len(one.rows), "" if outcome.passed else _failure(outcome))
