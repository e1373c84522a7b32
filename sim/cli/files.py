"""Files that a command is asked to write: refused before the work, not after it."""

from __future__ import annotations

import os
from pathlib import Path

from sim.problems import Problem, ScenarioError

__all__ = ["require_files"]


def require_files(**asked: Path | None) -> None:
    """Refuse files that cannot be written.

    Args:
        asked: Option -> the file it names; None where it was not given.

    Raises:
        ScenarioError: With every such file and the reason.
    """
    wrong = {option: _wrong(path) for option, path in asked.items() if path is not None}
    problems = [
        Problem(f"{asked[option]} cannot be written: {text}; name another file", file=f"--{option}")
        for option, text in wrong.items()
        if text is not None
    ]
    if problems:
        raise ScenarioError(problems)


def _wrong(path: Path) -> str | None:
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return None if os.access(path if path.exists() else path.parent, os.W_OK) else "permission denied"
