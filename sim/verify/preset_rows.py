"""Rows of every SDK preset against what its source was read to do: windows, failed renewals, static stability, pauses.

The presets' pure functions are asked, which are what the engine asks. SDKs that can run here have further rows
against themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, replace
from typing import Final

from sim.policies.clock import sends_again
from sim.policies.refresh import Refresh, advisory_at, is_ended, mandatory_at, raises, retry_at, seen_expiry
from sim.policies.retry import ErrorClass, RetryRule, pause_s
from sim.sdks import SDKS, Sdk
from sim.sdks.retry_modes import ADAPTIVE_LIMIT
from sim.verify.local_rows import local_rows_of
from sim.verify.preset_tables import LENGTHS_S, LIMITER, LIVES_S, READ, Reading, Windows
from sim.verify.rows import Row, exact

__all__ = ["preset_rows", "rows_of"]

_LIMITER: Final = "botocore 1.44.5, retries/adaptive.py, throttling.py, bucket.py"
_LATEST: Final = 1.0 - 2.0**-53
"""The largest uniform draw."""


def preset_rows() -> list[Row]:
    """Rows of every preset, in order of their names."""
    limiter = exact(_LIMITER, "adaptive mode: constants of the rate limiter", LIMITER, astuple(ADAPTIVE_LIMIT))
    return [*(row for name in sorted(SDKS) for row in rows_of(SDKS[name])), limiter]


def rows_of(sdk: Sdk) -> list[Row]:
    """Rows of one preset; a single failed one if nobody has read its source for this table."""
    reading = READ.get(sdk.name)
    if reading is None:
        told = "add a line to sim/verify/preset_tables.py READ, from the source and not from sim/aws"
        return [exact("SDK source", f"{sdk.name}: is in the table", True, False, told)]
    reading = replace(reading, source=f"{reading.source} (read, not run)")
    return [
        *_windows(sdk.name, "sessions", reading.source, sdk.sts, reading.sts, LENGTHS_S),
        *_windows(sdk.name, "instance credentials", reading.source, sdk.imds, reading.imds, LIVES_S),
        *_of_containers(sdk, reading),
        *_retries(sdk, reading),
        _static_stability(sdk, reading),
        _clock(sdk, reading),
        *local_rows_of(sdk, reading.source),
    ]


def _windows(
    name: str, what: str, source: str, rule: Refresh, told: Windows, lengths: tuple[int, ...]
) -> Iterator[Row]:
    shown = "/".join(f"{length:,}" for length in lengths)
    latest = told.earliest if told.latest is None else told.latest
    failed = (told.failed, *told.again, told.background)
    ours = (rule.on_failed, retry_at(rule, 0.0, 0.0), _rounded(retry_at(rule, 0.0, _LATEST)), rule.background)
    for title, u, expected in (("earliest", 0.0, told.earliest), ("latest", _LATEST, latest)):
        found = tuple(_rounded(advisory_at(rule, 0.0, length, u)) for length in lengths)
        yield exact(source, f"{name}, {what} of {shown} s: {title} renewal, s", expected, found)
    waits = tuple(_rounded(mandatory_at(rule, 0.0, length)) for length in lengths)
    yield exact(source, f"{name}, {what} of {shown} s: callers wait from, s", told.waits, waits)
    yield exact(source, f"{name}, {what}: failed renewal, pause from, to, s, in the background", failed, ours)
    told_of = (_ended(rule), _remembered(rule))
    title = f"{name}, {what}: an answer has ended with this much left, and not yet; a refusal for good is kept for, s"
    yield exact(source, title, (told.ended, told.denied), told_of)


def _of_containers(sdk: Sdk, reading: Reading) -> Iterator[Row]:
    """Rows of a container's credentials; one, where they are to be renewed as sessions are."""
    if sdk.container is not None and reading.container is not None:
        yield from _windows(
            sdk.name, "container credentials", reading.source, sdk.container, reading.container, LIVES_S
        )
        return
    told, found = reading.container is None, sdk.container is None
    yield exact(reading.source, f"{sdk.name}: container credentials are renewed as sessions are", told, found)


def _ended(rule: Refresh) -> tuple[float, float] | None:
    """The longest life, in whole seconds, of an answer that counts as failed, and the next one."""
    lives = [float(left) for left in range(-5, 120)]
    failed = [left for left in lives if is_ended(rule, 0.0, left)]
    return (failed[-1], failed[-1] + 1.0) if failed else None


def _remembered(rule: Refresh) -> tuple[float, float] | None:
    if not raises(rule, blocking=False, denied=True):
        return None
    return retry_at(rule, 0.0, 0.0, denied=True), _rounded(retry_at(rule, 0.0, _LATEST, denied=True))


def _retries(sdk: Sdk, reading: Reading) -> Iterator[Row]:
    kinds: tuple[tuple[ErrorClass, str, tuple[tuple[float, ...], tuple[float, ...]]], ...] = (
        ("throttle", "a throttle", reading.throttled),
        ("transient", "another error", reading.transient),
    )
    for error, title, (longest, shortest) in kinds:
        for end, u, told in (("longest", _LATEST, longest), ("shortest", 0.0, shortest)):
            found = _pauses(sdk.retry, error, u)
            yield exact(reading.source, f"{sdk.name}, 8 attempts: {end} pauses after {title}, s", told, found)
    told_of = (reading.quota, reading.hint_extra_s, reading.keeps_client)
    quota = None if sdk.retry.quota is None else astuple(sdk.retry.quota)
    title = f"{sdk.name}: tokens and costs of retries, longest hint above its own pause, s, keeps its client"
    yield exact(reading.source, title, told_of, (quota, sdk.retry.hint_extra_s, sdk.keeps_client))
    found_asked = (sdk.retry.attempts, sdk.default_session_s, len(sdk.imds_operations))
    title = f"{sdk.name}: attempts, default session, requests of an IMDS fetch"
    yield exact(reading.source, title, (reading.attempts, reading.session_s, 3), found_asked)


def _pauses(rule: RetryRule, error: ErrorClass, u: float) -> tuple[float, ...]:
    eight = replace(rule, attempts=8)
    return tuple(_rounded(pause_s(eight, error, attempt, u)) for attempt in range(1, 8))


def _static_stability(sdk: Sdk, reading: Reading) -> Row:
    """What becomes of an answer that has ended, that has 25 minutes left at most, that has an hour left."""
    when, shortest, longest = reading.pretended or ("", 0, 0)
    ended = (float(shortest), float(longest)) if when else (-60.0, -60.0)
    short = (shortest, longest) if when == "short" else (10.0, 10.0)
    edge = float(longest) if when == "short" else 1500.0
    expected = (*ended, *(float(at) for at in short), edge, 3600.0)
    found = (
        *(seen_expiry(sdk.imds, 0.0, -60.0, u) for u in (0.0, _LATEST)),
        *(seen_expiry(sdk.imds, 0.0, 10.0, u) for u in (0.0, _LATEST)),
        seen_expiry(sdk.imds, 0.0, 1500.0, _LATEST),
        seen_expiry(sdk.imds, 0.0, 3600.0, _LATEST),
    )
    return exact(
        reading.source, f"{sdk.name}, IMDS answers with -60/-60/10/10/1,500/3,600 s left: seen, s", expected, found
    )


def _clock(sdk: Sdk, reading: Reading) -> Row:
    """From what on a wrong clock is corrected; and whether a request that an old correction spoilt is sent again."""
    found = None
    if sdk.clock is not None:
        least = next(float(off) for off in range(1, 901) if sends_again(sdk.clock, off, 0.0))
        found = (least, sends_again(sdk.clock, 0.0, 900.0))
    title = f"{sdk.name}: a clock is corrected that is off by, s; after it was set right, too"
    return exact(reading.source, title, reading.clock, found)


def _rounded(seconds: float) -> float:
    """To the millisecond: a draw below 1 and a window that opens just after its instant fall on the round number."""
    return round(seconds, 3)
