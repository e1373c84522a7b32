"""The retry layer of the real botocore on a virtual clock: a real STS client over a stub of its answers.

The requests go through botocore's own endpoint loop, its retry handlers, its quota and its rate limiter; only the
socket, the clock and the uniform draws are ours. `play` is meant to be called in a sealed process
(`sim.verify.guard`); it needs nothing but botocore, so that other releases of it can play the same cases.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import botocore.endpoint
import botocore.retryhandler
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.retries import bucket, standard
from botocore.session import Session

__all__ = ["play"]

_ENDPOINT: Final = "http://127.0.0.1:9/"
_REFUSALS: Final = {
    "throttle": (400, "Throttling"),
    "throttled": (400, "ThrottlingException"),
    "unavailable": (503, "ServiceUnavailable"),
    "internal": (500, "InternalFailure"),
    "denied": (403, "AccessDenied"),
    "expired": (403, "ExpiredToken"),
}
"""Status and code by outcome; besides `ok`, and `unreachable` and `timed out`, which are no answers."""


class _Clock:
    """Sleeping moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def pass_by(self, seconds: float) -> None:
        """Time that passes by itself: it never stands still, however short the wait."""
        self.now = max(self.now + seconds, math.nextafter(self.now, math.inf))

    def current_time(self) -> float:
        return self.now


class _Condition:
    """What the limiter waits on: nobody wakes it before its time."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        """Nobody else is there."""

    def __exit__(self, *_: object) -> None:
        """Nobody else is there."""

    def notify(self) -> None:
        """Nobody else is there."""

    def wait(self, seconds: float) -> None:
        self._clock.pass_by(seconds)


class _Body:
    def __init__(self, text: str) -> None:
        self._text = text

    def stream(self) -> list[bytes]:
        return [self._text.encode()]


class _Sts:
    """Answers the attempts of one call with a script of outcomes, whose last one repeats."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._script: Sequence[str] = ()
        self.attempts: list[float] = []

    def expect(self, script: Sequence[str]) -> None:
        self._script, self.attempts = script, []

    def __call__(self, **_: object) -> AWSResponse:
        outcome = self._script[min(len(self.attempts), len(self._script) - 1)]
        self.attempts.append(self._clock.now)
        if outcome == "unreachable":
            raise EndpointConnectionError(endpoint_url=_ENDPOINT)
        if outcome == "timed out":
            raise ReadTimeoutError(endpoint_url=_ENDPOINT)
        if outcome == "ok":
            return AWSResponse(_ENDPOINT, 200, {}, _Body("<R><GetCallerIdentityResult/></R>"))
        status, code = _REFUSALS[outcome]
        return AWSResponse(_ENDPOINT, status, {}, _Body(f"<R><Error><Code>{code}</Code></Error></R>"))


def play(payload: list[dict[str, Any]]) -> list[list[list[float]]]:
    """Every case through the real SDK: the function of the sealed process.

    Args:
        payload: Cases as plain data: `mode`, `attempts`, `keeps` (whether its calls share one client), and `calls`
            with `at`, `script` of outcomes and `draws`, one per attempt.

    Returns:
        For each case and call the instants of its attempts.
    """
    session = Session()
    return [_play(session, case) for case in payload]


def _play(session: Session, case: Mapping[str, Any]) -> list[list[float]]:
    clock, draws = _Clock(), _Draws()
    told: list[list[float]] = []
    with _virtual(clock, draws):
        client = sts = None
        for call in case["calls"]:
            clock.now = max(clock.now, call["at"])
            if client is None or sts is None or not case["keeps"]:
                client, sts = _client(session, case, clock)
            sts.expect(call["script"])
            draws.expect(call["draws"])
            _call(client)
            told.append(sts.attempts)
    return told


def _call(client: Any) -> None:
    """One call; how it ends can be told from its attempts."""
    try:
        client.get_caller_identity()
    except (ClientError, BotoCoreError):
        return


class _Draws:
    """The uniform draws of one call, in order."""

    def __init__(self) -> None:
        self._left: Iterator[float] = iter(())

    def expect(self, draws: Sequence[float]) -> None:
        self._left = iter(draws)

    def __call__(self) -> float:
        return next(self._left)


def _client(session: Session, case: Mapping[str, Any], clock: _Clock) -> tuple[Any, _Sts]:
    client = session.create_client(
        "sts",
        region_name="us-east-1",
        endpoint_url=_ENDPOINT,
        aws_access_key_id="key-000000-0",
        aws_secret_access_key="dummy",
        config=Config(retries={"mode": case["mode"], "total_max_attempts": case["attempts"]}),
    )
    sts = _Sts(clock)
    # Last, so that the rate limiter has waited before the attempt counts as sent.
    client.meta.events.register_last("before-send", sts)
    return client, sts


@contextmanager
def _virtual(clock: _Clock, draw: _Draws) -> Iterator[None]:
    """Botocore's clock and draws are ours while the block runs."""
    threads = SimpleNamespace(Lock=threading.Lock, Condition=lambda _lock: _Condition(clock))
    with (
        mock.patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=clock.sleep)),
        mock.patch.object(botocore.retryhandler, "random", SimpleNamespace(random=draw)),
        mock.patch.object(standard, "ExponentialBackoff", partial(standard.ExponentialBackoff, random=draw)),
        mock.patch.object(bucket, "Clock", lambda: clock),
        mock.patch.object(bucket, "threading", threads),
    ):
        yield
