"""Inputs of the scenario as the page tells them."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.report.provenance import facts, facts_line, inputs

SCENARIO: dict[str, Any] = {
    "populations": {
        "people-a": {"count": 10, "calls": [{"length_s": {"lognormal": {"median": 900, "sigma": 0.8}}, "rps": 2}]},
        "people-b": {"count": 20, "calls": [{"length_s": {"lognormal": {"median": 1500, "sigma": 0.8}}, "rps": 2}]},
        "app": {"count": 3, "calls": [{"rps": 0.5}]},
    }
}


def row(path: str, entry: Any = "why", kind: str = "assumed") -> dict[str, str]:
    scenario = {**SCENARIO, "basis": {kind: {path: entry}}}
    manifest = {"strategies": {"a": {"scenario": scenario}}, "baseline": "a"}
    (found,) = inputs(manifest)["rows"]
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("populations.app.count", "3"),
        ("populations.people-*.count", "10, 20"),
        ("populations.people-*.calls.0.length_s.lognormal.median", "15 min, 25 min"),
        ("populations.people-*.calls.0.length_s.lognormal.sigma", "0.8"),
        ("populations.app.calls.rps", "0.5"),
        ("populations.app.nothing", "\N{EN DASH}"),
    ],
)
def test_the_value_at_a_path_is_shown(path: str, value: str) -> None:
    assert row(path)["value"] == value


def test_ranges_have_the_unit_of_the_input() -> None:
    assert row("populations.people-a.calls.0.length_s", {"range": [60, 3600]})["range"] == "1 min to 1 h"
    assert (
        row("populations.app.count", {"scale": [0.5, 2]})["range"]
        == "\N{MULTIPLICATION SIGN} 0.5 to \N{MULTIPLICATION SIGN} 2"
    )


def test_assumed_comes_before_documented_and_given() -> None:
    basis = {"given": {"x": "a"}, "documented": {"y": "b"}, "assumed": {"z": {"note": "c", "measure": "m"}}}
    rows = inputs({"strategies": {"a": {"scenario": {"basis": basis}}}})["rows"]
    assert [entry["basis"] for entry in rows] == ["assumed", "documented", "given"]
    assert rows[0]["measure"] == "m"


def test_facts_are_counted_and_assumed_ones_come_first() -> None:
    manifest = {
        "facts": [{"name": "b", "basis": "documented", "value": 600}, {"name": "c", "basis": "assumed", "value": 1}]
    }
    assert facts_line(manifest) == "AWS behaviour as of 2026-11; 1 of 2 facts assumed."
    assert [entry["name"] for entry in facts(manifest)["rows"]] == ["c", "b"]
