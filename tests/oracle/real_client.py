"""Runs in a sealed process on a virtual clock: a real boto3 that signs all day, and thieves that copied its session."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.session import Session

from sim.verify.trace import inside
from tests.oracle.real_server import ACCOUNT, set_clock

_REGION = "us-east-1"
_ARN = f"arn:aws:iam::{ACCOUNT}"


def live(payload: dict[str, Any]) -> dict[str, Any]:
    """One victim and its thieves, through a day.

    Args:
        payload: `endpoint`, `clock` (file), `calls` (instants, s), `session_s`, `down` (spans in which the role
            trusts nobody), `thefts` (instants), `thief_calls` (instants at which every thief signs).

    Returns:
        `issued`, `failed_attempts`, `failed_calls` of the victim (s), and for each theft the `refusals`: first
        refused instant and the error's code.
    """
    day = _Day(payload)
    events = [(at, "call") for at in payload["calls"]] + [(at, "thieves") for at in payload["thief_calls"]]
    for at, what in sorted([*events, *((at, "theft") for at in payload["thefts"])]):
        day.move_to(at)
        getattr(day, what)(at)
    return day.told


class _Day:
    """The world of one run; every request goes to the real server."""

    def __init__(self, payload: dict[str, Any]) -> None:
        self._payload, self._clock = payload, Path(payload["clock"])
        self.told: dict[str, Any] = {"issued": [], "failed_attempts": [], "failed_calls": [], "refusals": {}}
        self._now, self._trusted, self._calls = 0.0, True, 0
        set_clock(self._clock, 0)
        os.environ["AWS_ENDPOINT_URL"] = payload["endpoint"]
        os.environ.pop("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            os.environ.pop(name)
        self._iam = boto3.Session(ACCOUNT, "dummy", region_name=_REGION).client("iam")
        self._prepare()
        self._session = self._victim()
        self._sts = boto3.Session(botocore_session=self._session).client("sts")
        self._thieves: dict[float, Any] = {}

    def move_to(self, at: float) -> None:
        self._now = at
        set_clock(self._clock, at)
        trusted = not inside(at, self._payload["down"])
        if trusted != self._trusted:
            self._iam.update_assume_role_policy(RoleName="app", PolicyDocument=_trust(trusted))
            self._trusted = trusted

    def call(self, at: float) -> None:
        try:
            self._sts.get_caller_identity()
        except ClientError:
            self.told["failed_calls"].append(at)

    def theft(self, at: float) -> None:
        held = self._session.get_credentials()
        copied = (held._access_key, held._secret_key, held._token)
        self._thieves[at] = boto3.Session(*copied, region_name=_REGION).client("sts")

    def thieves(self, at: float) -> None:
        for stolen_at, thief in self._thieves.items():
            if str(stolen_at) not in self.told["refusals"]:
                try:
                    thief.get_caller_identity()
                except ClientError as error:
                    self.told["refusals"][str(stolen_at)] = [at, error.response["Error"]["Code"]]

    def _prepare(self) -> None:
        self._iam.create_user(UserName="robot")
        allow = json.dumps(_policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}))
        self._iam.put_user_policy(UserName="robot", PolicyName="assume", PolicyDocument=allow)
        self._iam.create_role(RoleName="app", AssumeRolePolicyDocument=_trust(True))

    def _victim(self) -> Session:
        key = self._iam.create_access_key(UserName="robot")["AccessKey"]
        config = Path(os.environ["HOME"]) / "config"
        config.write_text(
            f"[profile robot]\naws_access_key_id={key['AccessKeyId']}\naws_secret_access_key={key['SecretAccessKey']}\n"
            f"[profile app]\nrole_arn={_ARN}:role/app\nsource_profile=robot\nregion={_REGION}\n"
            f"duration_seconds={self._payload['session_s']}\n",
            encoding="utf-8",
        )
        os.environ["AWS_CONFIG_FILE"] = str(config)
        session = Session(profile="app")
        session.register("after-call.sts.AssumeRole", self._answered)
        return session

    def _answered(self, http_response: Any, **_: Any) -> None:
        self.told["issued" if http_response.status_code == 200 else "failed_attempts"].append(self._now)


def _policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def _trust(trusted: bool) -> str:
    effect = "Allow" if trusted else "Deny"
    return json.dumps(
        _policy({"Effect": effect, "Principal": {"AWS": f"{_ARN}:user/robot"}, "Action": "sts:AssumeRole"})
    )
