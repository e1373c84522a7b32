"""A results folder is whole or not there at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim import results_folder
from sim.problems import ScenarioError
from sim.records import SCHEMA_VERSION, Level
from tests.support.fake_scenario import fake_scenarios


def fill(folder: Path, schema: object = SCHEMA_VERSION) -> None:
    (folder / "manifest.json").write_text(json.dumps({"schema": schema, "tables": []}), encoding="utf-8")


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_folder_appears_whole_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "out" / "scenario" / "run"
    with results_folder.writing(target) as folder:
        assert folder.parent == target.parent
        assert not target.exists()
        fill(folder)
    assert entries(target) == {"manifest.json"}
    assert entries(target.parent) == {"run"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_remains_of_a_failure(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), results_folder.writing(tmp_path / "run") as folder:
        fill(folder)
        raise error
    assert entries(tmp_path) == set()


def test_an_existing_run_is_replaced_as_a_whole(tmp_path: Path) -> None:
    for name in ("first", "second"):
        with results_folder.writing(tmp_path / "run") as folder:
            fill(folder)
            (folder / name).touch()
    assert entries(tmp_path / "run") == {"manifest.json", "second"}
    assert entries(tmp_path) == {"run"}


def test_an_existing_run_survives_a_failure(tmp_path: Path) -> None:
    with results_folder.writing(tmp_path / "run") as folder:
        fill(folder)
    with pytest.raises(ValueError, match="broken"), results_folder.writing(tmp_path / "run"):
        raise ValueError("broken")
    assert entries(tmp_path / "run") == {"manifest.json"}


def test_a_killed_run_leaves_nothing_that_looks_whole_and_the_next_one_tidies_up(tmp_path: Path) -> None:
    code = f"""
import os, pathlib, signal
from sim import results_folder
with results_folder.writing(pathlib.Path({str(tmp_path / "run")!r})) as folder:
    (folder / "manifest.json").write_text("{{}}")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".tmp-")
    with results_folder.writing(tmp_path / "other") as folder:
        fill(folder)
    assert entries(tmp_path) == {"other"}


def test_the_folder_of_a_living_run_is_left_alone(tmp_path: Path) -> None:
    with results_folder.writing(tmp_path / "one") as first:
        with results_folder.writing(tmp_path / "two") as second:
            fill(second)
        fill(first)
    assert entries(tmp_path) == {"one", "two"}


def test_folders_have_the_permissions_that_others_have(tmp_path: Path) -> None:
    with results_folder.writing(tmp_path / "run") as folder:
        fill(folder)
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "run").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_latest_follows_the_newest_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with results_folder.writing(tmp_path / name) as folder:
            fill(folder)
        results_folder.point_latest(tmp_path / name)
        assert (tmp_path / "latest").readlink() == Path(name)
    assert results_folder.checked(tmp_path / "latest") == (tmp_path / "b").resolve()
    assert results_folder.checked(tmp_path) == (tmp_path / "b").resolve()


def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ScenarioError, match=r"file/run.*cannot be written.*--out"):
        results_folder.require_writable(tmp_path / "file" / "run")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    with pytest.raises(ScenarioError, match="cannot be written"):
        results_folder.require_writable(tmp_path / "locked")


@pytest.mark.parametrize("schema", [0, SCHEMA_VERSION + 1, None, "1", True])
def test_another_schema_version_is_refused(tmp_path: Path, schema: object) -> None:
    fill(tmp_path, schema)
    with pytest.raises(ScenarioError, match=rf"version {schema!r}.*version {SCHEMA_VERSION}"):
        results_folder.checked(tmp_path)


BROKEN = [b"", b"[1]", b"{", b"\x00\xff", b'{"schema": 1}', b'{"schema": 1, "tables": [{}]}']


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(ScenarioError, match=r"manifest\.json"):
        results_folder.checked(tmp_path)


def test_a_result_without_one_of_its_tables_is_refused(tmp_path: Path) -> None:
    manifest = {"schema": SCHEMA_VERSION, "tables": [{"path": "tables/base/r0000/calls.s00.parquet"}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"calls\.s00\.parquet"):
        results_folder.checked(tmp_path)


def test_a_missing_folder_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "nightly-batch").mkdir()
    with pytest.raises(ScenarioError, match="nightly-batch"):
        results_folder.checked(tmp_path / "nightly")
    with pytest.raises(ScenarioError, match="not a whole result"):
        results_folder.checked(tmp_path / "nightly-batch")


def test_the_run_id_is_a_function_of_the_question() -> None:
    scenarios = fake_scenarios()
    name = results_folder.run_id(1, 3, Level.CREDENTIALS, scenarios)
    assert name == results_folder.run_id(1, 3, Level.CREDENTIALS, fake_scenarios())
    assert name.startswith("seed-1-")
    assert len(name) == len("seed-1-") + 8
    others = {
        results_folder.run_id(1, 4, Level.CREDENTIALS, scenarios),
        results_folder.run_id(1, 3, Level.CALLS, scenarios),
        results_folder.run_id(1, 3, Level.CREDENTIALS, dict(list(scenarios.items())[:1])),
    }
    assert len(others | {name}) == 4
