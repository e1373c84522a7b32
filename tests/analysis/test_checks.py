"""Checks of a scenario: what they may say, and when they pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.checks import CheckError, Outcome, evaluate, parse, problems
from analysis.load import Results
from sim.scenario import Scenario
from tests.support.fake_results import write_results
from tests.support.fake_scenario import fake_scenarios


def entry(metric: str, mean: float | None, selector: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {"metric": metric, "strategy": "keys", "selector": selector, "mean": mean, **more}


def results_with(folder: Path, *checks: dict[str, Any]) -> Results:
    """One strategy, two replications: 10 and 20 requests in second 100, 7 in second 500."""
    spec = fake_scenarios()["keys"].model_dump(mode="json", by_alias=True) | {"checks": list(checks)}

    def rows(_strategy: str, replication: int) -> dict[str, list[dict[str, Any]]]:
        about = {"population": "app", "issuer": "sts", "operation": "AssumeRole", "quota_group": "signed"}
        about |= {"account": "prod", "outcome": "ok"}
        counts = {100: 10 * (replication + 1), 500: 7}
        return {"requests_per_second": [about | {"second": at, "requests": n} for at, n in counts.items()]}

    return Results(write_results(folder, {"keys": Scenario.model_validate(spec)}, rows, replications=2))


@pytest.mark.parametrize(
    ("text", "metric", "selector"),
    [
        ("requests", "requests", ()),
        ("requests{}", "requests", ()),
        ("requests{issuer=sts}", "requests", (("issuer", "sts"),)),
        ("requests{outcome=throttled, issuer=sts}", "requests", (("issuer", "sts"), ("outcome", "throttled"))),
    ],
)
def test_a_check_names_a_metric_and_whom_it_is_about(text: str, metric: str, selector: object) -> None:
    assert parse(text) == (metric, selector)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("request", "did you mean requests"),
        ("requests{planet=mars}", r"not given for \{planet\}.*\{issuer\}"),
        ("requests{issuer}", "key=value"),
        ("requests{issuer=sts", "not of the form"),
        ("", "not of the form"),
    ],
)
def test_what_a_check_cannot_say(text: str, said: str) -> None:
    with pytest.raises(CheckError, match=said):
        parse(text)


@pytest.mark.parametrize(
    ("low", "high", "value", "passed"),
    [
        (1.0, 2.0, 1.0, True),
        (1.0, 2.0, 2.0, True),
        (1.0, 2.0, 2.1, False),
        (1.0, 2.0, 0.9, False),
        (None, 2.0, -1e9, True),
        (1.0, None, 1e9, True),
        (None, None, None, False),
    ],
)
def test_both_ends_belong_to_the_range(
    low: float | None, high: float | None, value: float | None, passed: bool
) -> None:
    assert Outcome("requests", "keys", low, high, value).passed is passed


def test_the_value_is_the_mean_of_the_summary(tmp_path: Path) -> None:
    check = {"metric": "calls.failed{population=app}", "expect": [3, 4]}
    (outcome,) = evaluate(
        results_with(tmp_path / "r", check),
        {"metrics": [entry("calls.failed", 99.0), entry("calls.failed", 3.5, {"population": "app"})]},
    )
    assert (outcome.value, outcome.passed) == (3.5, True)


def test_what_was_never_counted_is_0(tmp_path: Path) -> None:
    (outcome,) = evaluate(results_with(tmp_path / "r", {"metric": "calls.failed", "expect": [0, 0]}), {"metrics": []})
    assert (outcome.value, outcome.passed) == (0.0, True)


def test_what_has_no_value_fails_and_says_why(tmp_path: Path) -> None:
    check = {"metric": "requests.amplification", "expect": [0, None]}
    summary = {"metrics": [entry("requests.amplification", None, reason="nothing was issued")]}
    (outcome,) = evaluate(results_with(tmp_path / "r", check), summary)
    assert (outcome.passed, outcome.reason) == (False, "nothing was issued")


@pytest.mark.parametrize(
    ("window", "expected"), [([0, 1000], 22.0), ([100, 101], 15.0), ([101, 500], 0.0), ([500, 501], 7.0)]
)
def test_a_window_counts_what_falls_into_it(tmp_path: Path, window: list[float], expected: float) -> None:
    check = {"metric": "requests{issuer=sts}", "window_s": window, "expect": [expected, expected]}
    (outcome,) = evaluate(results_with(tmp_path / "r", check), {"metrics": []})
    assert (outcome.value, outcome.passed, outcome.reason) == (expected, True, "")


def test_problems_are_found_before_a_run() -> None:
    written = [
        {"metric": "requests"},
        {"metric": "requests", "window_s": (0, 60)},
        {"metric": "calls.failed", "window_s": (0, 60)},
        {"metric": "clients.failed", "at_s": 60.0},
        {"metric": "wat"},
    ]
    found = list(problems(written))
    assert [(index, key) for index, key, _ in found] == [(2, "window_s"), (3, "at_s"), (4, "metric")]
