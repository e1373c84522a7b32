"""Further providers of the real botocore on a virtual clock: tools, `aws login`, tokens in files, chained roles.

What they ask is stubbed: the tool's process, the sign-in service, STS. `play` is meant to be called in a sealed
process (`sim.verify.guard`).
"""

from __future__ import annotations

import datetime
import json
import math
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import botocore.credentials
import botocore.utils
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityProvider,
    Credentials,
    DeferredRefreshableCredentials,
    LoginProvider,
    ProcessProvider,
)
from botocore.exceptions import ClientError, LoginRefreshRequired
from botocore.utils import JSONFileCache, LoginTokenLoader

from sim.verify.trace import inside

__all__ = ["play"]

_EPOCH: Final = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
_SESSION: Final = "arn:aws:iam::111122223333:user/person"
_ROLE: Final = "arn:aws:iam::111122223333:role/app"


class _World:
    """The clock, and what happened."""

    def __init__(self, case: Mapping[str, Any], folder: str) -> None:
        self.now = 0.0
        self.case = case
        self.folder = Path(folder)
        self.told: dict[str, list[float]] = {"issued": [], "refused": [], "failed_calls": []}
        self._failing = [(start, stop) for start, stop in case["failing"]]

    def moment(self) -> datetime.datetime:
        return _EPOCH + datetime.timedelta(microseconds=round(self.now * 1e6))

    def answers(self, issued: str = "issued") -> bool:
        """Whether whoever is asked answers now; it is noted."""
        down = inside(self.now, self._failing)
        self.told["refused" if down else issued].append(self.now)
        return not down

    def expires(self, life: str = "life_s") -> datetime.datetime:
        """When a session that is issued now ends: whole seconds."""
        return _EPOCH + datetime.timedelta(seconds=math.floor(self.now) + self.case[life])


class _Tool:
    """What `credential_process` names: each run of it is a login."""

    def __init__(self, world: _World) -> None:
        self.world = world

    def __call__(self, _command: object, **_: object) -> Any:
        if not self.world.answers():
            return SimpleNamespace(communicate=lambda: (b"", b"no login"), returncode=1)
        keys = {"AccessKeyId": "key-000001-1", "SecretAccessKey": "dummy", "SessionToken": "dummy"}
        told = {"Version": 1, **keys, "Expiration": self.world.expires().strftime(_FORMAT)}
        return SimpleNamespace(communicate=lambda: (json.dumps(told).encode(), b""), returncode=0)

    def load(self) -> Any:
        config = {"profiles": {"default": {"credential_process": "tool"}}}
        return ProcessProvider("default", lambda: config, popen=self).load()

    def sign(self, credentials: Any) -> None:
        credentials.get_frozen_credentials()


class _RefusedError(ClientError):  # type: ignore[misc]  # botocore has no types
    """AccessDeniedException of the sign-in service."""


class _Login:
    """`aws login`: a file that the command wrote, and the sign-in service."""

    def __init__(self, world: _World) -> None:
        self.world = world
        world.told["logins"] = []
        self._cache = JSONFileCache(str(world.folder))
        self._ends_s = -math.inf

    def load(self) -> Any:
        if not self.world.told["logins"]:
            self._log_in()
        config = {"profiles": {"default": {"login_session": _SESSION}}}
        client = SimpleNamespace(
            meta=SimpleNamespace(events=mock.Mock()),
            exceptions=SimpleNamespace(AccessDeniedException=_RefusedError),
            create_o_auth2_token=self._create,
        )
        return LoginProvider(lambda: config, lambda *_, **__: client, "default", self._cache).load()

    def sign(self, credentials: Any) -> None:
        """One call; a person who is told that the login is over logs in, and runs it again."""
        try:
            credentials.get_frozen_credentials()
        except LoginRefreshRequired:
            self._log_in()
            credentials.get_frozen_credentials()

    def _create(self, **_: object) -> dict[str, Any]:
        if self.world.now >= self._ends_s:
            told = {"Error": {"Code": "AccessDeniedException"}, "error": "TOKEN_EXPIRED"}
            raise _RefusedError(told, "CreateOAuth2Token")
        self.world.answers()
        keys = {"accessKeyId": "key-000001-1", "secretAccessKey": "dummy", "sessionToken": "dummy"}
        output = {"accessToken": keys, "expiresIn": self.world.case["life_s"], "refreshToken": "dummy"}
        return {"tokenOutput": output}

    def _log_in(self) -> None:
        world = self.world
        world.told["logins"].append(world.now)
        world.now += world.case["takes_s"]
        self._ends_s = math.floor(world.now) + world.case["login_s"]
        keys = {"accessKeyId": "key-000001-1", "secretAccessKey": "dummy", "sessionToken": "dummy"}
        token = {**keys, "accountId": "111122223333", "expiresAt": world.expires().strftime(_FORMAT)}
        world.answers()
        told = {"accessToken": token, "refreshToken": "dummy", "dpopKey": "", "clientId": "dummy"}
        LoginTokenLoader(self._cache).save_token(_SESSION, told)


class _Pod:
    """AssumeRoleWithWebIdentity with the token in a file, which is written anew from time to time."""

    def __init__(self, world: _World) -> None:
        self.world = world
        world.told["shown"] = []
        self._file = world.folder / "token"

    def load(self) -> Any:
        config = {"profiles": {"default": {"web_identity_token_file": str(self._file), "role_arn": _ROLE}}}
        sts = SimpleNamespace(assume_role_with_web_identity=self._assume)
        return AssumeRoleWithWebIdentityProvider(lambda: config, lambda *_, **__: sts, "default", {}, True).load()

    def sign(self, credentials: Any) -> None:
        self._file.write_text(str(math.floor(self.world.now / self.world.case["written_every_s"])), encoding="utf-8")
        credentials.get_frozen_credentials()

    def _assume(self, **request: Any) -> dict[str, Any]:
        if "DurationSeconds" in request or not self.world.answers():
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "AssumeRoleWithWebIdentity")
        self.world.told["shown"].append(float(request["WebIdentityToken"]))
        keys = {"AccessKeyId": "key-000001-1", "SecretAccessKey": "dummy", "SessionToken": "dummy"}
        return {"Credentials": {**keys, "Expiration": self.world.expires()}}


class _Chain:
    """A role that another role's session assumes: two caches in a row within one process."""

    def __init__(self, world: _World) -> None:
        self.world = world
        world.told["sources"] = []

    def load(self) -> Any:
        source = self._assumed(Credentials("key-000000-1", "dummy"), "sources", "source_s")
        return self._assumed(source, "issued", "life_s")

    def _assumed(self, signer: Any, name: str, life: str) -> DeferredRefreshableCredentials:
        sts = SimpleNamespace(assume_role=lambda **request: self._assume(name, life, request))
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=lambda *_, **__: sts,
            source_credentials=signer,
            role_arn=_ROLE,
            extra_args={"DurationSeconds": self.world.case[life], "RoleSessionName": "oracle"},
            cache={},
        )
        return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role", time_fetcher=self.world.moment)

    def sign(self, credentials: Any) -> None:
        credentials.get_frozen_credentials()

    def _assume(self, name: str, life: str, _request: Mapping[str, Any]) -> dict[str, Any]:
        if not self.world.answers(name):
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "AssumeRole")
        keys = {"AccessKeyId": "key-000001-1", "SecretAccessKey": "dummy", "SessionToken": "dummy"}
        return {"Credentials": {**keys, "Expiration": self.world.expires(life)}}


_PROVIDERS: Final[dict[str, Callable[[_World], Any]]] = {"tool": _Tool, "login": _Login, "pod": _Pod, "chain": _Chain}


def play(payload: list[Mapping[str, Any]]) -> list[dict[str, list[float]]]:
    """Every case through the real SDK: the function of the sealed process.

    Args:
        payload: `provider` (`tool`: credential_process, `login`: aws login, `pod`: a token in a file, `chain`:
            a role assumed with another's session), `keeps`: whether
            one process makes all calls, `calls`, `life_s` of what is issued, `failing`; `login_s` of a login
            and the time that it takes; `written_every_s` of the token's file; `source_s` of the other role's session.

    Returns:
        Instants of answers (`issued`), of failures of whoever is asked (`refused`), and of calls that failed; logins
        of `aws login`; numbers of the tokens shown; sessions of the other role (`sources`).
    """
    return [_play(case) for case in payload]


def _play(case: Mapping[str, Any]) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory(prefix="credflow-") as folder:
        world = _World(case, folder)
        provider = _PROVIDERS[case["provider"]](world)
        with (
            mock.patch.object(botocore.credentials, "_local_now", world.moment),
            mock.patch.object(botocore.credentials, "EC", mock.Mock()),  # the keys of DPoP headers, which nobody reads
            mock.patch.object(botocore.utils.os, "fsync"),  # nobody pulls the plug
        ):
            _call_at(world, provider)
    return world.told


def _call_at(world: _World, provider: Any) -> None:
    kept = None
    for at in world.case["calls"]:
        world.now = at
        try:
            if kept is None or not world.case["keeps"]:
                kept = provider.load()
                kept._time_fetcher = world.moment
            provider.sign(kept)
        except Exception:
            world.told["failed_calls"].append(at)
