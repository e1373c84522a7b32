"""The real botocore's Identity Center on a virtual clock: role credentials, and the access token that they cost.

`play` is meant to be called in a sealed process (`sim.verify.guard`); the portal and its token endpoint are stubs.
"""

from __future__ import annotations

import datetime
import math
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import botocore.credentials
import botocore.tokens
import botocore.utils
from botocore.credentials import DeferredRefreshableCredentials, SSOCredentialFetcher
from botocore.exceptions import ClientError
from botocore.tokens import DeferredRefreshableToken, SSOTokenProvider
from botocore.utils import JSONFileCache

from sim.verify.trace import Trace, inside

__all__ = ["play"]

_EPOCH: Final = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
_START: Final = "https://portal.invalid/start"
_SESSION: Final = "portal"
_FAR: Final = (_EPOCH + datetime.timedelta(days=90)).isoformat()


class _Clock:
    """A clock that stands where the driver puts it, and what the portal did."""

    def __init__(self, failing: list[list[float]]) -> None:
        self.now = 0.0
        self.trace = Trace()
        self._failing = [(start, stop) for start, stop in failing]

    def moment(self) -> datetime.datetime:
        return _EPOCH + datetime.timedelta(microseconds=round(self.now * 1e6))

    def answers(self) -> bool:
        """Whether the portal answers now; it is noted."""
        down = inside(self.now, self._failing)
        (self.trace.failed_attempts if down else self.trace.issued).append(self.now)
        return not down


class _Portal:
    """GetRoleCredentials, with an expiry in whole seconds."""

    exceptions = SimpleNamespace(UnauthorizedException=PermissionError)

    def __init__(self, clock: _Clock, session_s: int) -> None:
        self._clock, self._session_s = clock, session_s

    def get_role_credentials(self, **_: str) -> dict[str, Any]:
        if not self._clock.answers():
            raise ConnectionError("the stub is down")
        ends = _EPOCH.timestamp() + math.floor(self._clock.now) + self._session_s
        keys = {"accessKeyId": "key-000001-1", "secretAccessKey": "dummy", "sessionToken": "dummy"}
        return {"roleCredentials": {**keys, "expiration": int(ends * 1000)}}


def _role_credentials(clock: _Clock, session_s: int, cache: Any) -> DeferredRefreshableCredentials:
    fetcher = SSOCredentialFetcher(
        start_url=_START,
        sso_region="us-east-1",
        role_name="reader",
        account_id="111122223333",
        client_creator=lambda *_, **__: _Portal(clock, session_s),
        token_loader=lambda _url: {"accessToken": "dummy", "expiresAt": _FAR},
        cache=cache,
        time_fetcher=clock.moment,
    )
    return DeferredRefreshableCredentials(
        refresh_using=fetcher.fetch_credentials, method="sso", time_fetcher=clock.moment
    )


class _Tokens(SSOTokenProvider):  # type: ignore[misc]  # botocore has no types
    """The real provider over a stub of CreateToken."""

    def __init__(self, clock: _Clock, life_s: int, cache: JSONFileCache) -> None:
        session = SimpleNamespace(
            full_config={
                "profiles": {"default": {"sso_session": _SESSION}},
                "sso_sessions": {_SESSION: {"sso_start_url": _START, "sso_region": "us-east-1"}},
            },
            get_config_variable=lambda _name: None,
        )
        super().__init__(session, cache=cache, time_fetcher=clock.moment)
        self._clock, self._life_s = clock, life_s

    @property
    def _client(self) -> Any:
        return SimpleNamespace(create_token=self._create)

    def _create(self, **_: str) -> dict[str, Any]:
        if not self._clock.answers():
            raise ClientError({"Error": {"Code": "InternalServerException"}}, "CreateToken")
        return {"accessToken": "dummy", "expiresIn": self._life_s, "refreshToken": "dummy"}


def play(payload: list[Mapping[str, Any]]) -> list[dict[str, list[float]]]:
    """Every case through the real SDK: the function of the sealed process.

    Args:
        payload: `kind` (`process`, `commands`, `token`, `token commands`), `calls`, `life_s`, `failing`.

    Returns:
        Instants of answers, of failed attempts and of calls that raised; a token is there from 0 on, unasked.
    """
    return [_play(case) for case in payload]


def _play(case: Mapping[str, Any]) -> dict[str, list[float]]:
    clock = _Clock(case["failing"])
    with (
        tempfile.TemporaryDirectory(prefix="credflow-") as folder,
        mock.patch.object(botocore.credentials, "_local_now", clock.moment),
        mock.patch.object(botocore.utils.os, "fsync"),  # nobody pulls the plug
    ):
        _call_at(clock, case, folder)
    return asdict(clock.trace)


def _call_at(clock: _Clock, case: Mapping[str, Any], folder: str) -> None:
    token = case["kind"].startswith("token")
    cache = JSONFileCache(folder, dumps_func=botocore.tokens._sso_json_dumps)
    if token:
        _logged_in(_Tokens(clock, case["life_s"], cache), case["life_s"])
    kept: Any = None
    for at in case["calls"]:
        clock.now = at
        if kept is None or case["kind"].endswith("commands"):
            kept = (
                _token(clock, case, cache) if token else _role_credentials(clock, case["life_s"], JSONFileCache(folder))
            )
        try:
            kept.get_frozen_token() if token else kept.get_frozen_credentials()
        except Exception:
            clock.trace.failed_calls.append(at)


def _token(clock: _Clock, case: Mapping[str, Any], cache: JSONFileCache) -> DeferredRefreshableToken:
    token = _Tokens(clock, case["life_s"], cache).load_token()
    token._time_fetcher = clock.moment
    return token


def _logged_in(tokens: _Tokens, life_s: int) -> None:
    """What `aws sso login` left at 0."""
    token = {
        "startUrl": _START,
        "region": "us-east-1",
        "accessToken": "dummy",
        "expiresAt": (_EPOCH + datetime.timedelta(seconds=life_s)).isoformat(),
        "clientId": "dummy",
        "clientSecret": "dummy",
        "registrationExpiresAt": _FAR,
        "refreshToken": "dummy",
    }
    tokens._token_loader.save_token(_START, token, session_name=_SESSION)
