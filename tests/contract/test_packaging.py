"""The distribution: its packages, its names, its version, its locks."""

from __future__ import annotations

import importlib
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-test.lock")
REQUIREMENTS = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
TEST_REQUIREMENTS = [Requirement(text) for text in PROJECT["project"]["optional-dependencies"]["test"]]


def locked(name: str) -> dict[str, Version]:
    """Package -> newest version in a lock file."""
    found: dict[str, Version] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9_.-]+)==([^ ;\\]+)", line):
            package = canonicalize_name(match[1])
            found[package] = max(found.get(package, Version("0")), Version(match[2]))
    return found


def packages_on_disk() -> set[str]:
    return {
        ".".join(folder.relative_to(ROOT).parts)
        for top in ("sim", "analysis")
        for folder in [ROOT / top, *(ROOT / top).rglob("*")]
        if folder.is_dir() and any(folder.glob("*.py"))
    }


def test_every_package_is_listed() -> None:
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == packages_on_disk()


def test_every_package_has_an_init() -> None:
    for name in packages_on_disk():
        assert (ROOT / name.replace(".", "/") / "__init__.py").is_file(), name


@pytest.mark.parametrize("name", ["sim", "analysis"])
def test_import_names_are_ours(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / name / "__init__.py"


def test_the_distribution_is_installed_with_this_version() -> None:
    assert metadata.version("credflow") == PROJECT["project"]["version"]


def test_the_command_is_ours() -> None:
    (command,) = (point for point in metadata.entry_points(group="console_scripts") if point.name == "credflow")
    assert command.value == "sim.cli:main"
    assert callable(command.load())


def test_it_cannot_be_uploaded_by_accident() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_the_changelog_knows_the_version() -> None:
    assert f"\n## {PROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_what_is_required(name: str) -> None:
    versions = locked(name)
    for requirement in REQUIREMENTS if name == LOCKS[0] else [*REQUIREMENTS, *TEST_REQUIREMENTS]:
        assert canonicalize_name(requirement.name) in versions, requirement
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_both_locks_name_the_same_versions() -> None:
    run, test = (locked(name) for name in LOCKS)
    assert {name: test[name] for name in run} == run


@pytest.mark.parametrize("name", LOCKS)
def test_locks_have_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z])", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_data_files_are_packaged() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]
    for package in ("sim", "analysis"):
        listed = {file for pattern in patterns.get(package, ()) for file in (ROOT / package).glob(pattern)}
        wanted = {file for file in (ROOT / package).rglob("*") if file.suffix in {".j2", ".css", ".svg", ".html"}}
        assert wanted <= listed
