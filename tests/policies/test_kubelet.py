"""When a projected token is renewed."""

from __future__ import annotations

import pytest

from sim.aws import eks
from sim.policies.kubelet import renewed_after_s


@pytest.mark.parametrize(
    ("life_s", "age_s"), [(600, 480), (3600, 2880), (86_400, 69_120), (108_000, 86_400), (172_800, 86_400)]
)
def test_at_four_fifths_of_its_life_or_after_a_day(life_s: float, age_s: float) -> None:
    share, longest = eks.KUBELET_REFRESH_SHARE.value, float(eks.KUBELET_REFRESH_MAX_S.value)
    assert renewed_after_s(life_s, share, longest) == age_s
