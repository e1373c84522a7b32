"""The oracle runs real SDK code: no environment of AWS, no address but this machine."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

_LOOPBACK = "127.0.0.1"


@pytest.fixture(autouse=True)
def _sealed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [key for key in os.environ if key.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if not isinstance(address, tuple) or address[0] != _LOOPBACK:
            raise PermissionError(f"the oracle must not reach {address!r}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
