"""Lanes and containment are drawn from a run with an incident, and only from such a run."""

from __future__ import annotations

import pytest
from matplotlib import rc_context

from analysis.charts import containment, lanes
from analysis.load import Results
from analysis.style import RC
from analysis.summary import summarise
from sim.scenario import Scenario
from tests.support.drawn import cut_off, overlapping
from tests.support.fake_results import write_results
from tests.support.naive_thief import leak
from tests.support.runs import run

PLANS = {"nothing": [], "deactivate": [{"after_s": 0, "deactivate_key": "robot"}]}
TABLES = ("thefts", "theft_spans", "calls", "requests_per_second", "holdings", "credentials")


def records(frame):
    """Rows of a frame, with None where pandas has nan."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def folder_of(path, documents, quotas=(), load=None):
    """A results folder of real runs, one strategy per document; `load` replaces what reached the issuers."""
    scenarios = {name: Scenario.model_validate(document) for name, document in documents.items()}
    frames = {name: run(scenario) for name, scenario in scenarios.items()}
    rows = {name: {table: records(found[table]) for table in TABLES} for name, found in frames.items()}
    if load is not None:
        rows = {name: found | {"requests_per_second": load} for name, found in rows.items()}
    return write_results(path, scenarios, lambda strategy, _: rows[strategy], quotas=quotas)


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


def test_six_plans_are_all_drawn_on_one_scale_and_no_label_covers_another(tmp_path):
    plans = {f"a-plan-with-a-long-name-{n}": leak({}, PLANS["deactivate"] if n else []) for n in range(6)}
    quota = {"account": "main", "quota_group": "signed", "rps": 600, "burst": 600}
    load = [{"second": 90, "issuer": "sts", "account": "main", "quota_group": "signed", "outcome": "ok", "requests": 7}]
    path = folder_of(tmp_path / "six", plans, [quota], load)
    summary, results = summarise(path), Results(path)
    with rc_context(RC):
        figures = [chart.draw(results, summary) for chart in (lanes.CHART, containment.CHART)]
    panels = [axes for axes in figures[0].axes if axes.get_visible()]
    titles = [axes.get_title(loc="left") for axes in panels]
    assert [title for title in titles if title] == list(results.strategies)
    assert len(panels) == 3 * 6
    loads = [axes for axes in panels if "quota" in " ".join(text.get_text() for text in axes.texts)]
    assert len(loads) == 6
    assert len({axes.get_ylim() for axes in loads}) == 1
    rows = [label.get_text() for label in figures[1].axes[0].get_yticklabels()]
    assert rows == list(results.strategies)
    assert [overlapping(figure) + cut_off(figure) for figure in figures] == [[], []]


def test_thieves_who_end_together_are_both_seen(folder):
    summary = summarise(folder)
    with rc_context(RC):
        figure = containment.CHART.draw(Results(folder), summary)
    marks = [line for line in figure.axes[0].lines if line.get_marker() in ("o", "s", "^")]
    spots = [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in marks]
    assert len(set(spots)) == len(spots) == 6


def test_a_run_without_an_incident_has_neither(tmp_path):
    document = leak({}, []) | {"theft": {}}
    folder = folder_of(tmp_path / "run", {"one": document, "two": document})
    summary = summarise(folder)
    assert not lanes.CHART.applies(Results(folder), summary)
    assert not containment.CHART.applies(Results(folder), summary)
