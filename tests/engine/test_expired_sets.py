"""A host that hands out a set which has ended: botocore raises and sends nothing, other SDKs sign with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.runs import run, verdicts
from tests.support.zoo import document, fleet


@pytest.mark.parametrize(
    ("sdk", "refresh", "verdict"),
    [
        ("botocore-1.44", {}, "RefreshFailed"),
        ("aws-cli-v2", {}, "RefreshFailed"),
        ("botocore-1.44", {"ended_left_s": "no"}, "ExpiredToken"),
        ("go-v2-old", {}, "ExpiredToken"),
    ],
)
def test_a_container_s_set_that_has_ended(sdk: str, refresh: dict[str, Any], verdict: str) -> None:
    """Sets of 2,000 s, and a new one every 3,000 s: a third of the calls find none that lives."""
    words = document({"tasks": fleet("task", {"kind": "every", "every_s": 10}, count=2, sdk=sdk)}, horizon_s=9000)
    words["issuers"]["task"] = {"kind": "container", "role": "task", "life_s": 2000, "offered_every_s": 3000}
    words["roles"]["task"] = {"account": "main", "trust": {"service": "ecs-tasks.amazonaws.com"}, "allow": ["s3:*"]}
    words["credentials"] = {"task": [{"from": "task", "refresh": refresh}]}
    ended: dict[str, int] = {}
    for (_, _, how), n in verdicts(run(words)).items():
        ended[how] = ended.get(how, 0) + n
    assert set(ended) == {"ok", verdict}
    assert ended[verdict] == pytest.approx(600, abs=20)
