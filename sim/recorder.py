"""The only sink: rows of one shard in columnar buffers, streamed to Parquet in a fixed order.

Rows may arrive up to one request's latency early. Every row is due at its order instant, never before
the clock, so each flush sorts what has come and writes what can no longer be preceded. Groups hold a
fixed number of rows of the final sequence: the bytes of a file depend on the rows alone.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from sim.records import TABLES, Level, Table

__all__ = ["GROUP_ROWS", "Recorder", "Sink"]

GROUP_ROWS: Final = 16_384
_TYPES: Final = {
    "string": pa.string(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
}
_UNIQUE: Final = frozenset({"credential", "parent", "issued", "old", "new"})
_Row = tuple[Any, ...]
"""When a row is due, the rank among equal instants, the number of its arrival, and the row itself."""


@cache
def _schema_of(table: Table) -> pa.Schema:
    return arrow_schema(table)


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a record table."""
    return pa.schema([pa.field(c.name, _TYPES[c.type], nullable=c.nullable) for c in table.columns])


def _array(column: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    """A column; one that says the same thing in every row is made from that one value."""
    one = column[0] if column else None
    if isinstance(one, str) and column[-1] is one and column.count(one) == len(column):
        return pa.repeat(pa.scalar(one, kind), len(column))
    return pa.array(column, kind)


def _writer(where: Path | pa.BufferOutputStream, schema: pa.Schema) -> pq.ParquetWriter:
    repeated = [field.name for field in schema if field.type == pa.string() and field.name not in _UNIQUE]
    return pq.ParquetWriter(
        where, schema, compression="zstd", store_schema=False, use_dictionary=repeated, write_statistics=False
    )


@cache
def _without_rows(table: Table) -> tuple[bytes, str]:
    """File and content hash of a table without rows: most runs have several, and each took as long as a full one."""
    sink, out = Sink(table, Path()), pa.BufferOutputStream()
    sink._writer = _writer(out, sink._schema)
    sink._write([])
    digest = sink.end()
    return out.getvalue().to_pybytes(), digest


class Sink:
    """One table of one shard."""

    def __init__(self, table: Table, path: Path) -> None:
        self._table = table
        self._schema = _schema_of(table)
        self.path = path
        self._writer: pq.ParquetWriter | None = None
        self._early: list[_Row] = []
        self._sorted: list[_Row] = []
        self._arrivals = count()
        self._hash = hashlib.sha256(str(self._schema).encode())
        self.rows = 0

    def add(self, due_s: float, rank: int, row: tuple[Any, ...]) -> None:
        """Take a row that belongs at `due_s`, equal instants ordered by `rank`, then by arrival."""
        self._early.append((due_s, rank, next(self._arrivals), row))

    @property
    def waiting(self) -> int:
        """Rows that have not been sorted yet."""
        return len(self._early)

    def flush(self, before_s: float) -> None:
        """Write full groups of rows due before `before_s`."""
        self._early.sort()
        ready = bisect_left(self._early, (before_s,))
        self._sorted += self._early[:ready]
        del self._early[:ready]
        while len(self._sorted) >= GROUP_ROWS:
            self._write(self._sorted[:GROUP_ROWS])
            del self._sorted[:GROUP_ROWS]

    def close(self) -> str:
        """Write what is left and close the file.

        Returns:
            SHA-256 of the table's content (schema and column buffers), hexadecimal.
        """
        self.flush(float("inf"))
        self._sorted += self._early
        if self._writer is None and not self._sorted:
            content, digest = _without_rows(self._table)
            self.path.write_bytes(content)
            return digest
        self._write(self._sorted)
        return self.end()

    def end(self) -> str:
        """Close the file after its last group; the result is `close`'s."""
        assert self._writer is not None
        self._writer.close()
        return self._hash.hexdigest()

    def _write(self, rows: list[tuple[Any, ...]]) -> None:
        columns = list(zip(*[row[3] for row in rows], strict=True)) or [()] * len(self._schema)
        arrays = [_array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self.write(arrays, len(rows))

    def write(self, arrays: list[pa.Array], rows: int) -> None:
        """Write the next group of the final sequence: GROUP_ROWS rows, fewer only in the last one."""
        batch = pa.record_batch(arrays, schema=self._schema)
        if self._writer is None:
            self._writer = _writer(self.path, self._schema)
        self._writer.write_batch(batch, row_group_size=GROUP_ROWS)
        for array in arrays:
            for buffer in array.buffers():
                self._hash.update(b"-" if buffer is None else buffer)
        self.rows += rows


class Recorder:
    """All tables of one shard.

    Args:
        paths: File of every table that the level writes.
        level: How much is recorded.

    A table that the level does not write has no sink: its attribute is None.
    """

    def __init__(self, paths: Mapping[str, Path], level: Level) -> None:
        self.level = level
        self.sinks = {name: Sink(TABLES[name], path) for name, path in paths.items()}
        self.credentials = self.sinks.get("credentials")
        self.holdings = self.sinks.get("holdings")
        self.grants = self.sinks.get("grants")
        self.lives = self.sinks["lives"]
        self.requests = self.sinks.get("requests")
        self.waits = self.sinks.get("waits")
        self.calls = self.sinks["calls"]
        self.logins = self.sinks["logins"]
        self.rotations = self.sinks["rotations"]
        self.probes = self.sinks["probes"]
        self.thefts = self.sinks["thefts"]
        self.theft_spans = self.sinks["theft_spans"]
        self._per_second: dict[int, dict[tuple[str, ...], int]] = {}

    def count_request(self, at_s: float, key: tuple[str, ...]) -> None:
        """Count an attempt of (population, issuer, operation, quota group, account, outcome)."""
        second = int(at_s // 1)
        bins = self._per_second.get(second)
        if bins is None:
            bins = self._per_second[second] = {}
        bins[key] = bins.get(key, 0) + 1

    def flush(self, now_s: float) -> None:
        """Write everything that nothing can precede any more."""
        self._flush_seconds(now_s)
        for sink in self.sinks.values():
            if sink.waiting:
                sink.flush(now_s)

    def _flush_seconds(self, before_s: float) -> None:
        sink = self.sinks["requests_per_second"]
        for second in sorted(s for s in self._per_second if s + 1 <= before_s):
            for rank, (key, n) in enumerate(sorted(self._per_second.pop(second).items())):
                sink.add(float(second), rank, (second, *key, n))

    def close(self) -> dict[str, tuple[int, str]]:
        """Finish every file.

        Returns:
            Rows and content hash of every table.
        """
        self._flush_seconds(float("inf"))
        hashes = {name: sink.close() for name, sink in self.sinks.items()}
        return {name: (self.sinks[name].rows, hashes[name]) for name in hashes}
