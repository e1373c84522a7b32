"""Run a small scenario and return its tables as frames."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pandas as pd

from sim.engine import simulate
from sim.loading.scenario_file import load
from sim.records import TABLES, Level
from sim.scenario import Scenario
from sim.shards import part_of, shards_of
from tests.support.columns import Columns, read

__all__ = [
    "Frames",
    "just_read",
    "run",
    "run_file",
    "verdicts",
    "watched",
]


@dataclass
class Watched:
    """Which runs the laws are asserted on: all replications, or only so many of the first."""

    replications: float = float("inf")


watched = Watched()
_NO_COLLECTOR = SimpleNamespace(disable=lambda: None, enable=lambda: None, collect=lambda: None)
just_read: list[tuple[frozenset[tuple[str, Path]], dict[str, Columns]]] = []
"""Files and tables of the shard that was run last in this process."""


@dataclass(frozen=True)
class Frames:
    """What one run wrote.

    Attributes:
        scenario: The scenario that was run.
        shards: Tables of every shard, in the order of the shards.
        bytes: Every file's bytes by (shard, table).
    """

    scenario: Scenario
    shards: tuple[Mapping[str, Columns], ...]
    bytes: dict[tuple[int, str], bytes]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """A table, all shards concatenated; made once, and a copy for whoever asks."""
        if table not in self._known:
            parts = [shard[table].frame() for shard in self.shards]
            filled = [part for part in parts if len(part)]
            self._known[table] = pd.concat(filled, ignore_index=True) if filled else parts[0]
        return self._known[table].copy()

    def __contains__(self, table: str) -> bool:
        return table in self.shards[0]

    @cached_property
    def _known(self) -> dict[str, pd.DataFrame]:
        return {}


def run(
    source: Mapping[str, Any] | Scenario,
    *,
    level: str | None = None,
    replication: int = 0,
    seed: int | None = None,
) -> Frames:
    """Run a scenario (or a document of one) in all its shards."""
    scenario = source if isinstance(source, Scenario) else Scenario.model_validate(dict(source))
    settings = {"record": level, "seed": seed}
    changed = {name: value for name, value in settings.items() if value is not None}
    changed["record"] = Level(changed.get("record", scenario.run.record))
    scenario = scenario.model_copy(update={"run": scenario.run.model_copy(update=changed)})
    return _simulate(scenario, replication)


def run_file(path: Path, strategy: str, settings: Mapping[str, object], **how: Any) -> Frames:
    """Run one strategy of a scenario file with settings."""
    return run(load(path, settings).strategies[strategy], **how)


def _tables(paths: Mapping[str, Path]) -> dict[str, Columns]:
    """The tables of a shard that was run just now; they were read already to see whether the laws hold."""
    known = [columns for files, columns in just_read if files == frozenset(paths.items())]
    just_read.clear()
    return known[0] if known else read(paths)


def verdicts(frames: Frames) -> dict[tuple[str, int, str], int]:
    """Calls by (population, client, verdict)."""
    counted: Counter[tuple[str, int, str]] = Counter()
    columns = [frames["calls"][name].to_numpy() for name in ("population", "client", "verdict", "calls")]
    for population, client, verdict, n in zip(*[column.tolist() for column in columns], strict=True):
        counted[population, client, verdict] += n
    return dict(counted)


def _simulate(scenario: Scenario, replication: int) -> Frames:
    tables = [table for table in TABLES if scenario.run.record in TABLES[table].levels]
    shards, content = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for shard, populations in enumerate(shards_of(scenario)):
            paths = {table: Path(folder) / f"{table}.s{shard:02d}.parquet" for table in tables}
            with patch(
                "sim.engine.gc", _NO_COLLECTOR
            ):  # a full collection for every tiny run would take longer than it
                simulate(part_of(scenario, populations), replication, paths)
            shards.append(_tables(paths))
            content.update({(shard, table): path.read_bytes() for table, path in paths.items()})
    return Frames(scenario, tuple(shards), content)
