"""Checks of a scenario: what they may say, and when they pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from analysis.checks import CheckError, Outcome, _Tables, evaluate, measure, parse, problems
from analysis.load import Results
from analysis.metrics import Value
from analysis.metrics._places import all_places
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


@pytest.mark.parametrize(
    ("metric", "over", "window", "ratio"),
    [
        ("requests", "requests", None, 1.0),
        ("requests{issuer=sts}", "requests{outcome=ok}", [100, 501], 1.0),
        ("requests{outcome=throttled}", "requests", None, 0.0),
        ("requests", "requests", [100, 101], 1.0),
    ],
)
def test_a_ratio_is_of_sums(tmp_path: Path, metric: str, over: str, window: list[float] | None, ratio: float) -> None:
    check = {"metric": metric, "over": over, "window_s": window, "expect": [ratio, ratio]}
    (outcome,) = evaluate(results_with(tmp_path / "r", check), {"metrics": []})
    assert (outcome.value, outcome.passed, outcome.check) == (ratio, True, f"{metric} / {over}")


def test_a_ratio_divides_the_sums_of_all_replications_and_has_their_interval(tmp_path: Path) -> None:
    """(10 + 20) / (17 + 27), and no mean of 10 / 17 and 20 / 27; deviations are those of a ratio."""
    check = {"metric": "requests", "over": "requests{issuer=sts}", "expect": [0, 1]}
    results = results_with(tmp_path / "r", check)
    top, bottom = [[Value("a", (), float(n))] for n in (10, 20)], [[Value("b", (), float(n))] for n in (17, 27)]
    tables = _Tables(results)
    with patch.object(tables, "_found", side_effect=[[one for (one,) in top], [one for (one,) in bottom]]):
        found = tables.ratio("keys", ("requests", ()), ("requests", ()), check)
    assert found.mean == pytest.approx(30 / 44)
    half = 12.706204736 * 2**0.5 * abs(10 - 17 * 30 / 44) / 22 / 2**0.5
    assert (found.low, found.high) == pytest.approx((30 / 44 - half, 30 / 44 + half))


def test_a_ratio_over_nothing_has_no_value_and_says_why(tmp_path: Path) -> None:
    check = {"metric": "requests", "over": "requests{outcome=throttled}", "expect": [0, None]}
    (outcome,) = evaluate(results_with(tmp_path / "r", check), {"metrics": []})
    assert (outcome.value, outcome.passed) == (None, False)
    assert outcome.reason == "the denominator is 0: there are no requests"


@pytest.mark.parametrize(
    ("check", "key", "said"),
    [
        ({"metric": "requests", "over": "request"}, "over", "did you mean requests"),
        ({"metric": "requests", "over": "requests{issuer=tss}"}, "over", "did you mean sts"),
        ({"metric": "requests", "over": "requests.amplification"}, "over", "is no count"),
        ({"metric": "requests.amplification", "over": "requests"}, "metric", "is no count"),
        ({"metric": "requests", "over": "calls.failed", "window_s": (0, 60)}, "window_s", "calls.failed in a window"),
    ],
)
def test_a_ratio_that_has_no_meaning(check: dict[str, Any], key: str, said: str) -> None:
    (found,) = problems([check], words={"issuer": {"sts"}})
    assert found[1] == key and said in found[2]


def test_what_lay_where_is_read_once_however_many_checks_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = [{"metric": metric, "expect": [None, None]} for metric in ("requests", "calls.total", "logins.silent")]
    read: list[Results] = []

    def counting(results: Results) -> dict[str, dict[tuple[str, str], int]]:
        read.append(results)
        return all_places(results)

    folder = results_with(tmp_path, *checks).folder
    monkeypatch.setattr("analysis.checks.all_places", counting)
    assert len(measure(folder)) == 3
    assert len(read) == 1
