"""One renewal for all who find it due, or one each: of threads in a process, of processes that share a host."""

from __future__ import annotations

from typing import Any

import pytest

from sim.cli.loading import load_file
from sim.problems import ScenarioError
from tests.support.runs import Frames, run, verdicts
from tests.support.small_scenario import GOOD, written
from tests.support.zoo import document, fleet

EVERY = {"kind": "trace", "at_s": [1.0 * n for n in range(1, 4000)]}
ISSUERS = {"sts": {"kind": "sts", "latency_s": 0.5}, "iam": {"kind": "iam"}}
STEP = {"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600}


def race(step: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Processes whose threads all call once a second, on a session that is due after 2,700 s (botocore)."""
    made = document({"fleet": fleet("own", EVERY, count=2, start={"at_s": 0}, **more)}, horizon_s=4000, issuers=ISSUERS)
    made["roles"] = {"app": {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:GetObject"]}}
    made["users"] = {"robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole"], "key": {}}}
    made["credentials"] = {"own": [{**STEP, **step}]}
    made["theft"] = {"places": {"fleet": {"process": 1}}}
    return made


def asked(frames: Frames) -> int:
    """How often STS was asked."""
    return int(frames["requests_per_second"]["requests"].sum())


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_threads_without_a_lock_all_ask(level: str) -> None:
    """Two processes, eight threads: all ask at the start, and all again when the session is due."""
    frames = run(race({"single_flight": False}, threads=8), level=level)
    assert asked(frames) == 2 * 8 * 2
    assert verdicts(frames) == {("fleet", client, "ok"): 8 * 3999 for client in range(2)}


def test_threads_with_a_lock_ask_once() -> None:
    assert asked(run(race({}, threads=8))) == 2 * 2
    assert asked(run(race({"single_flight": True}, threads=8))) == 2 * 2


def test_threads_go_on_with_the_one_that_came_last() -> None:
    """They hold the same session in between: eight were issued to each process, and one signs the calls."""
    frames = run(race({"single_flight": False}, threads=8), level="credentials")
    signed = frames["credentials"].query("kind == 'session' and calls_signed > 8")
    assert (signed.groupby("client").size() <= 16).all()


def test_a_host_may_race_and_a_file_may_have_a_lock() -> None:
    together = {"per_host": 2}
    assert asked(run(race({"cache": "host"}, **together))) == 2
    assert asked(run(race({"cache": "host", "single_flight": False}, **together))) == 4
    assert asked(run(race({"cache": "file"}, **together))) == 4
    assert asked(run(race({"cache": "file", "single_flight": True}, **together))) == 2


def test_a_restart_forgets_what_threads_share() -> None:
    made = race({"single_flight": False}, threads=4)
    made["timeline"] = [{"at_s": 1000.5, "restart": "fleet"}]
    assert asked(run(made)) == 2 * 4 * 3  # at the start, after the restart, and 2,700 s later


@pytest.mark.parametrize(
    ("step", "population", "said"),
    [
        ("single_flight: false", "count: 3", "one thread"),
        ("single_flight: false, cache: none", "count: 3, threads: 2", "nobody shares"),
        ("single_flight: false, cache: thread", "count: 3, threads: 2", "nobody shares"),
        ("single_flight: false", "count: 3, threads: 2, new_provider_per: call", "share nothing"),
    ],
)
def test_where_nobody_races(tmp_path, step: str, population: str, said: str) -> None:
    text = GOOD.replace("session_s: 3600}]", f"session_s: 3600, {step}}}]").replace(
        "app: {count: 3", f"app: {{{population}"
    )
    with pytest.raises(ScenarioError) as caught:
        load_file(written(tmp_path, text))
    assert said in str(caught.value)
