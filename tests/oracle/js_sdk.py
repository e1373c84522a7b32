"""The real AWS SDK for JavaScript v3: its packages, installed once from the npm registry, and a sealed node."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sim.verify.guard import sealed_environment
from sim.verify.trace import Trace

__all__ = ["PACKAGES", "node", "play", "why_not"]

PACKAGES = (
    "@aws-sdk/credential-provider-node@3.972.97",
    "@smithy/core@3.41.0",
    "@smithy/credential-provider-imds@4.5.2",
)
"""Those of which the presets were read."""

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = _ROOT / ".js-sdk"
_DONE = _FOLDER / ".installed"
_HERE = Path(__file__).with_name("js")
_PATIENCE_S = 240


@cache
def why_not() -> str | None:
    """Why the SDK cannot run here, or None; installs it where that is the only thing missing."""
    if shutil.which("node") is None:
        return "node is not installed"
    if shutil.which("npm") is None:
        return None if _is_installed() else "npm is not installed"
    _FOLDER.mkdir(exist_ok=True)
    with (_FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers that install into one folder leave a broken one
        return None if _is_installed() else _install()


def _is_installed() -> bool:
    return _DONE.exists() and _DONE.read_text(encoding="utf-8") == " ".join(PACKAGES)


def _install() -> str | None:
    options = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=30000"]
    command = ["npm", "install", *options, "--prefix", str(_FOLDER), *PACKAGES]
    try:
        subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return "its packages cannot be had from the npm registry"
    _DONE.write_text(" ".join(PACKAGES), encoding="utf-8")
    return None


def node(script: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a sealed node: no environment of AWS, an empty home, no address at all, no other process."""
    with tempfile.TemporaryDirectory(prefix="credflow-") as home:
        command = [
            str(shutil.which("node")),
            "--require",
            str(_HERE / "seal.cjs"),
            script,
            str(_FOLDER / "node_modules"),
        ]
        return subprocess.run(
            command,
            cwd=home,
            env=sealed_environment(Path(home)),
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def play(cases: list[dict[str, Any]]) -> list[Trace]:
    """What the SDK does in each case: `kind`, `calls`, `failing`, and the terms of sessions or of instance sets."""
    done = node(str(_HERE / "play.mjs"), json.dumps(cases))
    assert done.returncode == 0, done.stderr
    return [
        Trace(**{key: [float(at) for at in found] for key, found in told.items()}) for told in json.loads(done.stdout)
    ]
