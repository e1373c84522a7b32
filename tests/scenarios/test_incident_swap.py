"""The checks of an incident can fail: with the fix in the place of the symptom, and the reverse, some are red."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.loading.scenario_file import load
from tests.support.command import credflow

INCIDENTS = Path(__file__).parents[2] / "scenarios" / "incidents"
FILES = sorted(INCIDENTS.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_with_fix_and_symptom_swapped_a_check_is_red(path: Path, tmp_path: Path) -> None:
    document = dict(load(path).document)
    strategies = document["strategies"]
    fix = "fix" if "fix" in strategies else list(strategies)[-1]
    symptom = "symptom" if "symptom" in strategies else [name for name in strategies if name != fix][-1]
    swapped = {symptom: strategies[fix] or {}, fix: strategies[symptom] or {}}
    checks = [check for check in document["checks"] if check.get("strategy") in swapped]
    assert checks, f"no check of {symptom} or {fix}"
    document |= {"strategies": swapped, "checks": checks}
    document.pop("baseline", None)
    document["basis"] = {}
    (tmp_path / path.name).write_text(json.dumps(document, default=str), encoding="utf-8")
    done = credflow("check", path.name, "--replications", "1", "--jobs", "1", folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "checks failed" in done.stdout or "check failed" in done.stdout or done.stdout.startswith("red")
