"""The whole engine against the real SDKs: the same instants of renewal, failed attempts and failed calls."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.sdks import SDKS
from sim.verify.botocore_clock import drive, drive_imds
from sim.verify.cases import Case, offered
from sim.verify.engine_clock import on_this_host, simulate_imds, simulate_sts
from sim.verify.reference import model

_DAY = [60.0 * minute for minute in range(24 * 60)]


@pytest.mark.parametrize(
    ("session_s", "outages"),
    [(3600, []), (900, []), (1200, []), (3600, [(2700.0, 3000.0)]), (3600, [(2700.0, 3900.0)])],
    ids=["1h", "15min", "20min", "short-outage", "long-outage"],
)
def test_a_day_of_a_call_a_minute(session_s: int, outages: list[tuple[float, float]]) -> None:
    assert simulate_sts(_DAY, session_s, outages) == drive(_DAY, session_s, outages)


_times = st.lists(st.integers(0, 40_000 * 64), min_size=1, max_size=80, unique=True).map(
    lambda ticks: [tick / 64 for tick in sorted(ticks)]
)
_outages = st.lists(
    st.tuples(st.integers(0, 40_000), st.integers(1, 8_000)).map(lambda pair: (float(pair[0]), float(sum(pair)))),
    max_size=3,
)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(times=_times, session_s=st.integers(900, 43_200), outages=_outages)
def test_any_calls_any_session_any_outage(
    times: list[float], session_s: int, outages: list[tuple[float, float]]
) -> None:
    assert simulate_sts(times, session_s, outages) == drive(times, session_s, outages)


@pytest.mark.parametrize("sdk", sorted(set(SDKS) - {"java-v2-2025", "java-v2-2026", "cloudtrail-delivery"}))
@pytest.mark.parametrize("session_s", [900, 7200])
def test_every_preset_without_jitter_renews_as_its_rule_says(sdk: str, session_s: int) -> None:
    expected = model(SDKS[sdk].sts, _DAY, lambda at: at + session_s, lambda _number: 0.0)
    assert simulate_sts(_DAY, session_s, sdk=sdk) == expected


@pytest.mark.parametrize("silent", [[], [(19_000.0, 20_500.0)]], ids=["up", "silent"])
def test_instance_credentials_offered_hourly(silent: list[tuple[float, float]]) -> None:
    """Instances are not in phase: the real SDK is given the sets that this host's service offered."""
    simulated = simulate_imds(_DAY, silent)
    case = on_this_host(Case("", "imds", (tuple(_DAY),), failing=silent))
    real = drive_imds(_DAY, lambda at: offered(case, at), lambda n: case.draws[n], silent)
    assert simulated == real
    assert bool(real.failed_calls) is bool(silent)
    assert silent or {later - earlier for earlier, later in itertools.pairwise(real.issued[1:])} == {18000.0}
