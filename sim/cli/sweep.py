"""How far the answer depends on what was assumed: one input at a time, simulated and summarised in turn.

It calls both packages, which is why it belongs to the command and to neither of them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import summary
from sim import assumptions, runner
from sim.loading import scenario_file
from sim.loading.scenario_file import Loaded
from sim.plan import Plan
from sim.records import SCHEMA_VERSION

__all__ = ["ASSUMPTIONS", "Sweep", "prepare", "write"]

ASSUMPTIONS = "assumptions.json"
"""Name of the file in the results folder."""

_KEPT = ("metric", "strategy", "selector", "mean")


@dataclass(frozen=True, slots=True)
class Sweep:
    """What has to be simulated, all of it valid.

    Attributes:
        base: The scenario as it stands.
        ends: The scenario with one assumed input at one end of its range, per variant.
    """

    base: Loaded
    ends: tuple[tuple[assumptions.Variant, Loaded], ...]


def prepare(scenario: Path, settings: Mapping[str, object]) -> Sweep:
    """Resolve every variant before anything is simulated.

    Args:
        scenario: The scenario file.
        settings: Settings of the command line, which hold in every variant too.

    Raises:
        ScenarioError: An end of a range makes a scenario that is not valid.
    """
    base = scenario_file.load(scenario, settings)
    variants = assumptions.variants(base)
    return Sweep(base, tuple((one, scenario_file.load(scenario, {**settings, **one.settings})) for one in variants))


def write(sweep: Sweep, folder: Path, jobs: int, advance: Callable[[float], None]) -> None:
    """Simulate every assumed input at both ends of its range and write assumptions.json.

    Each end is one replication with the same seed, and so is the base that it is compared with.

    Args:
        sweep: What has to be simulated.
        folder: Results folder to write into.
        jobs: Worker processes.
        advance: Takes the share that is done.
    """
    steps = _steps(advance, len(sweep.ends) + 1)
    known: runner.Known = {}
    with tempfile.TemporaryDirectory(prefix="credflow-") as kept:
        base = _metrics(sweep.base, jobs, next(steps), Path(kept), known)
        results = [
            {"path": variant.path, "end": variant.end, "value": variant.value, **row}
            for variant, end in sweep.ends
            for row in _end_metrics(end, jobs, next(steps), known)
        ]
    content = {"schema": SCHEMA_VERSION, "inputs": assumptions.inputs(sweep.base), "results": results, "base": base}
    (folder / ASSUMPTIONS).write_text(json.dumps(content, allow_nan=False) + "\n", encoding="utf-8")


def _end_metrics(
    loaded: Loaded, jobs: int, advance: Callable[[float], None], known: runner.Known
) -> list[dict[str, Any]]:
    """Metrics of one end of a range, simulated in a folder that does not stay."""
    with tempfile.TemporaryDirectory(prefix="credflow-") as name:
        return _metrics(loaded, jobs, advance, Path(name), known)


def _metrics(
    loaded: Loaded, jobs: int, advance: Callable[[float], None], folder: Path, known: runner.Known
) -> list[dict[str, Any]]:
    """Metrics of one replication of all strategies; what the input does not touch is taken from the base."""
    run = loaded.base.run
    plan = Plan(loaded.base.name, loaded.strategies, run.seed, 1, run.record)
    runner.run(plan, folder, jobs, advance, known)
    found = summary.summarise(folder, jobs)
    return [{key: row[key] for key in _KEPT} for row in found["metrics"]]


def _steps(advance: Callable[[float], None], count: int) -> Iterator[Callable[[float], None]]:
    """One callback per run, each for its own part of the whole."""
    for done in range(count):
        yield lambda share, done=done: advance((done + share) / count)  # type: ignore[misc]
