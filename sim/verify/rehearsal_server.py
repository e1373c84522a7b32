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

from sim.verify.rehearsal_parts import Offered, Player, Seen
from sim.verify.rehearsal_portal import BEARER, PATHS, Answer, Portal
from sim.verify.trace import Spans, inside

__all__ = ["EPOCH", "World", "serving"]

EPOCH: Final = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)

_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
_TOKEN_PATH: Final = "/latest/api/token"
_ROLES_PATH: Final = "/latest/meta-data/iam/security-credentials/"
_WAYS: Final = {"/container": "container", "/agent": "agent"}
_SIGNED_AT: Final = "%Y%m%dT%H%M%SZ"
_SIGNED_BY: Final = re.compile(r"Credential=([^/]+)/")
_ISSUED: Final = re.compile(rb"<AccessKeyId>([^<]+)</AccessKeyId>")
_EXPIRES: Final = re.compile(rb"<Expiration>([^<]+)</Expiration>")
_ERROR: Final = "<ErrorResponse><Error><Code>{code}</Code><Message>{code}</Message></Error></ErrorResponse>"

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
        self.epoch_s = EPOCH.timestamp()
        self.player: Player | None = None
        self.trace = Seen()
        self.portal = Portal(self)
        self.fetches: Counter[str] = Counter()
        """Fetches from the metadata service, by client."""

    def move_to(self, at: float, player: Player, trace: Seen) -> None:
        """It is this client's turn, and what it asks for goes into this trace."""
        self.now, self.player, self.trace = at, player, trace
        self._clock.move_to(EPOCH + datetime.timedelta(seconds=at), tick=False)

    @property
    def client(self) -> Player:
        """The client whose turn it is."""
        assert self.player is not None
        return self.player

    def fails(self, issuer: str) -> bool:
        """Whether an issuer of the scenario answers nobody."""
        return inside(self.now, self._failing.get(issuer, ()))

    def down(self, way: str, role: str = "") -> bool:
        """Whether the issuer of the client's link answers nobody."""
        links = [link for link in self.client.link.links() if link.way == way and role in {"", link.role}]
        return any(self.fails(link.issuer) for link in links)

    def accepts(self, environ: Mapping[str, Any]) -> bool:
        """Whether the session that signed a request has not ended."""
        signed = _SIGNED_BY.search(str(environ.get("HTTP_AUTHORIZATION", "")))
        return signed is None or self.lives(signed.group(1))

    def lives(self, name: str) -> bool:
        """Whether what has this name has not ended; a key never does."""
        return self.now < self._ends.get(name, math.inf)

    def named(self, ends: float) -> str:
        """A name for a new session, which is accepted until then."""
        name = f"ses-000000-{len(self._ends):04d}"
        self._ends[name] = ends
        return name

    def offered(self) -> Answer:
        """The set that the endpoint of the client's host offers, or what its agent has to hand out."""
        ends = self._handed_out() if self.client.offered is None else self._set_of(self.client.offered)
        if ends <= self.now:
            return self.failed("Down", "503 Down")
        self.trace.issued.append(self.now)
        expiry = (EPOCH + datetime.timedelta(seconds=ends)).strftime(_FORMAT)
        keys = {"AccessKeyId": self.named(ends), "SecretAccessKey": "dummy", "Token": "dummy"}
        return "200 OK", "text/plain", json.dumps({"Code": "Success", **keys, "Expiration": expiry}).encode()

    def _set_of(self, offered: Offered) -> float:
        """The end of the set of now."""
        since = math.floor((self.now - offered.phase_s) / offered.every_s) * offered.every_s
        return math.floor(offered.phase_s + since) + offered.life_s

    def _handed_out(self) -> float:
        """The end of the newest set that the simulated agent had."""
        return max((ends for at, ends in self.client.lent if at <= self.now), default=-math.inf)

    def environment(self, life_s: float) -> dict[str, str]:
        """The variables of a new execution environment of the client's function."""
        ends = self.now + life_s
        self.trace.issued.append(self.now)
        keys = {"AWS_ACCESS_KEY_ID": self.named(ends), "AWS_SECRET_ACCESS_KEY": "dummy"}
        return {**keys, "AWS_SESSION_TOKEN": "dummy"}

    def failed(self, code: str, status: str) -> Answer:
        """A refused request for credentials."""
        self.trace.failed_attempts.append(self.now)
        return _refusal(code, status)


def _refusal(code: str, status: str) -> Answer:
    return status, "text/xml", _ERROR.format(code=code).encode()


def _endpoint(world: World, environ: Mapping[str, Any]) -> Answer:
    """The metadata service and the container's endpoint of the host of the client whose turn it is."""
    path = str(environ["PATH_INFO"])
    way = _WAYS.get(path, "broker" if any(link.way == "broker" for link in world.client.link.links()) else "imds")
    if path == _TOKEN_PATH:
        world.fetches.update([world.client.name])
    if world.down(way):
        simulated = way != "broker" or path != _TOKEN_PATH  # the simulator's brokers are asked for no token
        return (world.failed if simulated else _refusal)("Down", "503 Down")
    if path == _TOKEN_PATH:
        return "200 OK", "text/plain", b"dummy"
    return ("200 OK", "text/plain", b"app") if path == _ROLES_PATH else world.offered()


def _gate(world: World, application: _Application) -> _Application:
    """The server with its outages and its ends of sessions."""

    def gated(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        if path.startswith("/latest/") or path in _WAYS:
            answer = _endpoint(world, environ)
        elif path in PATHS:
            answer = PATHS[path](world.portal, environ)
        elif environ.get("QUERY_STRING"):
            answer = _presigned(world, parse_qs(str(environ["QUERY_STRING"])))
        else:
            answer = _sts(world, application, environ)
        start(answer[0], [("Content-Type", answer[1]), ("Content-Length", str(len(answer[2])))])
        return [answer[2]]

    return gated


def _presigned(world: World, query: Mapping[str, list[str]]) -> Answer:
    """A request that was signed ahead: refused when its own time is over, or that of what signed it."""
    signed = datetime.datetime.strptime(query["X-Amz-Date"][0], _SIGNED_AT).replace(tzinfo=datetime.UTC) - EPOCH
    if world.now >= signed.total_seconds() + float(query["X-Amz-Expires"][0]):
        return _refusal("AccessDenied", "403 Forbidden")
    if not world.lives(query["X-Amz-Credential"][0].partition("/")[0]):
        return _refusal("ExpiredToken", "403 Forbidden")
    return "200 OK", "text/xml", b"<Done/>"


def _sts(world: World, application: _Application, environ: dict[str, Any]) -> Answer:
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


def _issued(world: World, answer: Answer) -> Answer:
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


def _passed_on(application: _Application, environ: dict[str, Any]) -> Answer:
    told: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], None]:
        kinds = [value for name, value in headers if name.lower() == "content-type"]
        told.extend((status, kinds[0] if kinds else "text/xml"))
        return lambda _data: None

    body = b"".join(application(environ, start))
    return told[0], told[1], body


class _Handler(WSGIRequestHandler):
    """Writes no line for a request, and keeps a header whose name has an underscore."""

    def make_environ(self) -> dict[str, Any]:
        """The environment of a request, with the token that the portal is shown."""
        return {**super().make_environ(), BEARER: self.headers.get("x-amz-sso_bearer_token", "")}

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def serving(world: World) -> Iterator[str]:
    """The server while the block runs; its address."""
    application = _gate(world, DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
