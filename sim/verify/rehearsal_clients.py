"""Runs in a sealed process: a moto server on 127.0.0.1, real boto3 clients, and a clock that stands where it is put.

moto issues sessions on this clock and never refuses one; an outage of STS is a 503 in front of it.
"""

from __future__ import annotations

import datetime
import io
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import time_machine
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from sim.verify.cases import Case
from sim.verify.trace import Spans, Trace, inside

__all__ = ["live"]

_EPOCH: Final = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
_CONFIG: Final = """[profile robot]
aws_access_key_id=key-000000-1
aws_secret_access_key=dummy
[profile app]
role_arn=arn:aws:iam::111122223333:role/app
role_session_name=rehearsal
source_profile=robot
region=us-east-1
max_attempts=1
duration_seconds={session_s}
"""

_INSTEAD: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""Variables of the seal that a profile of our own and the server's address on the loopback take the place of."""

_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _World:
    """The clock, and when STS is down."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.now = 0.0
        self.failing: Spans = ()

    def move_to(self, at: float) -> None:
        self.now = at
        self._clock.move_to(_EPOCH + datetime.timedelta(seconds=at), tick=False)

    def gate(self, application: _Application) -> _Application:
        """The server with its outages: AssumeRole is refused with a 503 while they last."""

        def gated(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            if b"Action=AssumeRole" in body and inside(self.now, self.failing):
                start("503 Service Unavailable", [("Content-Type", "text/xml")])
                return [b"<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>"]
            return application(environ, start)

        return gated


@contextmanager
def _server(world: _World) -> Iterator[str]:
    """The server while the block runs; its address."""
    application = world.gate(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def live(payload: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every client, one after the other, from time 0: the function of the sealed process.

    Args:
        payload: Cases as plain data.

    Returns:
        Their traces, as plain data.
    """
    for name in _INSTEAD:
        os.environ.pop(name)
    with time_machine.travel(_EPOCH, tick=False) as clock:
        world = _World(clock)
        with _server(world) as address:
            os.environ["AWS_ENDPOINT_URL"] = address
            return [asdict(_client(Case.of(each), world)) for each in payload]


def _client(case: Case, world: _World) -> Trace:
    """One process: it makes its calls, and its SDK asks for sessions when it likes."""
    import boto3

    config = Path(os.environ["HOME"]) / "config"
    config.write_text(_CONFIG.format(session_s=case.session_s), encoding="utf-8")
    os.environ["AWS_CONFIG_FILE"] = str(config)
    trace, world.failing = Trace(), case.failing
    world.move_to(0.0)
    session = Session(profile="app")

    def answered(http_response: Any, **_: Any) -> None:
        (trace.issued if http_response.status_code == 200 else trace.failed_attempts).append(world.now)

    session.register("after-call.sts.AssumeRole", answered)
    service = boto3.Session(botocore_session=session).client("sts")
    for at in case.calls:
        world.move_to(at)
        try:
            service.get_caller_identity()
        except (ClientError, BotoCoreError):
            trace.failed_calls.append(at)
    return trace
