"""Runs in a sealed process: Identity Center's portal and its tokens, and the sign-in service behind `aws login`.

They issue for as long as a login lasts, and refuse what has ended. What a client does about that is its own affair.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sim.verify.rehearsal_parts import Login

if TYPE_CHECKING:
    from sim.verify.rehearsal_server import World

__all__ = ["BEARER", "PATHS", "Answer", "Portal", "refused"]

Answer = tuple[str, str, bytes]
"""Status, content type and body."""

BEARER: Final = "credflow.bearer"
"""Where a request's access token stands in its environment: WSGI has no header with an underscore."""
_JSON: Final = "application/json"


def _error(status: str, code: str, **words: str) -> Answer:
    return status, _JSON, json.dumps({"__type": code, "message": code, **words}).encode()


def refused(world: World, *, counted: bool = True) -> Answer:
    """Nobody answers now."""
    world.trace.failed_attempts += [world.now] if counted else []
    return _error("503 Service Unavailable", "ServiceUnavailable")


class Portal:
    """What every login leaves at the servers: how long it lasts, and the access tokens of it.

    Args:
        world: The clock, and whose turn it is.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._lasts: dict[str, float] = {}
        self._tokens: dict[str, float] = {}

    def log_in(self) -> None:
        """The person whose turn it is has logged in."""
        self._lasts[self._world.client.name] = self._world.now + self._login.lasts_s

    def access_token(self) -> str:
        """A new access token of the login."""
        name = f"access-{len(self._tokens):04d}"
        self._tokens[name] = min(self._world.now + self._login.token_s, self._lasts[self._world.client.name])
        return name

    def keys(self, life_s: float) -> tuple[dict[str, str], float]:
        """A new set, under the names of the services' JSON, and its end."""
        world = self._world
        world.trace.issued.append(world.now)
        ends = world.now + life_s
        return {"accessKeyId": world.named(ends), "secretAccessKey": "dummy", "sessionToken": "dummy"}, ends

    @property
    def _login(self) -> Login:
        login = self._world.client.link.login
        assert login is not None
        return login

    def _over(self) -> bool:
        return self._world.now >= self._lasts.get(self._world.client.name, -math.inf)

    def role_credentials(self, environ: Mapping[str, Any]) -> Answer:
        """GetRoleCredentials: for an access token that has not ended."""
        world, login = self._world, self._login
        if world.down("sso") or world.fails(login.sts):
            return refused(world)
        if world.now >= self._tokens.get(str(environ[BEARER]), -math.inf):
            return _error("401 Unauthorized", "UnauthorizedException")
        keys, ends = self.keys(login.life_s)
        told = {"roleCredentials": {**keys, "expiration": round((world.epoch_s + ends) * 1000)}}
        return "200 OK", _JSON, json.dumps(told).encode()

    def create_token(self, _environ: Mapping[str, Any]) -> Answer:
        """CreateToken: the next access token, while the portal's session lasts."""
        world, login = self._world, self._login
        if world.down("sso"):
            return refused(world, counted=login.counts_tokens)
        if self._over():
            return _error("400 Bad Request", "InvalidGrantException")
        world.trace.issued += [world.now] if login.counts_tokens else []
        told = {"accessToken": self.access_token(), "expiresIn": round(login.token_s), "refreshToken": "dummy"}
        return "200 OK", _JSON, json.dumps({**told, "tokenType": "Bearer"}).encode()

    def create_oauth2_token(self, _environ: Mapping[str, Any]) -> Answer:
        """CreateOAuth2Token: the next set of `aws login`, while the login lasts."""
        if self._over():
            return _error("403 Forbidden", "AccessDeniedException", error="TOKEN_EXPIRED")
        keys, _ = self.keys(self._login.life_s)
        told = {"accessToken": keys, "expiresIn": round(self._login.life_s), "refreshToken": "dummy"}
        return "200 OK", _JSON, json.dumps({**told, "tokenType": "aws_sigv4"}).encode()


PATHS: Final[dict[str, Callable[[Portal, Mapping[str, Any]], Answer]]] = {
    "/federation/credentials": Portal.role_credentials,
    "/token": Portal.create_token,
    "/v1/token": Portal.create_oauth2_token,
}
"""What answers where."""
