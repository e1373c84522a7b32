"""The rooms and the house style, as far as a machine can tell."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "analysis").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE = 500
LONGEST_FUNCTION = 50
RANDOMNESS_DOOR = ROOT / "sim" / "streams.py"
WALL_CLOCK = {"sim/runner.py", "sim/cli/check.py"}
"""The runner writes it into run.json; the checks write it into JUnit's `time`."""


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def public(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring, which may hold an example."""
    first = function.body[0]
    told = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) else 0
    return function.end_lineno - function.lineno + 1 - told


def test_the_sources_were_found() -> None:
    assert len(SOURCES) > 40


def test_no_file_is_too_long() -> None:
    lines = {where(path, 1): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert not {place: count for place, count in lines.items() if count > LONGEST_FILE}


def test_no_function_is_too_long() -> None:
    spans = {where(path, f.lineno): code_lines(f) for path in SOURCES for f in functions(tree_of(path))}
    assert not {place: lines for place, lines in spans.items() if lines > LONGEST_FUNCTION}


def test_imports_are_absolute() -> None:
    assert not [path for path in [*SOURCES, *TESTS] for name in imported(tree_of(path)) if name.startswith(".")]


def test_only_the_command_prints() -> None:
    calls = [(path, node) for path in SOURCES for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    prints = [(path, node.lineno) for path, node in calls if getattr(node.func, "id", "") == "print"]
    assert prints
    assert not [where(*place) for place in prints if not place[0].is_relative_to(ROOT / "sim" / "cli")]


def test_randomness_has_one_door() -> None:
    behind = [path for path in SOURCES if path != RANDOMNESS_DOOR]
    names = [(path, name) for path in behind for name in imported(tree_of(path))]
    attributes = [
        where(path, node.lineno)
        for path in behind
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"np.random", "numpy.random"}
    ]
    assert not [(path, name) for path, name in names if name.split(".")[0] in {"random", "secrets"}]
    assert not [(path, name) for path, name in names if "numpy.random" in name]
    assert not attributes


def test_public_things_say_what_they_are() -> None:
    silent = []
    for path in (path for path in SOURCES if path.stat().st_size):
        tree = tree_of(path)
        holders = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef) and public(node))]
        things = [tree, *(node for holder in holders for node in holder.body if public(node))]
        silent += [where(path, getattr(thing, "lineno", 1)) for thing in things if not ast.get_docstring(thing)]
    assert not silent


def test_the_wall_clock_is_read_where_it_is_reported_only() -> None:
    reads = [path for path in SOURCES if "time" in {name.split(".")[0] for name in imported(tree_of(path))}]
    assert {str(path.relative_to(ROOT)) for path in reads} <= WALL_CLOCK


def test_the_rooms_import_whom_they_may() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout
