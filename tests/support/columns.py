"""The tables of a run as plain columns, for laws that are asserted thousands of times: frames would take longer.

Columns of strings are codes into a list of the words that occur, as Arrow's dictionaries are: what is asked of a word
is asked once for each that occurs, not for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.records import TABLES

__all__ = ["Columns", "Tables", "Words", "read"]


@dataclass(frozen=True)
class Words:
    """A column of strings: `codes` into `names`, -1 where there is none."""

    codes: npt.NDArray[np.int64]
    names: list[str]

    def of(self, one: Callable[[str], Any], missing: Any = 0) -> npt.NDArray[Any]:
        """What a function says of the word of each row; `missing` where there is no word."""
        return np.array([*map(one, self.names), missing])[self.codes]

    def list(self, rows: npt.NDArray[Any] | None = None) -> list[str | None]:
        """The words row by row, of all rows or some."""
        words = [*self.names, None]
        return [words[code] for code in (self.codes if rows is None else self.codes[rows]).tolist()]

    def among(self, names: Collection[str]) -> npt.NDArray[np.bool_]:
        """Rows whose word is one of these."""
        return self.of(lambda name: name in names, False).astype(bool)

    def rows_in(self, index: Mapping[str, int]) -> npt.NDArray[np.int64]:
        """Where each row's word stands in another table; -1 where it does not."""
        return self.of(lambda name: index.get(name, -1), -1).astype(np.int64)

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """Rows that have a word."""
        return self.codes >= 0

    def set(self, rows: npt.NDArray[np.bool_] | None = None) -> set[str]:
        """Words that occur, in all rows or some."""
        codes = self.codes if rows is None else self.codes[rows]
        return {self.names[code] for code in np.unique(codes) if code >= 0}


class Columns:
    """One table: numbers as arrays, strings as `Words`; each column is made when it is asked for."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._made: dict[str, Any] = {}

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        if name not in self._made:
            self._made[name] = self.table[name].to_numpy()
        return self._made[name]

    def words(self, name: str) -> Words:
        """A column of strings."""
        if name not in self._made:
            column = self.table[name].combine_chunks()
            codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            self._made[name] = Words(codes, column.dictionary.to_pylist())
        return self._made[name]

    @cached_property
    def index(self) -> dict[str, int]:
        """Credential -> its row."""
        return {str(name): row for row, name in enumerate(self.words("credential").list())}

    def groups(self, names: Iterable[str]) -> npt.NDArray[np.int64]:
        """The number of each row's group: rows that are equal in these columns have the same one."""
        number = np.zeros(len(self), np.int64)
        for name in names:
            codes = self.words(name).codes if pa.types.is_dictionary(self.table.schema.field(name).type) else self[name]
            low = codes.min(initial=0)
            joined = number * (codes.max(initial=0) - low + 1) + (codes - low)
            number = np.unique(joined, return_inverse=True)[1]
        return number

    def frame(self) -> pd.DataFrame:
        """The same as pandas reads it."""
        plain = [(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
                 for field in self.table.schema]  # fmt: skip
        return self.table.cast(pa.schema(plain)).to_pandas(use_threads=False)


class Tables:
    """Tables of one run, by name, of all its shards.

    Attributes:
        shards: Tables of each shard.
    """

    def __init__(self, shards: Sequence[Mapping[str, Columns]]) -> None:
        self.shards = shards
        self._whole: dict[str, Columns] = {}

    def __getitem__(self, name: str) -> Columns:
        if len(self.shards) == 1:
            return self.shards[0][name]
        if name not in self._whole:
            parts = [shard[name].table for shard in self.shards]
            self._whole[name] = Columns(pa.concat_tables(parts).unify_dictionaries().combine_chunks())
        return self._whole[name]


def read(paths: Mapping[str, Path]) -> dict[str, Columns]:
    """The tables of one shard."""
    return {name: Columns(_read(name, path)) for name, path in paths.items()}


def _read(name: str, path: Path) -> pa.Table:
    """A small table; threads would take longer to wake than to read it."""
    strings = [column.name for column in TABLES[name].columns if column.type == "string"]
    with pq.ParquetFile(path, read_dictionary=strings, pre_buffer=False) as file:
        return file.read(use_threads=False).unify_dictionaries().combine_chunks()
