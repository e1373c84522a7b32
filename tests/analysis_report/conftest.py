from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.load import Results
from analysis.report import write
from analysis.summary import summarise
from sim.aws.session_lengths import rows
from tests.support.fake_results import write_fake_results


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder of three strategies and two replications, summarised and reported."""
    path = write_fake_results(tmp_path_factory.mktemp("fake") / "run", strategies=3, replications=2)
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | {"session_lengths": rows()}))
    summarise(path)
    write(path)
    return path


@pytest.fixture(scope="session")
def results(folder: Path) -> Results:
    return Results(folder)


@pytest.fixture(scope="session")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")
