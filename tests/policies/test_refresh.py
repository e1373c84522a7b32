"""The refresh windows of every SDK preset give the published steady-state intervals."""

from __future__ import annotations

import math

import pytest

from sim.policies.refresh import Refresh, advisory_at, advisory_window_s, mandatory_at, retry_at, seen_expiry
from sim.sdks import SDKS

_BOTOCORE = {900: 0, 1200: 300, 1800: 900, 3600: 2700, 7200: 6300, 43200: 42300}
_BY_LIFETIME = {900: 600, 1200: 900, 1800: 900, 3600: 2700, 7200: 3600, 43200: 39600}
_JS = {900: 600, 1200: 900, 1800: 1500, 3600: 3300, 7200: 6900, 43200: 42900}
_GO_OLD = {length: length for length in _JS}
_STEADY = {
    "botocore-1.24": _BOTOCORE,
    "botocore-1.44": _BOTOCORE,
    "aws-cli-v1": _BOTOCORE,
    "aws-cli-v2": _BOTOCORE,
    "botocore-2026": _BY_LIFETIME,
    "go-v2-2026": _BY_LIFETIME,
    "js-v3": _JS,
    "js-v3-explicit": _JS,
    "go-v2-old": _GO_OLD,
}
_JAVA_2025 = {
    900: (600, 780),
    1200: (900, 1080),
    1800: (1500, 1680),
    3600: (3300, 3480),
    7200: (6900, 7080),
    43200: (42900, 43080),
}


def test_every_preset_has_a_row() -> None:
    jittered = {"java-v2-2025", "java-v2-2026", "cloudtrail-delivery"}
    assert {*_STEADY, *jittered} == set(SDKS)


@pytest.mark.parametrize(
    ("name", "length_s", "interval_s"), [(name, d, i) for name, row in _STEADY.items() for d, i in row.items()]
)
def test_steady_refresh_interval(name: str, length_s: int, interval_s: int) -> None:
    rule = SDKS[name].sts
    at = advisory_at(rule, 0.0, float(length_s), 0.5)
    assert at == (math.nextafter(interval_s, math.inf) if rule.strict else interval_s)


@pytest.mark.parametrize(("length_s", "ends"), _JAVA_2025.items())
def test_java_up_to_2025_spreads_its_refresh(length_s: int, ends: tuple[int, int]) -> None:
    rule = SDKS["java-v2-2025"].sts
    assert (advisory_at(rule, 0.0, length_s, 0.0), advisory_at(rule, 0.0, length_s, 1.0)) == ends
    assert advisory_at(rule, 0.0, length_s, 0.25) == ends[0] + 45


def test_java_up_to_2025_renews_instance_credentials_from_half_life_on() -> None:
    rule = SDKS["java-v2-2025"].imds
    assert advisory_at(rule, 100.0, 100.0 + 21600.0, 0.0) == 100.0 + 10800.0
    assert advisory_at(rule, 100.0, 100.0 + 21600.0, 1.0) == 100.0 + 21600.0 - 61.0
    assert advisory_at(rule, 0.0, 400.0, 0.0) == 300.0
    assert mandatory_at(rule, 0.0, 21600.0) == 21599.0


def test_go_renews_instance_credentials_hourly() -> None:
    rule = SDKS["go-v2-old"].imds
    assert advisory_at(rule, 50.0, 50.0 + 21600.0, 0.0) == 3650.0
    assert mandatory_at(rule, 50.0, 50.0 + 21600.0) == 3650.0
    assert advisory_at(rule, 50.0, 1000.0, 0.0) == 1000.0


@pytest.mark.parametrize(
    ("name", "mandatory_s"),
    [
        ("botocore-1.44", 600),
        ("aws-cli-v2", 900),
        ("java-v2-2025", 60),
        ("java-v2-2026", 60),
        ("go-v2-2026", 60),
        ("go-v2-old", 0),
        ("js-v3", 0),
        ("js-v3-explicit", 300),
        ("botocore-2026", 60),
    ],
)
def test_mandatory_window(name: str, mandatory_s: int) -> None:
    rule = SDKS[name].sts
    at = mandatory_at(rule, 0.0, 3600.0)
    assert at == (math.nextafter(3600.0 - mandatory_s, math.inf) if rule.strict else 3600.0 - mandatory_s)
    assert at >= advisory_at(rule, 0.0, 3600.0, 0.0)


@pytest.mark.parametrize("name", sorted(SDKS))
def test_a_key_is_never_renewed(name: str) -> None:
    for rule in (SDKS[name].sts, SDKS[name].imds):
        assert advisory_at(rule, 0.0, math.inf, 0.5) == math.inf
        assert mandatory_at(rule, 0.0, math.inf) == math.inf
        assert seen_expiry(rule, 0.0, math.inf, 0.5) == math.inf


@pytest.mark.parametrize("lifetime_s", [1200.0, 1200.5, 5399.9, 5400.0])
def test_window_by_lifetime_at_its_edges(lifetime_s: float) -> None:
    expected = {1200.0: 300.0, 1200.5: 900.0, 5399.9: 900.0, 5400.0: 3600.0}
    assert advisory_window_s(SDKS["go-v2-2026"].sts, lifetime_s) == expected[lifetime_s]


def test_pause_after_a_failed_renewal() -> None:
    assert retry_at(SDKS["botocore-1.44"].sts, 70.0, 0.9) == 70.0
    assert retry_at(SDKS["go-v2-2026"].sts, 70.0, 0.0) == 370.0
    assert retry_at(SDKS["java-v2-2026"].sts, 70.0, 0.5) == 520.0


def test_static_stability_of_botocore_matches_what_was_measured() -> None:
    rule = SDKS["botocore-1.44"].imds
    draws = [number / 10_000 for number in range(10_000)]
    lives = [seen_expiry(rule, 1000.0, 1800.0, u) - 1000.0 for u in draws]
    assert (min(lives), max(lives)) == (1020.0, 1500.0)
    assert sum(lives) / len(lives) == pytest.approx(1260.0, abs=1.0)
    assert {seen_expiry(rule, 1000.0, 4600.0, u) for u in draws} == {4600.0}
    raised = [seen_expiry(rule, 1000.0, 2400.0, u) for u in draws]
    assert 2400.0 in raised
    assert max(raised) == 2500.0


def test_static_stability_of_js_only_helps_what_has_expired() -> None:
    rule = SDKS["js-v3"].imds
    assert seen_expiry(rule, 1000.0, 1001.0, 0.0) == 1001.0
    assert seen_expiry(rule, 1000.0, 999.0, 0.0) == 1300.0
    assert seen_expiry(rule, 1000.0, 999.0, math.nextafter(1.0, 0.0)) == 1599.0


def test_a_plain_jitter_ends_before_the_expiry() -> None:
    rule = Refresh(advisory=((math.inf, 300.0),), mandatory_s=0.0, jitter_s=600.0)
    assert advisory_at(rule, 0.0, 3600.0, 0.5) == 3450.0
