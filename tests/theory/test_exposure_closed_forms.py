"""Exposure against closed forms (verification: residual life, renewal theory, restricted means)."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from analysis.metrics._law import Law
from analysis.metrics.exposure import CAP_S, law
from tests.support.naive_exposure import Held, frame

DAY = 86_400.0


def _law(rows: list[Held], horizon_s: float, *, thief: str = "copy", places: int = 1, foothold_s: float = 1.0) -> Law:
    found = law(frame(rows), thief, places=places, horizon_s=horizon_s, foothold_s=foothold_s)
    assert isinstance(found, Law)
    return found


def _busy_client(life: float, margin: float, cycles: int) -> list[Held]:
    """Sessions of `life`, each replaced when `margin` is left."""
    step = life - margin
    return [Held(0, i * step, (i + 1) * step, i * step + life, i * step + life + 3600) for i in range(cycles)]


@pytest.mark.parametrize(("life", "margin"), [(3600.0, 900.0), (900.0, 60.0), (43200.0, 300.0), (3600.0, 0.0)])
def test_residual_life_of_a_busy_client_is_uniform(life: float, margin: float) -> None:
    found = _law(_busy_client(life, margin, 50), 50 * (life - margin))
    assert found.mean(CAP_S) == pytest.approx((life + margin) / 2, rel=1e-12)
    shares = [0.05, 0.5, 0.95]
    assert found.quantiles(shares) == pytest.approx([margin + q * (life - margin) for q in shares], rel=1e-9)
    assert found.nothing == 0.0
    assert found.largest == pytest.approx(life)


def test_a_minting_thief_has_one_hour_more() -> None:
    found = _law(_busy_client(3600.0, 900.0, 50), 50 * 2700.0, thief="mint")
    assert found.mean(CAP_S) == pytest.approx(2250.0 + 3600.0, rel=1e-12)


def test_a_foothold_adds_its_own_life() -> None:
    horizon, foothold = 400 * 2700.0, 27_000.0
    found = _law(_busy_client(3600.0, 900.0, 400), horizon, thief="foothold", foothold_s=foothold)
    last_issue_to_end = foothold + 3600.0 + 3600.0 - 2700.0 / 2
    assert found.mean(CAP_S) == pytest.approx(last_issue_to_end, rel=1e-9)


def _keys(cycles: np.ndarray, grace: float) -> list[Held]:
    """Keys that lie there until rotated; the old one stays active for `grace` after its successor came."""
    begins = np.concatenate([[0.0], np.cumsum(cycles)])
    return [Held(0, a, b, b + grace, b + grace) for a, b in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True)]


def test_periodic_rotation_with_grace() -> None:
    found = _law(_keys(np.full(40, 90 * DAY), 7 * DAY), 40 * 90 * DAY)
    assert found.mean(CAP_S) == pytest.approx(52.0 * DAY, rel=1e-12)


def test_any_rotation_law_has_half_of_the_second_moment_over_the_first() -> None:
    cycles = np.array([30.0, 90.0, 10.0, 200.0, 45.0]) * DAY
    found = _law(_keys(cycles, 0.0), float(cycles.sum()))
    assert found.mean(1e12) == pytest.approx((cycles**2).sum() / (2 * cycles.sum()), rel=1e-12)


def test_lognormal_rotation_and_its_restricted_mean() -> None:
    """Median 90 d, sigma 0.8: mean cycle 123.9 d, exposure 117.5 d, 106.7 d capped at 365 d."""
    n = 20_000
    quantiles = [(i + 0.5) / n for i in range(n)]
    cycles = np.exp(np.log(90.0) + 0.8 * np.array([NormalDist().inv_cdf(q) for q in quantiles])) * DAY
    found = _law(_keys(cycles, 0.0), float(cycles.sum()))
    assert cycles.mean() / DAY == pytest.approx(123.9, abs=0.1)
    assert found.mean(1e15) / DAY == pytest.approx(117.5, abs=0.5)
    assert found.mean(CAP_S) / DAY == pytest.approx(106.7, abs=0.1)


def test_what_never_ends_counts_with_the_cap_in_the_mean_and_as_inf_in_quantiles() -> None:
    rows = [Held(0, 0.0, 7 * DAY, math.inf, math.inf), Held(1, 0.0, 7 * DAY, 7 * DAY, 7 * DAY)]
    found = _law(rows, 7 * DAY, places=2)
    assert found.never == 0.5
    assert found.mean(CAP_S) == pytest.approx((365 * DAY + 3.5 * DAY) / 2)
    assert found.quantiles([0.4, 0.5, 0.51]) == [pytest.approx(0.8 * 7 * DAY), pytest.approx(7 * DAY), math.inf]


def test_detection_cuts_a_uniform_residual_life() -> None:
    """min(Uniform(m, L), Exp(d)) from the exact survival: L=3,600, m=900, 1/d=1,800 gives 1,234.6 s."""
    found = _law(_busy_client(3600.0, 900.0, 50), 50 * 2700.0)
    x = np.linspace(0.0, 3600.0, 360_001)
    mean = np.trapezoid(found.survival(x) * np.exp(-x / 1800.0), x)
    assert mean == pytest.approx(1234.6, abs=0.05)
