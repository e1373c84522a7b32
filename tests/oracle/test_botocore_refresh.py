"""Every refresh instant and every failed call of the real botocore, by equality."""

from __future__ import annotations

import itertools
import math
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.sdks import SDKS
from sim.verify.botocore_clock import drive, drive_imds
from sim.verify.reference import model
from sim.verify.trace import Trace

_STS = SDKS["botocore-1.44"].sts
_IMDS = SDKS["botocore-1.44"].imds
_DAY = [60.0 * minute for minute in range(24 * 60)]
_HOUR_S = 3600
_LIFE_S = 21600

# Sixteenths of a millisecond would not fit a microsecond; 1/64 s does, and is exact in binary.
_GRID = 64


def _half(_number: int) -> float:
    return 0.5


def _sts_model(call_times: list[float], session_s: int, outages: list[tuple[float, float]]) -> Trace:
    return model(_STS, call_times, lambda at: float(math.floor(at) + session_s), _half, outages)


@pytest.mark.parametrize(("session_s", "issued"), [(3600, 32), (900, 1440), (1200, 240)])
def test_published_counts_a_call_a_minute_for_a_day(session_s: int, issued: int) -> None:
    real = drive(_DAY, session_s)
    assert len(real.issued) == issued
    assert real == _sts_model(_DAY, session_s, [])


def test_an_hour_s_session_is_renewed_every_2760_s() -> None:
    real = drive(_DAY, 3600)
    assert {later - earlier for earlier, later in itertools.pairwise(real.issued)} == {2760.0}


@pytest.mark.parametrize(
    ("outage", "attempts", "calls"), [((2700.0, 3000.0), 4, 0), ((2700.0, 3900.0), 19, 14)], ids=["short", "long"]
)
def test_published_outages(outage: tuple[float, float], attempts: int, calls: int) -> None:
    times = _DAY[:180]
    real = drive(times, 3600, [outage])
    assert (len(real.failed_attempts), len(real.failed_calls)) == (attempts, calls)
    assert real == _sts_model(times, 3600, [outage])
    if calls:
        assert real.failed_calls[0] == 3060.0


@pytest.mark.parametrize(
    ("session_s", "hours", "issued"), [(900, 1, 3600), (960, 24, 1417), (1200, 24, 288), (1800, 24, 96), (3600, 24, 32)]
)
def test_measured_counts_a_call_a_second(session_s: int, hours: int, issued: int) -> None:
    times = [float(second) for second in range(hours * 3600)]
    assert len(_sts_model(times, session_s, []).issued) == issued
    assert drive(times[:7200], session_s) == _sts_model(times[:7200], session_s, [])


def test_a_dead_provider_is_asked_at_every_use_and_fails_ten_minutes_early() -> None:
    times = [float(second) for second in range(3600)]
    real = drive(times, 3600, [(1.0, math.inf)])
    assert real.failed_attempts[0] == 2701.0
    assert real.failed_calls[0] == 3001.0
    assert real == _sts_model(times, 3600, [(1.0, math.inf)])


_sparse = st.lists(st.integers(0, 40_000 * _GRID), min_size=1, max_size=150, unique=True).map(
    lambda ticks: [tick / _GRID for tick in sorted(ticks)]
)
# A busy client looks into every window of a few minutes; draws over ten hours hardly ever do.
_busy = st.tuples(
    st.integers(0, 2_000), st.lists(st.integers(120 * _GRID, 400 * _GRID), min_size=150, max_size=250)
).map(lambda drawn: [drawn[0] + tick / _GRID for tick in itertools.accumulate(drawn[1])])
_times = st.one_of(_sparse, _busy)
_outages = st.lists(
    st.tuples(st.integers(0, 40_000), st.integers(1, 8_000)).map(lambda pair: (float(pair[0]), float(sum(pair)))),
    max_size=4,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(times=_times, session_s=st.integers(900, 43_200), outages=_outages)
def test_any_calls_any_session_any_outage(
    times: list[float], session_s: int, outages: list[tuple[float, float]]
) -> None:
    assert drive(times, session_s, outages) == _sts_model(times, session_s, outages)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(gap=st.integers(1, 20 * _GRID), session_s=st.integers(900, 1_300), outages=_outages)
def test_dense_calls_near_the_shortest_sessions(gap: int, session_s: int, outages: list[tuple[float, float]]) -> None:
    times = [number * gap / _GRID for number in range(400)]
    near = [(start % 4000, start % 4000 + stop - start) for start, stop in outages]
    assert drive(times, session_s, near) == _sts_model(times, session_s, near)


def _hourly(at: float) -> float:
    return float(math.floor(at / _HOUR_S) * _HOUR_S + _LIFE_S)


def test_instance_credentials_offered_hourly() -> None:
    real = drive_imds(_DAY, _hourly, _half)
    assert real.issued == [0.0, 20760.0, 38760.0, 56760.0, 74760.0]
    assert real == model(_IMDS, _DAY, _hourly, _half)


def test_a_silent_metadata_service_fails_calls_although_credentials_are_valid() -> None:
    silent = [(20_700.0, 21_000.0)]
    real = drive_imds(_DAY[:400], _hourly, _half, silent)
    assert real.failed_calls == [20760.0, 20820.0, 20880.0, 20940.0]
    assert real.failed_attempts == [at for at in real.failed_calls for _ in range(2)]  # a token, then without one
    assert real == model(_IMDS, _DAY[:400], _hourly, _half, silent, asks=2)


def test_static_stability_while_the_service_hands_out_the_old_set() -> None:
    real = drive_imds(_DAY[:700], lambda _: float(_LIFE_S), _half)
    assert real.issued[:4] == [0.0, 20760.0, 21180.0, 21600.0]
    assert real == model(_IMDS, _DAY[:700], lambda _: float(_LIFE_S), _half)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    times=_times,
    stuck=st.tuples(st.integers(0, 40_000), st.sampled_from([0, 15_000, 30_000, 60_000])).map(sorted),
    silent=_outages,
    offered_every_s=st.sampled_from([900, 3600, 20_000, 21_300]),
    draws=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20),
)
def test_a_metadata_service_stuck_silent_or_slow(
    times: list[float],
    stuck: list[int],
    silent: list[tuple[float, float]],
    offered_every_s: int,
    draws: list[float],
) -> None:
    """Static stability included: whatever the service offers, the next fetch is at the same call."""

    def expiry_at(at: float) -> float:
        asked = stuck[0] if stuck[0] <= at < stuck[1] else at
        return float(math.floor(asked / offered_every_s) * offered_every_s + _LIFE_S)

    later = [(start + times[0] + 1, stop + times[0] + 1) for start, stop in silent]
    real = drive_imds(times, expiry_at, lambda n: draws[n % len(draws)], later)
    assert real == model(_IMDS, times, expiry_at, lambda n: draws[n % len(draws)], later, asks=2)


def test_the_guard_refuses_every_other_address() -> None:
    with socket.socket() as probe, pytest.raises(PermissionError):
        probe.connect(("192.0.2.1", 443))
