from __future__ import annotations

import math

import pytest

from analysis.load import Results
from analysis.style import (
    DASH,
    GREY,
    INK,
    THROTTLED,
    VERDICT_COLOURS,
    duration,
    effort,
    ellipsis,
    looks,
    number,
    quantity,
    wrap,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.05, "50 ms"),
        (45, "45 s"),
        (60, "1 min"),
        (5400, "1.5 h"),
        (21_600, "6 h"),
        (86_400, "1 d"),
        (129_600, "36 h"),
        (172_800, "2 d"),
        (365 * 86_400, "365 d"),
        (31_557_600 * 2.1, "2.1 y"),
        (math.inf, "never ends"),
        (None, DASH),
        (math.nan, DASH),
        (-120, "-2 min"),
    ],
)
def test_duration_reads_as_a_person_says_it(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def apart(one: str, two: str) -> float:
    """Distance of two colours, 0 to 441."""
    parts = [[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in (one, two)]
    return math.dist(*parts)


def test_a_strategy_s_colour_means_nothing_else() -> None:
    strategies = [look.colour for look in looks([f"plan-{n}" for n in range(11)]).values()]
    others = [*VERDICT_COLOURS.values(), INK, GREY, THROTTLED]
    assert len(set(strategies)) == 11
    assert min(apart(one, two) for one in strategies for two in others) > 40
    assert min(apart(one, two) for one in strategies for two in strategies if one != two) > 60
    verdicts = list(VERDICT_COLOURS.values())
    assert min(apart(one, two) for n, one in enumerate(verdicts) for two in verdicts[:n]) > 30


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1313, "1,313"),
        (19_039, "19,039"),
        (1_960_000, "1,960,000"),
        (12_345_678, "12.3 million"),
        (0.123456, "0.123"),
        (12.0, "12"),
        (3.14159, "3.14"),
        (None, DASH),
        (math.inf, "unbounded"),
    ],
)
def test_number_has_separators_and_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_effort_never_turns_into_days_that_nobody_waited() -> None:
    assert effort(40 * 86_400) == "960 h"
    assert effort(90) == "1.5 min"


def test_quantity_follows_the_unit() -> None:
    assert quantity(0.45, "share") == "45 %"
    assert quantity(7200, "s") == "2 h"
    assert quantity(7200, "requests") == "7,200"


def test_each_strategy_has_its_own_colour_and_marker(results: Results) -> None:
    styles = looks({name: results.scenario(name) for name in results.strategies})
    assert len({look.colour for look in styles.values()}) == len(results.strategies)
    assert len({look.marker for look in styles.values()}) == len(results.strategies)


def test_strategies_with_keys_are_hollow(results: Results) -> None:
    styles = looks({name: results.scenario(name) for name in results.strategies})
    assert styles["keys"].keys
    assert styles["keys"].face == "white"
    assert not styles["sessions-1h"].keys
    assert styles["sessions-1h"].face == styles["sessions-1h"].colour


def test_a_key_from_which_sessions_come_is_a_key_that_is_held() -> None:
    chains = {"role": [{"from": "sts.AssumeRole", "source": "key"}], "key": [{"from": "access_key"}]}
    found = looks({"a": {"populations": {"jobs": {"credentials": "role"}}, "credentials": chains}})
    assert found["a"].keys


def test_colours_follow_the_order_and_not_the_names() -> None:
    assert looks(["b", "a"])["b"].colour == looks(["x", "y"])["x"].colour


def test_long_names_wrap_and_end_in_an_ellipsis() -> None:
    name = "a-very-long-name-of-a-strategy-that-somebody-thought-of-in-a-hurry"
    assert all(len(line) <= 24 for line in wrap(name, 24).splitlines())
    assert wrap(name, 24).endswith("…")
    assert ellipsis("short") == "short"
    assert len(ellipsis(name, 20)) == 20
