"""The real botocore with Identity Center on a virtual clock: its provider, its token provider, its clients, its files.

A profile with an `sso-session`: role credentials come from the portal, for an access token that is renewed with a
refresh token. Requests go through botocore's own clients and their retries; only the socket, the clock and the uniform
draws are ours. `play` is meant to be called in a sealed process (`sim.verify.guard`).
"""

from __future__ import annotations

import datetime
import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import botocore.credentials
import botocore.endpoint
import botocore.tokens
import botocore.utils
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import SSOProvider
from botocore.exceptions import UnauthorizedSSOTokenError
from botocore.retries import standard
from botocore.session import Session
from botocore.tokens import SSOTokenProvider
from botocore.utils import JSONFileCache

from sim.verify.trace import inside

__all__ = ["play"]

_EPOCH: Final = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
_URL: Final = "https://portal.invalid/"
_START: Final = f"{_URL}start"
_SESSION: Final = "portal"
_REGION: Final = "us-east-1"
_FAR: Final = (_EPOCH + datetime.timedelta(days=90)).isoformat()
_KEYS: Final = {"accessKeyId": "key-000001-1", "secretAccessKey": "dummy", "sessionToken": "dummy"}


class _Body:
    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = json.dumps(content).encode()

    def stream(self) -> list[bytes]:
        return [self._content]


class _Portal:
    """The clock, and the portal's two endpoints behind the sockets of real clients."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.now = 0.0
        self.told: dict[str, list[float]] = {name: [] for name in ("issued", "refused", "tokens", "token_refused")}
        self.told |= {"failed_calls": [], "logins": []}
        self.ends_s = -math.inf
        self._case = case
        self._failing = [(start, stop) for start, stop in case["failing"]]
        self._fetches = 0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def moment(self) -> datetime.datetime:
        return _EPOCH + datetime.timedelta(microseconds=round(self.now * 1e6))

    def role_credentials(self, **_: object) -> AWSResponse:
        if self._down("issued", "refused"):
            return _answer(503, {"message": "down"})
        if self.now >= self.ends_s:
            return _answer(401, {"message": "Session token not found or invalid"}, "UnauthorizedException")
        self.told["issued"].append(self.now)
        ends = _EPOCH.timestamp() + math.floor(self.now) + self._case["life_s"]
        return _answer(200, {"roleCredentials": {**_KEYS, "expiration": int(ends * 1000)}})

    def token(self, **_: object) -> AWSResponse:
        if self._down("tokens", "token_refused"):
            return _answer(503, {"error": "server_error"})
        if self.now >= self.ends_s:
            return _answer(400, {"error": "invalid_grant"}, "InvalidGrantException")
        self.told["tokens"].append(self.now)
        told = {"accessToken": "dummy", "expiresIn": self._case["token_s"], "refreshToken": "dummy"}
        return _answer(200, {**told, "tokenType": "Bearer"})

    def _down(self, _answered: str, refused: str) -> bool:
        down = inside(self.now, self._failing)
        if down:
            self.told[refused].append(self.now)
        return down

    def begin_fetch(self) -> None:
        """Role credentials are about to be fetched: the draws are those of the next fetch."""
        self._fetches += 1

    def draws(self, service: str) -> Iterator[float]:
        """Uniform draws of the attempts of this fetch at one of the two endpoints."""
        return iter(self._case["draws"][service][self._fetches - 1] if self._case["draws"] else ())


def _answer(status: int, content: Mapping[str, Any], code: str = "") -> AWSResponse:
    return AWSResponse(_URL, status, {"x-amzn-errortype": code} if code else {}, _Body(content))


class _Clients:
    """Real clients of the portal, each with a retry layer of its own."""

    def __init__(self, session: Session, portal: _Portal, attempts: int) -> None:
        self._session, self._portal = session, portal
        self._config = Config(retries={"mode": "standard", "total_max_attempts": attempts})

    def __call__(self, service: str, config: Config | None = None, **_: object) -> Any:
        draws = self._portal.draws(service)
        backoff = partial(standard.ExponentialBackoff, random=lambda: next(draws))
        merged = self._config if config is None else self._config.merge(config)
        with mock.patch.object(standard, "ExponentialBackoff", backoff):
            client = self._session.create_client(service, region_name=_REGION, config=merged)
        answers = self._portal.role_credentials if service == "sso" else self._portal.token
        client.meta.events.register_last("before-send", answers)
        return client


class _Tokens(SSOTokenProvider):  # type: ignore[misc]  # botocore has no types
    """The real provider of access tokens, a client for each refresh."""

    def __init__(self, session: Any, cache: JSONFileCache, portal: _Portal, clients: _Clients) -> None:
        super().__init__(session, cache=cache, time_fetcher=portal.moment)
        self._clients = clients

    @property
    def _client(self) -> Any:
        unsigned = Config(signature_version=botocore.UNSIGNED)
        return self._clients("sso-oidc", config=unsigned)


class _Laptop:
    """A profile, the files beside it, and the person before it."""

    def __init__(self, case: Mapping[str, Any], portal: _Portal, folder: str, session: Session) -> None:
        self._case, self._portal, self._folder = case, portal, folder
        self._clients = _Clients(session, portal, case["attempts"])
        self._tokens = JSONFileCache(folder, dumps_func=botocore.tokens._sso_json_dumps)
        profile = {"sso_role_name": "reader", "sso_account_id": "111122223333"}
        where = {"sso_start_url": _START, "sso_region": _REGION}
        named = {"sso_session": _SESSION} if case["refresh_token"] else where
        self._config = {"profiles": {"default": profile | named}, "sso_sessions": {_SESSION: where}}

    def process(self) -> Any:
        """What a new process finds first: a provider of role credentials that has fetched nothing."""
        told = SimpleNamespace(full_config=self._config, get_config_variable=lambda _name: None)
        role_cache = JSONFileCache(self._folder) if self._case["kind"] == "commands" else None
        tokens = _Tokens(told, self._tokens, self._portal, self._clients)
        provider = SSOProvider(lambda: self._config, self._clients, "default", role_cache, self._tokens, tokens)
        found = provider.load()
        found._time_fetcher = self._portal.moment
        fetcher = found._refresh_using.__self__
        fetcher._time_fetcher = self._portal.moment
        fetch = fetcher._get_credentials

        def counted() -> Any:
            self._portal.begin_fetch()
            return fetch()

        fetcher._get_credentials = counted
        return found

    def log_in(self) -> None:
        """`aws sso login`, which takes no time: what it leaves is an access token, and a refresh token if it may."""
        portal = self._portal
        portal.told["logins"].append(portal.now)
        portal.ends_s = math.floor(portal.now) + self._case["portal_s"]
        ends = portal.moment() + datetime.timedelta(seconds=self._case["token_s"])
        token = {"startUrl": _START, "region": _REGION, "accessToken": "dummy", "expiresAt": ends}
        renewed = {"clientId": "dummy", "clientSecret": "dummy", "registrationExpiresAt": _FAR, "refreshToken": "dummy"}
        known, refreshes = botocore.tokens.SSOTokenLoader(self._tokens), self._case["refresh_token"]
        known.save_token(_START, token | renewed if refreshes else token, _SESSION if refreshes else None)


def play(payload: list[Mapping[str, Any]]) -> list[dict[str, list[float]]]:
    """Every case through the real SDK: the function of the sealed process.

    Args:
        payload: `kind` (`process`, or `commands`: each call is a new process that finds the others' files), `calls`,
            `life_s` of role credentials, `token_s` of access tokens, `portal_s`, `failing`, `attempts`, `draws` by
            service and fetch (empty where nothing is tried twice), `refresh_token`: whether the profile has one.

    Returns:
        Instants of answers with role credentials (`issued`) and refusals (`refused`), of new access tokens (`tokens`)
        and refusals (`token_refused`), of logins, and of calls that failed.
    """
    session = Session()
    return [_play(session, case) for case in payload]


def _play(session: Session, case: Mapping[str, Any]) -> dict[str, list[float]]:
    portal = _Portal(case)
    with (
        tempfile.TemporaryDirectory(prefix="credflow-") as folder,
        mock.patch.object(botocore.credentials, "_local_now", portal.moment),
        mock.patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=portal.sleep)),
        mock.patch.object(botocore.utils.os, "fsync"),  # nobody pulls the plug
    ):
        laptop = _Laptop(case, portal, folder, session)
        kept = None
        for at in case["calls"]:
            portal.now = at
            if not portal.told["logins"]:
                laptop.log_in()
            kept = laptop.process() if kept is None or case["kind"] == "commands" else kept
            _call(portal, laptop, kept)
    return portal.told


def _call(portal: _Portal, laptop: _Laptop, credentials: Any) -> None:
    """One call; a person who is told that the session is over logs in, and runs it again."""
    at = portal.now
    try:
        try:
            credentials.get_frozen_credentials()
        except UnauthorizedSSOTokenError:
            laptop.log_in()
            credentials.get_frozen_credentials()
    except Exception:
        portal.told["failed_calls"].append(at)
