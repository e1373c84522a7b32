"""What each SDK does, in plain numbers, as read in its source: the presets are held against it.

Written from the sources and not from `sim.aws`: taken from there, it could not contradict it. Seconds after the
fetch, for the lengths of `LENGTHS_S` and the lives of `LIVES_S`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

__all__ = ["LENGTHS_S", "LIMITER", "LIVES_S", "READ", "Reading", "Windows"]

LENGTHS_S: Final = (900, 1200, 1201, 1800, 3600, 5399, 5400, 7200, 43200)
"""Session lengths of AssumeRole."""
LIVES_S: Final = (500, 1200, 1201, 3600, 5399, 5400, 21600)
"""Lives of a set of instance credentials when it is fetched."""

_UP_TO_AN_HOUR_S: Final = (500, 1200, 1201, 3600, 3600, 3600, 3600)
"""The same as the Go SDK sees them."""


@dataclass(frozen=True, slots=True)
class Windows:
    """When credentials are renewed.

    Attributes:
        earliest: First instant of a renewal, by length.
        waits: Instant from which callers wait for it, by length.
        latest: The same as `earliest` with the latest jitter; None without jitter.
        again: Pause after a failed renewal, shortest and longest.
        failed: What a failed renewal does to callers that wait.
        background: Whether the renewal runs beside the call that began it.
        ended: Lives of answers that count as failed renewals: the longest one, and the next one that does not, s.
        denied: How long a refusal for good is raised and remembered, shortest and longest; None: a failure like others.
    """

    earliest: tuple[float, ...]
    waits: tuple[float, ...]
    latest: tuple[float, ...] | None = None
    again: tuple[float, float] = (0.0, 0.0)
    failed: str = "raise"
    background: bool = False
    ended: tuple[float, float] | None = None
    denied: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One SDK generation.

    Attributes:
        source: Where it was read.
        sts: Renewal of sessions.
        imds: Renewal of instance credentials.
        container: Renewal of credentials from a container's endpoint; None: as that of sessions.
        attempts: Most attempts of a request.
        throttled: Pauses after throttles, longest and shortest draw, before the 2nd to the 8th attempt.
        transient: The same after other errors that are tried again.
        pretended: Static stability: life that an answer is given if it has ended (`expired`) or has less left
            than drawn (`short`), shortest and longest.
        session_s: Length of a session where nobody says one.
        quota: Tokens of a client; what a retry costs after an error, a throttle, a timeout; what success returns.
        hint_extra_s: How far a pause that the answer asks for may exceed the SDK's own; None if it is not heard.
        keeps_client: Whether one client of STS serves all renewals.
        clock: A clock that is wrong by so much is corrected, and whether a refusal is sent again that only an old
            correction caused; None: no clock is corrected.
    """

    source: str
    sts: Windows
    imds: Windows
    attempts: int
    throttled: tuple[tuple[float, ...], tuple[float, ...]]
    transient: tuple[tuple[float, ...], tuple[float, ...]]
    pretended: tuple[str, int, int] | None = None
    session_s: float = 3600.0
    quota: tuple[int, int, int, int, int] | None = (500, 14, 5, 14, 1)
    hint_extra_s: float | None = 5.0
    keeps_client: bool = False
    clock: tuple[float, bool] | None = None
    container: Windows | None = None


def _before(lengths: tuple[int, ...], *left: float) -> tuple[float, ...]:
    """Instants at which this much life is left."""
    return tuple(length - (left[0] if len(left) == 1 else left[n]) for n, length in enumerate(lengths))


_NONE: Final = (0.0,) * 7
_ONE_CAPPED: Final = ((1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0), _NONE)
_ONE_UNCAPPED: Final = ((1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0), _NONE)
_TWO_CAPPED: Final = ((2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0), _NONE)
_FIFTY_MS: Final = ((0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2), _NONE)
_HUNDRED_MS: Final = ((0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4), _NONE)
_HALF_JITTER: Final = ((0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0), (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0))

_OLD_QUOTA: Final = (500, 5, 5, 10, 1)
_FILE_CACHE: Final = Windows(_before(LENGTHS_S, 900), _before(LENGTHS_S, 900), ended=(-1.0, 0.0))
_BOTOCORE: Final = Reading(
    source="botocore 1.44.5, source",
    sts=Windows(_before(LENGTHS_S, 900), _before(LENGTHS_S, 600), ended=(-1.0, 0.0)),
    imds=Windows(_before(LIVES_S, 900), _before(LIVES_S, 900)),
    attempts=3,
    throttled=_ONE_CAPPED,
    transient=_FIFTY_MS,
    pretended=("short", 1020, 1500),
)
_BY_LIFETIME: Final = Windows(
    _before(LENGTHS_S, 300, 300, 900, 900, 900, 900, 3600, 3600, 3600),
    _before(LENGTHS_S, 60),
    again=(300.0, 600.0),
    failed="serve",
    ended=(0.0, 1.0),
    denied=(1.0, 5.0),
)
_IMDS_BY_LIFETIME: Final = replace(
    _BY_LIFETIME,
    earliest=_before(LIVES_S, 300, 300, 900, 900, 900, 3600, 3600),
    waits=_before(LIVES_S, 60),
    denied=None,
)
# Java's cache of 2026: renewal moves later, up to a minute before callers wait; what they would wait for has ended.
_JAVA_2026: Final = replace(_BY_LIFETIME, latest=_before(LENGTHS_S, 120), ended=(60.0, 61.0))
_JAVA_2026_IMDS: Final = replace(_IMDS_BY_LIFETIME, latest=_before(LIVES_S, 120), ended=(60.0, 61.0))
_OF_2026: Final = Reading(
    source="",
    sts=_BY_LIFETIME,
    imds=_IMDS_BY_LIFETIME,
    attempts=3,
    throttled=_ONE_CAPPED,
    transient=_FIFTY_MS,
)
_JAVA: Final = Reading(
    source="AWS SDK for Java v2 of 2025, source",
    sts=Windows(_before(LENGTHS_S, 300), _before(LENGTHS_S, 60), latest=_before(LENGTHS_S, 120)),
    imds=Windows(
        (300.0, 600.0, 600.5, 1800.0, 2699.5, 2700.0, 10800.0),
        _before(LIVES_S, 1),
        latest=_before(LIVES_S, 61),
        again=(0.0, 10.0),
        failed="serve",
    ),
    attempts=4,
    throttled=_HALF_JITTER,
    transient=_HUNDRED_MS,
    pretended=("expired", 60, 600),
    keeps_client=True,
    quota=(500, 5, 0, 5, 1),
    hint_extra_s=None,
    clock=(240.0, True),
    container=Windows((-400.0, 300.0, 301.0, 2700.0, 3600.0, 3600.0, 3600.0), _before(LIVES_S, 60)),
)
_JS: Final = Reading(
    source="AWS SDK for JavaScript v3, npm packages",
    sts=Windows(_before(LENGTHS_S, 300), _before(LENGTHS_S, 0), background=True),
    imds=Windows(_before(LIVES_S, 300), _before(LIVES_S, 0), again=(0.0, 300.0), failed="serve", background=True),
    attempts=3,
    throttled=_ONE_CAPPED,
    transient=_FIFTY_MS,
    pretended=("expired", 300, 599),
    keeps_client=True,
    clock=(240.0, False),
)

LIMITER: Final = (0.7, 0.4, 0.5, 0.8, 0.5, 1.0, 2.0)
"""Adaptive mode: cut, factor of the cubic, bin in s, smoothing, least requests/s, least capacity, most of the measured
rate."""

READ: Final[dict[str, Reading]] = {
    "aws-cli-v1": replace(
        _BOTOCORE,
        source="botocore's file cache and _retry.json",
        sts=_FILE_CACHE,
        attempts=5,
        throttled=_ONE_UNCAPPED,
        transient=_ONE_UNCAPPED,
        quota=None,
        hint_extra_s=None,
    ),
    "aws-cli-v2": replace(
        _BOTOCORE,
        source="botocore's file cache and retries of 1.40.0, source",
        sts=_FILE_CACHE,
        transient=_ONE_CAPPED,
        quota=_OLD_QUOTA,
        hint_extra_s=None,
    ),
    "botocore-1.24": replace(
        _BOTOCORE,
        source="botocore 1.24 and its _retry.json",
        attempts=5,
        throttled=_ONE_UNCAPPED,
        transient=_ONE_UNCAPPED,
        imds=replace(_BOTOCORE.imds, ended=(-1.0, 0.0)),
        pretended=None,
        quota=None,
        hint_extra_s=None,
    ),
    "botocore-1.44": _BOTOCORE,
    "botocore-2026": replace(
        _OF_2026,
        source="botocore, branch feature/credential-refresh",
        sts=replace(_BY_LIFETIME, ended=(-1.0, 0.0)),
        imds=replace(_IMDS_BY_LIFETIME, ended=(-1.0, 0.0)),
        container=replace(_IMDS_BY_LIFETIME, ended=(-1.0, 0.0)),
    ),
    "cloudtrail-delivery": replace(_JAVA, source="fitted to a log: the windows of Java's SDK"),
    "go-v2-2026": replace(
        _OF_2026,
        source="AWS SDK for Go v2 of 2026, source",
        imds=replace(
            _IMDS_BY_LIFETIME,
            earliest=(200.0, 900.0, 301.0, 2700.0, 2700.0, 2700.0, 2700.0),
            waits=_before(_UP_TO_AN_HOUR_S, 60),
        ),
        session_s=900.0,
        keeps_client=True,
        clock=(240.0, True),
        container=replace(_IMDS_BY_LIFETIME, earliest=_before(LIVES_S, 300)),
    ),
    "go-v2-old": Reading(
        source="AWS SDK for Go v2 before 2026, source",
        sts=Windows(_before(LENGTHS_S, 0), _before(LENGTHS_S, 0)),
        imds=Windows(_before(_UP_TO_AN_HOUR_S, 0), _before(_UP_TO_AN_HOUR_S, 0), again=(300.0, 900.0), failed="serve"),
        attempts=3,
        throttled=_TWO_CAPPED,
        transient=_TWO_CAPPED,
        session_s=900.0,
        keeps_client=True,
        quota=_OLD_QUOTA,
        hint_extra_s=None,
        clock=(240.0, True),
        container=Windows(_before(LIVES_S, 300), _before(LIVES_S, 300)),
    ),
    "java-v2-2025": _JAVA,
    "java-v2-2026": replace(
        _OF_2026,
        source="AWS SDK for Java v2 of 2026, source",
        sts=_JAVA_2026,
        imds=_JAVA_2026_IMDS,
        keeps_client=True,
        clock=(240.0, True),
        container=_JAVA_2026_IMDS,
    ),
    "js-v3": _JS,
    "js-v3-explicit": replace(
        _JS,
        sts=Windows(_before(LENGTHS_S, 300), _before(LENGTHS_S, 300)),
        imds=replace(_JS.imds, waits=_before(LIVES_S, 300), background=False),
    ),
}
"""By preset. A preset without a line here fails `credflow verify` until somebody opens its source a second time."""
