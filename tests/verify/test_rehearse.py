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
from sim.verify.rehearsal_parts import Seen

_MISSING = rehearsal.why_not()
_SCENARIO = Path(__file__).with_name("rehearsed.yaml")
_LOGINS = Path(__file__).with_name("rehearsed_logins.yaml")
_Played = dict[str, tuple[Seen, Seen]]
_ROOT = Path(__file__).parents[2]


def _both(path: Path, hours: float) -> _Played:
    """What one client of every population did, simulated and observed."""
    part = rehearsal.slice_of(load(path).base, None, 1, hours)
    pairs = zip(part.players, rehearsal.simulated(part), rehearsal.observed(part), strict=True)
    return {player.name: (ours, real) for player, ours, real in pairs}


@pytest.fixture(scope="module")
def played() -> _Played:
    return _both(_SCENARIO, 2.0)


@pytest.fixture(scope="module")
def logged_in() -> _Played:
    """People who log in, agents, brokers, functions, URLs."""
    return _both(_LOGINS, 4.0)


@pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")
def test_real_clients_do_what_was_simulated(played: _Played) -> None:
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
def test_there_was_something_to_see(played: _Played, client: str, issued: int, failed: bool) -> None:
    """Renewals, and calls that failed in an outage or with a session that had ended."""
    _, real = played[client]
    assert len(real.issued) >= issued
    assert bool(real.failed_calls) is failed


@pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")
def test_people_and_what_agents_lend_do_what_was_simulated(logged_in: _Played) -> None:
    assert len(logged_in) == 17
    both = {name: pair for name, pair in logged_in.items() if pair[0] != pair[1]}
    assert not both


@pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")
@pytest.mark.parametrize(
    ("client", "issued", "logins", "failed"),
    [
        ("by-portal/0", 6, 2, True),
        ("in-process/0", 7, 2, True),
        ("short/0", 5, 3, False),
        ("forgets/0", 4, 4, True),
        ("by-file/0", 6, 7, True),
        ("by-tool/0", 6, 8, True),
        ("by-login/0", 12, 1, False),
        ("coded/0", 6, 6, False),
        ("attended/0", 1, 1, True),
        ("pods/0", 6, 0, True),
        ("by-pod/0", 12, 0, True),
        ("brokered/0", 15, 0, True),
        ("starved/0", 20, 0, False),
        ("functions/0", 4, 0, False),
        ("urls/0", 1, 1, True),
        ("urls-of-key/0", 0, 0, True),
        ("several/0", 6, 0, True),
    ],
)
def test_there_were_logins_and_answers_of_agents(
    logged_in: _Played, client: str, issued: int, logins: int, failed: bool
) -> None:
    _, real = logged_in[client]
    assert len(real.issued) >= issued
    assert len(real.logins) >= logins
    assert bool(real.logins) is (logins > 0)
    assert bool(real.failed_calls) is failed


def test_without_hours_everybody_calls_a_while() -> None:
    """People who begin at nine take part beside processes that call all night, and nobody calls for ever."""
    part = rehearsal.slice_of(load(_ROOT / "scenarios" / "employee-directory.yaml").base, None, 1)
    assert {"people-cli", "people-power", "directory-app"} <= set(part.populations)
    assert all(len(player.calls) <= 800 for player in part.players)
    assert any(told.startswith("later calls of directory-app, people-power: ") for told in part.left_out)


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
    ("drills/leaked-root-key.yaml", "backup", "its user is a root user, and the server takes it for an IAM user"),
    ("rows/m12-passwords.yaml", "people", "a browser signs (way: console)"),
    ("drills/login-burden.yaml", "people-console", "a browser signs (way: console)"),
    ("incidents/rds-token-15m.yaml", "service", "the program decides when it signs anew"),
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
            [
                "--population",
                "by-key",
                "--set",
                "credentials.app.0.mfa=true",
                "--set",
                "populations.by-key.people=true",
            ],
            "asks for a code once in the life of a process",
        ),
        (
            ["--population", "by-role", "--set", 'roles.app.deny=["sts:AssumeRole"]'],
            "denied by the scenario's policies",
        ),
        (
            ["--hours", "6", "--set", "populations.by-key.calls.rps=5"],
            "more than 5,000 calls of a client in 2 h, so give fewer --hours",
        ),
        (
            ["--hours", "6", "--set", "populations.by-key.calls.rps=0.6", "--set", "populations.by-key.count=6"],
            "at most 20,000",
        ),
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


def test_a_strategy_that_can_be_played_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "why_not", lambda: None)
    assert main(["rehearse", str(_ROOT / "scenarios" / "incidents" / "kiam-15m.yaml")]) == 2
    assert "--strategy: real clients can play it under new-sdk" in capsys.readouterr().err


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
    def late(part: rehearsal.Slice) -> list[Seen]:
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
