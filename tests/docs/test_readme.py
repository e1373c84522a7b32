"""What the README shows is what happens: its scenario, its commands, its Python, its links."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ROOT, Done, credflow

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "results" / "README.md"]

Told = tuple[Path, list[tuple[list[str], Done]]]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str, program: str) -> list[list[str]]:
    lines = [line.split("#")[0].split() for block in blocks(text, "sh") for line in block.splitlines()]
    return [words for words in lines if words and words[0] == program]


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The README's scenario in an empty folder, and its commands run there in order."""
    folder = tmp_path_factory.mktemp("readme")
    (scenario,) = blocks(README, "yaml")
    (folder / "tiny.yaml").write_text(scenario, encoding="utf-8")
    return folder, [(words, credflow(*words[1:], folder=folder)) for words in commands(README, "credflow")]


def test_every_command_works(told: Told) -> None:
    assert len(told[1]) >= 4
    assert [(words, done) for words, done in told[1] if done.returncode or done.stderr] == []


def test_compare_ends_with_the_path_of_its_report(told: Told) -> None:
    compares = [done for words, done in told[1] if words[1] == "compare"]
    assert compares
    for done in compares:
        report = told[0] / done.stdout.splitlines()[-1]
        assert report.name == "report.html"
        assert report.stat().st_size > 10_000


def test_the_python_of_the_readme_runs(told: Told) -> None:
    (code,) = blocks(README, "python")
    done = run([sys.executable, "-c", code], told[0])
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["sessions-1h", "sessions-20m"]
    assert all(int(line.split()[1]) > 0 for line in done.stdout.splitlines())


def test_the_python_of_the_results_page_runs(told: Told) -> None:
    page = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    for code in blocks(page, "python"):
        ours = code.replace("nightly-batch", "tiny").replace("batch-1h", "sessions-1h")
        done = run([sys.executable, "-c", ours], told[0])
        assert (done.returncode, done.stderr) == (0, "")


def test_the_explanation_tells_a_story(told: Told) -> None:
    (story,) = (done.stdout.splitlines() for words, done in told[1] if words[1] == "explain")
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
