from __future__ import annotations

from pathlib import Path

import pytest

from analysis.load import Results
from tests.support.fake_results import write_fake_results


@pytest.fixture(scope="session")
def fake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full results folder that no test writes to: 3 strategies, 3 replications, 2 shards."""
    return write_fake_results(tmp_path_factory.mktemp("results") / "run", strategies=3, replications=3)


@pytest.fixture(scope="session")
def fake_results(fake_folder: Path) -> Results:
    return Results(fake_folder)
