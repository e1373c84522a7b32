"""The sealed process: what it may not see and whom it may not reach."""

from __future__ import annotations

import os
import socket
import subprocess

import pytest

from sim.verify.guard import LOOPBACK, SealedProcessError, run_sealed

_HERE = "tests.verify.test_guard"


def look(_payload: object) -> dict[str, object]:
    return {"environment": dict(os.environ), "home": os.listdir(os.environ["HOME"])}  # noqa: PTH208


def reach(payload: list[object]) -> list[str]:
    """Which of the ways out were refused."""
    address, name = (str(payload[0]), 443), str(payload[0])
    ways = {
        "connect": lambda: socket.socket().connect(address),
        "connect_ex": lambda: socket.socket().connect_ex(address),
        "sendto": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", address),
        "getaddrinfo": lambda: socket.getaddrinfo(name, 443),
        "create_connection": lambda: socket.create_connection(address, 1),
        "Popen": lambda: subprocess.run(["true"], check=False),
        "system": lambda: os.system("true"),
    }
    refused = []
    for way, go in ways.items():
        try:
            go()
        except PermissionError:
            refused.append(way)
        except OSError:
            pass
    return refused


def fail(_payload: object) -> None:
    raise ValueError("as told")


def test_nothing_of_the_environment_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "canary")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "canary")
    monkeypatch.setenv("HTTPS_PROXY", "http://canary")
    seen = run_sealed(f"{_HERE}:look", None)
    assert "canary" not in str(seen)
    assert seen["environment"]["AWS_EC2_METADATA_DISABLED"] == "true"
    assert seen["home"] == ["payload.json"]


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "169.254.169.254", "localhost"])
def test_every_way_out_is_closed(address: str) -> None:
    ways = {"connect", "connect_ex", "sendto", "getaddrinfo", "create_connection", "Popen", "system"}
    assert set(run_sealed(f"{_HERE}:reach", [address])) == ways


def test_the_loopback_stays_open() -> None:
    assert set(run_sealed(f"{_HERE}:reach", [LOOPBACK])) == {"Popen", "system"}


def test_a_failure_in_the_child_is_told() -> None:
    with pytest.raises(SealedProcessError, match="ValueError: as told"):
        run_sealed(f"{_HERE}:fail", None)
