"""The real botocore on a virtual clock: every instant at which it fetched, and every call that failed.

Nothing here makes a client or opens a connection; STS and the metadata service are stubs. `play` is meant to be
called in a sealed process (`sim.verify.guard`). Call times must be multiples of a microsecond, which is what a
datetime can hold.
"""

from __future__ import annotations

import datetime
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from unittest import mock

import botocore.credentials
import botocore.utils
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    ContainerProvider,
    Credentials,
    DeferredRefreshableCredentials,
    InstanceMetadataProvider,
)
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher, JSONFileCache

from sim.verify.cases import Case, offered
from sim.verify.trace import Spans, Trace, inside, merged

__all__ = ["drive", "drive_commands", "drive_container", "drive_imds", "play"]

_EPOCH = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

# What botocore's own credential resolver gives its fetcher; a fetcher made without it would take 600 s.
_METADATA = {"ec2_credential_refresh_window": botocore.credentials._DEFAULT_ADVISORY_REFRESH_TIMEOUT}


class _Clock:
    """A clock that stands where the driver puts it."""

    def __init__(self) -> None:
        self.now = 0.0

    def moment(self) -> datetime.datetime:
        return _EPOCH + datetime.timedelta(microseconds=round(self.now * 1e6))

    def sleep(self, seconds: float) -> None:
        self.now += seconds

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
    """Sign at `call_times` with an assumed role of the real botocore, in one process.

    Args:
        call_times: Instants of the calls, ascending; the first one fetches.
        session_s: DurationSeconds of every AssumeRole.
        outages: Half-open spans in which STS fails.

    Returns:
        Instants of issue, of failed attempts and of calls that raised.
    """
    clock, trace = _Clock(), Trace()
    with mock.patch.object(botocore.credentials, "_local_now", clock.moment):
        credentials = _assumed(clock, session_s, outages, trace, {})
        return _call_at(clock, call_times, trace, credentials.get_frozen_credentials)


def drive_commands(call_times: Sequence[float], session_s: int, outages: Spans = ()) -> Trace:
    """The same, but every call is a command of its own: a new process that finds the others' files on the disk."""
    clock, trace = _Clock(), Trace()
    with (
        tempfile.TemporaryDirectory(prefix="credflow-") as folder,
        mock.patch.object(botocore.credentials, "_local_now", clock.moment),
        mock.patch.object(botocore.utils.os, "fsync"),  # nobody pulls the plug
    ):

        def sign() -> object:
            return _assumed(clock, session_s, outages, trace, JSONFileCache(folder)).get_frozen_credentials()

        return _call_at(clock, call_times, trace, sign)


def _assumed(clock: _Clock, session_s: int, outages: Spans, trace: Trace, cache: Any) -> DeferredRefreshableCredentials:
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=lambda *_, **__: _Sts(clock, outages, trace),
        source_credentials=Credentials("key-000000-1", "dummy"),
        role_arn="arn:aws:iam::111122223333:role/app",
        extra_args={"DurationSeconds": session_s, "RoleSessionName": "oracle"},
        cache=cache,
    )
    return DeferredRefreshableCredentials(
        refresh_using=fetcher.fetch_credentials, method="assume-role", time_fetcher=clock.moment
    )


class _Service:
    """What the real fetcher sends its three requests with: a metadata service that answers, or does not."""

    def __init__(self, expiry_at: Callable[[float], float], clock: _Clock, silent: Spans, trace: Trace) -> None:
        self._expiry_at, self._clock, self._silent, self._trace = expiry_at, clock, silent, trace
        self.fetches = 0

    def send(self, request: Any) -> Any:
        now = self._clock.now
        self.fetches += request.method == "PUT"
        if inside(now, self._silent):
            self._trace.failed_attempts.append(now)
            return _reply(503, "down")
        if request.method == "PUT":
            return _reply(200, "dummy")
        if request.url.endswith(InstanceMetadataFetcher._URL_PATH):
            return _reply(200, "app")
        self._trace.issued.append(now)
        return _reply(200, _set(self._expiry_at(now)))


def _set(expires_at_s: float) -> str:
    """A set of credentials as endpoints of a host tell it."""
    expiry = _EPOCH + datetime.timedelta(seconds=expires_at_s)
    keys = {"AccessKeyId": "key-000001-1", "SecretAccessKey": "dummy", "Token": "dummy"}
    return json.dumps({**keys, "Expiration": expiry.strftime(_FORMAT)})


def _reply(status: int, text: str) -> Any:
    return mock.Mock(status_code=status, text=text, content=text.encode())


@contextmanager
def _imds_time(clock: _Clock, draw: Callable[[], float]) -> Iterator[None]:
    def randint(low: int, high: int) -> int:
        return low + math.floor((high - low + 1) * draw())

    with (
        mock.patch.object(botocore.utils, "get_current_datetime", clock.naive),
        mock.patch.object(botocore.utils.random, "randint", randint),
    ):
        yield


def drive_imds(
    call_times: Sequence[float], expiry_at: Callable[[float], float], draw: Callable[[int], float], silent: Spans = ()
) -> Trace:
    """Sign at `call_times` with instance credentials of the real botocore.

    Args:
        call_times: Instants of the calls, ascending; the service must answer at the first.
        expiry_at: Expiry, in whole seconds, of the set that the service offers at an instant.
        draw: Uniform draw for the jitter of botocore's static stability at its n-th fetch, from 1.
        silent: Half-open spans in which the service does not answer.

    Returns:
        Instants of sets, of failed requests (two a fetch: the token, and then without one) and of calls that raised.
    """
    clock, trace = _Clock(), Trace()
    clock.now = call_times[0]
    service, fetcher = _Service(expiry_at, clock, silent, trace), InstanceMetadataFetcher(config=_METADATA, env={})
    fetcher._session = service
    with _imds_time(clock, lambda: draw(service.fetches)):
        credentials = InstanceMetadataProvider(fetcher).load()
        credentials._time_fetcher = clock.moment
        return _call_at(clock, call_times, trace, credentials.get_frozen_credentials)


class _Endpoint:
    """What the real fetcher sends its requests with: a container's endpoint that answers, or does not."""

    def __init__(self, expiry_at: Callable[[float], float], clock: _Clock, silent: Spans, trace: Trace) -> None:
        self._expiry_at, self._clock, self._silent, self._trace = expiry_at, clock, silent, trace

    def send(self, _request: object) -> Any:
        now = self._clock.now
        if inside(now, self._silent):
            self._trace.failed_attempts.append(now)
            return _reply(503, "down")
        self._trace.issued.append(now)
        return _reply(200, _set(self._expiry_at(now)))


def drive_container(call_times: Sequence[float], expiry_at: Callable[[float], float], silent: Spans = ()) -> Trace:
    """Sign at `call_times` with a container's credentials of the real botocore, its pauses between attempts included.

    Args:
        call_times: Instants of the calls, ascending, further apart than a fetch with all its attempts lasts.
        expiry_at: Expiry, in whole seconds, of the set that the endpoint offers at an instant.
        silent: Half-open spans in which it answers 503.

    Returns:
        Instants of answers, of failed attempts and of calls that raised.
    """
    clock, trace = _Clock(), Trace()
    fetcher = ContainerMetadataFetcher(_Endpoint(expiry_at, clock, silent, trace), clock.sleep)
    provider = ContainerProvider({ContainerProvider.ENV_VAR: "/credentials"}, fetcher)
    found: list[Any] = []

    def sign() -> object:
        if not found:
            found.append(provider.load())
            found[0]._time_fetcher = clock.moment
        return found[0].get_frozen_credentials()

    return _call_at(clock, call_times, trace, sign)


def play(payload: list[dict[str, Any]]) -> list[dict[str, list[float]]]:
    """Every case through the real SDK: the function of the sealed process.

    Args:
        payload: Cases as plain data.

    Returns:
        Their traces, as plain data.
    """
    return [asdict(_play(Case.of(each))) for each in payload]


def _play(case: Case) -> Trace:
    if case.provider == "imds":
        draws = case.draws
        return drive_imds(case.calls, lambda at: offered(case, at), lambda n: draws[n], case.failing)
    if case.provider == "container":
        return drive_container(case.calls, lambda at: offered(case, at), case.failing)
    run = drive_commands if case.provider == "file" else drive
    callers = (case.calls,) if case.shared else case.callers
    return merged([run(calls, case.session_s, case.failing) for calls in callers])
