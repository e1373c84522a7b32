"""What is no mistake but has to be known is said before a run, and only where it matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.loading import load_file
from sim.validation.notes import notes
from tests.support.command import credflow
from tests.support.small_scenario import GOOD, written

CALLS = "calls: {kind: poisson, rps: 1}"

KEYS = """
name: keys
question: Who am I?
run: {horizon_s: 60}
accounts: {main: {quotas: {signed: documented-600}}}
users: {app: {account: main, key: {}}}
credentials: {key: [{from: access_key, user: app}]}
populations: {app: {count: 1, credentials: key, calls: {kind: poisson, rps: 1, action: "sts:GetCallerIdentity"}}}
"""


def told(
    folder: Path, action: str, quotas: str = "{quotas: {signed: documented-600}}", more: str = "threads: 1"
) -> list[str]:
    text = GOOD.replace(CALLS, f'calls: {{kind: poisson, rps: 1, action: "{action}"}}, {more}')
    text = text.replace("{quotas: {signed: documented-600}}", quotas)
    return notes(load_file(written(folder, text)).strategies.values())


@pytest.mark.parametrize(
    ("action", "more", "why"),
    [
        ("sts:GetCallerIdentity", "on_error: {AccessDenied: stop}", "with on_error only requests for credentials"),
        ("sts:AssumeRole", "work: {calls: 5, within_s: 60}", "with work only requests for credentials"),
        ("sts:getsessiontoken", "new_provider_per: call", "with new_provider_per only requests for credentials"),
        ("sts:Get*", "threads: 1", "a pattern names no operation"),
    ],
)
def test_calls_that_aws_counts_and_that_draw_from_no_bucket_here(
    tmp_path: Path, action: str, more: str, why: str
) -> None:
    [text] = told(tmp_path, action, more=more)
    assert all(word in text for word in ("populations.app.calls", action, "accounts.main.quotas.signed", why))


def test_without_an_endpoint_they_go_nowhere(tmp_path: Path) -> None:
    [text] = notes(load_file(written(tmp_path, KEYS)).strategies.values())
    assert "no issuer of kind sts" in text


@pytest.mark.parametrize("action", ["sts:GetCallerIdentity", "sts:AssumeRole", "sts:getsessiontoken"])
def test_calls_that_draw_are_not_spoken_of(tmp_path: Path, action: str) -> None:
    assert told(tmp_path, action) == []


@pytest.mark.parametrize("action", ["s3:GetObject", "sts:AssumeRoleWithWebIdentity", "iam:ListUsers"])
def test_other_calls_are_not_spoken_of(tmp_path: Path, action: str) -> None:
    assert told(tmp_path, action) == []


def test_without_a_quota_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert told(tmp_path, "sts:Get*", "{}") == []


@pytest.mark.parametrize("command", ["validate", "run"])
def test_the_commands_say_it(tmp_path: Path, command: str) -> None:
    text = GOOD.replace(CALLS, CALLS.replace("rps: 1", 'rps: 1, action: "sts:Get*"'))
    more = () if command == "validate" else ("--set", "run.horizon_s=60", "--out", "out")
    done = credflow(command, written(tmp_path, text).name, *more, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "note: populations.app.calls" in (done.stdout if command == "validate" else done.stderr)
