"""A child process in which a real SDK may run: no AWS environment, an empty home, no address but 127.0.0.1.

The seal is an audit hook: it sees every connection, look-up and new process that Python code begins, below
whatever a library patches, and nothing can take it away again before the process ends.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

__all__ = ["LOOPBACK", "SealedProcessError", "child", "run_sealed", "seal", "sealed_environment"]

LOOPBACK: Final = "127.0.0.1"
"""The only address that a sealed process may reach."""

_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "NUMBA_CACHE_DIR")
"""Variables that a sealed process inherits; all others stay behind, those of AWS and of proxies among them."""

_DUMMY: Final = {
    "AWS_ACCESS_KEY_ID": "key-000000-0",
    "AWS_SECRET_ACCESS_KEY": "dummy",
    "AWS_SESSION_TOKEN": "dummy",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
}

_ADDRESSED: Final = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
_LOOKED_UP: Final = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_STARTED: Final = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"}


class SealedProcessError(RuntimeError):
    """A sealed process failed; the message holds what it wrote on its standard error."""


def sealed_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a sealed process.

    Args:
        home: An empty folder, its home.
        extra: Variables that it is given besides.

    Returns:
        A few variables of ours, dummy keys, and configuration files of AWS that do not exist.
    """
    root = str(Path(__file__).resolve().parents[2])
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join(part for part in (root, kept.get("PYTHONPATH", "")) if part)
    files = {
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "BOTO_CONFIG": str(home / "no-boto"),
    }
    return {**kept, **_DUMMY, **files, "HOME": str(home), "PYTHONPATH": path, **(extra or {})}


def seal() -> None:
    """From now on this process reaches nobody but 127.0.0.1 and starts no other process. There is no way back."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ADDRESSED:
        _refuse_address(event, arguments[1])
    elif event in _LOOKED_UP:
        _refuse_address(event, (arguments[0],))
    elif event in _STARTED:
        raise PermissionError(f"a sealed process must not start another one ({event})")


def _refuse_address(event: str, address: object) -> None:
    """Refuse every address but the loopback; a message on a connected socket names none."""
    if address is None and event == "socket.sendmsg":
        return
    host = address[0] if isinstance(address, tuple) else address
    if host not in {LOOPBACK, LOOPBACK.encode()}:
        raise PermissionError(f"a sealed process must not reach {address!r} ({event})")


def run_sealed(
    target: str, payload: object, *, timeout_s: float = 120.0, extra: Mapping[str, str] | None = None
) -> Any:
    """Call a function in a sealed child process.

    Args:
        target: The function as `package.module:name`; it takes the payload and returns plain data.
        payload: Its argument, plain data (JSON).
        timeout_s: Seconds after which the process is ended.
        extra: Further variables of its environment.

    Returns:
        What the function returned, as plain data.

    Raises:
        SealedProcessError: The process failed or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="credflow-") as folder:
        home = Path(folder)
        (home / "payload.json").write_text(json.dumps(payload), encoding="utf-8")
        command = [sys.executable, "-c", "from sim.verify.guard import child; child()", target]
        environment = sealed_environment(home, extra)
        try:
            done = subprocess.run(
                command, cwd=home, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise SealedProcessError(f"{target} took longer than {timeout_s:g} s") from error
        if done.returncode != 0:
            raise SealedProcessError(f"{target} ended with exit code {done.returncode}:\n{done.stderr.strip()}")
        return json.loads((home / "result.json").read_text(encoding="utf-8"))


def child() -> None:
    """What the sealed process runs: seal first, then import and call the function named on the command line."""
    seal()
    module, _, name = sys.argv[1].partition(":")
    payload = json.loads(Path("payload.json").read_text(encoding="utf-8"))
    result = getattr(importlib.import_module(module), name)(payload)
    Path("result.json").write_text(json.dumps(result), encoding="utf-8")
