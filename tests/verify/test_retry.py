"""The retry layer of the real botocore: new cases drawn by hypothesis, a batch of them per sealed process."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.verify import retry_rows
from sim.verify.retry_cases import Call, RetryCase, random_retry_cases

_OUTCOMES = ("throttle", "throttled", "unavailable", "internal", "unreachable", "timed out", "denied", "expired", "ok")
_calls = st.lists(
    st.tuples(
        st.lists(st.sampled_from(_OUTCOMES), min_size=1, max_size=9),
        st.lists(st.floats(0, 1, exclude_max=True), min_size=9, max_size=9),
    ),
    min_size=10,
    max_size=30,
)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(calls=_calls, gap_s=st.sampled_from([0.3, 2.0, 500.0]))
def test_any_answers_any_draws_any_mode(calls: list[tuple[list[str], list[float]]], gap_s: float) -> None:
    made = tuple(Call(gap_s * n, tuple(script), tuple(draws)) for n, (script, draws) in enumerate(calls))
    cases = [
        RetryCase("", mode, attempts, made)
        for mode in ("legacy", "standard")
        for attempts in (1, 3, 5, 8)  # type: ignore[arg-type]
    ]
    for case, real in zip(cases, retry_rows.real_attempts(cases), strict=True):
        row = retry_rows.compare("", case, real, retry_rows.ours(case))
        assert row.verdict == "passed", (case, row)


def test_a_cap_of_20_s_is_reached_in_8_attempts_and_never_in_3() -> None:
    cases = random_retry_cases(1, {"standard": (3, 8)}, 20)
    longest = {3: 0.0, 8: 0.0}
    for case in cases:
        for made in retry_rows.ours(case):
            pauses = (later - earlier for earlier, later in itertools.pairwise(made))
            longest[case.attempts] = max(longest[case.attempts], *pauses, 0.0)
    assert longest[3] < 2.0
    assert longest[8] > 16.0


def test_another_instant_or_another_number_is_told() -> None:
    case = random_retry_cases(1, {"standard": (3,)}, 2)[0]
    ours = retry_rows.ours(case)
    assert retry_rows.compare("s", case, ours, ours).verdict == "passed"
    later = [[at + 1e-6 for at in made] for made in ours]
    assert "apart" in retry_rows.compare("s", case, later, ours).note
    assert retry_rows.compare("s", case, [made[:-1] for made in ours], ours).verdict == "failed"


def test_without_botocore_its_rows_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_rows, "installed", lambda: False)
    assert {row.verdict for row in retry_rows.retry_rows()} == {"skipped"}
