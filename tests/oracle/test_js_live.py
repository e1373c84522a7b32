"""The real AWS SDK for JavaScript v3, live: the recorded cases again, and new ones, through its own npm packages."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from sim.sdks import SDKS
from sim.verify.cases import Case, offered, random_cases
from sim.verify.engine_clock import play as simulated
from sim.verify.js_rows import CASES, KINDS, expected
from sim.verify.reference import model
from sim.verify.trace import Trace
from tests.oracle.js_sdk import node, play, why_not


@pytest.fixture(scope="module", autouse=True)
def _sdk() -> None:
    missing = why_not()
    if missing is not None:
        pytest.skip(missing)


def _told(kind: str, case: Case) -> dict[str, Any]:
    return {**case.plain(), "kind": kind, "calls": case.calls}


def _recorded(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": case["kind"],
        "calls": case["times"],
        "failing": case["outages"],
        "session_s": case["session"],
        "draws": [],
    }


def test_it_still_does_what_was_recorded() -> None:
    cases = [case for case in CASES if case["kind"] != "imds"]
    assert len(cases) > 5
    assert play([_recorded(case) for case in cases]) == [expected(case) for case in cases]


@pytest.mark.parametrize("kind", ["chain", "explicit"])
def test_new_cases_of_sessions_through_the_engine(kind: str) -> None:
    cases = [case for case in random_cases(77, 2) if case.provider == "sts"]
    assert len(cases) > 10
    for case, real in zip(cases, play([_told(kind, case) for case in cases]), strict=True):
        one = Case(case.title, "sts", (case.calls,), session_s=case.session_s, failing=case.failing)
        assert simulated(one, KINDS[kind][0]) == real, case.title


def _drawn(case: Case, draw: float) -> Case:
    return Case(
        case.title,
        "imds",
        case.callers,
        failing=case.failing,
        offered_every_s=case.offered_every_s,
        phase_s=-1000.0,
        draws=(draw,) * 500,
    )


def test_new_cases_of_instance_credentials() -> None:
    """A failure's extension ends after a draw, so every fetch of a case is given the same one."""
    cases = [_drawn(case, 0.0) for case in random_cases(78, 2) if case.provider == "imds"]
    assert len(cases) > 10
    for case, real in zip(cases, play([_told("imds", case) for case in cases]), strict=True):
        assert _ours(case) == real, case.title


def _ours(case: Case) -> Trace:
    rule = SDKS["js-v3"].imds
    return model(rule, case.calls, lambda at: offered(case, at), lambda _number: case.draws[0], case.failing)


def test_its_process_reaches_nobody_and_sees_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "canary-000000")
    script = """
        const told = [JSON.stringify(process.env).includes("canary")];
        for (const go of [() => require("net").connect(443, "192.0.2.1"), () => require("dns").lookup("x", () => 0),
                          () => require("child_process").spawn("true")]) {
          try { go(); told.push("open"); } catch (error) { told.push(error.message.includes("must not")); }
        }
        console.log(JSON.stringify(told));
    """
    with tempfile.TemporaryDirectory(prefix="credflow-") as folder:
        path = Path(folder) / "probe.cjs"
        path.write_text(script, encoding="utf-8")
        assert node(str(path), "").stdout.strip() == "[false,true,true,true]"
