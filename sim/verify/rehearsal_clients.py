"""Runs in a sealed process: real boto3 clients that make their calls at a real server, on a virtual clock."""

from __future__ import annotations

import math
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from unittest import mock

import botocore.credentials
import botocore.exceptions
import botocore.utils
import time_machine
from botocore.exceptions import BotoCoreError, ClientError
from botocore.utils import ContainerMetadataFetcher

from sim.verify.rehearsal_parts import Player, Seen
from sim.verify.rehearsal_people import LOGGED_OUT
from sim.verify.rehearsal_server import EPOCH, World, serving
from sim.verify.rehearsal_sessions import Program, person_at

__all__ = ["live"]

_INSTEAD: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_EC2_METADATA_DISABLED",
)
"""Variables of the seal that a profile of our own and the server's address on the loopback take the place of."""

_FULL_URI: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN_FILE: Final = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
_ON_HOSTS: Final = ("imds", "broker")
_EXPIRED: Final = "ExpiredToken"


def live(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every client's calls, in order of time: the function of the sealed process.

    Args:
        payload: `players` and `failing`, as plain data.

    Returns:
        Their traces, as plain data.
    """
    for name in _INSTEAD:
        os.environ.pop(name)
    os.environ["AWS_MAX_ATTEMPTS"] = "1"
    players = [Player.of(each) for each in payload["players"]]
    with time_machine.travel(EPOCH, tick=False) as clock:
        world = World(clock, payload["failing"])
        with serving(world) as address:
            os.environ["AWS_ENDPOINT_URL"] = address
            os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = address
            clients = [_Client(player, world, address) for player in players]
            _play(clients)
    return [asdict(client.trace) for client in clients]


def _play(clients: list[_Client]) -> None:
    turns = sorted((at, number) for number, client in enumerate(clients) for at in client.player.calls)
    with ExitStack() as stack:
        stack.enter_context(mock.patch.multiple(ContainerMetadataFetcher, RETRY_ATTEMPTS=1, SLEEP_TIME=0))
        stack.enter_context(mock.patch.object(botocore.utils.os, "fsync"))  # nobody pulls the plug
        # The keys of DPoP headers, which nobody reads: awscrt, which makes them, need not be installed.
        stack.enter_context(mock.patch.object(botocore.credentials, "EC", mock.Mock()))
        stack.enter_context(mock.patch.object(botocore.credentials, "_build_dpop_header", lambda *_: "dummy"))
        for at, number in turns:
            clients[number].call(at)


class _Client:
    """One process: it makes its calls, and its SDK asks for sessions when it likes."""

    def __init__(self, player: Player, world: World, address: str) -> None:
        self.player = player
        self.trace = Seen()
        self._world = world
        self._address = address
        self._home = Path(os.environ["HOME"]) / player.population
        self._home.mkdir()
        self._person = person_at(player, world, self._home, self.trace)
        self._program = Program(player, world, self._home, self._person)
        self._service: Any = None
        self._url = ""
        self._served = 0
        self._built_at = -math.inf

    def call(self, at: float) -> None:
        """One call of the program; it asks the SDK for a client where it has none."""
        self._world.move_to(at, self.player, self.trace)
        self._begin(at)
        with self._here():
            try:
                self._attended()
            except (ClientError, BotoCoreError):
                self.trace.failed_calls.append(at)

    def _begin(self, at: float) -> None:
        """Whether the call is the first one of a new process, or of a new provider."""
        every = 1 if self.player.commands else self.player.new_every
        old = self.player.new_every_s and at >= self._built_at + self.player.new_every_s
        if old or (every and self._served % every == 0):
            self._service = None
        self._served += 1

    def _attended(self) -> None:
        """The call, before whoever logs in when botocore or a refusal asks for it, and runs it again."""
        person = self._person
        if person is None:
            self._signed()
            return
        if not person.ready():
            self._refuse()
        try:
            self._signed()
        except LOGGED_OUT as error:
            if not (person.needs_login(error) and person.log_in()):
                raise
            self._service = None if self.player.commands else self._service
            self._signed()
        except ClientError as error:
            if error.response["Error"]["Code"] == _EXPIRED and self.player.link.way == "AssumeRoleWithSAML":
                person.refused()
            raise

    def _signed(self) -> None:
        if self._service is None:
            self._built_at = self._world.now
            session = self._program.session()
            if session.get_credentials() is None:
                self._refuse()
            self._service = session.create_client("sts", region_name="us-east-1")
        if self.player.link.way == "presigned":
            self._fetch()
        else:
            self._service.get_caller_identity()

    def _fetch(self) -> None:
        """Use a URL that was signed with the first call."""
        link = self.player.link
        if not self._url:
            life_s = link.session_s or 3600
            self._url = self._service.generate_presigned_url("get_caller_identity", ExpiresIn=life_s)
        try:
            urllib.request.urlopen(self._url, timeout=10).close()
        except urllib.error.HTTPError:
            self._refuse()

    @staticmethod
    def _refuse() -> None:
        """Raise what botocore would raise at the call."""
        raise botocore.exceptions.NoCredentialsError

    @contextmanager
    def _here(self) -> Iterator[None]:
        """The environment of this process, and the draws of its static stability."""
        ways = {link.way for link in self.player.link.links()}
        os.environ["AWS_CONFIG_FILE"] = str(self._program.config)
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(self._home / "credentials")
        os.environ["AWS_EC2_METADATA_DISABLED"] = str(not ways.intersection(_ON_HOSTS)).lower()
        for name in (_FULL_URI, _TOKEN_FILE):
            os.environ.pop(name, None)
        if "container" in ways:
            os.environ[_FULL_URI] = f"{self._address}/container"
        if "agent" in ways:
            os.environ.update({_FULL_URI: f"{self._address}/agent", _TOKEN_FILE: str(self._home / "token")})
        with mock.patch.object(botocore.utils.random, "randint", self._drawn):
            yield

    def _drawn(self, low: int, high: int) -> int:
        return low + math.floor((high - low + 1) * self.player.draws[self._world.fetches[self.player.name]])
