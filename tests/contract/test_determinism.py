"""Same scenario and seed: the same bytes, whatever the number of workers and the order of the file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sim.loading.scenario_file import load
from sim.plan import Plan
from sim.records import Level
from sim.runner import run
from sim.scenario import Scenario
from tests.engine.test_draws import BATCH, SCENARIOS

DIRECTORY = {
    "run.horizon_s": 150_000,  # the rolling deploy is in it
    "populations.people-console.count": 30,
    "populations.people-cli.count": 40,
    "populations.people-power.count": 10,
    "populations.people-rare.count": 10,
    "populations.directory-app.count": 8,
    "populations.instances-java.count": 7,
    "populations.instances-go.count": 7,
    "populations.instances-js.count": 7,
}
_CASES = [("employee-directory.yaml", DIRECTORY), ("nightly-batch.yaml", BATCH)]


def _files(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.name != "run.json"
    }


def _run(strategies: dict[str, Scenario], folder: Path, jobs: int) -> dict[str, str]:
    folder.mkdir()
    plan = Plan("reduced", strategies, 1, 2 if len(strategies) == 2 else 1, Level.CREDENTIALS)
    run(plan, folder, jobs, lambda _: None)
    return _files(folder)


def _turned(scenario: Scenario) -> Scenario:
    document = scenario.model_dump(by_alias=True, exclude_unset=True)
    document["populations"] = dict(reversed(document["populations"].items()))
    return Scenario.model_validate(document)


@pytest.mark.parametrize(("file", "settings"), _CASES, ids=["directory", "batch"])
def test_one_worker_two_workers_and_another_run_write_the_same_bytes(
    file: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    strategies = load(SCENARIOS / file, settings).strategies
    strategies = {name: strategies[name] for name in list(strategies)[1:3]}
    one = _run(strategies, tmp_path / "one", jobs=1)
    two = _run(strategies, tmp_path / "two", jobs=2)
    assert one == two
    assert "manifest.json" in one
    assert len(one) > 36
    _assert_manifest_tells_the_truth(tmp_path / "one")


def _assert_manifest_tells_the_truth(folder: Path) -> None:
    tables = json.loads((folder / "manifest.json").read_text())["tables"]
    written = {str(path.relative_to(folder)) for path in (folder / "tables").rglob("*.parquet")}
    assert {table["path"] for table in tables} == written
    assert all(len(table["sha256"]) == 64 for table in tables)
    by_content: dict[str, set[str]] = {}
    for table in tables:
        digest = hashlib.sha256((folder / table["path"]).read_bytes()).hexdigest()
        by_content.setdefault(f"{table['table']} {table['sha256']}", set()).add(digest)
    assert all(len(files) == 1 for files in by_content.values())


@pytest.mark.parametrize(("file", "settings"), _CASES[:1], ids=["directory"])
def test_populations_in_another_order_give_the_same_tables(file: str, settings: dict[str, Any], tmp_path: Path) -> None:
    strategies = load(SCENARIOS / file, {**settings, "run.horizon_s": 86_400}).strategies
    chosen = {name: strategies[name] for name in ("keys-90d", "saml-1h")}
    as_written = _run(chosen, tmp_path / "as-written", jobs=1)
    turned = _run({name: _turned(scenario) for name, scenario in chosen.items()}, tmp_path / "turned", jobs=1)
    tables = [sorted((_table(path), digest) for path, digest in files.items() if path != "manifest.json")
              for files in (as_written, turned)]  # fmt: skip
    assert tables[0] == tables[1]


def _table(path: str) -> str:
    """The path without the shard's number, which follows the order of the file."""
    return path.rpartition(".s")[0]
