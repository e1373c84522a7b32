"""Cases of the real botocore, drawn by hypothesis, a batch of them per sealed process: the same ones in every pull
request, so that it is judged by itself; new ones by `make fuzz` (HYPOTHESIS_PROFILE=new)."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.verify.botocore_rows import compare, real_traces
from sim.verify.cases import random_cases
from sim.verify.engine_clock import on_this_host, play

_NEW = os.environ.get("HYPOTHESIS_PROFILE") == "new"


@settings(max_examples=50 if _NEW else 3, deadline=None, derandomize=not _NEW)
@given(seed=st.integers(0, 2**62))
def test_cases_of_any_seed_agree(seed: int) -> None:
    """18 cases a seed: calls, session lengths, outages, caches, metadata services."""
    cases = [on_this_host(case) for case in random_cases(seed, 1)]
    rows = [compare("", case, real, play(case)) for case, real in zip(cases, real_traces(cases), strict=True)]
    assert not [row for row in rows if row.verdict != "passed"]
