"""A rehearsal: real boto3 clients at a real server do what the simulator says, and a difference is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.loading.scenario_file import load
from sim.problems import ScenarioError
from sim.verify import rehearsal
from sim.verify.trace import Trace

_MISSING = rehearsal.why_not()
_SCENARIO = Path(__file__).with_name("rehearsed.yaml")
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def played() -> dict[str, tuple[Trace, Trace]]:
    """What one client of every population did, simulated and observed."""
    part = rehearsal.slice_of(load(_SCENARIO).base, None, 1, 2.0)
    pairs = zip(part.players, rehearsal.simulated(part), rehearsal.observed(part), strict=True)
    return {player.name: (ours, real) for player, ours, real in pairs}


@pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")
def test_real_clients_do_what_was_simulated(played: dict[str, tuple[Trace, Trace]]) -> None:
    assert len(played) == 15
    assert {name: ours for name, (ours, _) in played.items()} == {name: real for name, (_, real) in played.items()}


@pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")
@pytest.mark.parametrize(
    ("client", "issued", "failed"),
    [
        ("keys/0", 0, False),
        ("by-key/0", 6, True),
        ("by-role/0", 15, True),
        ("hosts/0", 3, True),
        ("by-host/0", 8, False),
        ("tasks/0", 3, True),
        ("by-task/0", 8, True),
        ("by-pod/0", 8, False),
        ("of-user/0", 5, True),
        ("federates/0", 5, True),
        ("copies/0", 1, True),
        ("by-copy/0", 4, True),
        ("anew/0", 30, True),
        ("rebuilt/0", 15, True),
        ("commands/0", 15, True),
    ],
)
def test_there_was_something_to_see(
    played: dict[str, tuple[Trace, Trace]], client: str, issued: int, failed: bool
) -> None:
    """Renewals, and calls that failed in an outage or with a session that had ended."""
    _, real = played[client]
    assert len(real.issued) >= issued
    assert bool(real.failed_calls) is failed


def test_the_command_tells_both_sides(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "why_not", lambda: None)
    monkeypatch.setattr(rehearsal, "observed", rehearsal.simulated)
    options = ["--population", "by-key", "--clients", "1", "--hours", "0.5", "--json"]
    assert main(["rehearse", str(_SCENARIO), *options]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["populations"] == ["by-key"]
    (client,) = told["clients"]
    assert client["by"] == "AssumeRole app < key of robot"
    assert client["simulated"] == client["observed"]
    assert len(client["observed"]["issued"]) == 2


def test_a_slice_takes_every_population_that_real_clients_can_play() -> None:
    part = rehearsal.slice_of(load(_SCENARIO).base, None, 3, 2.0)
    assert sum(player.name.startswith("by-key/") for player in part.players) == 3
    assert part.failing == {"node": ((2600.0, 4100.0),), "sts": ((1500.0, 2700.0),), "task": ((2600.0, 5100.0),)}
    assert all(at == int(at) < 7200 for player in part.players for at in player.calls)
    assert any("quotas" in each for each in part.left_out)
    assert any("timeline's outage" in each for each in part.left_out)
    # Adding clients and populations moves nobody's calls.
    alone = rehearsal.slice_of(load(_SCENARIO).base, "by-key", 2, 2.0)
    assert alone.players == tuple(player for player in part.players if player.name in {"by-key/0", "by-key/1"})
    assert any("populations keys, by-role" in each for each in alone.left_out)


_OBSTACLES = [
    ("rows/m02-assume-role.yaml", "functions", "lambda.amazonaws.com asks itself"),
    ("rows/m02-assume-role.yaml", "employees", "a person logs in (way: process)"),
    ("rows/m07-service-roles.yaml", "eks", "nothing plays agent (pod_identity)"),
    ("incidents/mfa-every-command.yaml", "people", "somebody types an MFA code"),
    ("drills/leaked-root-key.yaml", "backup", "owner is a root user, and the server takes it for an IAM user"),
    ("drills/sts-outage.yaml", "java26-1h", "add --set populations.java26-1h.sdk=botocore-1.44"),
]


@pytest.mark.parametrize(("scenario", "population", "told"), _OBSTACLES)
def test_why_a_population_is_not_played_is_said(scenario: str, population: str, told: str) -> None:
    with pytest.raises(ScenarioError, match="cannot be rehearsed") as raised:
        rehearsal.slice_of(load(_ROOT / "scenarios" / scenario).base, population, 1, 2.0)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--population", "by-key", "--set", "populations.by-key.sdk=js-v3"], "its sdk is js-v3"),
        (["--population", "hosts", "--set", "populations.hosts.sdk=aws-cli-v2"], "keeps only sessions of roles"),
        (
            ["--population", "by-role", "--set", 'roles.app.deny=["sts:AssumeRole"]'],
            "denied by the scenario's policies",
        ),
        (["--set", "populations.by-key.calls.rps=5"], "at most 5,000, so give fewer --hours"),
        (["--set", "populations.by-key.calls.rps=0.6", "--set", "populations.by-key.count=6"], "at most 20,000"),
        (["--hours", "0.0001"], "nobody calls in the first 0.0001 h"),
        (["--population", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "why_not", lambda: None)
    assert main(["rehearse", str(_SCENARIO), "--clients", "6", *options]) == 2
    assert told in capsys.readouterr().err


def test_the_example_of_the_help_can_be_rehearsed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["rehearse", "--help"])
    example = capsys.readouterr().out.strip().splitlines()[-1].split()
    path = Path(__file__).parents[2] / example[example.index("rehearse") + 1]
    assert rehearsal.slice_of(load(path).base, None, 1, 1.0).players


def test_without_the_extra_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "_NEEDS", ("no_such_module",))
    assert main(["rehearse", str(_SCENARIO)]) == 2
    assert "no_such_module not installed; pip install -e '.[rehearse]'" in capsys.readouterr().err


def test_a_difference_is_told_and_exits_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def late(part: rehearsal.Slice) -> list[Trace]:
        traces: list[Any] = rehearsal.simulated(part)
        traces[0].issued[2] += 1.0
        traces[1].issued.append(traces[1].issued[-1])  # at the same instant once more
        return traces

    monkeypatch.setattr(rehearsal, "why_not", lambda: None)
    monkeypatch.setattr(rehearsal, "observed", late)
    assert main(["rehearse", str(_SCENARIO), "--population", "by-key", "--clients", "3", "--hours", "2"]) == 1
    told = capsys.readouterr().out
    assert told.count("issue at") == 2
    assert "3 clients: 1 as simulated, 2 otherwise" in told
    assert "left out: populations keys" in told
