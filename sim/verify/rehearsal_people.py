"""Runs in a sealed process: a person at a real client. We play the person and the browser, botocore plays itself.

A login takes no time and leaves what the real command leaves: a token in a file, a session in the credentials file, or
what a credential_process prints. Whether one is needed is said by botocore, or by the service's ExpiredToken.
"""

from __future__ import annotations

import base64
import datetime
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from botocore.credentials import SSOProvider
from botocore.exceptions import (
    ClientError,
    LoginRefreshRequired,
    LoginTokenLoadError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.tokens import _sso_json_dumps
from botocore.utils import JSONFileCache, LoginTokenLoader, SSOTokenLoader, get_login_token_cache_directory

from sim.verify.rehearsal_parts import Login, Seen
from sim.verify.rehearsal_server import EPOCH, World

__all__ = ["LOGGED_OUT", "Person", "profile_of"]

LOGGED_OUT: Final = (
    UnauthorizedSSOTokenError,
    SSOTokenLoadError,
    TokenRetrievalError,
    LoginRefreshRequired,
    LoginTokenLoadError,
)
"""With these botocore asks for a login."""

_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
_REGION: Final = "us-east-1"
_ACCOUNT: Final = "111122223333"
_SAML: Final = "https://aws.amazon.com/SAML/Attributes/"
_NAMES: Final = 'xmlns="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"'


def profile_of(login: Login, role: str, who: str) -> Iterator[str]:
    """Lines of a profile, and of what it names, by which a client uses a login; every client has files of its own."""
    if login.way == "login":
        yield f"login_session={_user_arn(who)}"
    elif login.way == "process":
        yield "credential_process=tool"
    elif login.way == "sso":
        where = (f"sso_start_url={_start(who)}", f"sso_region={_REGION}")
        yield from (f"sso_role_name={role}", f"sso_account_id={_ACCOUNT}")
        yield from (f"sso_session={who}", f"[sso-session {who}]", *where) if login.refreshes else where


def _start(who: str) -> str:
    return f"https://portal.invalid/{who}"


def _user_arn(who: str) -> str:
    return f"arn:aws:iam::{_ACCOUNT}:user/{who}"


class Person:
    """Whoever sits before a client.

    Args:
        world: The clock and the servers.
        who: Name of the client.
        role: Role that a login is for.
        login: How the person logs in.
        seen: What is seen of the client.
        assume: Asks STS for a session for an assertion, as a tool does.
        file: The credentials file that a tool writes.
    """

    def __init__(
        self, world: World, who: str, role: str, login: Login, seen: Seen, assume: Callable[[str], Any], file: Path
    ) -> None:
        self.login = login
        self._world = world
        self._who = who
        self._role = role
        self._seen = seen
        self._assume = assume
        self._file = file
        self._gave_up_until = -math.inf

    def needs_login(self, error: Exception) -> bool:
        """Whether the person logs in after an error: not at a portal that answers nobody, not twice in a row."""
        return isinstance(error, LOGGED_OUT) and not (
            isinstance(error, TokenRetrievalError) and self._world.down("sso")
        )

    def log_in(self) -> bool:
        """Log in, unless the last login was of no use a moment ago; whether that worked."""
        if not self._through_browser():
            return False
        {"sso": self._by_portal, "login": self._by_password, "saml-file": self._by_tool}[self.login.way]()
        return self._world.now >= self._gave_up_until

    def _through_browser(self) -> bool:
        now = self._world.now
        if now < self._gave_up_until:
            return False
        self._seen.logins.append(now)
        if self._world.fails(self.login.idp):
            self._gave_up_until = now + self.login.again_after_s
            return False
        return True

    def ready(self) -> bool:
        """Whether a tool's file holds a session that the person believes in; else they log in."""
        return self.login.way != "saml-file" or self._file.exists() or self.log_in()

    def refused(self) -> None:
        """The session of a tool's file is refused: the person logs in."""
        self._file.unlink()
        self.log_in()

    def _by_portal(self) -> None:
        """`aws sso login`."""
        portal = self._world.portal
        portal.log_in()
        ends, far = (self._moment(seconds) for seconds in (self.login.token_s, 90 * 86_400.0))
        token = {"startUrl": _start(self._who), "region": _REGION, "accessToken": portal.access_token()}
        token["expiresAt"] = ends
        again = {"clientId": "dummy", "clientSecret": "dummy", "registrationExpiresAt": far, "refreshToken": "dummy"}
        loader = SSOTokenLoader(JSONFileCache(SSOProvider._SSO_TOKEN_CACHE_DIR, dumps_func=_sso_json_dumps))
        keeps = self.login.refreshes
        loader.save_token(_start(self._who), {**token, **again} if keeps else token, self._who if keeps else None)

    def _by_password(self) -> None:
        """`aws login`, which yields the first set at once."""
        self._world.portal.log_in()
        keys, _ = self._world.portal.keys(self.login.life_s)
        keys |= {"accountId": _ACCOUNT, "expiresAt": self._moment(self.login.life_s)}
        told = {"accessToken": keys, "refreshToken": "dummy", "dpopKey": "", "clientId": "dummy"}
        LoginTokenLoader(JSONFileCache(get_login_token_cache_directory())).save_token(_user_arn(self._who), told)

    def _by_tool(self) -> None:
        """A SAML tool: a session in the credentials file."""
        told = self._session()
        if told is not None:
            keys = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
            values = (told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
            lines = [f"{key}={value}" for key, value in zip(keys, values, strict=True)]
            self._file.write_text("\n".join(["[p0]", *lines]), encoding="utf-8")

    def _session(self) -> Any:
        """AssumeRoleWithSAML by a tool; None if STS refused it."""
        try:
            return self._assume(_assertion(self._role, self._who, self.login.life_s))["Credentials"]
        except ClientError:
            self._gave_up_until = self._world.now + self.login.again_after_s
            return None

    def process(self, _command: object, **_: object) -> Any:
        """What `credential_process` names, in the place of `subprocess.Popen`: it logs in, and prints a session."""
        told = self._session() if self._through_browser() else None
        if told is None:
            return SimpleNamespace(communicate=lambda: (b"", b"no login"), returncode=1)
        keys = {name: told[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
        printed = json.dumps({"Version": 1, **keys, "Expiration": told["Expiration"].strftime(_FORMAT)})
        return SimpleNamespace(communicate=lambda: (printed.encode(), b""), returncode=0)

    def _moment(self, seconds: float) -> str:
        """The instant so many seconds from now, as files hold it."""
        return (EPOCH + datetime.timedelta(seconds=math.floor(self._world.now) + seconds)).strftime(_FORMAT)


def _assertion(role: str, who: str, session_s: float) -> str:
    """What an identity provider posts: no more than the server reads."""
    arns = f"arn:aws:iam::{_ACCOUNT}:role/{role},arn:aws:iam::{_ACCOUNT}:saml-provider/directory"
    said = "".join(
        f'<Attribute Name="{_SAML}{name}"><AttributeValue>{value}</AttributeValue></Attribute>'
        for name, value in (("Role", arns), ("RoleSessionName", who), ("SessionDuration", f"{session_s:.0f}"))
    )
    text = f"<p:Response {_NAMES}><Assertion><AttributeStatement>{said}</AttributeStatement></Assertion></p:Response>"
    return base64.b64encode(text.encode()).decode()
