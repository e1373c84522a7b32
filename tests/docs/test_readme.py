"""What the README shows is what happens: its scenario, its commands, its Python, its links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "results" / "README.md"]
COMMAND = Path(sys.executable).with_name("credflow")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str, program: str) -> list[list[str]]:
    lines = [line.split("#")[0].split() for block in blocks(text, "sh") for line in block.splitlines()]
    return [words for words in lines if words and words[0] == program]


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=300)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[subprocess.CompletedProcess[str]]]:
    """The README's scenario in an empty folder, and its commands run there in order."""
    folder = tmp_path_factory.mktemp("readme")
    (scenario,) = blocks(README, "yaml")
    (folder / "tiny.yaml").write_text(scenario, encoding="utf-8")
    return folder, [run([str(COMMAND), *words[1:]], folder) for words in commands(README, "credflow")]


def test_every_command_works(told: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    done = told[1]
    assert len(done) >= 4
    assert [(one.args[1:], one.returncode, one.stderr) for one in done if one.returncode or one.stderr] == []


def test_compare_ends_with_the_path_of_its_report(told: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    folder, done = told
    compares = [one for one in done if one.args[1] == "compare"]
    assert compares
    for one in compares:
        report = folder / one.stdout.splitlines()[-1]
        assert report.name == "report.html"
        assert report.stat().st_size > 10_000


def test_the_python_of_the_readme_runs(told: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    (code,) = blocks(README, "python")
    done = run([sys.executable, "-c", code], told[0])
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["sessions-1h", "sessions-20m"]
    assert all(int(line.split()[1]) > 0 for line in done.stdout.splitlines())


def test_the_python_of_the_results_page_runs(told: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    page = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    for code in blocks(page, "python"):
        ours = code.replace("nightly-batch", "tiny").replace("batch-1h", "sessions-1h")
        done = run([sys.executable, "-c", ours], told[0])
        assert (done.returncode, done.stderr) == (0, "")


def test_the_explanation_tells_a_story(told: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    (story,) = (one.stdout.splitlines() for one in told[1] if one.args[1] == "explain")
    instants = [float(re.search(r"(-?[\d.]+) s  ", line)[1]) for line in story]
    assert instants == sorted(instants)
    assert any("AssumeRole" in line for line in story)
    assert any("HOLDS" in line for line in story)


@pytest.mark.parametrize("target", sorted({words[1] for page in PAGES for words in commands(page.read_text(), "make")}))
def test_make_knows_the_target(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_readme_says_whose_product_it_is_not() -> None:
    assert "not affiliated with, sponsored or endorsed by Amazon Web Services" in " ".join(README.split())
