"""The command: exit codes, what is printed where, what is left behind."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.command import COMMAND, ROOT, Done, credflow, process, write_tiny

SMALL = ("--set", "populations.workers.count=4", "--replications", "2", "--jobs", "1")
Compared = tuple[Path, Done]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """A folder in which the README's scenario was compared, and what was printed."""
    folder = tmp_path_factory.mktemp("compared")
    write_tiny(folder)
    return folder, process("compare", "tiny.yaml", *SMALL, folder=folder)


def result_in(folder: Path) -> Path:
    return folder / "results" / "tiny" / "latest"


def left_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name != "tiny.yaml"]


class TestCompare:
    def test_it_prints_tables_and_the_path_last(self, compared: Compared) -> None:
        folder, done = compared
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert any(line.startswith("sessions-20m") for line in lines)
        assert any("workers: process" in line for line in lines)
        assert any(line.startswith("ok ") and "calls.failed" in line for line in lines)
        assert (folder / lines[-1]).is_file()

    def test_the_result_is_whole(self, compared: Compared) -> None:
        result = result_in(compared[0])
        names = {path.name for path in result.iterdir()}
        assert names >= {"manifest.json", "run.json", "summary.json", "report.html", "charts", "tables"}
        assert not [path for path in result.parent.iterdir() if path.name.startswith(".")]

    def test_it_fits_a_screen(self, compared: Compared) -> None:
        assert len(compared[1].stdout.splitlines()) <= 40

    def test_options_are_settings(self, compared: Compared) -> None:
        manifest = json.loads((result_in(compared[0]) / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["replications"] == 2
        assert manifest["strategies"]["sessions-1h"]["scenario"]["populations"]["workers"]["count"] == 4

    def test_a_failed_check_is_exit_1(self, tmp_path: Path) -> None:
        write_tiny(tmp_path, **{"{metric: calls.failed, expect: [0, 0]}": "{metric: calls.total, expect: [0, 1]}"})
        done = credflow("compare", "tiny.yaml", *SMALL, folder=tmp_path)
        assert done.returncode == 1
        assert "FAILED" in done.stdout
        assert done.stdout.splitlines()[-1].endswith("report.html")

    def test_quiet_prints_the_path_only(self, tmp_path: Path) -> None:
        write_tiny(tmp_path)
        done = credflow("compare", "tiny.yaml", *SMALL, "--quiet", "--out", "elsewhere", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        (line,) = done.stdout.splitlines()
        assert line.startswith("elsewhere/tiny/seed-1-")

    def test_assumptions_are_swept(self, tmp_path: Path) -> None:
        write_tiny(tmp_path)
        done = credflow("compare", "tiny.yaml", *SMALL, "--assumptions", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        swept = json.loads((result_in(tmp_path) / "assumptions.json").read_text(encoding="utf-8"))
        assert [one["path"] for one in swept["inputs"]] == ["populations.workers.calls.rps"]
        means = {
            one["end"]: one["mean"]
            for one in swept["results"]
            if (one["metric"], one["strategy"], one["selector"]) == ("calls.total", "sessions-1h", None)
        }
        assert means["high"] > 10 * means["low"] > 0
        summary = json.loads((result_in(tmp_path) / "summary.json").read_text(encoding="utf-8"))
        rows = [one for one in summary["metrics"] if one["metric"] == "calls.total" and one["selector"] is None]
        assert all(one["assumed_low"] < one["mean"] < one["assumed_high"] for one in rows)


class TestSameResults:
    def test_jobs_do_not_matter(self, tmp_path: Path) -> None:
        write_tiny(tmp_path)
        tables = []
        for jobs in ("1", "2"):
            words = ("run", "tiny.yaml", *SMALL[:4], "--jobs", jobs, "--out", f"jobs-{jobs}")
            done = credflow(*words, folder=tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
            manifest = tmp_path / done.stdout.strip() / "manifest.json"
            tables.append(manifest.read_bytes())
        assert tables[0] == tables[1]


class TestRun:
    def test_one_strategy_at_another_level(self, tmp_path: Path) -> None:
        write_tiny(tmp_path)
        words = ("--strategy", "sessions-20m", "--record", "calls", *SMALL)
        done = credflow("run", "tiny.yaml", *words, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        folder = tmp_path / done.stdout.strip()
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert list(manifest["strategies"]) == ["sessions-20m"]
        assert manifest["level"] == "calls"
        assert not (folder / "report.html").exists()
        again = credflow("report", folder, folder=tmp_path)
        assert (again.returncode, again.stderr) == (0, "")
        assert (folder / "report.html").is_file()


class TestExplain:
    def test_a_story_from_a_folder(self, compared: Compared) -> None:
        words = ("explain", "results/tiny/latest", "--client", "workers/1", "--strategy", "sessions-20m")
        done = credflow(*words, folder=compared[0])
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.count("AssumeRole: got ") >= 60  # a day of 20-minute sessions, each renewed before its end
        assert "Mon 2026-01-05 00:" in done.stdout

    def test_a_story_from_a_scenario_is_the_same(self, compared: Compared) -> None:
        told = [
            credflow("explain", source, *words, "--client", "workers/1/0", folder=compared[0])
            for source, words in (("results/tiny", ()), ("tiny.yaml", SMALL[:2]))
        ]
        assert [one.stderr for one in told] == ["", ""]
        assert told[0].stdout == told[1].stdout
        assert sorted(path.name for path in compared[0].iterdir()) == ["results", "tiny.yaml"]

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--client", "worker/1"), "did you mean workers"),
            (("--client", "workers/4"), "clients 0 to 3"),
            (("--client", "workers/1/9"), "workers/1/0"),
            (("--client", "workers"), "population/index"),
            (("--client", "workers/-1"), "population/index"),
            (("--client", "workers/1", "--strategy", "session-1h"), "did you mean sessions-1h"),
            (("--client", "workers/1", "--replication", "2"), "replication"),
        ],
    )
    def test_what_does_not_exist(self, compared: Compared, words: tuple[str, ...], said: str) -> None:
        done = credflow("explain", "results/tiny/latest", *words, folder=compared[0])
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert "Traceback" not in done.stderr


class TestBadInput:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("compare", "missing.yaml"), "missing.yaml"),
            (("compare", "."), "directory"),
            (("compare", "tiny.yaml", "--set", "populations.workers.cout=4"), "did you mean"),
            (("compare", "tiny.yaml", "--set", "populations.workers.count=-4"), "populations.workers.count"),
            (("compare", "tiny.yaml", "--set", "populations.workers.count"), "path=value"),
            (("compare", "tiny.yaml", "--seed", "-1"), "run.seed"),
            (("compare", "tiny.yaml", "--replications", "0"), "run.replications"),
            (("compare", "tiny.yaml", "--out", "tiny.yaml"), "cannot be written"),
            (("run", "tiny.yaml", "--strategy", "sessions-2h"), "did you mean sessions-1h"),
            (("report", "results"), "does not exist"),
            (("report", "tiny.yaml"), "not a folder"),
            (("explain", "results", "--client", "workers/1"), "no such file"),
            (("check", "tiny.yaml", "--junit", "no/x.xml", "--table", "."), "no folder no"),
            (("verify", "--junit", "."), "it is a folder"),
            (("explain", "tiny.yaml", "--client", "workers/1", "--set", "populations.workers.count=9000000"), "--yes"),
            (("validate", "tiny.yaml", "--set", "checks.0.metric=calls.fialed"), "did you mean calls.failed"),
            (("compare", "tiny.yaml", "--set", "checks.0.metric=requests{planet=mars}"), "issuer"),
        ],
    )
    def test_it_is_one_clear_error_and_nothing_written(self, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
        write_tiny(tmp_path)
        done = credflow(*words, folder=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert left_in(tmp_path) == []

    def test_all_problems_at_once(self, tmp_path: Path) -> None:
        write_tiny(tmp_path, **{"count: 20": "count: -20", "expect: [0, 0]": "expect: [0, 0], wat: 1"})
        done = credflow("validate", "tiny.yaml", folder=tmp_path)
        assert done.returncode == 2
        assert "populations.workers.count" in done.stderr
        assert "wat" in done.stderr

    @pytest.mark.parametrize(
        "words", [(), ("fly",), ("compare",), ("run", "x", "--jobs", "0"), ("run", "x", "--seed", "1.5")]
    )
    def test_usage(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        done = credflow(*words, folder=tmp_path)
        assert done.returncode == 2
        assert "usage:" in done.stderr

    def test_another_schema_version(self, tmp_path: Path) -> None:
        (tmp_path / "manifest.json").write_text('{"schema": 99, "tables": []}', encoding="utf-8")
        for words in (("report", "."), ("explain", ".", "--client", "workers/0")):
            done = credflow(*words, folder=tmp_path)
            assert done.returncode == 2
            assert "schema version 99" in done.stderr

    def test_a_very_long_run_asks_first(self, tmp_path: Path) -> None:
        write_tiny(tmp_path, **{"count: 20": "count: 5000000"})
        done = credflow("compare", "tiny.yaml", folder=tmp_path)
        assert done.returncode == 2
        assert "--yes" in done.stderr
        assert left_in(tmp_path) == []


class TestTelling:
    @pytest.mark.parametrize(
        "command", ["run", "compare", "report", "validate", "explain", "schema", "facts", "decide"]
    )
    def test_help_has_an_example(self, command: str, tmp_path: Path) -> None:
        done = credflow(command, "--help", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"example:\n  credflow {command}" in done.stdout

    def test_version(self, tmp_path: Path) -> None:
        done = process("--version", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("credflow 0.")

    @pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
    def test_completion(self, shell: str, tmp_path: Path) -> None:
        done = credflow("--print-completion", shell, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "nightly" not in done.stdout
        assert "replications" in done.stdout

    def test_schema(self, tmp_path: Path) -> None:
        printed = credflow("schema", folder=tmp_path)
        written = credflow("schema", "--out", "schema.json", folder=tmp_path)
        assert (printed.returncode, written.returncode, written.stdout) == (0, 0, "")
        assert (tmp_path / "schema.json").read_text(encoding="utf-8") == printed.stdout
        assert (ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8") == printed.stdout, "run: make reference"

    @pytest.mark.parametrize("shelf", [(), ("--sdks",), ("--quotas",)])
    def test_facts(self, shelf: tuple[str, ...], tmp_path: Path) -> None:
        rows = json.loads(credflow("facts", "--json", *shelf, folder=tmp_path).stdout)
        lines = credflow("facts", *shelf, folder=tmp_path).stdout.splitlines()
        assert len(rows) > 1
        names = [line.split()[0].rstrip(":") for line in lines if not line.startswith(" ")]
        assert names == [row["name"] for row in rows]
        assert all(len(line) <= 100 for line in lines if len(line.split()) > 1), "only an address is longer"
        assert all(row["source"] for row in rows)

    def test_a_closed_pipe_is_no_accident(self, tmp_path: Path) -> None:
        done = subprocess.run(
            ["sh", "-c", f"{COMMAND} facts --json | head -c 10"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.stderr == ""

    def test_validate_estimates(self, tmp_path: Path) -> None:
        write_tiny(tmp_path)
        done = credflow("validate", "tiny.yaml", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "events" in done.stdout
        assert [line.split()[0] for line in done.stdout.splitlines()[-2:]] == ["sessions-1h", "sessions-20m"]
        assert left_in(tmp_path) == []


class TestTerminal:
    def test_progress_on_a_terminal_only(self, tmp_path: Path) -> None:
        write_tiny(tmp_path)
        ours, theirs = pty.openpty()
        child = subprocess.Popen(
            [str(COMMAND), "run", "tiny.yaml", *SMALL],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        )
        os.close(theirs)
        shown = b""
        while True:
            try:
                read = os.read(ours, 65536)
            except OSError:  # the other end of the terminal is closed
                break
            if not read:
                break
            shown += read
        out, _ = child.communicate(timeout=60)
        os.close(ours)
        assert child.returncode == 0
        assert b"simulate" in shown
        assert b"left" in shown
        assert "left" not in out


@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, "2"), (signal.SIGTERM, "1")])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, number: signal.Signals, jobs: str) -> None:
    write_tiny(tmp_path, **{"count: 20": "count: 20000"})
    child = subprocess.Popen(
        [str(COMMAND), "compare", "tiny.yaml", "--jobs", jobs, "--yes"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("results/tiny/.tmp-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    os.killpg(child.pid, number)
    out, error = child.communicate(timeout=30)
    assert child.returncode == 130
    assert out == ""
    assert error == "credflow: interrupted; nothing was kept\n"
    assert list(tmp_path.glob("results/tiny/*")) == []
    assert list(tmp_path.glob("results/tiny/.*")) == []


def test_records_survive_a_failing_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.cli import outputs

    def fails(_folder: Path) -> Path:
        raise ZeroDivisionError("planted")

    write_tiny(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(outputs.report, "write", fails)
        done = credflow("compare", "tiny.yaml", *SMALL, folder=tmp_path)
    assert done.returncode == 70
    assert "planted" in done.stderr
    again = credflow("report", "results/tiny/latest", folder=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")


def test_an_invalid_end_of_a_range_is_found_before_anything_runs(tmp_path: Path) -> None:
    write_tiny(tmp_path, **{"range: [0.01, 0.5]": "range: [-0.01, 0.5]"})
    done = credflow("compare", "tiny.yaml", *SMALL, "--assumptions", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert left_in(tmp_path) == []
