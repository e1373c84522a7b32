"""Which charts a run gets, and what their colours count: small rules without a figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.charts.axes import marked_line
from analysis.charts.choice import is_choice
from analysis.metrics._refused import refused_by_bucket
from analysis.style import looks


class Run:
    """Strategies and their scenarios; nothing else of a run is asked for."""

    def __init__(self, scenarios):
        self.scenarios, self.strategies = scenarios, list(scenarios)

    def scenario(self, name):
        return self.scenarios[name]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"timeline": [{"at_s": 9}]}, False),
        ({"theft": {"plans": {}}}, False),
        ({"rotation": {"order": "age"}}, False),
        ({"credentials": {"a": []}}, True),
    ],
)
def test_faults_and_answers_to_an_incident_are_no_trade_off(change, expected):
    base = {"timeline": [], "theft": {}, "credentials": {}}
    assert is_choice(Run({"one": base, "two": base | change})) is expected


def test_a_refusal_in_disguise_is_counted_where_its_quota_says_so():
    outcomes = ["ok", "unavailable", "throttled", "unavailable"]
    rows = pd.DataFrame({"account": list("aaab"), "quota_group": "signed", "outcome": outcomes})
    quota = {"refusal": {"retryable": "transient"}}
    scenario = {"accounts": {"a": {"quotas": {"signed": quota}}, "b": {"quotas": "documented"}}}
    assert refused_by_bucket(rows, scenario).tolist() == [False, True, True, False]


def test_lines_upon_each_other_show_a_marker_each_and_none_is_wider():
    axes, x = Figure().subplots(), np.linspace(0, 1, 400)
    for place, look in enumerate(looks("abcde").values()):
        marked_line(axes, x, np.ones_like(x), look, place, 5)
    spots = [float(at) for line in axes.lines if line.get_marker() != "None" for at in line.get_xdata()]
    assert len(spots) >= 5 * 7
    assert min(np.diff(np.sort(spots))) > 0.02
    assert len({line.get_linewidth() for line in axes.lines}) == 1
