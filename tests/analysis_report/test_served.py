"""The curve of processes that AWS would serve, against counting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.charts.served import share_served

AT_S = np.array([0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0])


def _curve(*spans: tuple[int, int, float, float, float]) -> list[float]:
    """(client, slot, from, to, valid until) of what each of 4 processes holds."""
    names = ["client", "slot", "from_s", "to_s", "valid_until_s"]
    frame = pd.DataFrame(list(spans), columns=names).assign(population="app")
    return [float(x) for x in share_served(frame, 4, AT_S)]


def test_who_holds_something_valid_is_served() -> None:
    assert _curve((0, 0, 5, 20, 99), (1, 0, 10, 99, 15)) == [0, 0.25, 0.5, 0.25, 0, 0, 0, 0]


def test_a_process_counts_once_however_much_it_holds() -> None:
    overlapping = _curve((0, 0, 5, 20, 99), (0, 1, 10, 30, 99), (0, 2, 12, 15, 99))
    assert overlapping == [0, 0.25, 0.25, 0.25, 0.25, 0.25, 0, 0]
    assert _curve((0, 0, 5, 10, 99), (0, 0, 10, 20, 99)) == [0, 0.25, 0.25, 0.25, 0, 0, 0, 0]


def test_what_has_expired_serves_nobody() -> None:
    assert _curve((0, 0, 5, 40, 10), (0, 0, 20, 40, 99)) == [0, 0.25, 0, 0, 0.25, 0.25, 0.25, 0]
    assert _curve((0, 0, 20, 40, 10)) == [0.0] * 8


@pytest.mark.parametrize("seed", range(3))
def test_the_curve_is_the_count_at_each_instant(seed: int) -> None:
    grid = (seed + 1) * 7919
    spans = [
        (n % 4, n % 3, float(grid * n % 31), float(grid * n % 31 + n % 17), 5.0 + grid * n % 37) for n in range(40)
    ]
    expected = [
        len({c for c, _, begin, end, until in spans if begin <= at < min(end, until)}) / 4 for at in AT_S.tolist()
    ]
    assert _curve(*spans) == expected
