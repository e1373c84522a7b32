"""YAML text becomes a plain document that remembers its lines; messages stay short and exact."""

from __future__ import annotations

import math

import pytest

from sim.loading.lines import Document, copied, dotted, parse, scalar
from sim.loading.scenario_file import load
from sim.problems import Problem, ScenarioError, did_you_mean, nearest, shorten
from sim.scenario import Scenario


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("12", 12),
        ("-3", -3),
        ("+7", 7),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("0x", "0x"),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("1_000", "1_000"),
        ("2026-11-02T00:00Z", "2026-11-02T00:00Z"),
        ("111122223333", 111122223333),
        ("-.inf", -math.inf),
        ("inf", "inf"),
    ],
)
def test_plain_scalars_follow_the_core_schema(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_nan_is_read_so_that_it_can_be_refused_with_its_place():
    assert math.isnan(scalar(".nan"))


def test_every_key_and_entry_has_its_line():
    document = parse("a: 1\nb:\n  - x\n  -\n    c: 2\n\nd: {e: 5,\n  f: 6}\n", "x.yaml")
    assert document.data == {"a": 1, "b": ["x", {"c": 2}], "d": {"e": 5, "f": 6}}
    assert document.lines == {
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 5,
        ("b", 1, "c"): 5,
        ("d",): 7,
        ("d", "e"): 7,
        ("d", "f"): 8,
    }
    assert document.line(("d", "f", "deeper", 3)) == 8
    assert document.line(("nowhere",)) == 1


def test_quoted_scalars_stay_text():
    assert parse("a: '1'\nb: \"true\"\nc: |\n  5\n", "x").data == {"a": "1", "b": "true", "c": "5\n"}


def test_an_alias_repeats_without_sharing():
    document = parse("a: &x {n: [1]}\nb: *x\n", "x")
    assert document.data["a"] == document.data["b"]
    document.data["b"]["n"].append(2)
    assert document.data["a"] == {"n": [1]}
    assert document.line(("b", "n", 0)) == 2


def test_several_problems_of_the_text_are_told_together():
    with pytest.raises(ScenarioError) as caught:
        parse("a: 1\na: 2\nb: !x 3\n<<: {c: 1}\n", "x.yaml")
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]


def test_a_copy_shares_no_container():
    original = {"a": [{"b": 1}]}
    made = copied(original)
    made["a"][0]["b"] = 2
    assert original == {"a": [{"b": 1}]}


def test_a_path_is_written_with_dots():
    assert dotted(("populations", "app", "calls", 0, "rps")) == "populations.app.calls.0.rps"


def test_a_document_without_lines_points_at_its_first():
    assert Document("x", {}).line(("a",)) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (3.5, "3.5"),
        ("x", "'x'"),
        ("\u200b\ud800", "'\\u200b\\ud800'"),
        ({"a": 1}, "a mapping with 1 entry"),
        ([1, 2], "a list of 2"),
        (10**300, "a number of more than 60 digits"),
        ("y" * 500, "'" + "y" * 59 + "..."),
    ],
)
def test_a_value_is_shown_on_one_short_line(value, text):
    assert shorten(value) == text


def test_the_nearest_name_is_suggested_and_only_a_near_one():
    assert nearest("cuont", ["count", "people"]) == "count"
    assert nearest("zzz", ["count", "people"]) is None
    assert did_you_mean("zzz", ["b", "a"]) == "known: a, b"
    assert did_you_mean("x", []) == "known: none"
    assert did_you_mean("zzz", [f"n{number}" for number in range(30)]).endswith("(30 in all)")


def test_a_problem_reads_file_line_path_sentence():
    assert str(Problem("is wrong", "a.yaml", 12, "b.c")) == "a.yaml:12: b.c: is wrong"
    assert str(Problem("is wrong", "--set")) == "--set: is wrong"


def test_problems_are_sorted_told_once_and_not_without_end():
    many = [Problem(f"p{number}", "x", 500 - number) for number in range(300)]
    error = ScenarioError([*many, *many])
    assert len(error.problems) == 300
    assert [problem.line for problem in error.problems] == sorted(problem.line for problem in many)
    assert str(error).count("\n") == 100
    assert str(error).endswith("and 200 more problems")


def test_a_resolved_scenario_survives_json(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(
        "name: x\nquestion: q\nrun: {horizon_s: 10}\naccounts: {a: {}}\nusers: {u: {account: a, key: {copies: "
        "{laptop: {discrete: {1: 0.5, 2.5: 0.5}}}}}}\ncredentials: {k: [{from: access_key, user: u}]}\n"
        "populations: {p: {count: 1, credentials: k, calls: {kind: trace, at_s: [1, 2]}}}\n"
    )
    scenario = load(path).strategies["base"]
    again = Scenario.model_validate(scenario.model_dump(mode="json", by_alias=True))
    assert again == scenario
    assert again.users["u"].key.copies["laptop"].discrete == {1.0: 0.5, 2.5: 0.5}
