"""The real botocore on a virtual clock: every instant at which it fetched, and every call that failed.

Nothing here makes a client or opens a connection; STS and the metadata service are stubs.
Call times must be multiples of a microsecond, which is what a datetime can hold.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import botocore.credentials
import botocore.utils
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    InstanceMetadataProvider,
)
from botocore.utils import InstanceMetadataFetcher

__all__ = ["Trace", "drive", "drive_imds", "inside"]

Spans = Sequence[tuple[float, float]]

_EPOCH = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(slots=True)
class Trace:
    """What happened: instants in seconds from 0, ascending."""

    issued: list[float] = field(default_factory=list)
    failed_attempts: list[float] = field(default_factory=list)
    failed_calls: list[float] = field(default_factory=list)


def inside(at: float, spans: Spans) -> bool:
    """Whether `at` lies in one of the half-open spans."""
    return any(start <= at < stop for start, stop in spans)


class _Clock:
    """A clock that stands where the driver puts it."""

    def __init__(self) -> None:
        self.now = 0.0

    def moment(self) -> datetime.datetime:
        return _EPOCH + datetime.timedelta(microseconds=round(self.now * 1e6))

    def naive(self, remove_tzinfo: bool = True) -> datetime.datetime:
        return self.moment().replace(tzinfo=None) if remove_tzinfo else self.moment()


class _Sts:
    """Answers AssumeRole as STS does, with an expiry in whole seconds, or fails."""

    def __init__(self, clock: _Clock, outages: Spans, trace: Trace) -> None:
        self._clock, self._outages, self._trace = clock, outages, trace

    def assume_role(self, **request: Any) -> dict[str, Any]:
        now = self._clock.now
        if inside(now, self._outages):
            self._trace.failed_attempts.append(now)
            raise ConnectionError("the stub is down")
        self._trace.issued.append(now)
        expiry = _EPOCH + datetime.timedelta(seconds=math.floor(now) + request["DurationSeconds"])
        keys = {"AccessKeyId": "key-000001-1", "SecretAccessKey": "dummy", "SessionToken": "dummy"}
        return {"Credentials": {**keys, "Expiration": expiry}}


def _call_at(clock: _Clock, call_times: Sequence[float], trace: Trace, sign: Callable[[], object]) -> Trace:
    for at in call_times:
        clock.now = at
        try:
            sign()
        except Exception:
            trace.failed_calls.append(at)
    return trace


def drive(call_times: Sequence[float], session_s: int, outages: Spans = ()) -> Trace:
    """Sign at `call_times` with an assumed role of the real botocore.

    Args:
        call_times: Instants of the calls, ascending; the first one fetches.
        session_s: DurationSeconds of every AssumeRole.
        outages: Half-open spans in which STS fails.

    Returns:
        Instants of issue, of failed attempts and of calls that raised.
    """
    clock, trace = _Clock(), Trace()
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=lambda *_, **__: _Sts(clock, outages, trace),
        source_credentials=Credentials("key-000000-1", "dummy"),
        role_arn="arn:aws:iam::111122223333:role/app",
        extra_args={"DurationSeconds": session_s, "RoleSessionName": "oracle"},
    )
    with mock.patch.object(botocore.credentials, "_local_now", clock.moment):
        credentials = DeferredRefreshableCredentials(
            refresh_using=fetcher.fetch_credentials, method="assume-role", time_fetcher=clock.moment
        )
        return _call_at(clock, call_times, trace, credentials.get_frozen_credentials)


class _Metadata(InstanceMetadataFetcher):
    """The real fetcher over a stub of the service's three requests."""

    def __init__(self, expiry_at: Callable[[float], float], clock: _Clock, silent: Spans, trace: Trace) -> None:
        super().__init__()
        self._expiry_at, self._clock, self._silent, self._trace = expiry_at, clock, silent, trace

    def _fetch_metadata_token(self) -> str:
        return "dummy"

    def _get_request(self, url_path: str, retry_func: object, token: str | None = None) -> Any:
        now = self._clock.now
        if inside(now, self._silent):
            self._trace.failed_attempts.append(now)
            raise self._RETRIES_EXCEEDED_ERROR_CLS
        if url_path == self._URL_PATH:
            return mock.Mock(text="app")
        self._trace.issued.append(now)
        expiry = _EPOCH + datetime.timedelta(seconds=self._expiry_at(now))
        keys = {"AccessKeyId": "key-000001-1", "SecretAccessKey": "dummy", "Token": "dummy"}
        return mock.Mock(text=json.dumps({**keys, "Expiration": expiry.strftime(_FORMAT)}))


@contextmanager
def _imds_time(clock: _Clock, draws: Iterator[float]) -> Iterator[None]:
    def randint(low: int, high: int) -> int:
        return low + math.floor((high - low + 1) * next(draws))

    with (
        mock.patch.object(botocore.utils, "get_current_datetime", clock.naive),
        mock.patch.object(botocore.utils.random, "randint", randint),
    ):
        yield


def drive_imds(
    call_times: Sequence[float], expiry_at: Callable[[float], float], draws: Iterator[float], silent: Spans = ()
) -> Trace:
    """Sign at `call_times` with instance credentials of the real botocore.

    Args:
        call_times: Instants of the calls, ascending; the service must answer at the first.
        expiry_at: Expiry, in whole seconds, of the set that the service offers at an instant.
        draws: One uniform draw per answer, for the jitter of botocore's static stability.
        silent: Half-open spans in which the service does not answer.

    Returns:
        Instants of answers, of failed fetches and of calls that raised.
    """
    clock, trace = _Clock(), Trace()
    clock.now = call_times[0]
    with _imds_time(clock, draws):
        fetcher = _Metadata(expiry_at, clock, silent, trace)
        credentials = InstanceMetadataProvider(fetcher).load()
        credentials._time_fetcher = clock.moment
        return _call_at(clock, call_times, trace, credentials.get_frozen_credentials)
