"""Files and settings that are no scenario: a clear refusal, all problems at once, and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.loading.scenario_file import LARGEST_FILE, load
from tests.support.small_scenario import GOOD, edited, problems_of, written


def test_the_good_scenario_loads(tmp_path):
    loaded = load(written(tmp_path, GOOD))
    assert list(loaded.strategies) == ["keys", "base"]
    assert loaded.strategies["keys"].populations["people"].credentials == "key"
    assert loaded.base.populations["people"].credentials == "people"


def test_users_from_several_populations_are_counted_with_their_names(tmp_path):
    (problem,) = problems_of(edited(tmp_path, "    count: 3\n", "    count: 5001\n"))
    assert "people as person 5,001" in problem.text
    assert "another account" in problem.text
    assert "federation" in problem.text


def test_all_problems_at_once_in_the_order_of_lines(tmp_path):
    text = (
        GOOD.replace("count: 3, cred", "count: -3, cred")
        .replace("kind: idp}", "kind: ipd}")
        .replace("rps: 1}", "rps: x}")
    )
    found = problems_of(written(tmp_path, text))
    assert [problem.path for problem in found] == ["issuers.idp", "populations.app.calls.rps", "populations.app.count"]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_rules_between_blocks_are_told_beside_wrong_values(tmp_path):
    text = GOOD.replace("count: 3, cred", "cuont: 3, cred").replace("session_s: 3600}", "session_s: 129600}")
    text = text.replace("{horizon_s: 3600}", "{horizon_s: -1}").replace("user: person", "user: persn")
    found = problems_of(written(tmp_path, text))
    assert [problem.path for problem in found] == [
        "run.horizon_s",
        "credentials.app.0.session_s",
        "credentials.key.0.user",
        "populations.app.count",
        "populations.app.cuont",
    ]


def test_nothing_is_said_to_follow_from_a_misspelt_key(tmp_path):
    (problem,) = problems_of(edited(tmp_path, "people: true", "peeple: true"))
    assert problem.path == "populations.people.peeple"
    assert "did you mean people?" in problem.text


def test_a_value_that_no_place_takes_does_not_hide_the_others(tmp_path):
    text = GOOD.replace("{horizon_s: 3600}", "{horizon_s: .inf}").replace("{count: 3,", "{cuont: 3,")
    text = text.replace("user: person", "user: persn").replace("{populations.people.credentials: key}", "{a.b: .nan}")
    found = problems_of(written(tmp_path, text), {"run.seed": float("inf"), "populations.ap.count": 3})
    assert [problem.path for problem in found] == [
        "populations.ap.count",
        "run.seed",
        "run.horizon_s",
        "credentials.key.0.user",
        "populations.app.count",
        "populations.app.cuont",
        "strategies.keys.set.a.b",
    ]


def test_basis_does_not_miss_a_value_that_is_wrong_itself(tmp_path):
    text = GOOD.replace("rps: 1}", "rps: .nan}") + "basis: {given: {populations.app.calls.rps: measured}}\n"
    (problem,) = problems_of(written(tmp_path, text))
    assert problem.path == "populations.app.calls.rps"


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T00:00Z"])
def test_a_start_that_no_calendar_takes(tmp_path, start):
    (problem,) = problems_of(edited(tmp_path, "{horizon_s: 3600}", f"{{horizon_s: 3600, start: '{start}'}}"))
    assert problem.path == "run.start"
    assert "1970 to 9000" in problem.text


@pytest.mark.parametrize("end", ["-1", "0", "x", "{poisson: 1}"])
def test_a_range_ends_where_its_input_could_stand(tmp_path, end):
    basis = f"basis: {{assumed: {{populations.app.calls.rps: {{range: [{end}, 3]}}}}}}\n"
    problem, *_ = problems_of(written(tmp_path, GOOD + basis))
    assert problem.path == "basis.assumed.populations.app.calls.rps.range"
    assert "is no value of populations.app.calls.rps" in problem.text


def test_a_problem_of_the_base_is_told_once_not_for_every_strategy(tmp_path):
    found = problems_of(edited(tmp_path, "user: person", "user: persn"))
    assert len(found) == 1
    assert "strategy" not in found[0].text


def test_missing_file(tmp_path):
    (problem,) = problems_of(tmp_path / "none.yaml")
    assert problem.text == "no such file"


def test_directory(tmp_path):
    (problem,) = problems_of(tmp_path)
    assert "directory" in problem.text


def test_path_that_no_file_can_have(tmp_path):
    problems_of(Path("a\0b.yaml"))
    problems_of(tmp_path / ("x" * 5000))


def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (problem,) = problems_of(tmp_path / "pipe")
    assert "regular file" in problem.text


def test_hundred_megabytes_are_not_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("the file must not be opened"))
    (problem,) = problems_of(path)
    assert f"{LARGEST_FILE:,}" in problem.text


WHOLE_FILES = {
    "empty": (b"", 1, "empty"),
    "only a comment": (b"# nothing\n", 1, "empty"),
    "binary": (b"\x7fELF\0\0\1", None, "binary"),
    "UTF-16": ("name: x".encode("utf-16"), None, "binary"),
    "not UTF-8": (b"name: \xff\xfe", None, "UTF-8"),
    "control character": (b"name: x\nquestion: \x01", 2, "not YAML"),
    "list": (b"- a\n- b\n", 1, "list of 2"),
    "scalar": (b"hello\n", 1, "'hello'"),
    "syntax": (b"name: x\nrun: {horizon_s: 1\npopulations: [", 3, "not YAML"),
    "tab": (b"name: x\nrun:\n\thorizon_s: 1\n", 3, "not YAML"),
    "two documents": (b"name: x\n---\nname: y\n", 2, "second YAML document"),
    "duplicate key": (b"name: x\nquestion: a\nname: y\n", 3, "twice, in line 1 and in line 3"),
    "duplicate key deep": (b"run:\n  seed: 1\n  horizon_s: 2\n  seed: 2\n", 4, "twice, in line 2 and in line 4"),
    "list as key": (b"? [a, b]\n: 1\n", 1, "cannot be a key"),
    "null as key": (b"run: {null: 1}\n", 1, "cannot be a key"),
    "alias in itself": (b"name: x\nrun: &r\n  seed: *r\n", 3, "contains itself"),
    "lone surrogate": (b'name: "\\ud800"\n', 1, "not text"),
    "NUL in a string": (b'name: "a\\0b"\n', 1, "not text"),
    "unknown directive": (b"%YAML 9.9\n---\nname: x\n", 1, "not YAML"),
    "deep": (b"name: " + b"[" * 100_000, 1, "deep"),
    "deep in blocks": (b"\n".join(b" " * n + b"a:" for n in range(200)), 41, "deep"),
}


@pytest.mark.parametrize("case", WHOLE_FILES)
def test_file_that_is_no_scenario(tmp_path, case):
    content, line, words = WHOLE_FILES[case]
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    found = problems_of(path)
    told = [problem for problem in found if words in problem.text]
    assert told, [str(problem) for problem in found]
    assert told[0].line in (line, None if case == "empty" else line)


def test_exploding_anchors_are_refused_before_they_expand(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (problem,) = problems_of(written(tmp_path, "\n".join(lines)))
    assert "more than 100,000 values" in problem.text
    assert problem.line == 5  # 10^5 values are reached in the fifth line


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"populations.app.count": -1}, "populations.app.count", "at least 1"),
        ({"populations.app.cuont": 1}, "populations.app.cuont", "did you mean count?"),
        ({"populations.ap.count": 1}, "populations.ap.count", "did you mean app?"),
        ({"credentials.app.7.role": "app"}, "credentials.app.7.role", "entries 0 to 0"),
        ({"populations.app.count.deeper": 1}, "populations.app.count.deeper", "has no entries"),
        ({"": 1}, "", "not a path"),
        ({"a..b": 1}, "a..b", "not a path"),
        ({"run.horizon_s": float("nan")}, "run.horizon_s", "finite"),
        ({"run.seed": object()}, "run.seed", "not a value"),
        ({"run": 3}, "run", "mapping"),
        ({"populations": None}, "populations", "mapping"),
        ({"populations.*.nothing": 1}, "populations.app.nothing", "unknown key"),
        ({"strategies": []}, "strategies", "mapping"),
        ({"strategies": {}}, "strategies", "at least one"),
        ({"users.person.key": None}, "credentials.key.0.user", "no access key"),
    ],
)
def test_bad_setting(tmp_path, settings, path, words):
    found = problems_of(written(tmp_path, GOOD), settings)
    told = [problem for problem in found if problem.path == path]
    assert told, [str(problem) for problem in found]
    assert words in told[0].text
