"""Rows of what every SDK asks on its own host: the metadata service and a container's endpoint.

Written from the sources (aws-sdk-*, botocore 1.44.5 utils.py) and not from `sim.aws`, as `preset_tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sim.policies.retry import RetryRule, last_pause_s, pause_s
from sim.sdks import Sdk
from sim.verify.rows import Row, exact

__all__ = ["local_rows_of"]


@dataclass(frozen=True, slots=True)
class _Asks:
    """How an SDK asks.

    Attributes:
        attempts: Most attempts.
        pauses: Pauses before the 2nd to the 8th after an error, with the longest draw.
        throttled: The same after a throttle, where they are others.
        last: Pause after the last attempt.
    """

    attempts: int = 1
    pauses: tuple[float, ...] = (0.0,) * 7
    throttled: tuple[float, ...] | None = None
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class _Reading:
    """One SDK on its own host.

    Attributes:
        imds: How it asks the metadata service.
        container: How it asks a container's endpoint.
        timeout_s: How long it waits for the metadata service.
        resolves: When it goes through its chain.
        each: Whether it tries each request to the metadata service again, instead of the whole fetch.
        token_s: How long it keeps a token of the metadata service.
        loads: Whether it fetches when the provider is loaded, before it looks whether the set is due.
    """

    imds: _Asks = _Asks()
    container: _Asks = _Asks()
    timeout_s: float = 1.0
    resolves: str = "once"
    each: bool = False
    token_s: float = 0.0
    loads: bool = False


_BOTOCORE: Final = _Reading(container=_Asks(3, (1.0,) * 7, last=1.0), loads=True)
_JAVA: Final = _Reading(container=_Asks(6))
_SHORT: Final = _Asks(3, (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2), throttled=(1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0))
_GO: Final = _Reading(
    imds=_Asks(3, (1.0,) * 7),
    container=_Asks(3, (2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0)),
    timeout_s=0.75,
    each=True,
    token_s=300.0,
)
_JS: Final = _Reading(container=_Asks(4, (1.0,) * 7), resolves="each_fetch")
_READ: Final = {
    "aws-cli-v1": _BOTOCORE,
    "aws-cli-v2": _BOTOCORE,
    "botocore-1.24": _BOTOCORE,
    "botocore-1.44": _BOTOCORE,
    "botocore-2026": _BOTOCORE,
    "cloudtrail-delivery": _JAVA,
    "go-v2-2026": replace(_GO, container=_SHORT),
    "go-v2-old": _GO,
    "java-v2-2025": _JAVA,
    "java-v2-2026": _JAVA,
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
        throttled = asks.pauses if asks.throttled is None else asks.throttled
        expected = (asks.attempts, *throttled, *asks.pauses, asks.last)
        yield exact(
            source,
            f"{sdk.name} asks {title}: attempts, longest pauses (of 8 attempts), at last, s",
            expected,
            _asked(rule),
        )
    told_once = (reading.timeout_s, reading.resolves, reading.each, reading.token_s, reading.loads)
    found = (sdk.imds_timeout_s, sdk.resolves, sdk.imds_retries_each, sdk.imds_token_s, sdk.loads_first)
    title = "waits for the metadata service, s; goes through its chain; repeats requests; keeps a token, s; loads first"
    yield exact(source, f"{sdk.name}: {title}", told_once, found)


def _asked(rule: RetryRule) -> tuple[float, ...]:
    latest = 1.0 - 2.0**-53
    pauses = (
        round(pause_s(rule, error, attempt, latest), 3)
        for error in ("throttle", "transient")
        for attempt in range(1, 8)
    )  # fmt: skip
    return (rule.attempts, *pauses, last_pause_s(rule, "transient"))
