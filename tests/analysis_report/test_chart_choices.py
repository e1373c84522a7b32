"""Which charts a run gets, and what their colours count: small rules without a figure."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from analysis.charts import tradeoff
from analysis.charts.axes import nested_width, refused_by_bucket


class Run:
    """Strategies and their scenarios; nothing else of a run is asked for."""

    def __init__(self, scenarios):
        self.scenarios, self.strategies = scenarios, list(scenarios)

    def scenario(self, name):
        return self.scenarios[name]


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"timeline": [{"at_s": 9}]}, False), ({"theft": {"plans": {}}}, False), ({"credentials": {"a": []}}, True)],
)
def test_faults_and_answers_to_an_incident_are_no_trade_off(change, expected):
    base = {"timeline": [], "theft": {}, "credentials": {}}
    assert tradeoff._is_choice(Run({"one": base, "two": base | change})) is expected


def test_a_refusal_in_disguise_is_counted_where_its_quota_says_so():
    outcomes = ["ok", "unavailable", "throttled", "unavailable"]
    rows = pd.DataFrame({"account": list("aaab"), "quota_group": "signed", "outcome": outcomes})
    quota = {"refusal": {"retryable": "transient"}}
    scenario = {"accounts": {"a": {"quotas": {"signed": quota}}, "b": {"quotas": "documented"}}}
    assert refused_by_bucket(rows, scenario).tolist() == [False, True, True, False]


def test_a_line_below_another_is_wider_by_more_than_can_be_missed():
    widths = [nested_width(place, 5) for place in range(5)]
    assert min(one - two for one, two in pairwise(widths)) >= 0.8 - 1e-9
    assert widths[-1] == 1.5
