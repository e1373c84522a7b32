"""A planted key: the SDK finds it in an open process, and neither finds nor sends it in a sealed one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.session import Session

from sim.verify.guard import run_sealed

_HERE = "tests.verify.test_canary"
_CANARY = "canary-000000"
_ROOT = Path(__file__).resolve().parents[2]


class _Nest(BaseHTTPRequestHandler):
    """Hands the canary out as an instance metadata service and as a container endpoint would."""

    def do_PUT(self) -> None:
        self._answer("dummy")

    def do_GET(self) -> None:
        listing = self.path.endswith("/security-credentials/")
        keys = {"AccessKeyId": _CANARY, "SecretAccessKey": "dummy", "Token": "dummy"}
        self._answer("app" if listing else json.dumps({**keys, "Expiration": "2099-01-01T00:00:00Z"}))

    def _answer(self, text: str) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def nest() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Nest)
    server.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _planted(place: str, home: Path, address: str) -> dict[str, str]:
    """Variables that lead an SDK to the canary, by one way of its provider chain."""
    keys = {"AWS_ACCESS_KEY_ID": _CANARY, "AWS_SECRET_ACCESS_KEY": "dummy"}
    (home / "elsewhere").write_text(f"[default]\naws_access_key_id={_CANARY}\naws_secret_access_key=dummy\n")
    (home / ".aws").mkdir(exist_ok=True)
    if place == "home":
        (home / ".aws" / "credentials").write_text((home / "elsewhere").read_text())
    return {
        "environment": keys,
        "home": {},
        "credentials file": {"AWS_SHARED_CREDENTIALS_FILE": str(home / "elsewhere")},
        "container": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/credentials"},
        "metadata": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": address},
    }[place]


_PLACES = ("environment", "home", "credentials file", "container", "metadata")


def found(_payload: object = None) -> str:
    """What the SDK's provider chain finds, as the chain's own order has it."""
    credentials = Session().get_credentials()
    return "nothing" if credentials is None else str(credentials.get_frozen_credentials().access_key)


def send(_payload: object) -> str:
    """Sign a call to the service itself, with whatever is there: how it ends."""
    once = Config(retries={"total_max_attempts": 1})
    try:
        Session().create_client("sts", region_name="us-east-1", config=once).get_caller_identity()
    except EndpointConnectionError as error:
        return str(error.kwargs["error"])
    return "sent"


@pytest.fixture
def plant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nest: Any) -> None:
    """The place that a test names holds the canary, for this process and what it starts."""
    for name in [key for key in os.environ if key.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in _planted(request.param, tmp_path, f"http://127.0.0.1:{nest.server_port}").items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("plant", _PLACES, indirect=True)
def test_an_open_process_would_find_the_canary(plant: None) -> None:
    command = [sys.executable, "-c", "from tests.verify.test_canary import found; print(found())"]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == _CANARY


@pytest.mark.parametrize("plant", _PLACES, indirect=True)
def test_a_sealed_process_does_not_find_it(plant: None, nest: Any) -> None:
    assert _CANARY not in run_sealed(f"{_HERE}:found", None)
    assert nest.asked == []


@pytest.mark.parametrize("plant", _PLACES, indirect=True)
def test_a_sealed_process_sends_nothing(plant: None, nest: Any) -> None:
    assert "must not reach" in run_sealed(f"{_HERE}:send", None)
    assert nest.asked == []
