"""Runs in a sealed process: a client's configuration file, and what its program builds of botocore.

What a configuration file can say is said in one, and goes through botocore's own provider chain. For the rest (sessions
of GetSessionToken, copies of a session, no cache) the client's program builds botocore's credentials itself, as
programs do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest import mock

import botocore.exceptions
import botocore.loaders
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    ReadOnlyCredentials,
    create_mfa_serial_refresher,
)
from botocore.session import Session
from botocore.utils import FileWebIdentityTokenLoader, JSONFileCache

from sim.verify.rehearsal_parts import Link, Player
from sim.verify.rehearsal_people import Person, profile_of
from sim.verify.rehearsal_server import World

__all__ = ["HOSTS", "Program", "person_at"]

HOSTS: Final = {
    "imds": "Ec2InstanceMetadata",
    "broker": "Ec2InstanceMetadata",
    "container": "EcsContainer",
    "agent": "EcsContainer",
}
"""What answers on a client's own host, and what a profile calls it."""

_SESSION: Final = "rehearsal"
_PROFILED: Final = ("key", *HOSTS, "sso", "login", "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
_PROGRAMMED: Final = "GetSessionToken"
_DEVICE: Final = "arn:aws:iam::111122223333:mfa/device"
_CODE: Final = "000000"
_REGION: Final = "us-east-1"


def person_at(player: Player, world: World, home: Path, trace: Any) -> Person | None:
    """Whoever logs in at a client, if somebody must."""
    link = player.link
    if link.login is None:
        return None

    def assume(assertion: str) -> Any:
        provider = "arn:aws:iam::111122223333:saml-provider/directory"
        sts = _session().create_client("sts", region_name=_REGION)
        asked = {"RoleArn": _arn(link.role), "PrincipalArn": provider, "SAMLAssertion": assertion}
        return sts.assume_role_with_saml(**asked, **_length(link))

    return Person(world, player.population, link.role, link.login, trace, assume, home / "credentials")


class Program:
    """What a client's program makes of botocore.

    Args:
        player: The client.
        world: The clock, and what is seen of the client.
        home: Its folder.
        person: Whoever logs in, if somebody must.
    """

    def __init__(self, player: Player, world: World, home: Path, person: Person | None) -> None:
        self._player = player
        self._world = world
        self._home = home
        self._person = person
        self._token = home / "token"
        self._token.write_text("dummy", encoding="utf-8")
        self.config = home / "config"
        said = player.link.source if player.link.way == "presigned" else player.link
        lines = () if said is None else _profiles(said, "p0", self._token, player.population)
        self.config.write_text("\n".join(lines), encoding="utf-8")

    def session(self) -> Session:
        """A session of the SDK that finds the client's credentials."""
        link = self._player.link
        if link.way == "presigned":
            assert link.source is not None
            link = link.source
        if link.way == "function":
            return self._environment(link)
        if _said(link):
            return self._profiled("p0")
        session = _session()
        session._credentials = self._credentials(link, "p0")
        return session

    def _environment(self, link: Link) -> Session:
        """A new execution environment: the service puts a session into its variables."""
        keys = self._world.environment(float(link.session_s or 0))
        with mock.patch.dict(os.environ, keys):
            session = _session()
            session.get_credentials()
        return session

    def _profiled(self, profile: str) -> Session:
        """A session of a profile, before whoever types; where its process is a command, it finds the CLI's cache."""
        session = _session(profile)
        chain = session.get_component("credential_provider")
        if self._player.commands:
            cache = JSONFileCache(str(self._home / "cache"))
            chain.get_provider("assume-role").cache = chain.get_provider("sso").cache = cache
        chain.get_provider("assume-role")._prompter = self._typed
        if self._person is not None:
            chain.get_provider("custom-process")._popen = self._person.process
        return session

    def _typed(self, _prompt: str = "") -> str:
        """Somebody types a code."""
        self._world.trace.logins.append(self._world.now)
        return _CODE

    def _credentials(self, link: Link, profile: str) -> Any:
        """What a program builds where no profile can say it."""
        if link.way == "function":
            return self._environment(link).get_credentials()
        if _said(link):
            return self._profiled(profile).get_credentials()
        make = self._maker(link, profile)
        if not link.cached:
            return _Anew(lambda: _frozen(make))
        return make() if link.renewed else _Copied(lambda: _frozen(make))

    def _maker(self, link: Link, profile: str) -> Callable[[], Any]:
        """Makes a provider of a link; all that it makes share what signs their requests."""
        if link.way in HOSTS:
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
            fetcher = partial(AssumeRoleCredentialFetcher, source_credentials=source, mfa_prompter=self._typed, **asked)
            words |= {"SerialNumber": _DEVICE} if link.mfa else {}
            return lambda: _deferred(fetcher(extra_args=words).fetch_credentials, once=link.mfa)
        return lambda: _deferred(partial(self._of_user, link, f"{profile}s"), once=link.mfa)

    def _of_user(self, link: Link, profile: str) -> dict[str, Any]:
        """A session that a program gets for the user whose key it has."""
        client = self._profiled(profile).create_client("sts")
        if link.way == _PROGRAMMED:
            code = {"SerialNumber": _DEVICE, "TokenCode": self._typed()} if link.mfa else {}
            return _metadata(client.get_session_token(**_length(link), **code)["Credentials"])
        return _metadata(client.get_federation_token(Name=_SESSION, **_length(link))["Credentials"])


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


def _deferred(refresh: Callable[[], dict[str, Any]], *, once: bool = False) -> Any:
    """Botocore's credentials around a request; a code is asked for `once`, as botocore does."""
    using = create_mfa_serial_refresher(refresh) if once else refresh
    return DeferredRefreshableCredentials(refresh_using=using, method="rehearsed")


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


def _profiles(link: Link, name: str, token: Path, who: str) -> Iterator[str]:
    """The profiles of a chain: `p0`, its source `p0s`, and so on."""
    yield f"[profile {name}]"
    yield f"region={_REGION}"
    if link.login is not None:
        yield from profile_of(link.login, link.role, who)
    elif link.way == "key":
        yield "aws_access_key_id=key-000000-1"
        yield "aws_secret_access_key=dummy"
    elif link.way == "AssumeRoleWithWebIdentity":
        yield from (f"role_arn={_arn(link.role)}", f"web_identity_token_file={token}", f"role_session_name={_SESSION}")
    elif link.way == "AssumeRole":
        yield from _assumed(link, name)
    if link.source is not None:
        yield from _profiles(link.source, f"{name}s", token, who)


def _assumed(link: Link, name: str) -> Iterator[str]:
    """Lines of a profile with a role."""
    yield from (f"role_arn={_arn(link.role)}", f"role_session_name={_SESSION}")
    yield from (f"duration_seconds={length}" for length in _length(link).values())
    if link.mfa:
        yield f"mfa_serial={_DEVICE}"
    assert link.source is not None
    way = link.source.way
    yield f"credential_source={HOSTS[way]}" if way in HOSTS else f"source_profile={name}s"


def _length(link: Link) -> dict[str, int]:
    return {} if link.session_s is None else {"DurationSeconds": link.session_s}


def _arn(role: str) -> str:
    return f"arn:aws:iam::111122223333:role/{role}"
