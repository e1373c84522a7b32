"""Runs in which next to nothing happens: every chart that applies is drawn, without a warning (warnings are errors)."""

from __future__ import annotations

import pytest

from analysis.charts import CHARTS
from analysis.load import Results
from analysis.summary import summarise
from sim.records import Level
from sim.runner import Plan, run
from sim.scenario import Scenario
from tests.support.zoo import document, fleet

NEVER = {"kind": "poisson", "rps": 1e-9}


@pytest.mark.parametrize(("horizon_s", "count"), [(60, 1), (1e-9, 3)])
def test_nobody_calls_and_nothing_is_drawn_of_nothing(horizon_s, count, tmp_path):
    words = {"fleet": fleet("chained", NEVER, count=count)}
    scenario = Scenario.model_validate(document(words, horizon_s=horizon_s))
    run(Plan("idle", {"base": scenario}, 1, 1, Level.CREDENTIALS), tmp_path, 1, lambda _share: None)
    summary = summarise(tmp_path)
    results = Results(tmp_path)
    for chart in CHARTS:
        if chart.applies(results, summary):
            assert chart.draw(results, summary).axes, chart.name
