"""summary.json: every metric per strategy with its interval, and paired differences to the baseline."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.compare import paired, selector_key, with_holm
from analysis.intervals import LEVEL, estimate
from analysis.load import Results
from analysis.metrics import FAMILIES, METRICS
from analysis.metrics._places import all_places
from analysis.metrics.base import Context, Selector, Value
from sim.records import SCHEMA_VERSION

__all__ = ["context_of", "evaluate", "summarise"]

Cell = tuple[str, Selector]
Cells = dict[Cell, list[Value]]
Places = dict[tuple[str, str], int]
WORTH_ROWS = 1_000_000
"""Rows from which on workers save more than they cost: each needs about 3 s of a core to start, and 5 us a row."""


def summarise(folder: Path, jobs: int = 1, advance: Callable[[float], None] | None = None) -> dict[str, Any]:
    """Compute all metrics of a results folder, write summary.json into it and return its content.

    Args:
        folder: Results folder with manifest and tables (and assumptions.json, if it was computed).
        jobs: Worker processes at most; the result does not depend on it, and few rows are read here.
        advance: Called with the share done, from 0 to 1.

    Raises:
        analysis.load.ResultsError: The folder is not a results folder of this schema version.
    """
    results = Results(folder)
    cells = _all_cells(results, jobs, advance or _ignore)
    ranges = _assumed_ranges(results.folder / "assumptions.json")
    summary = {
        "schema": SCHEMA_VERSION,
        "scenario": results.manifest["scenario"],
        "baseline": results.baseline,
        "metrics": list(_metric_rows(cells, ranges)),
        "differences": with_holm(list(_difference_rows(cells, results.baseline))),
    }
    _write(results.folder / "summary.json", summary)
    return summary


def evaluate(folder: Path, strategy: str, replication: int, places: Places) -> list[Value]:
    """All metrics of one strategy and replication; a table is in memory only while some family needs it."""
    results = Results(folder)
    context = context_of(results, strategy, places)
    waiting = sorted(FAMILIES.values(), key=lambda family: sorted(family.tables))
    columns = _columns()
    frames: dict[str, pd.DataFrame] = {}
    values: list[Value] = []
    while waiting:
        family = waiting.pop(0)
        for table in family.tables:
            if table not in frames:
                frames[table] = results.table(table, strategy, replication, columns[table], labels=True)
        values += family.compute(frames, context)
        wanted = {table for later in waiting for table in later.tables}
        frames = {table: frame for table, frame in frames.items() if table in wanted}
    return values


def _columns() -> dict[str, list[str]]:
    """Table -> columns that some family reads."""
    columns: dict[str, set[str]] = {}
    for family in FAMILIES.values():
        for table, names in family.tables.items():
            columns.setdefault(table, set()).update(names)
    return {table: sorted(names) for table, names in columns.items()}


def context_of(results: Results, strategy: str, places: Places) -> Context:
    """What metrics may know of a strategy beside its tables."""
    scenario = results.scenario(strategy)
    quotas = {(q["account"], q["quota_group"]): float(q["rps"]) for q in results.manifest["quotas"]}
    for account, spec in scenario["accounts"].items():
        own = {(account, group): q["rps"] for group, q in spec["quotas"].items() if isinstance(q, Mapping)}
        quotas |= own
    return Context(scenario, results.horizon_s, results.level, quotas, places)


def _all_cells(results: Results, jobs: int, advance: Callable[[float], None]) -> dict[str, Cells]:
    """Strategy -> (metric, selector) -> one value per replication; sums that are absent are 0."""
    cells: dict[str, Cells] = {strategy: {} for strategy in results.strategies}
    tasks = [(s, r) for s in results.strategies for r in range(results.replications)]
    places = all_places(results)
    work = partial(_task, results.folder, places)
    jobs = jobs if sum(table["rows"] for table in results.manifest["tables"]) >= WORTH_ROWS else 1
    for done, ((strategy, replication), values) in enumerate(zip(tasks, _map(work, tasks, jobs), strict=True), 1):
        for value in values:
            own = cells[strategy].setdefault((value.metric, value.selector), _blank(value, results.replications))
            own[replication] = value
        advance(done / len(tasks))
    _fill(cells, results.replications)
    return cells


def _task(folder: Path, places: Mapping[str, Places], task: tuple[str, int]) -> list[Value]:
    return evaluate(folder, *task, places[task[0]])


def _map(
    work: Callable[[tuple[str, int]], list[Value]], tasks: list[tuple[str, int]], jobs: int
) -> Iterator[list[Value]]:
    if jobs <= 1 or len(tasks) == 1:
        yield from map(work, tasks)
        return
    # Spawned, not forked: pyarrow's threads do not survive a fork.
    with ProcessPoolExecutor(min(jobs, len(tasks)), get_context("spawn"), _leave_interrupts) as pool:
        try:
            yield from pool.map(work, tasks)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _leave_interrupts() -> None:
    """Ctrl-C is the parent's business: it ends its workers, which would only print tracebacks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _blank(like: Value, replications: int) -> list[Value]:
    """What a replication without the selector has: 0 for a sum, nothing otherwise."""
    is_zero = METRICS[like.metric].is_sum or METRICS[like.metric].is_count
    absent = Value(like.metric, like.selector, 0.0 if is_zero else float("nan"), over=1.0 if is_zero else 0.0)
    return [absent] * replications


def _fill(cells: dict[str, Cells], replications: int) -> None:
    """Give every strategy the selectors of all others, where absence means 0."""
    for cell in sorted({cell for own in cells.values() for cell in own}):
        metric = METRICS[cell[0]]
        if metric.is_sum or metric.is_count:
            for own in cells.values():
                own.setdefault(cell, _blank(Value(*cell, 0.0), replications))


def _numbers(values: list[Value]) -> tuple[list[float], list[float] | None]:
    """Values and denominators; None for the latter where nothing is a ratio."""
    over = [value.over for value in values]
    return [value.value for value in values], None if all(o == 1 for o in over) else over


def _ordered(cells: dict[str, Cells]) -> list[Cell]:
    rank = {name: i for i, name in enumerate(METRICS)}
    return sorted({cell for own in cells.values() for cell in own}, key=lambda cell: (rank[cell[0]], cell[1]))


def _about(cell: Cell) -> dict[str, Any]:
    return {"metric": cell[0], "selector": dict(cell[1]) or None, "unit": METRICS[cell[0]].unit}


def _metric_rows(cells: dict[str, Cells], ranges: Mapping[str, tuple[float, float]]) -> Iterator[dict[str, Any]]:
    for cell in _ordered(cells):
        for strategy in (name for name, own in cells.items() if cell in own):
            values = cells[strategy][cell]
            low, high = ranges.get(_range_key(cell[0], strategy, dict(cell[1])), (None, None))
            yield _about(cell) | {"strategy": strategy, "assumed_low": low, "assumed_high": high} | _estimated(values)


def _estimated(values: list[Value]) -> dict[str, Any]:
    numbers, over = _numbers(values)
    found = estimate(numbers, over, is_count=METRICS[values[0].metric].is_count)
    row: dict[str, Any] = {"mean": found.mean, "low": found.low, "high": found.high}
    row |= {"level": LEVEL, "replications": len(values)}
    if found.mean is None:
        row["reason"] = next((value.reason for value in values if value.reason), found.reason)
    if found.p_any_high is not None:
        row["p_any_high"] = found.p_any_high
    never = [value.never_share for value in values if value.never_share is not None]
    if any(never):
        row["never_share"] = float(np.mean(never))
    return row


def _difference_rows(cells: dict[str, Cells], baseline: str) -> Iterator[dict[str, Any]]:
    for cell in _ordered(cells):
        for strategy in (name for name in cells if name != baseline):
            if cell in cells[strategy] and cell in cells[baseline]:
                about = _about(cell) | {"baseline": baseline, "strategy": strategy}
                yield about | _compared(cells[strategy][cell], cells[baseline][cell])


def _compared(ours: list[Value], theirs: list[Value]) -> dict[str, Any]:
    (a, a_over), (b, b_over) = _numbers(ours), _numbers(theirs)
    found = paired(a, b, a_over, b_over)
    row: dict[str, Any] = {"mean": found.mean, "low": found.low, "high": found.high}
    row |= {"correlation": found.correlation, "p": found.p}
    if found.mean is None:
        row["reason"] = next((value.reason for value in (*ours, *theirs) if value.reason), found.reason)
    return row


def _range_key(metric: str, strategy: str, selector: Mapping[str, str] | None) -> str:
    return f"{metric} {strategy} {selector_key(selector)}"


def _assumed_ranges(path: Path) -> dict[str, tuple[float, float]]:
    """Lowest and highest mean over the base and all variants of the assumed inputs; empty without the file."""
    if not path.exists():
        return {}
    assumptions = json.loads(path.read_text(encoding="utf-8"))
    means: dict[str, list[float]] = {}
    for row in (*assumptions["base"], *assumptions["results"]):
        if row["mean"] is not None:
            means.setdefault(_range_key(row["metric"], row["strategy"], row["selector"]), []).append(row["mean"])
    return {key: (min(found), max(found)) for key, found in means.items()}


def _write(path: Path, summary: Mapping[str, Any]) -> None:
    """Write atomically: a reader finds the old file or the new one, never a part."""
    partial_file = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial_file.write_text(_text(summary), encoding="utf-8")
        partial_file.replace(path)
    finally:
        partial_file.unlink(missing_ok=True)


def _text(summary: Mapping[str, Any]) -> str:
    """JSON with sorted keys, one row a line: files that compare well, at half the size of indented ones."""
    entries = []
    for key, value in sorted(summary.items()):
        is_rows = isinstance(value, list)
        text = ",\n".join(map(_json, value)).join(("[\n", "\n]")) if is_rows else _json(value)
        entries.append(f"{_json(key)}: {text}")
    return "{" + ",\n".join(entries) + "}\n"


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False)


def _ignore(_share: float) -> None:
    return None
