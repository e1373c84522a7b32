"""The command as a person runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["COMMAND", "ROOT", "TINY", "credflow", "write_tiny"]

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


def credflow(*words: object, folder: Path, timeout_s: float = 300.0) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder, without a terminal."""
    environment = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(
        [str(COMMAND), *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=timeout_s,
    )
