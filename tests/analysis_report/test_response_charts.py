"""Lanes and containment are drawn from a run with an incident, and only from such a run."""

from __future__ import annotations

import pytest
from matplotlib import rc_context

from analysis.charts import containment, lanes
from analysis.load import Results
from analysis.style import RC
from analysis.summary import summarise
from sim.scenario import Scenario
from tests.support.fake_results import write_results
from tests.support.naive_thief import leak
from tests.support.runs import run

PLANS = {"nothing": [], "deactivate": [{"after_s": 0, "deactivate_key": "robot"}]}
TABLES = ("thefts", "theft_spans", "calls", "requests_per_second", "holdings", "credentials")


def records(frame):
    """Rows of a frame, with None where pandas has nan."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def folder_of(path, documents):
    """A results folder of real runs, one strategy per document."""
    scenarios = {name: Scenario.model_validate(document) for name, document in documents.items()}
    frames = {name: run(scenario) for name, scenario in scenarios.items()}
    rows = {name: {table: records(found[table]) for table in TABLES} for name, found in frames.items()}
    return write_results(path, scenarios, lambda strategy, _: rows[strategy])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return folder_of(tmp_path_factory.mktemp("leak"), {name: leak({}, plan) for name, plan in PLANS.items()})


def texts(figure):
    """Everything that stands in a figure."""
    figure.draw_without_rendering()
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_lanes_tell_of_every_thief_and_plan(folder):
    summary = summarise(folder)
    results = Results(folder)
    assert lanes.CHART.applies(results, summary)
    with rc_context(RC):
        told = texts(lanes.CHART.draw(results, summary))
    assert told.count("never ends") == 3
    assert any("last ok 10 min after" in text for text in told), told
    assert any("last ok 36.1 h after" in text for text in told), told


def test_containment_puts_never_beside_the_numbers(folder):
    summary = summarise(folder)
    results = Results(folder)
    assert containment.CHART.applies(results, summary)
    with rc_context(RC):
        figure = containment.CHART.draw(results, summary)
        figure.draw_without_rendering()
    left = figure.axes[0]
    never = max(left.get_xticks())
    shown = {float(x) for line in left.lines if line.get_marker() not in ("", "None") for x in line.get_xdata()}
    assert {0.0, 129_300.0, never} == shown


def test_a_run_without_an_incident_has_neither(tmp_path):
    document = leak({}, []) | {"theft": {}}
    folder = folder_of(tmp_path / "run", {"one": document, "two": document})
    summary = summarise(folder)
    assert not lanes.CHART.applies(Results(folder), summary)
    assert not containment.CHART.applies(Results(folder), summary)
