"""results/columns.md is what sim/records/ says."""

from __future__ import annotations

import pytest

from sim.records import TABLES
from sim.reference import COLUMNS_PAGE, columns_page


def test_the_page_is_current() -> None:
    assert COLUMNS_PAGE.read_text(encoding="utf-8") == columns_page(), "run: make reference"


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_explained(name: str) -> None:
    section = columns_page().split(f"## `{name}`\n", 1)[1].split("\n## ", 1)[0]
    for column in TABLES[name].columns:
        (line,) = (line for line in section.splitlines() if line.startswith(f"| `{column.name}` |"))
        assert len(line.split("|")[4].strip()) > 3


@pytest.mark.parametrize("name", TABLES)
def test_names_carry_their_unit(name: str) -> None:
    suffixes = {"s": "_s", "min": "_min"}
    for column in TABLES[name].columns:
        if column.unit in suffixes and column.name != "second":
            assert column.name.endswith(suffixes[column.unit]), column.name
