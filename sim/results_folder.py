"""Where results live: `results/<scenario>/<run-id>/`, whole or not there at all.

A run writes into a hidden folder beside its target, `.tmp-<pid>-...`, which is renamed into place at
the very end; the manifest is written last of all tables. So a killed run leaves nothing that looks
whole, and the hidden folder it leaves is removed by the next run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.problems import Problem, ScenarioError
from sim.records import SCHEMA_VERSION, Level
from sim.scenario import Scenario

__all__ = ["LATEST", "MANIFEST", "checked", "point_latest", "require_writable", "run_id", "writing"]

MANIFEST = "manifest.json"
"""Name of the file that makes a folder a result."""
LATEST = "latest"
"""Name of the link to the newest result of a scenario."""

_TEMPORARY = ".tmp-"


def run_id(seed: int, replications: int, level: Level, strategies: Mapping[str, Scenario]) -> str:
    """Name of a run's folder: the same inputs give the same name, on every machine.

    Args:
        seed: Seed of the run.
        replications: Number of replications.
        level: Recording level.
        strategies: Resolved scenario of every strategy.

    Returns:
        `seed-<seed>-<first 8 hex digits of the SHA-256 of everything else>`.
    """
    resolved = {name: scenario.model_dump(mode="json") for name, scenario in strategies.items()}
    text = json.dumps([resolved, str(level), replications], sort_keys=False, ensure_ascii=True)
    return f"seed-{seed}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@contextlib.contextmanager
def writing(target: Path) -> Iterator[Path]:
    """A folder to write a result into; it becomes `target` if the block ends without an exception.

    An existing `target` is replaced. On any exception, an interrupt included, nothing remains.

    Args:
        target: The folder that shall exist afterwards.

    Yields:
        An empty folder in the same parent, so that the rename is atomic.

    Raises:
        ScenarioError: The parent cannot be written.
    """
    require_writable(target.parent)
    _remove_stale(target.parent)
    folder = _temporary(target.parent)
    try:
        yield folder
        _replace(target, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def require_writable(folder: Path) -> None:
    """Create a folder for results if need be.

    Args:
        folder: The folder.

    Raises:
        ScenarioError: It cannot be created or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refused(folder, f"cannot be written: {reason}", "choose another folder with --out") from None


def point_latest(target: Path) -> None:
    """Let `latest` beside a result point to it, atomically.

    File systems without links keep their results, without `latest`.
    """
    link = target.parent / f"{_TEMPORARY}{os.getpid()}-{LATEST}"
    with contextlib.suppress(OSError):
        link.unlink(missing_ok=True)
        link.symlink_to(target.name, target_is_directory=True)
        link.replace(target.parent / LATEST)


def checked(folder: Path) -> Path:
    """The folder of a whole result of this schema version.

    Args:
        folder: A result, a link to one, or the folder of a scenario (whose `latest` is taken).

    Returns:
        The result's own folder, links followed.

    Raises:
        ScenarioError: There is no result, or it is not whole, or it is of another schema version.
    """
    if not folder.exists():
        raise _refused(folder, "does not exist", _nearby(folder))
    if not folder.is_dir():
        raise _refused(folder, "is not a folder", "name a results folder, such as results/<scenario>/latest")
    inner = folder if (folder / MANIFEST).exists() or not (folder / LATEST).is_dir() else folder / LATEST
    _check_manifest(inner)
    return inner.resolve()


def _check_manifest(folder: Path) -> None:
    if not (folder / MANIFEST).is_file():
        raise _refused(
            folder, f"holds no {MANIFEST}: it is not a whole result", "name a results folder or run the scenario"
        )
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise _refused(folder / MANIFEST, f"cannot be read: {error}", "run the scenario again") from None
    version = manifest.get("schema") if isinstance(manifest, dict) else None
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise _refused(
            folder / MANIFEST,
            f"schema version {version!r} is not the one this credflow reads",
            f"version {SCHEMA_VERSION}: run the scenario again, or use the credflow that wrote it",
        )
    try:
        missing = [entry["path"] for entry in manifest["tables"] if not (folder / entry["path"]).is_file()]
    except (KeyError, TypeError):
        raise _refused(folder / MANIFEST, "does not list its tables", "run the scenario again") from None
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise _refused(folder, f"is not whole: {missing[0]}{more} is missing", "run the scenario again")


def _nearby(folder: Path) -> str:
    results = folder.parent
    if not results.is_dir():
        return "run the scenario first"
    found = sorted(entry.name for entry in results.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    return f"one of {', '.join(found[:8])} in {results}" if found else "run the scenario first"


def _refused(path: Path, message: str, expected: str) -> ScenarioError:
    return ScenarioError([Problem(f"{message}; {expected}", file=str(path))])


def _host() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _temporary(parent: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}{os.getpid()}-{_host()}-", dir=parent))
    mask = os.umask(0)  # there is no other way to ask for the mask than to set it
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
    return folder


def _remove_stale(parent: Path) -> None:
    """Remove what killed runs of this machine left behind."""
    for folder in parent.glob(f"{_TEMPORARY}*-{_host()}-*"):
        pid = folder.name.removeprefix(_TEMPORARY).partition("-")[0]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _replace(target: Path, folder: Path) -> None:
    """Rename `folder` to `target`; one that is there already is set aside first, then removed."""
    if not target.exists() and not target.is_symlink():
        folder.rename(target)
        return
    aside = _temporary(target.parent)
    target.rename(aside / "old")
    try:
        folder.rename(target)
    except OSError:
        (aside / "old").rename(target)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
