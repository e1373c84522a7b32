"""`credflow check`: one line a scenario, exit codes, JUnit, JSON, the table, and what is left behind."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim.cli.incidents_table import BEGIN, END
from sim.cli.junit import Case, write
from tests.support.command import credflow, write_tiny

SMALL = ("--set", "populations.workers.count=4", "--replications", "2", "--jobs", "1")
CHECK = "  - {metric: calls.failed, expect: [0, 0]}"
THREAD = "threads: [owner/repository#12]\nrun:"


def tiny(folder: Path, name: str, *checks: str, threads: bool = False) -> Path:
    """The README's scenario under another name with other checks."""
    folder.mkdir(exist_ok=True)
    lines = "\n".join(f"  - {check}" for check in checks)
    changes = {CHECK: lines, "name: tiny": f"name: {name}"} | ({"run:": THREAD} if threads else {})
    return write_tiny(folder, **changes).rename(folder / f"{name}.yaml")


def test_green_and_red_one_line_each(tmp_path: Path) -> None:
    tiny(tmp_path / "some", "good", "{metric: calls.failed, expect: [0, 0]}")
    tiny(tmp_path / "some", "bad", "{metric: calls.total, expect: [0, 1]}", "{metric: calls.failed, expect: [0, 0]}")
    done = credflow("check", "some", *SMALL, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    red, green = done.stdout.splitlines()
    assert green.split() == ["green", "good", "2", "checks"]
    assert red.startswith("red    bad ")
    assert "2 of 4 checks failed: sessions-1h calls.total = " in red
    assert red.endswith(", expected 0 to 1")
    assert not [path for path in tmp_path.rglob("*") if path.name != "some" and path.suffix != ".yaml"]


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        ("{metric: calls.failed, expect: [0, 0], word: predicted, published: 0}", "reproduced"),
        ("{metric: calls.failed, expect: [0, 0], word: predicted}", "illustration"),
        ("{metric: calls.failed, expect: [0, 0], word: calibrated, published: none}", "illustration"),
    ],
)
def test_only_a_predicted_number_that_a_thread_reports_reproduces_it(tmp_path: Path, check: str, kind: str) -> None:
    tiny(tmp_path, "one", check, threads=True)
    done = credflow("check", "one.yaml", *SMALL, folder=tmp_path)
    assert (done.returncode, done.stdout.split()[:3]) == (0, ["green", "one", kind])


def test_json_junit_table_and_records(tmp_path: Path) -> None:
    one = "{metric: calls.failed, strategy: sessions-1h, expect: [0, 0], word: predicted, published: 0}"
    tiny(tmp_path, "one", one, "{metric: calls.total, window_s: [0, 60], expect: [0, 0]}", threads=True)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    more = ("--json", "--junit", "checks.xml", "--table", "page.md", "--out", "kept", "--set", "run.record=calls")
    done = credflow("check", "one.yaml", *SMALL, *more, folder=tmp_path)
    assert done.returncode == 1
    (told,) = json.loads(done.stdout)
    assert (told["name"], told["kind"], told["passed"]) == ("one", "reproduced", False)
    assert [row["passed"] for row in told["checks"]] == [True, False, False]
    assert (told["checks"][0]["value"], told["checks"][0]["published"]) == (0, 0)
    suite = ElementTree.parse(tmp_path / "checks.xml").getroot()[0]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("one", "3", "2")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!--")
    assert text.endswith("-->\nafter\n")
    assert "| one (reproduced) | owner/repository#12 | sessions-1h: `calls.failed` | 0 | predicted | 0 |" in text
    assert (tmp_path / "kept" / "one" / "latest" / "manifest.json").is_file()


def test_jobs_do_not_matter(tmp_path: Path) -> None:
    for name in ("a", "b"):
        tiny(tmp_path / "some", name, "{metric: calls.total, expect: [0, 1]}")
    one, two = (credflow("check", "some", *SMALL[:4], "--jobs", n, folder=tmp_path) for n in (1, 2))
    assert one == two


def test_a_scenario_without_checks_is_neither_red_nor_green(tmp_path: Path) -> None:
    write_tiny(tmp_path, **{"checks:\n": "", f"{CHECK}\n": ""})
    done = credflow("check", "tiny.yaml", "--junit", "checks.xml", folder=tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, ["none", "tiny", "no", "checks"])
    assert ElementTree.parse(tmp_path / "checks.xml").getroot().get("skipped") == "1"


WRONG = {
    "metric": ("{metric: calls.faild, expect: [0, 0]}", "checks.1.metric: there is no metric 'calls.faild'; did you"),
    "any value": ("{metric: calls.failed, expect: [null, null]}", "checks.1.expect: [null, null] is met by any value"),
    "keys": ("{metric: 'calls.failed{planet=mars}', expect: [0, 0]}", "checks.1.metric: calls.failed is not given for"),
    "population": (
        "{metric: 'calls.failed{population=worker}', expect: [0, 0]}",
        "checks.1.metric: there is no population 'worker'; did you mean workers?",
    ),
    "verdict": ("{metric: 'calls.share{verdict=Expired}', expect: [0, 0]}", "checks.1.metric: there is no verdict"),
    "instant": (
        "{metric: calls.failed, at_s: 5, expect: [0, 0]}",
        "checks.1.at_s: calls.failed is not of an instant",
    ),
    "late instant": (
        "{metric: clients.served, at_s: 86401, expect: [0, 0]}",
        "checks.1.at_s: 86401 is beyond the horizon of 86400 s",
    ),
    "late window": (
        "{metric: requests, window_s: [0, 86401], expect: [0, 0]}",
        "checks.1.window_s: [0, 86401] goes beyond the horizon of 86400 s",
    ),
    "window of an instant": (
        "{metric: clients.served, window_s: [0, 5], expect: [0, 0]}",
        "checks.1.window_s: clients.served is of an instant; use at_s",
    ),
    "empty window": ("{metric: requests, window_s: [5, 5], expect: [0, 0]}", "checks.1.window_s: [5, 5] is empty"),
    "part of a second": ("{metric: requests, window_s: [0.5, 5], expect: [0, 0]}", "whole numbers"),
    "segments": (
        "{metric: calls.failed, window_s: [0, 5], expect: [0, 0]}",
        "checks.1.window_s: calls.failed in a window needs run.record: calls",
    ),
    "single calls": ("{metric: validity.margin_min_s, expect: [0, 0]}", "needs run.record: calls"),
    "both times": ("{metric: requests, at_s: 1, window_s: [0, 5], expect: [0, 0]}", "checks.1.at_s: is an instant and"),
    "unworded": (
        "{metric: calls.failed, expect: [0, 0], published: 3, thread: owner/repository#12}",
        "checks.1.word: is missing",
    ),
    "unthreaded": ("{metric: calls.failed, expect: [0, 0], word: given, published: 3}", "checks.1.thread: is missing"),
    "strange thread": (
        "{metric: calls.failed, expect: [0, 0], word: given, published: 3, thread: owner/repository#99}",
        "checks.1.thread: there is no thread",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_check_cannot_say_is_refused_at_its_line(tmp_path: Path, case: str) -> None:
    written, said = WRONG[case]
    file = tiny(tmp_path, "one", "{metric: calls.failed, expect: [0, 0]}", written)
    text = file.read_text(encoding="utf-8")
    if "thread" in case or case == "unworded":
        text = text.replace("\nrun:", "\nthreads: [owner/repository#12, owner/repository#13]\nrun:")
        file.write_text(text, encoding="utf-8")
    done = credflow("check", "one.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    line = text[: text.index(written)].count("\n") + 1
    (told,) = [told for told in done.stderr.splitlines() if said in told]
    assert told.startswith(f"one.yaml:{line}: ")
    assert credflow("validate", "one.yaml", folder=tmp_path).returncode == 2


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        tiny(tmp_path / "some", name, "{metric: wat, expect: [0, 1]}")
    done = credflow("check", "some", folder=tmp_path)
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["some/a.yaml", "some/b.yaml"]


def test_paths_without_scenarios(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = credflow("check", "empty", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds no scenario" in done.stderr
    assert credflow("check", "nowhere.yaml", folder=tmp_path).returncode == 2
    write_tiny(tmp_path)
    (tmp_path / "page.md").write_text("no marks", encoding="utf-8")
    done = credflow("check", "tiny.yaml", *SMALL, "--table", "page.md", folder=tmp_path)
    assert (done.returncode, "has no place for the table" in done.stderr) == (2, True)


def test_junit_counts(tmp_path: Path) -> None:
    write(tmp_path / "x.xml", [Case("a", "1", 0.5), Case("b", "2", failure="<no>"), Case("a", "3", skipped="later")])
    root = ElementTree.parse(tmp_path / "x.xml").getroot()
    assert [suite.get("name") for suite in root] == ["a", "b"]
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "1")
    assert root[1][0][0].get("message") == "<no>"


def test_a_wrong_metric_is_told_beside_what_else_is_wrong(tmp_path: Path) -> None:
    write_tiny(tmp_path, **{"count: 20": "count: -20", "calls.failed": "calls.faild"})
    done = credflow("validate", "tiny.yaml", folder=tmp_path)
    assert done.returncode == 2
    count, metric = done.stderr.strip().split("\n")
    assert "populations.workers.count: -20 is not allowed" in count
    assert "checks.0.metric: there is no metric 'calls.faild'; did you mean calls.failed?" in metric
