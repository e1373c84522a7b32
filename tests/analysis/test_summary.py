from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from analysis.load import ResultsError
from analysis.metrics import METRICS
from analysis.summary import summarise
from sim.records import SCHEMA_VERSION, Level
from tests.support.fake_results import fake_rows, write_fake_results, write_results
from tests.support.fake_scenario import fake_scenario, fake_scenarios

REQUIRED = {
    "exposure.mean_s",
    "exposure.p50_s",
    "exposure.p95_s",
    "exposure.p_over_1h",
    "exposure.p_over_24h",
    "exposure.p_never",
    "credential_hours",
    "requests",
    "requests.throttled",
    "requests.peak_rps",
    "requests.share_of_quota",
    "requests.amplification",
    "calls.total",
    "calls.failed",
    "calls.wait_s",
    "work.done_share",
    "clients.failed",
    "logins.interactive",
    "rotation.done",
    "rotation.late",
    "rotation.toil_min",
    "cloudtrail.events",
}
ROW = {"metric", "strategy", "selector", "unit", "mean", "low", "high", "level", "replications"} | {
    "assumed_low",
    "assumed_high",
}


@pytest.fixture(scope="module")
def folder(fake_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("summary") / "run"
    shutil.copytree(fake_folder, copy)
    return copy


@pytest.fixture(scope="module")
def summary(folder: Path) -> dict[str, Any]:
    return summarise(folder)


def _row(summary: dict[str, Any], metric: str, strategy: str, table: str = "metrics", **selector: str) -> Any:
    rows = [
        r for r in summary[table] if (r["metric"], r["strategy"], r["selector"] or {}) == (metric, strategy, selector)
    ]
    assert len(rows) == 1
    return rows[0]


def test_all_metrics_of_the_contract_are_there_with_all_their_fields(summary: dict[str, Any]) -> None:
    assert REQUIRED <= {row["metric"] for row in summary["metrics"]} <= set(METRICS)
    assert all(set(row) >= ROW for row in summary["metrics"])
    assert (summary["schema"], summary["scenario"], summary["baseline"]) == (SCHEMA_VERSION, "fake-directory", "keys")


def test_rows_have_selectors_that_the_reference_names(summary: dict[str, Any]) -> None:
    for row in summary["metrics"]:
        assert tuple(sorted(row["selector"] or ())) in METRICS[row["metric"]].selectors, row


def test_the_file_is_the_returned_content_without_nan_or_inf(summary: dict[str, Any], folder: Path) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    text = (folder / "summary.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=refuse) == summary
    assert list(json.loads(text)) == sorted(summary)
    assert not list(folder.glob(".summary*"))


def test_means_are_over_replications(summary: dict[str, Any]) -> None:
    counts = [sum(r["calls"] for r in fake_rows("sessions-1h", n)["calls"]) for n in range(3)]
    row = _row(summary, "calls.total", "sessions-1h")
    assert row["mean"] == pytest.approx(sum(counts) / 3)
    assert row["replications"] == 3
    assert row["low"] <= row["mean"] <= row["high"]


def test_what_a_strategy_never_does_is_zero_and_not_missing(summary: dict[str, Any]) -> None:
    row = _row(summary, "requests", "keys", issuer="sso")
    assert (row["mean"], row["low"], row["high"]) == (0.0, 0.0, None)
    assert row["p_any_high"] == pytest.approx(1 - 0.05 ** (1 / 3))
    assert _row(summary, "requests", "sessions-1h", "differences", issuer="sso")["mean"] > 0


def test_never_is_null_with_its_share(summary: dict[str, Any]) -> None:
    at = {"place": "process", "population": "app", "thief": "copy"}
    row = _row(summary, "exposure.p95_s", "keys", **at)
    assert (row["mean"], row["reason"], row["never_share"]) == (None, "never in 3 of 3 replications", 1.0)
    assert _row(summary, "exposure.mean_s", "keys", **at)["mean"] == 365 * 86_400.0
    assert _row(summary, "exposure.p95_s", "sessions-1h", "differences", **at)["mean"] is None


def test_a_given_mean_of_nothing_says_that_there_is_nothing(summary: dict[str, Any]) -> None:
    at = {"place": "backup", "population": "people", "thief": "copy"}
    row = _row(summary, "exposure.mean_given_valid_s", "sessions-1h", **at)
    assert (row["mean"], row["reason"]) == (None, "the denominator is 0")


def test_holm_covers_all_differences(summary: dict[str, Any]) -> None:
    given = [row for row in summary["differences"] if row["p"] is not None]
    assert all(row["p_holm"] >= row["p"] for row in given)
    least = min(row["p"] for row in given if row["p"] > 0)
    assert any(row["p_holm"] > least * len(given) / 2 for row in given if row["p"] == least)


def test_workers_change_nothing(
    summary: dict[str, Any], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.summary.WORTH_ROWS", 0)
    shutil.copytree(folder, tmp_path / "run", ignore=shutil.ignore_patterns("summary.json"))
    shares: list[float] = []
    summarise(tmp_path / "run", jobs=2, advance=shares.append)
    assert (tmp_path / "run" / "summary.json").read_bytes() == (folder / "summary.json").read_bytes()
    assert shares == sorted(shares)
    assert (len(shares), shares[-1]) == (9, 1.0)


def test_a_strategy_against_itself_is_exactly_zero_everywhere(tmp_path: Path) -> None:
    scenarios = dict.fromkeys(("a", "b"), fake_scenario(keys=False))
    folder = write_results(tmp_path / "r", scenarios, lambda _, r: fake_rows("sessions-1h", r), replications=3)
    differences = [row for row in summarise(folder)["differences"] if row["mean"] is not None]
    assert len(differences) > 100
    assert {(row["mean"], row["low"], row["high"]) for row in differences} == {(0.0, 0.0, 0.0)}


def test_one_replication_has_no_intervals(tmp_path: Path) -> None:
    folder = write_fake_results(tmp_path / "r", replications=1)
    summary = summarise(folder)
    assert {row["low"] for row in summary["metrics"] if not row.get("p_any_high")} == {None}
    assert {row["p_holm"] for row in summary["differences"]} == {None}


def test_level_summary_has_all_metrics_or_reasons(tmp_path: Path) -> None:
    folder = write_fake_results(tmp_path / "r", replications=2, level=Level.SUMMARY)
    summary = summarise(folder)
    without = {row["metric"] for row in summary["metrics"] if row["mean"] is None}
    assert all(row["reason"] for row in summary["metrics"] if row["mean"] is None)
    assert {"calls.failed_in_outage", "credential_hours"} <= without
    assert "requests" not in without


def test_ranges_over_assumed_inputs_are_merged(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "run")
    row = {"metric": "calls.total", "strategy": "keys", "selector": None, "mean": 10.0}
    assumptions = {
        "schema": SCHEMA_VERSION,
        "inputs": [],
        "base": [row],
        "results": [row | {"path": "p", "end": "low", "value": 1, "mean": 7.0}, row | {"path": "q", "mean": None}],
    }
    (tmp_path / "run" / "assumptions.json").write_text(json.dumps(assumptions))
    summary = summarise(tmp_path / "run")
    found = _row(summary, "calls.total", "keys")
    assert (found["assumed_low"], found["assumed_high"]) == (7.0, 10.0)
    assert _row(summary, "calls.total", "sessions-1h")["assumed_low"] is None


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="is not a results folder"):
        summarise(tmp_path)


def test_fake_strategies_share_their_baseline() -> None:
    assert {scenario.baseline for scenario in fake_scenarios(3).values()} == {"keys"}
