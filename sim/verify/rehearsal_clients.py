"""Runs in a sealed process: real boto3 clients that make their calls at a real server, on a virtual clock.

What a configuration file can say is said in one, and goes through botocore's own provider chain. For the rest (sessions
of GetSessionToken, copies of a session, no cache) the client's program builds botocore's credentials itself, as
programs do.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest import mock

import botocore.exceptions
import botocore.loaders
import botocore.utils
import time_machine
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    ReadOnlyCredentials,
)
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session
from botocore.utils import ContainerMetadataFetcher, FileWebIdentityTokenLoader, JSONFileCache

from sim.verify.rehearsal_parts import Link, Player
from sim.verify.rehearsal_server import EPOCH, World, serving
from sim.verify.trace import Trace

__all__ = ["live"]

_INSTEAD: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_EC2_METADATA_DISABLED",
)
"""Variables of the seal that a profile of our own and the server's address on the loopback take the place of."""

_SESSION: Final = "rehearsal"
_SOURCES: Final = {"imds": "Ec2InstanceMetadata", "container": "EcsContainer"}
_PROFILED: Final = ("key", "imds", "container", "AssumeRole", "AssumeRoleWithWebIdentity")
_FULL_URI: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


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
    with mock.patch.multiple(ContainerMetadataFetcher, RETRY_ATTEMPTS=1, SLEEP_TIME=0):
        for at, number in turns:
            clients[number].call(at)


class _Copied(Credentials):  # type: ignore[misc]  # botocore has no types
    """A session that is obtained once and copied: what signs goes on signing with it."""

    def __init__(self, source: Callable[[], ReadOnlyCredentials]) -> None:
        self._source = source
        self._copy: ReadOnlyCredentials | None = None

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """The copy; the first one to ask obtains it."""
        if self._copy is None:
            self._copy = self._source()
        return self._copy


class _Anew(Credentials):  # type: ignore[misc]  # botocore has no types
    """What a program that caches nothing signs with: it obtains a session for every request."""

    def __init__(self, source: Callable[[], ReadOnlyCredentials]) -> None:
        self.get_frozen_credentials = source


class _Client:
    """One process: it makes its calls, and its SDK asks for sessions when it likes."""

    def __init__(self, player: Player, world: World, address: str) -> None:
        self.player = player
        self.trace = Trace()
        self._world = world
        self._address = address
        self._home = Path(os.environ["HOME"]) / player.population
        self._home.mkdir()
        self._config = self._home / "config"
        self._token = self._home / "token"
        self._token.write_text("dummy", encoding="utf-8")
        self._config.write_text("\n".join(_profiles(player.link, "p0", self._token)), encoding="utf-8")
        self._service: Any = None
        self._served = 0

    def call(self, at: float) -> None:
        """One call of the program; it asks the SDK for a client where it has none."""
        self._world.move_to(at, self.player, self.trace)
        every = 1 if self.player.commands else self.player.new_every
        if every and self._served % every == 0:
            self._service = None
        self._served += 1
        with self._here():
            try:
                self._signed()
            except (ClientError, BotoCoreError):
                self.trace.failed_calls.append(at)

    def _signed(self) -> None:
        if self._service is None:
            session = self._session()
            if session.get_credentials() is None:
                self._refuse()
            self._service = session.create_client("sts")
        self._service.get_caller_identity()

    @staticmethod
    def _refuse() -> None:
        """Raise what botocore would raise at the call."""
        raise botocore.exceptions.NoCredentialsError

    @contextmanager
    def _here(self) -> Iterator[None]:
        """The environment of this process, and the draws of its static stability."""
        os.environ["AWS_CONFIG_FILE"] = str(self._config)
        ways = {link.way for link in self.player.link.links()}
        os.environ.pop(_FULL_URI, None)
        if "container" in ways:
            os.environ[_FULL_URI] = f"{self._address}/container"
        os.environ["AWS_EC2_METADATA_DISABLED"] = str("imds" not in ways).lower()
        with mock.patch.object(botocore.utils.random, "randint", self._drawn):
            yield

    def _drawn(self, low: int, high: int) -> int:
        return low + math.floor((high - low + 1) * self.player.draws[self._world.fetches[self.player.name]])

    def _session(self) -> Session:
        link = self.player.link
        if _said(link):
            return self._profiled("p0")
        session = _session()
        session._credentials = self._credentials(link, "p0")
        return session

    def _profiled(self, profile: str) -> Session:
        """A session of a profile; where its process is a command, it finds the CLI's cache."""
        session = _session(profile)
        if self.player.commands:
            chain = session.get_component("credential_provider")
            chain.get_provider("assume-role").cache = JSONFileCache(str(self._home / "cache"))
        return session

    def _credentials(self, link: Link, profile: str) -> Any:
        """What a program builds where no profile can say it."""
        if _said(link):
            return self._profiled(profile).get_credentials()
        make = self._maker(link, profile)
        if not link.cached:
            return _Anew(lambda: _frozen(make))
        return make() if link.renewed else _Copied(lambda: _frozen(make))

    def _maker(self, link: Link, profile: str) -> Callable[[], Any]:
        """Makes a provider of a link; all that it makes share what signs their requests."""
        if link.way in {"imds", "container"}:
            return lambda: self._profiled(profile).get_credentials()
        asked: dict[str, Any] = {"client_creator": _session().create_client, "role_arn": _arn(link.role)}
        words = {"RoleSessionName": _SESSION, **_length(link)}
        if link.way == "AssumeRoleWithWebIdentity":
            token = FileWebIdentityTokenLoader(str(self._token))
            fetcher = partial(AssumeRoleWithWebIdentityCredentialFetcher, web_identity_token_loader=token, **asked)
            return lambda: _deferred(fetcher(extra_args=words).fetch_credentials)
        assert link.source is not None
        source = self._credentials(link.source, f"{profile}s")
        if link.way == "AssumeRole":
            fetcher = partial(AssumeRoleCredentialFetcher, source_credentials=source, **asked)
            return lambda: _deferred(fetcher(extra_args=words).fetch_credentials)
        return lambda: _deferred(partial(self._of_user, link, f"{profile}s"))

    def _of_user(self, link: Link, profile: str) -> dict[str, Any]:
        """A session that a program gets for the user whose key it has."""
        client = self._profiled(profile).create_client("sts")
        if link.way == "GetSessionToken":
            return _metadata(client.get_session_token(**_length(link))["Credentials"])
        return _metadata(client.get_federation_token(Name=_SESSION, **_length(link))["Credentials"])


def _deferred(refresh: Callable[[], dict[str, Any]]) -> Any:
    return DeferredRefreshableCredentials(refresh_using=refresh, method="rehearsed")


_LOADER: Final = botocore.loaders.create_loader()
"""Reads the services' models once for all sessions: a new provider for every call would take a tenth of a second."""


def _session(profile: str | None = None) -> Session:
    session = Session(profile=profile)
    session.register_component("data_loader", _LOADER)
    return session


def _frozen(make: Callable[[], Any]) -> ReadOnlyCredentials:
    """The credentials of now, of a new provider."""
    credentials = make()
    if credentials is None:
        raise botocore.exceptions.NoCredentialsError
    return credentials.get_frozen_credentials()


def _metadata(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "access_key": told["AccessKeyId"],
        "secret_key": told["SecretAccessKey"],
        "token": told["SessionToken"],
        "expiry_time": told["Expiration"].isoformat(),
    }


def _said(link: Link) -> bool:
    """Whether a configuration file can say all of it."""
    return link.way in _PROFILED and link.renewed and link.cached and (link.source is None or _said(link.source))


def _profiles(link: Link, name: str, token: Path) -> Iterator[str]:
    """The profiles of a chain: `p0`, its source `p0s`, and so on."""
    yield f"[profile {name}]"
    yield "region=us-east-1"
    if link.way == "key":
        yield "aws_access_key_id=key-000000-1"
        yield "aws_secret_access_key=dummy"
    elif link.way == "AssumeRoleWithWebIdentity":
        yield from (f"role_arn={_arn(link.role)}", f"web_identity_token_file={token}", f"role_session_name={_SESSION}")
    elif link.way == "AssumeRole":
        yield from (f"role_arn={_arn(link.role)}", f"role_session_name={_SESSION}")
        yield from (f"duration_seconds={length}" for length in _length(link).values())
        assert link.source is not None
        way = link.source.way
        yield f"credential_source={_SOURCES[way]}" if way in _SOURCES else f"source_profile={name}s"
    if link.source is not None:
        yield from _profiles(link.source, f"{name}s", token)


def _length(link: Link) -> dict[str, int]:
    return {} if link.session_s is None else {"DurationSeconds": link.session_s}


def _arn(role: str) -> str:
    return f"arn:aws:iam::111122223333:role/{role}"
