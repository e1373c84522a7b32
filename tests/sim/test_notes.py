"""What is no mistake but has to be known is said before a run, and only where it matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.loading import load_file
from sim.validation.notes import notes
from tests.support.command import credflow
from tests.support.small_scenario import GOOD, written

CALLS = "calls: {kind: poisson, rps: 1}"


def told(folder: Path, action: str, quotas: str = "{quotas: {signed: documented-600}}") -> list[str]:
    text = GOOD.replace(CALLS, f'calls: {{kind: poisson, rps: 1, action: "{action}"}}')
    text = text.replace("{quotas: {signed: documented-600}}", quotas)
    return notes(load_file(written(folder, text)).strategies.values())


@pytest.mark.parametrize("action", ["sts:GetCallerIdentity", "sts:AssumeRole", "sts:getsessiontoken", "sts:Get*"])
def test_calls_that_aws_counts_against_the_quota_of_sts(tmp_path: Path, action: str) -> None:
    [text] = told(tmp_path, action)
    assert all(word in text for word in ("populations.app.calls", action, "accounts.main.quotas.signed", "no bucket"))


@pytest.mark.parametrize("action", ["s3:GetObject", "sts:AssumeRoleWithWebIdentity", "iam:ListUsers"])
def test_other_calls_are_not_spoken_of(tmp_path: Path, action: str) -> None:
    assert told(tmp_path, action) == []


def test_without_a_quota_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert told(tmp_path, "sts:GetCallerIdentity", "{}") == []


@pytest.mark.parametrize("command", ["validate", "run"])
def test_the_commands_say_it(tmp_path: Path, command: str) -> None:
    text = GOOD.replace(CALLS, CALLS.replace("rps: 1", 'rps: 1, action: "sts:GetCallerIdentity"'))
    more = () if command == "validate" else ("--set", "run.horizon_s=60", "--out", "out")
    done = credflow(command, written(tmp_path, text).name, *more, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "note: populations.app.calls" in (done.stdout if command == "validate" else done.stderr)
