"""Rows against closed forms of key rotation, through the whole engine: life of a stolen key, calls that break."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.records import Verdict
from sim.verify.rows import Row, exact, mean_row
from sim.verify.small_runs import DAY_S, Columns, key_users, per_client, run

__all__ = ["rotation_rows"]

_LIVES: Final = "closed form, rotation"
_BROKEN: Final = "closed form, broken calls"
_PROPAGATION_S: Final = 10.0
_OVERLAP_S: Final = 120.0
_CALLS_RPS: Final = 0.5


def rotation_rows() -> list[Row]:
    """Any rotation law, and what a reload lag breaks."""
    return [*_periodic(30, 1), *_periodic(180, 14), *_laws(), *_lags(), *_exponential_lags(), *_never(), *_two_keys()]


# --- Lives ---------------------------------------------------------------------------------------------------------


def _left(credentials: Columns) -> NDArray[np.float64]:
    """Remaining validity of the keys that are held at 0, days."""
    ended = credentials["ended_at_s"].astype(float)
    held = (credentials["held_from_s"] == 0) & ~(ended <= 0)
    left: NDArray[np.float64] = credentials["valid_until_s"][held].astype(float) / DAY_S
    return left


def _life(rotation: Mapping[str, Any], seed: int = 7) -> NDArray[np.float64]:
    document = key_users(3000, {"life": "policy", "rotation": dict(rotation)}, DAY_S)
    (credentials,) = run({**document, "run": {"horizon_s": DAY_S, "seed": seed}}, "credentials")
    return _left(credentials)


def _periodic(period_d: float, grace_d: float) -> list[Row]:
    """T / 2 + g."""
    left = _life({"period_s": period_d * DAY_S, "overlap_s": grace_d * DAY_S})
    title = f"rotated every {period_d:g} d, {grace_d:g} d of grace: life of a stolen key, d"
    return [mean_row(_LIVES, title, period_d / 2 + grace_d, left)]


def _laws() -> list[Row]:
    """E[T^2] / 2 E[T] for a lateness by any law, without a grace."""
    square, mean = (60**3 - 0) / (3 * 60), 30.0
    uniform = (30**2 + 2 * 30 * mean + square) / (2 * (30 + mean))
    exponential = ((60 + 20) ** 2 + 20**2) / (2 * (60 + 20))
    cases = {
        "30 d, late by U(0, 60) d": (30, {"uniform": {"low": 0, "high": 60 * DAY_S}}, uniform),
        "60 d, late by Exp(20 d)": (60, {"exponential": {"mean": 20 * DAY_S}}, exponential),
        "whenever, Exp(45 d)": (1e-9, {"exponential": {"mean": 45 * DAY_S}}, 45.0),
    }
    return [
        mean_row(_LIVES, f"rotated every {title}: life of a stolen key, d", expected, _life(_steps(period, late)))
        for title, (period, late, expected) in cases.items()
    ]


def _steps(period_d: float, late_s: Mapping[str, Any]) -> dict[str, Any]:
    return {"period_s": period_d * DAY_S, "late_s": dict(late_s), "overlap_s": 0.0}


# --- Broken calls --------------------------------------------------------------------------------------------------


def _fleet(count: int, reload: Mapping[str, Any], **key: Any) -> dict[str, Any]:
    """Programs with a key each, rotated once after 600 of 3,000 s."""
    rotation = {"period_s": 50_000.0, "overlap_s": _OVERLAP_S}
    words = key_users(count, {"life": "policy", "age_s": 49_400.0, "rotation": rotation, **key}, 3000.0)
    calls = {"kind": "poisson", "rps": _CALLS_RPS}
    fleet = {"count": count, "credentials": "chain", "calls": calls, "reload": dict(reload)}
    return {
        **words,
        "issuers": {"iam": {"kind": "iam", "propagation_s": _PROPAGATION_S}},
        "populations": {"app": fleet},
    }


def _broken(count: int, reload: Mapping[str, Any]) -> NDArray[np.float64]:
    """Calls of each program that were refused, shape (count,)."""
    (calls,) = run(_fleet(count, reload), "calls")
    refused = calls["verdict"] == Verdict.INVALID_CLIENT_TOKEN_ID.value
    return per_client(calls["client"][refused], count, calls["calls"][refused])


def _lags() -> list[Row]:
    """Rate x max(lag - overlap - propagation, 0) on the old key, rate x max(propagation - lag, 0) on the new one."""
    rows = []
    for lag_s in (0.0, 4.0, 12.0, 125.0, 140.0, 400.0, 1800.0):
        late = max(lag_s - _OVERLAP_S - _PROPAGATION_S, 0.0) + max(_PROPAGATION_S - lag_s, 0.0)
        broken = _broken(300, {"lag_s": lag_s})
        title = f"reload after {lag_s:g} s, overlap 120 s, propagation 10 s: broken calls"
        if late == 0:
            rows.append(exact(_BROKEN, title, 0, int(broken.sum())))
        else:
            rows.append(mean_row(_BROKEN, title, _CALLS_RPS * late, broken))
    return rows


def _exponential_lags() -> list[Row]:
    """Lags of an exponential law: rate x (m e^(-(o + p) / m) + p - m (1 - e^(-p / m)))."""
    rows = []
    for mean_s in (60.0, 200.0):
        late = mean_s * math.exp(-(_OVERLAP_S + _PROPAGATION_S) / mean_s)
        early = _PROPAGATION_S - mean_s * (1 - math.exp(-_PROPAGATION_S / mean_s))
        broken = _broken(2000, {"lag_s": {"exponential": {"mean": mean_s}}})
        title = f"reload after Exp({mean_s:g} s), overlap 120 s, propagation 10 s: broken calls"
        rows.append(mean_row(_BROKEN, title, _CALLS_RPS * (late + early), broken))
    return rows


def _never() -> list[Row]:
    """A share q that never reloads breaks until the end: q x rate x (end - deactivation - propagation)."""
    broken = _broken(1500, {"lag_s": 30.0, "never": 0.3})
    expected = 0.3 * _CALLS_RPS * (3000.0 - 600.0 - _OVERLAP_S - _PROPAGATION_S)
    return [mean_row(_BROKEN, "30 % never reload: broken calls of a program", expected, broken)]


def _two_keys() -> list[Row]:
    """A user with two keys gets no third one: every rotation is refused, and no call breaks."""
    requests, rotations = run(_fleet(20, {"lag_s": 0.0}, number=2), "requests", "rotations")
    return [
        exact(_BROKEN, "two keys exist: CreateAccessKey refused", 20, int((requests["outcome"] == "denied").sum())),
        exact(_BROKEN, "two keys exist: rotations done", 0, int((rotations["outcome"] == "done").sum())),
    ]
