"""The real botocore's access tokens of Identity Center on a virtual clock, in a process and by commands.

`play` is meant to be called in a sealed process (`sim.verify.guard`); the token endpoint is a stub.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import botocore.tokens
import botocore.utils
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
        payload: `kind` (`token`, `token commands`: each call is a new process), `calls`, `life_s`, `failing`.

    Returns:
        Instants of answers, of failed attempts and of calls that raised; a token is there from 0 on, unasked.
    """
    return [_play(case) for case in payload]


def _play(case: Mapping[str, Any]) -> dict[str, list[float]]:
    clock = _Clock(case["failing"])
    with (
        tempfile.TemporaryDirectory(prefix="credflow-") as folder,
        mock.patch.object(botocore.utils.os, "fsync"),  # nobody pulls the plug
    ):
        _call_at(clock, case, JSONFileCache(folder, dumps_func=botocore.tokens._sso_json_dumps))
    return asdict(clock.trace)


def _call_at(clock: _Clock, case: Mapping[str, Any], cache: JSONFileCache) -> None:
    _logged_in(_Tokens(clock, case["life_s"], cache), case["life_s"])
    kept = None
    for at in case["calls"]:
        clock.now = at
        if kept is None or case["kind"] == "token commands":
            kept = _token(clock, case, cache)
        try:
            kept.get_frozen_token()
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
