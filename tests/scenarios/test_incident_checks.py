"""The checks of the incidents and rows come out as shipped, and with fix and symptom swapped some are red."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.checks import measure
from sim.cli.loading import load_file
from sim.plan import Plan
from sim.runner import run
from tests.support.runs import watched

SCENARIOS = Path(__file__).parents[2] / "scenarios"
INCIDENTS = sorted((SCENARIOS / "incidents").glob("*.yaml"))
ROWS = sorted((SCENARIOS / "rows").glob("*.yaml"))


@pytest.fixture(scope="module", autouse=True)
def first_only() -> Iterator[None]:
    """The laws are asserted on the first replication: these runs are large, and the others only draw anew."""
    watched.replications = 1
    yield
    watched.replications = float("inf")


def _run(path: Path, folder: Path) -> Plan:
    """Simulate a scenario as `credflow check` does."""
    loaded = load_file(path)
    words = loaded.base.run
    plan = Plan(loaded.base.name, loaded.strategies, words.seed, words.replications, words.record)
    run(plan, folder, 1, lambda _share: None)
    return plan


def _red(folder: Path) -> list[str]:
    """Checks that do not come out, of the records in a folder."""
    return [f"{one.strategy} {one.check} = {one.value}" for one in measure(folder) if not one.passed]


def _swap(folder: Path, one: str, other: str) -> None:
    """Call the records of one strategy by the other's name, and the reverse; what is of neither stays out.

    The records of the other strategies did not change, and all was green: they cannot turn red.
    """
    names = {one: other, other: one}
    tables, manifest = folder / "tables", folder / "manifest.json"
    (tables / one).rename(tables / "swapped")
    (tables / other).rename(tables / one)
    (tables / "swapped").rename(tables / other)
    words = json.loads(manifest.read_text(encoding="utf-8"))
    words["strategies"] = {names[name]: spec for name, spec in words["strategies"].items() if name in names}
    words["tables"] = [row for row in words["tables"] if row["strategy"] in names]
    for row in words["tables"]:
        row["path"] = row["path"].replace(f"/{row['strategy']}/", f"/{names[row['strategy']]}/", 1)
        row["strategy"] = names[row["strategy"]]
    manifest.write_text(json.dumps(words), encoding="utf-8")


@pytest.mark.parametrize("path", INCIDENTS, ids=lambda path: path.stem)
def test_an_incident_is_green_and_red_with_fix_and_symptom_swapped(path: Path, tmp_path: Path) -> None:
    strategies = list(_run(path, tmp_path).strategies)
    assert _red(tmp_path) == []
    fix = "fix" if "fix" in strategies else strategies[-1]
    symptom = "symptom" if "symptom" in strategies else [name for name in strategies if name != fix][-1]
    _swap(tmp_path, symptom, fix)
    assert _red(tmp_path)


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_a_row_is_green(path: Path, tmp_path: Path) -> None:
    _run(path, tmp_path)
    assert _red(tmp_path) == []
