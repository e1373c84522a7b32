"""The engine against closed forms. Clients are independent here, so each is one observation: tolerance 3.9 standard
errors of their mean, seeds fixed. STS returns whole seconds: a session is half a second shorter on average."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.sdks import SDKS
from tests.support.means import Z, assert_mean
from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import document, fleet

DAY = 86_400.0
YEAR = 365.25 * DAY
LIFE, WINDOW, FLOOR = 3600.0, 900.0, 0.5


def _per_client(frame: pd.DataFrame, clients: int) -> NDArray[np.float64]:
    return frame.groupby("client").size().reindex(range(clients), fill_value=0).to_numpy(dtype=float)


def _sessions(rps: float, count: int, horizon_s: float, **more: Any) -> Frames:
    population = fleet("by-user", {"kind": "poisson", "rps": rps}, count=count, **more)
    return run(document({"fleet": population}, horizon_s=horizon_s))


# --- Sessions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [5.0, 500.0])
def test_load_of_busy_clients(gap: float) -> None:
    """N clients ask N / (L - m + mean gap) times a second: 10,000 with 1 h and 15 min ask 3.7 times."""
    count, horizon = 300, 27_000.0
    requests = _sessions(1 / gap, count, horizon)["requests"]
    rate = _per_client(requests, count) / horizon
    assert_mean(rate, 1 / (LIFE - WINDOW - FLOOR + gap))
    if gap == 5.0:
        assert 10_000 * rate.mean() == pytest.approx(3.7, abs=0.05)


def test_hit_ratio_of_a_lazy_client() -> None:
    """Poisson calls of rate l: issues at l / (1 + l T); l = 0.02/s, T = 2,700 s hits 0.9818 of the time."""
    count, horizon, rate = 300, 54_000.0, 0.02
    frames = _sessions(rate, count, horizon)
    issues = _per_client(frames["requests"], count) / horizon
    assert_mean(issues, rate / (1 + rate * (LIFE - WINDOW - FLOOR)))
    calls = sum(verdicts(frames).values())
    assert 1 - len(frames["requests"]) / calls == pytest.approx(0.9818, abs=0.0003)


def test_residual_life_of_a_stolen_session_is_uniform() -> None:
    """Uniform(m, L), mean (L + m) / 2 = 2,250 s, at a random instant of a stationary busy population."""
    count = 200
    held = _sessions(1.0, count, 54_000.0)["holdings"]
    held = held[held["kind"] == "session"]  # the user's key lies elsewhere
    span = held["to_s"] - held["from_s"]
    residual = span * (held["valid_until_s"] - (held["to_s"] + held["from_s"]) / 2)
    by_client = held["client"]
    time = span.groupby(by_client).sum().to_numpy()
    assert time == pytest.approx(np.full(count, 54_000.0))
    # A call comes 1 s after the window opens, a session counts from its whole second: less than 2 s in all.
    assert_mean(residual.groupby(by_client).sum().to_numpy() / time, (LIFE + WINDOW) / 2, slack=2.0)
    for left, share in ((1800.0, 1 / 3), (2700.0, 2 / 3), (3599.0, 1.0), (890.0, 0.0)):
        below = (held["to_s"] - held["from_s"].clip(lower=held["valid_until_s"] - left)).clip(lower=0.0)
        assert below.sum() / span.sum() == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("gap", [20.0, 3000.0])
def test_ages_at_0_are_those_at_the_horizon_and_of_theory(gap: float) -> None:
    """Age of a session renewed by the first call after T: uniform up to T, then exponential."""
    cycle, horizon = LIFE - WINDOW, 43_210.0
    credentials = _sessions(1 / gap, 800, horizon)["credentials"]
    credentials = credentials[credentials["kind"] == "session"]
    at_0 = -credentials.loc[credentials["issued_at_s"] < 0, "issued_at_s"]
    at_end = horizon - credentials.loc[credentials["ended_at_s"].isna(), "issued_at_s"]
    assert len(at_0) == len(at_end) == 800

    def law(age: NDArray[np.float64]) -> NDArray[np.float64]:
        late = 1 - gap * np.exp(-np.maximum(age - cycle, 0) / gap) / (cycle + gap)
        return np.where(age < cycle, np.maximum(age, 0) / (cycle + gap), late)

    assert stats.kstest(at_0, law).pvalue > 1e-4
    assert stats.kstest(at_end, law).pvalue > 1e-4
    assert stats.ks_2samp(at_0, at_end).pvalue > 1e-4


@pytest.mark.parametrize("chain", ["by-user", "node"])
@pytest.mark.parametrize("sdk", SDKS)
def test_refreshes_begin_in_their_steady_state(sdk: str, chain: str) -> None:
    """As many fetches in the first hours as in the later ones: no warm-up for any SDK."""
    count, hours = 150, 6 * 3600.0
    population = fleet(chain, {"kind": "poisson", "rps": 0.01}, count=count, sdk=sdk)
    requests = run(document({"fleet": population}, horizon_s=3 * hours))["requests"]
    fetched = requests[requests["issued"].notna()]
    part = (fetched["at_s"] // hours).astype(int)
    first, second, third = (_per_client(fetched[part == n], count) for n in range(3))
    assert second.sum() > 100
    for later in (second, third):
        if (first != later).any():
            assert_mean(first - later, 0.0)


def test_offered_sets_have_uniform_phases() -> None:
    credentials = run(document({"fleet": fleet("node", count=300)}, horizon_s=7200.0))["credentials"]
    offered = credentials[(credentials["issued_at_s"] >= 0) & (credentials["issued_at_s"] < 3600)]
    assert len(offered) == pytest.approx(300, abs=2)
    assert stats.kstest(offered["issued_at_s"] / 3600, "uniform").pvalue > 1e-4


# --- Keys ----------------------------------------------------------------------------------------------------------


def _keys(key: dict[str, Any], horizon_s: float, count: int) -> Frames:
    user = {"account": "main", "allow": ["s3:*"], "key": key}
    population = fleet("key", {"kind": "every", "every_s": 1e6}, count=count)
    return run(document({"fleet": population}, horizon_s=horizon_s, users={"person": user}))


def _left(frames: Frames, at: float) -> NDArray[np.float64]:
    """Remaining validity of the keys held at 0 or at the horizon."""
    credentials = frames["credentials"]
    if at == 0:  # a predecessor in its overlap at 0 is no longer held
        held = (credentials["held_from_s"] == 0) & ~(credentials["ended_at_s"] <= 0)
    else:
        held = credentials["ended_at_s"].isna()
    return (credentials.loc[held, "valid_until_s"] - at).to_numpy()


@pytest.mark.parametrize("at", [0.0, 100 * DAY])
def test_periodic_rotation(at: float) -> None:
    """Theft at any instant: T / 2 + g, 90 d and 7 d give 52.0 d."""
    key = {"life": "policy", "rotation": {"period_s": 90 * DAY, "overlap_s": 7 * DAY}}
    left = _left(_keys(key, 100 * DAY, 2000), at)
    assert len(left) == 2000
    assert_mean(left / DAY, 52.0)
    assert stats.kstest((left / DAY - 7) / 90, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("at", [0.0, 200 * DAY])
@pytest.mark.parametrize(("period", "median"), [(0.0, 90.0), (30.0, 60.0)])
def test_any_rotation_law(period: float, median: float, at: float) -> None:
    """E[T^2] / 2 E[T]; lognormal of median 90 d and sigma 0.8: 117.5 d."""
    late = {"lognormal": {"median": median * DAY, "sigma": 0.8}}
    rotation = {"period_s": max(period * DAY, 1.0), "late_s": late, "overlap_s": 0.0}
    frames = _keys({"life": "policy", "rotation": rotation}, 200 * DAY, 2500)
    mean, square = median * math.exp(0.32), median**2 * math.exp(2 * 0.64)
    expected = (period**2 + 2 * period * mean + square) / (2 * (period + mean))
    if period == 0:
        assert expected == pytest.approx(117.5, abs=0.1)
    assert_mean(_left(frames, at) / DAY, expected)
    if at == 0:
        credentials = frames["credentials"]
        held = (credentials["issued_at_s"] < 0) & ~(credentials["ended_at_s"] <= 0)
        ages = -credentials.loc[held, "issued_at_s"].to_numpy() / DAY
        assert len(ages) == 2500
        assert_mean(ages, expected)


@pytest.mark.parametrize(("share", "count"), [(0.0, 4000), (0.2, 4000)])
def test_ages_as_found(share: float, count: int) -> None:
    """A share under the policy, the rest exponential of mean 2.1 years: older than 1, 3, 5 years 0.62, 0.24, 0.09."""
    life = {"policy_share": share, "mean_life_s": 66_226_000}
    key = {"life": life, "rotation": {"period_s": 90 * DAY, "overlap_s": 0.0}}
    frames = _keys(key, 3 * DAY, count)
    credentials = frames["credentials"]
    held = (credentials["held_from_s"] == 0) & ~(credentials["ended_at_s"] <= 0)
    ages = -credentials.loc[held, "issued_at_s"].to_numpy()
    assert len(ages) == count
    for years, published in ((1, 0.62), (3, 0.24), (5, 0.09)):
        expected = math.exp(-years * YEAR / 66_226_000)
        assert expected == pytest.approx(published, abs=0.005)
        expected *= 1 - share
        error = math.sqrt(expected * (1 - expected) / count)
        assert abs((ages > years * YEAR).mean() - expected) <= Z * error
    remaining = _left(frames, 0.0)
    expected = (1 - share) * 66_226_000 + share * 45 * DAY
    assert_mean(remaining, expected, slack=5.0)  # and the propagation of the last change


def test_rotations_under_way_at_0_are_those_of_a_system_that_has_run_for_ever() -> None:
    """With overlap g and period T a share g / T of the users has two active keys at 0; as many rotations end a day."""
    key = {"life": "policy", "rotation": {"period_s": 90 * DAY, "overlap_s": 7 * DAY}}
    rotations = _keys(key, 21 * DAY, 2000)["rotations"]
    under_way = int((rotations["started_at_s"] < 0).sum())
    share = 7 / 90
    assert abs(under_way / 2000 - share) <= Z * math.sqrt(share * (1 - share) / 2000)
    weeks = (rotations["done_at_s"].dropna() // (7 * DAY)).value_counts()
    assert sorted(weeks.index) == [0, 1, 2]
    assert (abs(weeks - 2000 * share) <= Z * math.sqrt(2000 * share)).all()
