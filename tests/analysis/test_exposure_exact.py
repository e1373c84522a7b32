"""The sweep against a naive evaluation, on random small tables with many ties and overlaps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.metrics._law import Law, Mixture, Sample, law_of
from analysis.metrics._sweep import running_maximum
from analysis.metrics.exposure import THIEVES, law, probe_errors, steps_of
from tests.support import naive_exposure as naive
from tests.support.naive_exposure import Held

HORIZON = 20.0
CLIENTS = 3
seeded = settings(derandomize=True, max_examples=150, deadline=None)
instants = st.integers(0, 80).map(lambda n: n / 4)


@st.composite
def holdings(draw: st.DrawFn) -> list[Held]:
    rows = []
    for _ in range(draw(st.integers(0, 8))):
        start, stop = sorted((draw(instants), draw(instants)))
        valid = draw(st.one_of(instants, st.sampled_from([30.0, 100.0, math.inf])))
        mint = draw(st.one_of(st.just(valid), instants.map(lambda n, v=valid: v + n)))
        rows.append(Held(draw(st.integers(0, CLIENTS - 1)), start, stop, valid, mint))
    return rows


@seeded
@given(rows=holdings(), thief=st.sampled_from(THIEVES), foothold=st.sampled_from([0.5, 3.0, 7.25]))
def test_survival_and_restricted_mean_equal_the_naive_integral(rows: list[Held], thief: str, foothold: float) -> None:
    window = HORIZON - foothold if thief == "foothold" else HORIZON
    parts = naive.pieces(rows, CLIENTS, window, thief, foothold if thief == "foothold" else 0.0)

    found = law(naive.frame(rows), thief, places=CLIENTS, horizon_s=HORIZON, foothold_s=foothold)

    assert isinstance(found, Law)
    grid = np.array([0.0, 0.3, 1.0, 2.5, 7.0, 19.9, 31.0, 99.0, 1e9])
    assert found.survival(grid) == pytest.approx([naive.survival(parts, x) for x in grid], abs=1e-9)
    for cap in (1.0, 6.5, 50.0, 1e4):
        assert found.mean(cap) == pytest.approx(naive.mean(parts, cap), rel=1e-9, abs=1e-9)


@seeded
@given(rows=holdings(), share=st.sampled_from([0.0, 0.05, 0.25, 0.5, 0.9, 0.95, 1.0]))
def test_a_quantile_is_the_least_x_that_its_share_does_not_exceed(rows: list[Held], share: float) -> None:
    found = law_of(steps_of(naive.frame(rows), "copy", 0.0), HORIZON, CLIENTS)
    x = found.quantiles([share])[0]
    if math.isinf(x):
        assert found.never > 1 - share
        return
    assert found.survival(np.array([x]))[0] <= 1 - share + 1e-9
    if x > 0:
        assert found.survival(np.array([x - 1e-6]))[0] > 1 - share - 1e-9


@seeded
@given(rows=holdings(), at=st.lists(st.tuples(st.integers(0, CLIENTS), instants), max_size=10))
def test_a_look_up_finds_what_lies_there_at_that_instant(rows: list[Held], at: list[tuple[int, float]]) -> None:
    steps = steps_of(naive.frame(rows), "mint", 0.0)
    client, times = np.array([c for c, _ in at], dtype=np.int64), np.array([t for _, t in at], dtype=np.float64)

    left = np.maximum(steps.at(client, times) - times, 0.0)

    assert left.tolist() == [naive.left_at(rows, c, t, "mint", 0.0) for c, t in at]


def test_many_rows_over_one_instant_give_their_maximum() -> None:
    n = 1000
    start, stop = np.arange(n, dtype=np.float64), 2.0 * n - np.arange(n)
    until = 5000.0 + (np.arange(n) * 37) % n
    steps = running_maximum(np.zeros(n, dtype=np.int64), start, stop, until)
    for t in (0.5, 10.5, 700.5, 1500.5):
        held = (start <= t) & (t < stop)
        assert steps.at(np.array([0]), np.array([t]))[0] == until[held].max()


def test_rows_of_no_length_and_expired_rows_hold_nothing() -> None:
    rows = [Held(0, 5.0, 5.0, 50.0, 50.0), Held(0, 6.0, 9.0, 6.0, 50.0)]
    found = law(naive.frame(rows), "mint", places=1, horizon_s=HORIZON, foothold_s=1.0)
    assert isinstance(found, Law)
    assert found.nothing == 1.0


def test_a_foothold_needs_a_run_longer_than_itself() -> None:
    found = law(naive.frame([]), "foothold", places=1, horizon_s=10.0, foothold_s=10.0)
    assert found == "the run (10 s) is not longer than the foothold (10 s)"


def test_clients_without_rows_count_as_nothing() -> None:
    rows = [Held(0, 0.0, HORIZON, 100.0, 100.0)]
    found = law(naive.frame(rows), "copy", places=4, horizon_s=HORIZON, foothold_s=1.0)
    assert isinstance(found, Law)
    assert found.nothing == pytest.approx(0.75)
    assert found.mean(1e9) == pytest.approx(90.0 / 4)


def test_a_mixture_weighs_its_places() -> None:
    never = law(naive.frame([Held(0, 0.0, 10.0, math.inf, math.inf)]), "copy", places=1, horizon_s=10, foothold_s=1)
    hour = law(naive.frame([Held(0, 0.0, 10.0, 10.0, 10.0)]), "copy", places=1, horizon_s=10, foothold_s=1)
    assert isinstance(never, Law)
    assert isinstance(hour, Law)
    mixed = Mixture((never, hour), (0.25, 0.75))
    assert mixed.never == 0.25
    assert mixed.mean(100.0) == pytest.approx(0.25 * 100 + 0.75 * 5)
    assert mixed.survival(np.array([0.0, 5.0, 20.0])) == pytest.approx([1.0, 0.25 + 0.375, 0.25])
    assert mixed.quantiles([0.375, 0.8]) == [pytest.approx(5.0), math.inf]
    assert math.isinf(mixed.largest)


def test_sampled_thefts_have_the_same_measures() -> None:
    sample = Sample(np.array([1.0, 1.0, 4.0, math.inf]), size=8)
    assert sample.nothing == 0.5
    assert sample.mean(10.0) == pytest.approx((1 + 1 + 4 + 10) / 8)
    assert sample.quantiles([0.5, 0.6, 0.8, 0.9]) == [0.0, 1.0, 4.0, math.inf]
    assert sample.survival(np.array([0.0, 1.0, 4.0])).tolist() == [0.5, 0.25, 0.125]


@seeded
@given(rows=holdings(), at=st.lists(st.tuples(st.integers(0, CLIENTS - 1), instants), min_size=1, max_size=8))
def test_probes_that_agree_have_no_error(rows: list[Held], at: list[tuple[int, float]]) -> None:
    probes = [
        row._asdict() | {"at_s": t} for c, t in at for row in rows if row.client == c and row.from_s <= t < row.to_s
    ]
    table = naive.frame([]).assign(at_s=[]) if not probes else naive.pd.DataFrame(probes).assign(credential="ses-0")
    for thief in ("copy", "mint"):
        errors = probe_errors(naive.frame(rows), table, thief)
        assert np.abs(errors).max(initial=0.0) == 0.0


def test_a_wrong_probe_shows() -> None:
    rows = [Held(0, 0.0, 10.0, 50.0, 50.0)]
    probes = naive.frame([Held(0, 0.0, 10.0, 45.0, 45.0)]).assign(at_s=5.0)
    assert probe_errors(naive.frame(rows), probes, "copy").tolist() == [-5.0]
