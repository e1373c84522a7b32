"""The incidents: they load with their checks, say where they come from, and what each is worth; all others load."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.loading import load_file
from sim.estimate import estimate

INCIDENTS = Path(__file__).parents[2] / "scenarios" / "incidents"
FILES = sorted(INCIDENTS.glob("*.yaml"))
LARGEST = 2_000_000
"""Events of all replications of all strategies: a minute at the worst."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_incident_says_where_it_comes_from_and_what_is_expected(path: Path) -> None:
    base = load_file(path).base
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=../schema.json\n")
    assert base.name == path.stem
    assert base.threads, "an incident is a public thread's"
    assert base.description
    assert base.question.endswith("?")
    assert base.basis.given, "something of it stands in the thread"
    assert any(check.word for check in base.checks), "a check says what its number is worth"
    for check in base.checks:
        assert check.published is None or check.word is not None, f"{check.metric}: a published number has a word"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_incident_takes_seconds(path: Path) -> None:
    assert sum(one.events for one in estimate(load_file(path)).values()) < LARGEST


@pytest.mark.parametrize("path", sorted(INCIDENTS.parent.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_loads_with_its_checks(path: Path) -> None:
    assert load_file(path).base.name == path.stem
