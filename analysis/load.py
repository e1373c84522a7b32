"""A results folder as frames: the manifest, the resolved scenarios and the record tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.records import SCHEMA_VERSION, TABLES, Level, Table

__all__ = ["Results", "ResultsError"]

_ARROW = {
    "string": pa.string(),
    "float64": pa.float64(),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "int16": pa.int16(),
    "bool": pa.bool_(),
}


_IDENTIFIERS = {"credential", "parent", "issued", "old", "new"}
"""Columns of strings that hardly repeat."""

_NEEDED = {"scenario", "replications", "level", "horizon_s", "strategies", "quotas", "tables"}


class ResultsError(OSError):
    """A folder that cannot be read as results: something else, damaged, or of another schema version."""


class Results:
    """One results folder, read lazily: nothing but the manifest is kept in memory.

    Attributes:
        folder: The results folder.
        manifest: `manifest.json` as a dict.
    """

    def __init__(self, folder: Path) -> None:
        """Read the manifest.

        Raises:
            ResultsError: There is no readable manifest, or its schema version is another one.
        """
        self.folder = Path(folder)
        self.manifest = _manifest(self.folder)
        self._files: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
        for entry in self.manifest["tables"]:
            key = (entry["table"], entry["strategy"], int(entry["replication"]))
            self._files.setdefault(key, []).append((int(entry["shard"]), entry["path"]))

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies, in the scenario's order."""
        return tuple(self.manifest["strategies"])

    @property
    def baseline(self) -> str:
        """Strategy that differences are taken against: the scenario's, or the first, if that one was not run."""
        wanted = self.manifest.get("baseline")
        return str(wanted) if wanted in self.strategies else self.strategies[0]

    @property
    def replications(self) -> int:
        """Number of independent repetitions."""
        return int(self.manifest["replications"])

    @property
    def horizon_s(self) -> float:
        """Length of a run, s."""
        return float(self.manifest["horizon_s"])

    @property
    def level(self) -> Level:
        """How much was recorded."""
        return Level(self.manifest["level"])

    def scenario(self, strategy: str) -> dict[str, Any]:
        """The resolved scenario of a strategy, defaults filled in."""
        scenario: dict[str, Any] = self.manifest["strategies"][strategy]["scenario"]
        return scenario

    def has(self, name: str) -> bool:
        """Whether this folder's level records the table at all."""
        return self.level in TABLES[name].levels

    def table(
        self,
        name: str,
        strategy: str,
        replication: int,
        columns: Sequence[str] | None = None,
        *,
        labels: bool = False,
    ) -> pd.DataFrame:
        """All shards of one table as one frame; empty, with the right columns, if it was not written.

        Args:
            name: Table of `sim.records.TABLES`.
            strategy: Name of the strategy.
            replication: Index of the replication, from 0.
            columns: Columns wanted; all of them if None.
            labels: Give columns of few words (not identifiers) as pandas categories: smaller and quicker.

        Raises:
            KeyError: The contract has no such table or column.
            ResultsError: A file of the manifest is missing or cannot be read.
        """
        schema = _schema(TABLES[name], columns)
        words = [field.name for field in schema if field.type == pa.string() and field.name not in _IDENTIFIERS]
        files = sorted(self._files.get((name, strategy, replication), ()))
        parts = [_read(self.folder / path, schema, words if labels else []) for _, path in files]
        if not parts:
            return _as_frame(schema.empty_table())
        return _as_frame(pa.concat_tables(parts).unify_dictionaries())


def _as_frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(self_destruct=True, split_blocks=True)
    return frame


def _read(path: Path, schema: pa.Schema, words: list[str]) -> pa.Table:
    try:
        table = pq.read_table(path, columns=schema.names, partitioning=None, read_dictionary=words)
        return table.cast(pa.schema([table.schema.field(f.name) if f.name in words else f for f in schema]))
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{path} cannot be read: {error}") from error


def _schema(table: Table, columns: Sequence[str] | None) -> pa.Schema:
    types = {column.name: _ARROW[column.type] for column in table.columns}
    wanted = list(types) if columns is None else list(columns)
    if unknown := [name for name in wanted if name not in types]:
        raise KeyError(f"table {table.name} has no column {', '.join(unknown)}; it has {', '.join(types)}")
    return pa.schema([(name, types[name]) for name in wanted])


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{folder} is not a results folder: {path.name} cannot be read ({error})") from error
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA_VERSION:
        found = manifest.get("schema") if isinstance(manifest, dict) else None
        raise ResultsError(f"{folder} has results of schema version {found!r}; this version reads {SCHEMA_VERSION}")
    if missing := sorted(_NEEDED - set(manifest)):
        raise ResultsError(f"{path} is incomplete: it has no {', '.join(missing)}")
    return manifest
