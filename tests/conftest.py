"""Every test carries its folder's name as a marker: `pytest -m property`; every run obeys the conservation laws."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.engine import Shard
from sim.fleet.fleet import Fleet
from tests.support.columns import Tables, read
from tests.support.laws import assert_conserved
from tests.support.runs import just_read, watched

_HERE = Path(__file__).parent
_LONGEST = {"test_the_whole_table"}
"""They begin first: at the end, the other worker would wait for one of them, for half a minute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE) and item.path.parent != _HERE:
            item.add_marker(item.path.relative_to(_HERE).parts[0])
    items.sort(key=lambda item: item.name not in _LONGEST)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def conserved() -> Iterator[None]:
    """Assert the conservation laws on every shard that is simulated here, and in workers forked from here."""
    ways = {Shard: Shard.run, Fleet: Fleet.run}

    def run_and_check(shard: Shard | Fleet) -> dict[str, tuple[int, str]]:
        written = ways[type(shard)](shard)
        if shard.world.replication >= watched.replications:
            return written
        paths = {name: sink.path for name, sink in shard.recorder.sinks.items()}
        columns = read(paths)
        assert_conserved(shard.world.scenario, Tables([columns]), shard.world.replication, shard.clients)
        just_read[:] = [(frozenset(paths.items()), columns)]  # whoever ran it need not read them again
        return written

    for way in ways:
        way.run = run_and_check  # type: ignore[method-assign]
    yield
    for way, run in ways.items():
        way.run = run  # type: ignore[method-assign]
