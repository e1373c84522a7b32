"""Rows against closed forms of sessions, keys and thefts, through the whole engine.

Clients do not meet, so each is one observation. STS returns whole seconds: a session is half a second shorter
on average, and a renewal waits for a call.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.laws import draw
from sim.spec import LogNormal
from sim.streams import Purpose, Stream
from sim.verify.rows import Row, mean_row
from sim.verify.small_runs import DAY_S, Columns, fleet, key_users, per_client, run

__all__ = ["key_rows", "session_rows", "theft_rows"]

_SESSIONS: Final = "closed form, sessions"
_KEYS: Final = "closed form, keys"
_THEFTS: Final = "closed form, thefts"
_FLOOR_S: Final = 0.5
_YEAR_S: Final = 365.25 * DAY_S
_DETECTED_S: Final = 1800.0


# --- Load and hits -------------------------------------------------------------------------------------------------


def session_rows() -> list[Row]:
    """STS load of busy clients, issue rate and hit ratio of lazy ones, ages at time 0."""
    return [*_busy(3600, "botocore-1.44", 900), *_busy(7200, "js-v3-explicit", 300), *_lazy(50.0), *_lazy(900.0)]


def _busy(session_s: int, sdk: str, window_s: float) -> list[Row]:
    """N busy clients ask N / (L - m) times a second, plus the mean gap to the next call."""
    count, gap, horizon = 300, 5.0, 8 * session_s
    requests, credentials = run(fleet(count, gap, horizon, session_s=session_s, sdk=sdk), "requests", "credentials")
    cycle = session_s - window_s - _FLOOR_S
    rate = per_client(requests["client"], count) / horizon
    ages = -credentials["issued_at_s"][credentials["issued_at_s"] < 0]
    title = f"{sdk}, {session_s:,}-s sessions"
    mean_age = (cycle**2 / 2 + cycle * gap + gap**2) / (cycle + gap)
    return [
        mean_row(_SESSIONS, f"{title}: requests/s of 10,000 busy clients", 10_000 / (cycle + gap), 10_000 * rate),
        mean_row(_SESSIONS, f"{title}: age at time 0 of a stationary fleet, s", mean_age, ages, slack=_FLOOR_S),
    ]


def _lazy(gap: float) -> list[Row]:
    """Poisson calls of rate l, renewed after T: issues at l / (1 + l T), hits l T / (1 + l T)."""
    count, horizon = 300, 54_000.0
    requests, calls = run(fleet(count, gap, horizon), "requests", "calls")
    issues = per_client(requests["client"], count)
    made = per_client(calls["client"], count, calls["calls"])
    rate, cycle = 1.0 / gap, 3600 - 900 - _FLOOR_S
    title = f"lazy client, a call every {gap:g} s, T = 2,700 s"
    hits = 1.0 - issues / made
    return [
        mean_row(_SESSIONS, f"{title}: issues/h", 3600 * rate / (1 + rate * cycle), 3600 * issues / horizon),
        mean_row(_SESSIONS, f"{title}: hit ratio", rate * cycle / (1 + rate * cycle), hits, slack=2e-4),
    ]


# --- Keys ----------------------------------------------------------------------------------------------------------


def key_rows() -> list[Row]:
    """Rotation by period, by any law, and ages as they are found."""
    return [*_periodic(), *_lognormal(), *_as_found()]


def _left(credentials: Columns, at: float) -> NDArray[np.float64]:
    """Remaining validity of the keys that are held at 0 or at the horizon, seconds."""
    ended = credentials["ended_at_s"].astype(float)
    held = np.isnan(ended)
    if at == 0.0:
        held = (credentials["held_from_s"] == 0) & ~(ended <= 0)
    left: NDArray[np.float64] = credentials["valid_until_s"][held].astype(float) - at
    return left


def _periodic() -> list[Row]:
    key = {"life": "policy", "rotation": {"period_s": 90 * DAY_S, "overlap_s": 7 * DAY_S}}
    (credentials,) = run(key_users(2000, key, 100 * DAY_S), "credentials")
    return [
        mean_row(_KEYS, f"rotated every 90 d, 7 d of grace: life of a key stolen {when}, d", 52.0, left / DAY_S)
        for when, left in (
            ("at time 0", _left(credentials, 0.0)),
            ("after 100 d", _left(credentials, 100 * DAY_S)),
        )
    ]


def _lognormal() -> list[Row]:
    """Any rotation law: E[T^2] / 2 E[T]; the restricted mean is capped at 365 d."""
    law = LogNormal.model_validate({"lognormal": {"median": 90 * DAY_S, "sigma": 0.8}})
    key = {"life": "policy", "rotation": {"period_s": 1.0, "late_s": law.model_dump(), "overlap_s": 0.0}}
    (credentials,) = run(key_users(4000, key, DAY_S), "credentials")
    left = _left(credentials, 0.0) / DAY_S
    stream = Stream.of(9, 0, "cycles")
    cycles = np.array([draw(stream, law, Purpose.CYCLE, n) for n in range(20_000)]) / DAY_S
    mean, square = 90 * math.exp(0.32), 90**2 * math.exp(1.28)
    title = "lognormal rotation, median 90 d, sigma 0.8"
    return [
        mean_row(_KEYS, f"{title}: cycle, d", mean, cycles),
        mean_row(_KEYS, f"{title}: life of a stolen key, d", square / (2 * mean), left),
        mean_row(_KEYS, f"{title}: the same, capped at 365 d", 106.7, np.minimum(left, 365.0), slack=0.05),
    ]


def _as_found() -> list[Row]:
    """Keys of exponential life, mean 2.1 years: older than 1, 3, 5 years 0.62, 0.24, 0.09."""
    mean_s = 2.1 * _YEAR_S
    key = {"life": {"policy_share": 0.0, "mean_life_s": mean_s}, "rotation": {"period_s": 90 * DAY_S}}
    (credentials,) = run(key_users(4000, key, DAY_S), "credentials")
    held = (credentials["held_from_s"] == 0) & ~(credentials["ended_at_s"].astype(float) <= 0)
    ages = -credentials["issued_at_s"][held].astype(float)
    return [
        mean_row(_KEYS, f"keys as found: share older than {years} y", math.exp(-years / 2.1), ages > years * _YEAR_S)
        for years in (1, 3, 5)
    ]


# --- Thefts --------------------------------------------------------------------------------------------------------


def theft_rows() -> list[Row]:
    """Life of a session stolen at a random instant, alone and cut by an exponential time to detection."""
    cases = ((3600, "botocore-1.44", 900), (7200, "js-v3-explicit", 300), (3600, "go-v2-old", 0))
    return [row for session_s, sdk, window_s in cases for row in _thefts(session_s, sdk, window_s)]


def _thefts(session_s: int, sdk: str, window_s: int) -> list[Row]:
    count = 100
    (held,) = run(fleet(count, 1.0, 10 * session_s, session_s=session_s, sdk=sdk), "holdings")
    left, cut = _mean_left(held, count), _mean_cut(held, count)
    title = f"{sdk}, busy, {session_s:,}-s sessions, {window_s}-s window"
    mean, mean_cut = (session_s + window_s) / 2, _cut(window_s, session_s)
    # A call comes 1 s after the window opens, a session counts from its whole second: less than 2 s in all.
    return [
        mean_row(_THEFTS, f"{title}: life of a stolen session, s", mean, left, slack=2.0),
        mean_row(_THEFTS, f"{title}: the same, detected after 1,800 s on average", mean_cut, cut, slack=1.0),
    ]


def _cut(window_s: float, session_s: float) -> float:
    """Mean of min(Uniform(m, L), Exp(d)); 1,234.6 s for L = 3,600, m = 900, 1 / d = 1,800."""
    d, span = 1.0 / _DETECTED_S, session_s - window_s
    return (1 - math.exp(-d * window_s)) / d + math.exp(-d * window_s) * (
        1 / d - (1 - math.exp(-d * span)) / (d**2 * span)
    )


def _mean_left(held: Columns, count: int) -> NDArray[np.float64]:
    """Mean remaining life over all instants, one value per client, integrated exactly."""
    span = held["to_s"] - held["from_s"]
    left = span * (held["valid_until_s"] - (held["to_s"] + held["from_s"]) / 2)
    return per_client(held["client"], count, left) / per_client(held["client"], count, span)


def _mean_cut(held: Columns, count: int) -> NDArray[np.float64]:
    """The same, cut by an exponential detection: at life x left the thief has (1 - e^(-d x)) / d."""
    d = 1.0 / _DETECTED_S
    early, late = held["valid_until_s"] - held["from_s"], held["valid_until_s"] - held["to_s"]
    span = held["to_s"] - held["from_s"]
    area = (span - (np.exp(-d * late) - np.exp(-d * early)) / d) / d
    return per_client(held["client"], count, area) / per_client(held["client"], count, span)
