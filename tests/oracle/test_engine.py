"""The whole engine against the real SDKs: the same instants of renewal, failed attempts and failed calls."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.sdks import SDKS
from tests.oracle.botocore_clock import drive, drive_imds
from tests.oracle.engine_clock import simulate_imds, simulate_sts
from tests.oracle.reference import model

_DAY = [60.0 * minute for minute in range(24 * 60)]
_RECORDED = json.loads(Path(__file__).with_name("js_traces.json").read_text(encoding="utf-8"))["cases"]
_JS = [(number, case) for number, case in enumerate(_RECORDED) if case["kind"] != "imds"]
_HOUR_S, _LIFE_S = 3600.0, 21600.0


@pytest.mark.parametrize(
    ("session_s", "outages"),
    [(3600, []), (900, []), (1200, []), (3600, [(2700.0, 3000.0)]), (3600, [(2700.0, 3900.0)])],
    ids=["1h", "15min", "20min", "short-outage", "long-outage"],
)
def test_a_day_of_a_call_a_minute(session_s: int, outages: list[tuple[float, float]], tmp_path: Path) -> None:
    assert simulate_sts(_DAY, session_s, tmp_path, outages) == drive(_DAY, session_s, outages)


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
    with tempfile.TemporaryDirectory() as folder:
        assert simulate_sts(times, session_s, Path(folder), outages) == drive(times, session_s, outages)


@pytest.mark.parametrize(("number", "case"), _JS, ids=[f"{case['kind']}-{number}" for number, case in _JS])
def test_recorded_traces_of_the_sdk_for_javascript(number: int, case: dict[str, object], tmp_path: Path) -> None:
    sdk = "js-v3" if case["kind"] == "chain" else "js-v3-explicit"
    simulated = simulate_sts(case["times"], case["session"], tmp_path, case["outages"], sdk)  # type: ignore[arg-type]
    assert simulated.issued == case["trace"]["issued"]  # type: ignore[index]
    assert simulated.failed_attempts == case["trace"]["failed_attempts"]  # type: ignore[index]
    assert simulated.failed_calls == case["trace"]["failed_calls"]  # type: ignore[index]


@pytest.mark.parametrize("sdk", sorted(set(SDKS) - {"java-v2-2025"}))
@pytest.mark.parametrize("session_s", [900, 7200])
def test_every_preset_without_jitter_renews_as_its_rule_says(sdk: str, session_s: int, tmp_path: Path) -> None:
    expected = model(SDKS[sdk].sts, _DAY, lambda at: at + session_s, itertools.repeat(0.0))
    assert simulate_sts(_DAY, session_s, tmp_path, sdk=sdk) == expected


@pytest.mark.parametrize("silent", [[], [(17_000.0, 19_000.0)]], ids=["up", "silent"])
def test_instance_credentials_offered_hourly(silent: list[tuple[float, float]], tmp_path: Path) -> None:
    """Instances are not in phase: the real SDK is given the sets that this host's service offered."""
    simulated = simulate_imds(_DAY, tmp_path, silent)
    first = min(row["issued_at_s"] for row in pq.read_table(tmp_path / "credentials.s00.parquet").to_pylist())

    def expiry_at(at: float) -> float:
        return (at - first) // _HOUR_S * _HOUR_S + first + _LIFE_S

    real = drive_imds(_DAY, expiry_at, itertools.repeat(0.5), silent)
    assert simulated == real
    assert bool(real.failed_calls) is bool(silent)
    assert silent or {later - earlier for earlier, later in itertools.pairwise(real.issued[1:])} == {18000.0}
