"""A real server that checks signatures and refuses expired sessions: MiniStack on 127.0.0.1, on a virtual clock.

libfaketime gives a process the instant that stands in a file; the server and the SDK read the same file, so that a
day passes in seconds and nothing of either is replaced. MiniStack pins a botocore of its own and therefore may live
in an environment of its own (`make server`).
"""

from __future__ import annotations

import datetime
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["ACCOUNT", "EPOCH", "faked", "ministack", "set_clock", "why_not"]

ACCOUNT = "111122223333"
EPOCH = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
_ROOT = Path(__file__).resolve().parents[2]
_PLACES = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/local/lib/faketime")
_PATIENCE_S = 90.0


@cache
def _library() -> Path | None:
    found = [path for place in _PLACES for path in Path("/").glob(f"{place[1:]}/libfaketimeMT.so.1")]
    return found[0] if found else None


@cache
def _python() -> str | None:
    """An interpreter that can import the server: that of its own environment, or this one."""
    for python in (str(_ROOT / ".ministack" / "bin" / "python"), sys.executable):
        command = [python, "-c", "import ministack, hypercorn"]
        if Path(python).exists() and subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return python
    return None


def why_not() -> str | None:
    """Why the server cannot start here, or None."""
    if sys.platform != "linux":
        return "libfaketime is preloaded, which needs Linux"
    if _library() is None:
        return "libfaketime is not installed (Debian package faketime)"
    if find_spec("boto3") is None:
        return "boto3 is not installed (extra rehearse)"
    if _python() is None:
        return "MiniStack is not installed (make server)"
    return None


def faked(clock: Path) -> dict[str, str]:
    """Variables that make a process read its time from `clock`."""
    return {
        "LD_PRELOAD": str(_library()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }


def set_clock(clock: Path, at_s: float) -> None:
    """From now on it is `at_s`, in whole seconds, for everybody who reads `clock`."""
    moment = EPOCH + datetime.timedelta(seconds=int(at_s))
    beside = clock.with_suffix(".next")
    beside.write_text(moment.strftime("%Y-%m-%d %H:%M:%S\n"), encoding="utf-8")
    beside.replace(clock)


@contextmanager
def ministack(folder: Path, clock: Path) -> Iterator[str]:
    """Run the server while the block runs; it is ended by its process id.

    Args:
        folder: Its home and folder of temporary files.
        clock: File that holds the virtual instant.

    Yields:
        Its address.
    """
    port = _free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **faked(clock)}
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        command = [str(_python()), "-m", "ministack"]
        process = subprocess.Popen(command, env={**environment, **_settings(port)}, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_ministack/health", process, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(process)


def _settings(port: int) -> Mapping[str, str]:
    """Expiry and signatures are enforced, the loopback is the only interface, nothing else is started."""
    return {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "sts,iam",
        "LOG_LEVEL": "WARNING",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer at {address}:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
