"""Rows of what every SDK asks on its own host: the metadata service and a container's endpoint.

Written from the sources (aws-sdk-*, botocore 1.44.5 utils.py) and not from `sim.aws`, as `preset_tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sim.policies.refresh import advisory_at, mandatory_at, retry_at
from sim.policies.retry import RetryRule, pause_s
from sim.sdks import Sdk
from sim.verify.rows import Row, exact

__all__ = ["local_rows_of"]

_LIVES_S: Final = (1200, 3600, 21_600)
"""Lives of a container's credentials when they are fetched."""


@dataclass(frozen=True, slots=True)
class _Asks:
    """How an SDK asks: most attempts, and the pauses before the 2nd to the 4th, with the longest draw."""

    attempts: int = 1
    pauses: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One SDK on its own host.

    Attributes:
        imds: How it asks the metadata service.
        container: How it asks a container's endpoint.
        timeout_s: How long it waits for the metadata service.
        renewals: When credentials of `_LIVES_S` from a container's endpoint are renewed, and from when callers wait;
            None where it renews them as it does sessions.
        resolves: When it goes through its chain.
        refuses: Whether a set that has ended already makes it raise.
    """

    imds: _Asks = _Asks()
    container: _Asks = _Asks()
    timeout_s: float = 1.0
    renewals: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    resolves: str = "once"
    refuses: bool = False


_BOTOCORE: Final = _Reading(container=_Asks(3, (1.0, 1.0, 1.0)), refuses=True)
_JAVA: Final = _Reading(renewals=((300.0, 2700.0, 3600.0), (1140.0, 3540.0, 21_540.0)))
_GO: Final = _Reading(imds=_Asks(3, (1.0, 1.0, 1.0)), timeout_s=0.75)
_JS: Final = _Reading(container=_Asks(4, (1.0, 1.0, 1.0)), resolves="each_fetch")
_READ: Final = {
    "aws-cli-v1": _BOTOCORE,
    "aws-cli-v2": _BOTOCORE,
    "botocore-1.24": _BOTOCORE,
    "botocore-1.44": _BOTOCORE,
    "botocore-2026": replace(_BOTOCORE, refuses=False),
    "cloudtrail-delivery": _JAVA,
    "go-v2-2026": _GO,
    "go-v2-old": replace(_GO, renewals=((900.0, 3300.0, 21_300.0), (900.0, 3300.0, 21_300.0))),
    "java-v2-2025": _JAVA,
    "java-v2-2026": _Reading(),
    "js-v3": _JS,
    "js-v3-explicit": _JS,
}


def local_rows_of(sdk: Sdk, source: str) -> Iterator[Row]:
    """Rows of one preset; a single failed one if nobody has read its source for this table."""
    reading = _READ.get(sdk.name)
    if reading is None:
        told = "add a line to sim/verify/local_rows.py, from the source and not from sim/aws"
        yield exact(source, f"{sdk.name}: is in the table of local endpoints", True, False, told)
        return
    for title, rule, asks in (
        ("the metadata service", sdk.imds_retry, reading.imds),
        ("a container's endpoint", sdk.container_retry, reading.container),
    ):
        expected = (asks.attempts, *asks.pauses, *asks.pauses)
        yield exact(source, f"{sdk.name} asks {title}: attempts, longest pauses, s", expected, _asked(rule))
    told_once = (reading.timeout_s, reading.resolves, reading.refuses)
    found = (sdk.imds_timeout_s, sdk.resolves, (sdk.container or sdk.sts).refuses_expired)
    title = f"{sdk.name}: waits for the metadata service, s; goes through its chain; raises on a set that has ended"
    yield exact(source, title, told_once, found)
    expected_windows = None if reading.renewals is None else (*reading.renewals, 0.0, 0.0)
    title = f"{sdk.name}, container credentials of 1,200/3,600/21,600 s: renewal, callers wait from, pause after, s"
    yield exact(source, title, expected_windows, _renewals(sdk))


def _asked(rule: RetryRule) -> tuple[float, ...]:
    latest = 1.0 - 2.0**-53
    pauses = (
        round(pause_s(rule, error, attempt, latest), 3)
        for error in ("throttle", "transient")
        for attempt in (1, 2, 3)
    )  # fmt: skip
    return (rule.attempts, *pauses)


def _renewals(sdk: Sdk) -> tuple[tuple[float, ...] | float, ...] | None:
    rule = sdk.container
    if rule is None:
        return None
    return (
        tuple(advisory_at(rule, 0.0, life, 0.0) for life in _LIVES_S),
        tuple(mandatory_at(rule, 0.0, life) for life in _LIVES_S),
        retry_at(rule, 0.0, 0.0),
        retry_at(rule, 0.0, 1.0),
    )
