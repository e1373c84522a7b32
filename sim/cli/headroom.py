"""The command `headroom`: how far a population can grow before buckets refuse it, by search."""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from analysis.headroom import WINDOW_S, worst_share
from analysis.intervals import Estimate, estimate
from sim.cli.loading import load
from sim.cli.names import one_of
from sim.cli.parser import Arguments
from sim.cli.screen import number, progress, show_table
from sim.engine import simulate
from sim.problems import Problem, ScenarioError
from sim.records import TABLES, Level
from sim.scenario import Scenario
from sim.shards import part_of, shards_of
from sim.world import quota_of

__all__ = ["headroom", "largest"]

_TABLE: Final = "requests_per_second"


def headroom(arguments: Arguments) -> int:
    """Search the largest population per replication, and print it with its interval.

    Raises:
        ScenarioError: Problems of the scenario, an unknown population or strategy, a population
            whose clients arrive, or no bucket that could refuse it.
    """
    loaded = load(arguments)
    names = [one_of("strategy", arguments.strategy, loaded.strategies)] if arguments.strategy else [*loaded.strategies]
    found: dict[str, list[int]] = {}
    with progress(arguments.quiet or arguments.json) as stage:
        for name in names:
            scenario = loaded.strategies[name]
            population = one_of("population", arguments.population, scenario.populations)
            _require_bucket(scenario, population, arguments.scenario)
            search = partial(_search, scenario, population, arguments.limit, arguments.most, arguments.resolution)
            found[name] = _each(search, scenario.run.replications, arguments.jobs, stage(name))
    counts = {name: loaded.strategies[name].populations[arguments.population].count for name in names}
    rows = {name: _row(found[name], counts[name], arguments.most) for name in names}
    if arguments.json:
        about = {"population": arguments.population, "limit": arguments.limit, "window_s": WINDOW_S}
        print(json.dumps({**about, "strategies": rows}, indent=2, allow_nan=False))
    else:
        _show(arguments, rows)
    return 0


def largest(fits: Callable[[int], bool], begin: int, most: int, resolution: float) -> int:
    """The largest n that fits, if all smaller ones fit as well: doubling or halving, then bisection.

    Args:
        fits: Whether so many clients fit.
        begin: Where to begin, at least 1.
        most: Largest n tried.
        resolution: The search ends where this share of n is left, or 1.

    Returns:
        A number that fits while one more step does not; 0 if not even 1 fits; `most` if all fit.
    """
    low, high = 0, most + 1
    n = min(begin, most)
    while high - low > max(1, int(low * resolution)):
        if fits(n):
            low = n
        else:
            high = n
        n = (low + high) // 2 if high <= most else min(2 * n, most)
    return low


def _search(scenario: Scenario, population: str, limit: float, most: float, resolution: float, replication: int) -> int:
    count = scenario.populations[population].count
    tried: dict[int, bool] = {}

    def fits(n: int) -> bool:
        if n not in tried:
            tried[n] = _share(scenario, population, n, replication) <= limit
        return tried[n]

    return largest(fits, count, int(count * most), resolution)


def _share(scenario: Scenario, population: str, n: int, replication: int) -> float:
    """Refused share in the worst minute of the shard of a population of n clients, the first n of any larger one."""
    part = part_of(_resized(scenario, population, n), _shard(scenario, population))
    with tempfile.TemporaryDirectory(prefix="credflow-") as name:
        tables = [table for table in TABLES.values() if Level.SUMMARY in table.levels]
        paths = {table.name: Path(name) / f"{table.name}.parquet" for table in tables}
        simulate(part, replication, paths)
        return worst_share([paths[_TABLE]], transient=_is_transient(part))


def _resized(scenario: Scenario, population: str, n: int) -> Scenario:
    spec = scenario.populations[population].model_copy(update={"count": n})
    run = scenario.run.model_copy(update={"record": Level.SUMMARY})
    return scenario.model_copy(update={"run": run, "populations": {**scenario.populations, population: spec}})


def _shard(scenario: Scenario, population: str) -> tuple[str, ...]:
    return next(names for names in shards_of(scenario) if population in names)


def _is_transient(scenario: Scenario) -> bool:
    quotas = [quota_of(quota) for account in scenario.accounts.values() for quota in account.quotas.values()]
    return any(quota.refusal.retryable == "transient" for quota in quotas)


def _require_bucket(scenario: Scenario, population: str, file: Path) -> None:
    if scenario.populations[population].arrivals is not None:
        count = scenario.populations[population].count
        text = (
            f"{population} has no size that could grow: its clients arrive. Compare instead with twice as many in each "
            f"arrival, and see whether requests are throttled: `credflow compare {file} --set "
            f"populations.{population}.count={2 * count}` (now {count})"
        )
        raise ScenarioError([Problem(text, "--population")])
    if not any(account.quotas for account in scenario.accounts.values()) and not any(
        getattr(issuer, "rps", None) for issuer in scenario.issuers.values()
    ):
        text = f"nothing refuses {population}: no account has quotas; give accounts.<account>.quotas"
        raise ScenarioError([Problem(text, "--population")])


def _each(search: Callable[[int], int], replications: int, jobs: int, advance: Callable[[float], None]) -> list[int]:
    """One search per replication."""
    found: list[int] = []
    if jobs == 1 or replications == 1:
        for n in range(replications):
            found.append(search(n))
            advance(len(found) / replications)
        return found
    # Spawned, not forked: pyarrow's threads do not survive a fork.
    with ProcessPoolExecutor(min(jobs, replications), get_context("spawn"), _leave_interrupts) as pool:
        try:
            for one in pool.map(search, range(replications)):
                found.append(one)
                advance(len(found) / replications)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _leave_interrupts() -> None:
    """Ctrl-C is the parent's business: it ends its workers, which would only print tracebacks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _row(found: list[int], count: int, most: float) -> dict[str, Any]:
    result: Estimate = estimate([float(n) for n in found])
    capped = sum(n >= int(count * most) for n in found)
    return {
        "count": count,
        "largest": found,
        "mean": result.mean,
        "low": result.low,
        "high": result.high,
        "multiple": (result.mean or 0.0) / count,
        "not_found_up_to": int(count * most) if capped else None,
    }


def _show(arguments: Arguments, rows: Mapping[str, Mapping[str, Any]]) -> None:
    title = (
        f"Largest {arguments.population} of which at most {arguments.limit:.3g} of all attempts are refused "
        f"in every {WINDOW_S} s"
    )
    header = ("strategy", "now", "largest", "95 % interval", "multiple")
    show_table(title, header, [_cells(name, row) for name, row in rows.items()])


def _cells(name: str, row: Mapping[str, Any]) -> list[str]:
    more = "over " if row["not_found_up_to"] else ""
    interval = "-" if row["low"] is None else f"{number(row['low'])} to {number(row['high'])}"
    return [name, number(row["count"]), f"{more}{number(row['mean'])}", interval, f"{more}{row['multiple']:.3g}"]
