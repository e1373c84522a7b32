"""The command as a person runs it, in a folder of its own, and the scenario of the README."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from sim.cli import main
from tests.support.laws import assert_results_conserved

__all__ = ["COMMAND", "ROOT", "TINY", "Done", "credflow", "process", "write_tiny"]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).with_name("credflow")
TINY = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[
    0
]
"""The scenario of the README."""


def write_tiny(folder: Path, **changes: str) -> Path:
    """The README's scenario as a file, with pieces of its text replaced."""
    text = TINY
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "tiny.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def credflow(*words: object, folder: Path) -> Done:
    """Run the command in this process, in a folder, without a terminal: quick, for most tests."""
    out, error = StringIO(), StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = main([*map(str, words)])
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Done(code, out.getvalue(), error.getvalue())


def process(*words: object, folder: Path) -> Done:
    """Run the installed command as a process of its own; what it leaves obeys the conservation laws."""
    command = [str(COMMAND), *map(str, words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert_results_conserved(folder)
    return Done(done.returncode, done.stdout, done.stderr)
