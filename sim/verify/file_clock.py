"""Several processes of the real botocore that share a file of sessions, on one virtual clock.

Each process is a thread that runs alone until it waits for STS or for its next call; whoever is due first goes on.
So requests overlap as they do on a host, and nothing is left to the machine's scheduler. `play` is meant to be called
in a sealed process (`sim.verify.guard`).
"""

from __future__ import annotations

import datetime
import math
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import Any, Final
from unittest import mock

import botocore.credentials
import botocore.utils
from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, DeferredRefreshableCredentials
from botocore.utils import JSONFileCache

from sim.verify.trace import inside

__all__ = ["play"]

_EPOCH: Final = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)


class _Clock:
    """Virtual time for threads that take turns."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._number = 0
        self._left = 0
        self._over = threading.Event()

    def moment(self) -> datetime.datetime:
        return _EPOCH + datetime.timedelta(microseconds=round(self.now * 1e6))

    def wait_until(self, at: float) -> None:
        """Let the others run until it is `at`."""
        mine = threading.Event()
        self._number += 1
        heappush(self._waiting, (at, self._number, mine))
        self._next()
        mine.wait()

    def _next(self) -> None:
        if not self._waiting:
            self._over.set()
            return
        self.now, _, event = heappop(self._waiting)
        event.set()

    def run(self, processes: Sequence[Callable[[], None]]) -> None:
        """Run all to their ends."""
        for process in processes:
            start = threading.Event()
            self._number += 1
            heappush(self._waiting, (0.0, self._number, start))
            threading.Thread(target=self._thread, args=(process, start), daemon=True).start()
        self._next()
        self._over.wait()

    def _thread(self, process: Callable[[], None], start: threading.Event) -> None:
        start.wait()
        process()
        self._next()


class _Sts:
    """Decides at the instant of the request, and answers after its latency."""

    def __init__(self, clock: _Clock, case: Mapping[str, Any], told: dict[str, list[float]]) -> None:
        self._clock, self._case, self._told = clock, case, told
        self._failing = [(start, stop) for start, stop in case["failing"]]

    def assume_role(self, **request: Any) -> dict[str, Any]:
        asked = self._clock.now
        down = inside(asked, self._failing)
        self._told["refused" if down else "issued"].append(asked)
        self._clock.wait_until(asked + self._case["latency_s"])
        if down:
            raise ConnectionError("the stub is down")
        expiry = _EPOCH + datetime.timedelta(seconds=math.floor(asked) + request["DurationSeconds"])
        keys = {"AccessKeyId": "key-000001-1", "SecretAccessKey": "dummy", "SessionToken": "dummy"}
        return {"Credentials": {**keys, "Expiration": expiry}}


def _process(clock: _Clock, calls: Sequence[float], fetch: Callable[[], Any], failed: list[float]) -> None:
    """One process: its calls one after the other; one that comes during a fetch shares what came of it."""
    credentials = DeferredRefreshableCredentials(fetch, "assume-role", time_fetcher=clock.moment)
    last_failed = False
    for at in calls:
        if at >= clock.now:
            clock.wait_until(at)
            last_failed = False
            try:
                credentials.get_frozen_credentials()
            except Exception:
                last_failed = True
        if last_failed:
            failed.append(at)


def play(payload: list[Mapping[str, Any]]) -> list[dict[str, list[float]]]:
    """Every case through the real SDK: the function of the sealed process.

    Args:
        payload: `processes`: instants of each one's calls, `session_s`, `latency_s` of STS, `failing`.

    Returns:
        Instants of requests that STS granted (`issued`) and did not (`refused`), and of calls that failed.
    """
    return [_play(case) for case in payload]


def _play(case: Mapping[str, Any]) -> dict[str, list[float]]:
    clock = _Clock()
    told: dict[str, list[float]] = {"issued": [], "refused": [], "failed_calls": []}
    sts = _Sts(clock, case, told)
    with (
        tempfile.TemporaryDirectory(prefix="credflow-") as folder,
        mock.patch.object(botocore.credentials, "_local_now", clock.moment),
        mock.patch.object(botocore.utils.os, "fsync"),  # nobody pulls the plug
    ):

        def fetcher() -> Callable[[], Any]:
            made = AssumeRoleCredentialFetcher(
                client_creator=lambda *_, **__: sts,
                source_credentials=Credentials("key-000000-1", "dummy"),
                role_arn="arn:aws:iam::111122223333:role/app",
                extra_args={"DurationSeconds": case["session_s"], "RoleSessionName": "oracle"},
                cache=JSONFileCache(folder),
            )
            found: Callable[[], Any] = made.fetch_credentials
            return found

        failed = told["failed_calls"]
        clock.run([partial(_process, clock, calls, fetcher(), failed) for calls in case["processes"]])
    return {name: sorted(instants) for name, instants in told.items()}
