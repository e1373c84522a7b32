"""The chart of what stolen credentials open: a mark for each thief, in order, and nothing upon anything else."""

from __future__ import annotations

import pytest
from matplotlib import rc_context

from analysis.charts.privilege import CHART
from analysis.style import RC
from tests.analysis_report.test_chart_sight import Run
from tests.support.drawn import cut_off, overlapping

HOURS = {("key", "ci"): (43_800, 928_560), ("role", "ci"): (0, 43_800), ("oidc", "ci"): (0, 0)}
HOURS |= {(name, "process"): (4.3, 4.3) for name in ("key", "role", "oidc")}


def summary():
    """Two places of three strategies, two thieves each; one place at which nothing is ever opened."""
    by_thief = {key: {"copy": hours[0], "mint": hours[1]} for key, hours in HOURS.items()}
    rows = [(*key, *pair) for key, hours in by_thief.items() for pair in hours.items()]
    rows += [(name, "image", "copy", 0) for name in ("key", "role", "oidc")]
    return {
        "metrics": [
            {"metric": "exposure.privilege_hours", "strategy": name, "mean": mean, "unit": "h"}
            | {"selector": {"population": "jobs", "place": place, "thief": thief}}
            for name, place, thief, mean in rows
        ]
    }


def of(actions):
    """A run whose scenarios weigh actions, or do not."""
    theft = {"actions": actions, "incidents": {}, "places": {}}
    return Run({name: {"theft": theft, "credentials": {}, "populations": {}} for name in ("key", "role", "oidc")})


def test_each_thief_of_each_strategy_has_a_mark_and_nothing_is_cut_off():
    with rc_context(RC):
        figure = CHART.draw(of({"s3:PutObject": 5}), summary())
        figure.canvas.draw()
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in panels] == ["jobs · ci", "jobs · process"], "those that differ first"
    found = sorted(line.get_xdata()[0] for line in panels[0].lines if line.get_marker() in ("o", "s"))
    assert found == sorted(value for (_, place), hours in HOURS.items() if place == "ci" for value in hours)
    low, high = panels[0].get_xlim()
    assert low < min(found)
    assert high > max(found)
    assert cut_off(figure) == []
    assert overlapping(figure) == []


@pytest.mark.parametrize(("actions", "applies"), [(None, False), ({"s3:PutObject": 5}, True)])
def test_without_weights_hours_of_exposure_say_the_same(actions, applies):
    assert CHART.applies(of(actions), summary()) is applies
