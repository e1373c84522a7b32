"""Runs in a sealed process: a moto server on 127.0.0.1 behind a gate that knows the time, and the endpoints of hosts.

moto issues sessions on the virtual clock and refuses nobody. The gate in front of it adds what a rehearsal is about:
outages (503), sessions that have ended (403 ExpiredToken), an instance metadata service and a container's endpoint,
and names for the sessions that no log could mistake for real ones.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from sim.verify.rehearsal_parts import Player
from sim.verify.trace import Spans, Trace, inside

__all__ = ["EPOCH", "World", "serving"]

EPOCH: Final = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)

_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
_TOKEN_PATH: Final = "/latest/api/token"
_ROLES_PATH: Final = "/latest/meta-data/iam/security-credentials/"
_SIGNED_BY: Final = re.compile(r"Credential=([^/]+)/")
_ISSUED: Final = re.compile(rb"<AccessKeyId>([^<]+)</AccessKeyId>")
_EXPIRES: Final = re.compile(rb"<Expiration>([^<]+)</Expiration>")
_ERROR: Final = "<ErrorResponse><Error><Code>{code}</Code><Message>{code}</Message></Error></ErrorResponse>"

_Answer = tuple[str, str, bytes]
"""Status, content type and body."""
_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class World:
    """The clock, whose turn it is, what is down, and until when each session is accepted.

    Args:
        clock: The virtual clock of the process.
        failing: Spans in which an issuer answers nobody, by issuer.
    """

    def __init__(self, clock: Any, failing: Mapping[str, Spans]) -> None:
        self._clock = clock
        self._failing = failing
        self._ends: dict[str, float] = {}
        self.now = 0.0
        self.player: Player | None = None
        self.trace = Trace()
        self.fetches: Counter[str] = Counter()
        """Fetches from the metadata service, by client."""

    def move_to(self, at: float, player: Player, trace: Trace) -> None:
        """It is this client's turn, and what it asks for goes into this trace."""
        self.now, self.player, self.trace = at, player, trace
        self._clock.move_to(EPOCH + datetime.timedelta(seconds=at), tick=False)

    def down(self, way: str, role: str = "") -> bool:
        """Whether the issuer of the client's link answers nobody."""
        assert self.player is not None
        links = [link for link in self.player.link.links() if link.way == way and role in {"", link.role}]
        return any(inside(self.now, self._failing.get(link.issuer, ())) for link in links)

    def accepts(self, environ: Mapping[str, Any]) -> bool:
        """Whether the session that signed a request has not ended."""
        signed = _SIGNED_BY.search(str(environ.get("HTTP_AUTHORIZATION", "")))
        return signed is None or self.now < self._ends.get(signed.group(1), math.inf)

    def named(self, ends: float) -> str:
        """A name for a new session, which is accepted until then."""
        name = f"ses-000000-{len(self._ends):04d}"
        self._ends[name] = ends
        return name

    def offered(self) -> bytes:
        """The set that the endpoint of the client's host offers."""
        assert self.player is not None
        assert self.player.offered is not None
        every, phase = self.player.offered.every_s, self.player.offered.phase_s
        ends = math.floor(phase + math.floor((self.now - phase) / every) * every) + self.player.offered.life_s
        self.trace.issued.append(self.now)
        expiry = (EPOCH + datetime.timedelta(seconds=ends)).strftime(_FORMAT)
        keys = {"AccessKeyId": self.named(ends), "SecretAccessKey": "dummy", "Token": "dummy"}
        return json.dumps({"Code": "Success", **keys, "Expiration": expiry}).encode()

    def failed(self, code: str, status: str) -> _Answer:
        """A refused request for credentials."""
        self.trace.failed_attempts.append(self.now)
        return _refusal(code, status)


def _refusal(code: str, status: str) -> _Answer:
    return status, "text/xml", _ERROR.format(code=code).encode()


def _endpoint(world: World, environ: Mapping[str, Any]) -> _Answer:
    """The metadata service and the container's endpoint of the host of the client whose turn it is."""
    path = str(environ["PATH_INFO"])
    way = "container" if path == "/container" else "imds"
    if path == _TOKEN_PATH:
        world.fetches.update([world.player.name] if world.player else [])
        return _refusal("Down", "503 Down") if world.down(way) else ("200 OK", "text/plain", b"dummy")
    if world.down(way):
        return world.failed("Down", "503 Down")
    return ("200 OK", "text/plain", b"app") if path == _ROLES_PATH else ("200 OK", "text/plain", world.offered())


def _gate(world: World, application: _Application) -> _Application:
    """The server with its outages and its ends of sessions."""

    def gated(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        if path.startswith("/latest/") or path == "/container":
            answer = _endpoint(world, environ)
        else:
            answer = _sts(world, application, environ)
        start(answer[0], [("Content-Type", answer[1]), ("Content-Length", str(len(answer[2])))])
        return [answer[2]]

    return gated


def _sts(world: World, application: _Application, environ: dict[str, Any]) -> _Answer:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    form = parse_qs(body.decode())
    action = form["Action"][0]
    issues = action != "GetCallerIdentity"
    role = form.get("RoleArn", [""])[0].rpartition("/")[2]
    if issues and world.down(action, role):
        return world.failed("ServiceUnavailable", "503 Service Unavailable")
    if not world.accepts(environ):
        refuse = world.failed if issues else _refusal
        return refuse("ExpiredToken", "403 Forbidden")
    answer = _passed_on(application, environ)
    return _issued(world, answer) if issues else answer


def _issued(world: World, answer: _Answer) -> _Answer:
    """A session of moto's under a name of ours."""
    status, kind, body = answer
    expires = _EXPIRES.search(body)
    if not status.startswith("200") or expires is None:
        world.trace.failed_attempts.append(world.now)
        return answer
    world.trace.issued.append(world.now)
    ends = datetime.datetime.fromisoformat(expires.group(1).decode().replace("Z", "+00:00")) - EPOCH
    name = f"<AccessKeyId>{world.named(ends.total_seconds())}</AccessKeyId>".encode()
    return status, kind, _ISSUED.sub(name, body)


def _passed_on(application: _Application, environ: dict[str, Any]) -> _Answer:
    told: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], None]:
        kinds = [value for name, value in headers if name.lower() == "content-type"]
        told.extend((status, kinds[0] if kinds else "text/xml"))
        return lambda _data: None

    body = b"".join(application(environ, start))
    return told[0], told[1], body


class _Quiet(WSGIRequestHandler):
    """Writes no line for a request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def serving(world: World) -> Iterator[str]:
    """The server while the block runs; its address."""
    application = _gate(world, DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
