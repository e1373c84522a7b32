"""A rehearsal: real boto3 clients at a real server do what the simulator says, and a difference is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.loading.scenario_file import load
from sim.verify import rehearsal
from sim.verify.trace import Trace

_MISSING = rehearsal.why_not()
_YAML = """
name: rehearsed
question: Do real clients renew when the simulator says so?
run: {horizon_s: 14400, seed: 1}
accounts: {main: {quotas: {signed: {rps: 600, burst: 600}}}}
issuers: {sts: {kind: sts}, imds: {kind: imds, role: host}}
roles:
  app: {account: main, trust: {user: robot}, allow: ["s3:GetObject"]}
  host: {account: main, trust: {service: ec2.amazonaws.com}, allow: ["s3:GetObject"]}
users: {robot: {account: main, per: population, allow: ["sts:AssumeRole"], key: {}}}
credentials:
  chain: [{from: sts.AssumeRole, role: app, user: robot, session_s: 1800}]
  host: [{from: imds}]
populations:
  hosts: {count: 1, sdk: botocore-1.44, credentials: host, calls: {kind: poisson, rps: 0.02}}
  fleet: {count: 5, sdk: botocore-1.44, credentials: chain, calls: {kind: poisson, rps: 0.02}}
timeline:
  - {at_s: 3000, outage: sts, for_s: 2500}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "rehearsed.yaml"
    path.write_text(_YAML, encoding="utf-8")
    return path


@pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")
def test_real_clients_do_what_was_simulated(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", str(scenario), "--clients", "1", "--hours", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["population"] == "fleet"
    assert len(told["clients"]) == 1
    for client in told["clients"]:
        assert client["simulated"] == client["observed"]
        assert len(client["observed"]["issued"]) > 2
        assert client["observed"]["failed_attempts"]
        assert client["observed"]["failed_calls"]


def test_a_slice_takes_the_population_that_real_clients_can_play(scenario: Path) -> None:
    part = rehearsal.slice_of(load(scenario).base, None, 3, 2.0)
    assert (part.population, len(part.clients)) == ("fleet", 3)
    assert [case.failing for case in part.clients] == [((3000.0, 5500.0),)] * 3
    assert all(at == int(at) < 7200 for case in part.clients for at in case.calls)
    assert any("hosts" in each for each in part.left_out)
    assert any("quotas" in each for each in part.left_out)
    # Adding a client moves nobody's calls.
    assert rehearsal.slice_of(load(scenario).base, "fleet", 5, 2.0).clients[:3] == part.clients


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--population", "hosts"], "hosts cannot be rehearsed: its chain must be one AssumeRole step"),
        (["--set", "populations.fleet.sdk=js-v3"], "its sdk is js-v3, real clients are botocore-1.44"),
        (["--set", "populations.fleet.calls.rps=5"], "at most 5,000, so give fewer --hours"),
        (["--population", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(
    scenario: Path, options: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "why_not", lambda: None)
    assert main(["rehearse", str(scenario), *options]) == 2
    assert told in capsys.readouterr().err


def test_the_example_of_the_help_can_be_rehearsed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["rehearse", "--help"])
    example = capsys.readouterr().out.strip().splitlines()[-1].split()
    path = Path(__file__).parents[2] / example[example.index("rehearse") + 1]
    assert rehearsal.slice_of(load(path).base, None, 1, 1.0).clients


def test_without_the_extra_it_says_what_to_install(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "_NEEDS", ("no_such_module",))
    assert main(["rehearse", str(scenario)]) == 2
    assert "no_such_module not installed; pip install -e '.[rehearse]'" in capsys.readouterr().err


def test_a_difference_is_told_and_exits_1(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(part: rehearsal.Slice) -> list[Trace]:
        traces = rehearsal.simulated(part)
        traces[0].issued[2] += 1.0
        return traces

    monkeypatch.setattr(rehearsal, "why_not", lambda: None)
    monkeypatch.setattr(rehearsal, "observed", late)
    assert main(["rehearse", str(scenario), "--clients", "2", "--hours", "2"]) == 1
    told = capsys.readouterr().out
    assert "issue at" in told
    assert "2 clients: 1 as simulated, 1 otherwise" in told
    assert "left out: populations hosts" in told
