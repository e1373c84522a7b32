"""The commands that simulate or read results: run, compare, report, explain."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from analysis import checks, report, summary
from analysis.explain import Client, explain, slots, told
from analysis.load import Results
from sim import estimate, results_folder, runner
from sim.cli import sweep
from sim.cli.loading import load
from sim.cli.names import client_of, one_of
from sim.cli.overview import show_checks, show_overview
from sim.cli.parser import Arguments
from sim.cli.screen import Stage, progress
from sim.cli.settings import settings_of
from sim.loading import scenario_file
from sim.loading.scenario_file import Loaded
from sim.plan import Plan
from sim.validation.notes import notes

__all__ = ["COMMANDS"]


def _run(arguments: Arguments) -> int:
    loaded = _loaded(arguments)
    plan = _plan(loaded, arguments.strategy)
    target = _target(arguments.out, plan)
    with progress(arguments.quiet) as stage, results_folder.writing(target) as folder:
        runner.run(plan, folder, arguments.jobs, stage("simulate"))
    results_folder.point_latest(target)
    print(target)
    return 0


def _compare(arguments: Arguments) -> int:
    loaded = _loaded(arguments)
    plan = _plan(loaded, [])
    swept = sweep.prepare(arguments.scenario, settings_of(arguments)) if arguments.assumptions else None
    target = _target(arguments.out, plan)
    summarised: dict[str, Any] | Exception
    with progress(arguments.quiet) as stage, results_folder.writing(target) as folder:
        runner.run(plan, folder, arguments.jobs, stage("simulate"))
        try:
            if swept is not None:
                sweep.write(swept, folder, arguments.jobs, stage("assumptions"))
            summarised = _report_into(folder, arguments.jobs, stage)
        except Exception as error:  # the records are whole: keep them, then fail
            summarised = error
    results_folder.point_latest(target)
    if isinstance(summarised, Exception):
        sys.stderr.write(f"credflow: the records are in {target}, the report failed; try: credflow report {target}\n")
        raise summarised
    return _verdict(target, summarised, arguments.quiet)


def _report(arguments: Arguments) -> int:
    folder = results_folder.checked(arguments.folder)
    results_folder.require_writable(folder)
    with progress(arguments.quiet) as stage:
        summarised = _report_into(folder, arguments.jobs, stage)
    return _verdict(arguments.folder, summarised, arguments.quiet)


def _explain(arguments: Arguments) -> int:
    if not arguments.source.is_dir():
        return _explain_scenario(arguments)
    return _tell(Results(results_folder.checked(arguments.source)), arguments)


def _explain_scenario(arguments: Arguments) -> int:
    """One replication of the scenario in a temporary folder, then the story from its records."""
    loaded = scenario_file.load(
        arguments.source, {**settings_of(arguments), "run.replications": arguments.replication + 1}
    )
    strategy = one_of("strategy", arguments.strategy or _baseline(loaded), loaded.strategies)
    client_of(arguments.client, loaded.strategies[strategy].populations)
    estimate.require_affordable(loaded, "`credflow run --yes` it and explain its results folder")
    with tempfile.TemporaryDirectory(prefix="credflow-") as name, progress(arguments.quiet) as stage:
        runner.run(_plan(loaded, [strategy]), Path(name), 1, stage("simulate"))
        return _tell(Results(Path(name)), arguments)


def _tell(results: Results, arguments: Arguments) -> int:
    strategy = one_of("strategy", arguments.strategy or results.baseline, results.strategies)
    one_of("replication", str(arguments.replication), [str(index) for index in range(results.replications)])
    client = Client(*client_of(arguments.client, results.scenario(strategy)["populations"]))
    if client.slot is not None:
        known = slots(results, client, strategy, arguments.replication)
        one_of("client", arguments.client, [f"{client.population}/{client.index}/{slot}" for slot in known])
    for line in told(explain(results, client, strategy, arguments.replication), results):
        print(line)
    return 0


def _loaded(arguments: Arguments) -> Loaded:
    loaded = load(arguments)
    if not arguments.yes:
        estimate.require_affordable(loaded)
    for text in () if arguments.quiet else notes(loaded.strategies.values()):
        sys.stderr.write(f"note: {text}\n")
    return loaded


def _plan(loaded: Loaded, names: list[str]) -> Plan:
    wanted = [one_of("strategy", name, loaded.strategies) for name in names] or list(loaded.strategies)
    run = loaded.base.run
    strategies = {name: scenario for name, scenario in loaded.strategies.items() if name in wanted}
    return Plan(loaded.base.name, strategies, run.seed, run.replications, run.record)


def _baseline(loaded: Loaded) -> str:
    return loaded.base.baseline or next(iter(loaded.strategies))


def _target(out: Path, plan: Plan) -> Path:
    name = results_folder.run_id(plan.seed, plan.replications, plan.level, plan.strategies)
    return out / plan.name / name


def _report_into(folder: Path, jobs: int, stage: Stage) -> dict[str, Any]:
    summarised = summary.summarise(folder, jobs, stage("summarise"))
    report.write(folder)
    return summarised


def _verdict(folder: Path, summarised: dict[str, Any], quiet: bool) -> int:
    """Print the tables and, as the last line, the report's path; 1 if a check of the scenario failed."""
    results = Results(folder)
    outcomes = checks.evaluate(results, summarised)
    if not quiet:
        show_overview(summarised, results.strategies)
        show_checks(outcomes)
    print(folder / "report.html")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


COMMANDS: Final[Mapping[str, Callable[[Arguments], int]]] = {
    "run": _run,
    "compare": _compare,
    "report": _report,
    "explain": _explain,
}
"""Command -> what it does; returns the exit code."""
