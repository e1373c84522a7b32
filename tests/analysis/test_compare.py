from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.compare import holm, inputs_by_range, paired, turning_points, with_holm

OURS, THEIRS = [5.0, 7.5, 6.0, 9.0], [4.0, 6.0, 5.5, 7.0]


def test_a_difference_is_the_paired_t_test() -> None:
    found = paired(OURS, THEIRS)
    per_run = np.subtract(OURS, THEIRS)
    low, high = stats.t.interval(0.95, 3, loc=per_run.mean(), scale=stats.sem(per_run))
    assert found.mean == pytest.approx(per_run.mean())
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.p == pytest.approx(stats.ttest_rel(OURS, THEIRS).pvalue)
    assert found.correlation == pytest.approx(np.corrcoef(OURS, THEIRS)[0, 1])


@pytest.mark.parametrize("values", [OURS, [0.1, 0.2, 0.3, 0.7], [0.0] * 4])
def test_a_strategy_against_itself_is_exactly_zero(values: list[float]) -> None:
    found = paired(values, list(values))
    assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_ratio_against_itself_is_exactly_zero() -> None:
    found = paired([1.0, 2.0, 5.0], [2.0, 4.0, 10.0], [3.0, 7.0, 11.0], [6.0, 14.0, 22.0])
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)


def test_ratios_of_sums_are_subtracted() -> None:
    found = paired([1.0, 3.0], [1.0, 1.0], [2.0, 4.0], [4.0, 4.0])
    assert found.mean == pytest.approx(4 / 6 - 2 / 8)


def test_one_replication_gives_a_difference_without_interval() -> None:
    found = paired([3.0], [1.0])
    assert (found.mean, found.low, found.high, found.p, found.correlation) == (2.0, None, None, None, None)


def test_a_constant_difference_is_certain() -> None:
    found = paired([3.0, 3.0, 3.0], [1.0, 1.0, 1.0])
    assert (found.mean, found.low, found.high, found.p, found.correlation) == (2.0, 2.0, 2.0, 0.0, None)


def test_no_difference_to_what_never_ends() -> None:
    found = paired([1.0, 2.0], [float("inf"), 2.0])
    assert (found.mean, found.reason) == (None, "never in 1 of 2 replications")


def test_holm_by_hand() -> None:
    """Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 = 0.02, 0.03, 0.06, 0.04, made monotone: the last is 0.06."""
    assert holm([0.01, 0.04, None, 0.03, 0.005]) == pytest.approx([0.03, 0.06, None, 0.06, 0.02])


def test_holm_stops_at_one() -> None:
    assert holm([0.6, 0.9, None]) == [1.0, 1.0, None]


def test_a_choice_of_differences_is_corrected_for_that_choice() -> None:
    rows = [{"metric": name, "p": p, "p_holm": 1.0} for name, p in (("a", 0.02), ("b", 0.5))]
    assert [row["p_holm"] for row in with_holm(rows)] == pytest.approx([0.04, 0.5])
    assert rows[0]["p_holm"] == 1.0


def _rows(**means: float) -> list[dict[str, object]]:
    return [{"metric": "calls.failed", "strategy": s, "selector": None, "mean": m} for s, m in means.items()]


def _assumptions(low: tuple[float, float], base: tuple[float, float], high: tuple[float, float]) -> dict[str, object]:
    ends = {"low": low, "high": high}
    return {
        "inputs": [{"path": "populations.app.count", "value": 10, "low": 5, "high": 20, "note": "", "measure": ""}],
        "results": [
            row | {"path": "populations.app.count", "end": end, "value": 0}
            for end, (ours, theirs) in ends.items()
            for row in _rows(roles=ours, keys=theirs)
        ],
        "base": _rows(roles=base[0], keys=base[1]),
    }


SUMMARY = {"differences": [{"metric": "calls.failed", "baseline": "keys", "strategy": "roles", "selector": None}]}


def test_the_value_at_which_the_sign_turns() -> None:
    """Differences 2 at 5, 1 at 10, -3 at 20: zero a quarter of the way from 10 to 20."""
    found = turning_points(_assumptions((4, 2), (3, 2), (1, 4)), SUMMARY)
    assert len(found) == 1
    assert found[0]["flips"] is True
    assert found[0]["turning_point"] == pytest.approx(12.5)
    assert found[0] | {"turning_point": 0, "flips": 0, "turning_factor": 0} == {
        **{"metric": "calls.failed", "strategy": "roles", "baseline": "keys", "selector": None},
        **{
            "path": "populations.app.count",
            "difference": 1,
            "range": 3,
            "flips": 0,
            "turning_point": 0,
            "turning_factor": 0,
        },
    }


def test_a_range_wider_than_the_difference_is_named_without_a_turning_point() -> None:
    found = turning_points(_assumptions((3, 2), (6, 4), (9, 6)), SUMMARY)
    assert [(row["range"], row["difference"], row["flips"], row["turning_point"]) for row in found] == [
        (6, 2, False, None)
    ]


@pytest.mark.parametrize(
    "at",
    [
        ((12, 2), (12, 2), (12, 2)),
        ((12, 2), (13, 2), (14, 2)),
        ((2, 2), (9, 9), (4, 4)),
    ],
)
def test_a_verdict_that_no_input_touches_is_not_named(at: tuple[tuple[float, float], ...]) -> None:
    assert turning_points(_assumptions(*at), SUMMARY) == []


def test_an_input_that_is_no_number_has_no_turning_point() -> None:
    assumptions = _assumptions((4, 2), (3, 2), (1, 4))
    assumptions["inputs"] = [{"path": "populations.app.count", "value": {"median": 1}, "low": 1, "high": 2}]
    assert turning_points(assumptions, SUMMARY)[0]["turning_point"] is None


@pytest.mark.parametrize(("value", "point"), [(8.0, 10.0), ([8.0, 2.0], None)])
def test_a_scaled_input_turns_at_a_factor(value: object, point: float | None) -> None:
    assumptions = _assumptions((4, 2), (3, 2), (1, 4))
    assumptions["inputs"] = [{"path": "populations.app.count", "value": value, "low": "x 0.5", "high": "x 2"}]
    found = turning_points(assumptions, SUMMARY)[0]
    assert (found["turning_factor"], found["turning_point"]) == (1.25, point)


def test_a_mean_that_an_end_does_not_list_is_the_base() -> None:
    assumptions = _assumptions((4, 2), (3, 2), (1, 2))
    assumptions["results"] = [row for row in assumptions["results"] if row["mean"] != 2]
    assert turning_points(assumptions, SUMMARY)[0]["turning_point"] == pytest.approx(15.0)
    assumptions["results"][0]["mean"] = None
    assert turning_points(assumptions, SUMMARY) == []


def test_inputs_by_how_far_they_move_a_mean() -> None:
    assumptions = _assumptions((4, 2), (3, 2), (1, 4))
    assert inputs_by_range(assumptions, "calls.failed", "roles") == [
        {"path": "populations.app.count", "low": 1, "high": 4, "range": 3}
    ]
    assert inputs_by_range(assumptions, "calls.failed", "unknown") == []
