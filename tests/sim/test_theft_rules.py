"""Incidents that cannot be told are refused with their place, the value and what would be right."""

from __future__ import annotations

import pickle

import pytest

from sim.loading.scenario_file import load
from sim.scenario import Scenario
from tests.support.naive_thief import leak
from tests.support.small_scenario import GOOD, check_edit, edited

THEFT = "theft: {places: {app: {process: 1}}}"
WORDS = "at_s: 5, population: app, detected_after_s: 60, thieves: [copy]"


def theft(words, plans=""):
    """A theft block with one incident."""
    return "theft: {incidents: {leak: {" + words + "}}" + (f", plans: {plans}" if plans else "") + "}"


EDITS = {
    "a place that nobody has": (
        THEFT,
        theft(WORDS + ", place: repository"),
        "theft.incidents.leak.place",
        ["nobody has anything at repository", "imds", "process"],
    ),
    "a place that only others have": (
        THEFT,
        theft(WORDS + ", place: laptop"),
        "theft.incidents.leak.place",
        ["app has nothing at laptop in any strategy", "imds, process"],
    ),
    "no thieves": (
        THEFT,
        theft(WORDS.replace("[copy]", "[]") + ", place: process"),
        "theft.incidents.leak.thieves",
        ["at least 1"],
    ),
    "a thief twice": (
        THEFT,
        theft(WORDS.replace("[copy]", "[copy, copy]") + ", place: process"),
        "theft.incidents.leak.thieves",
        ["each thief once"],
    ),
    "a deed that is no action": (
        THEFT,
        theft(WORDS + ", place: process, actions: {GetObject: 1}"),
        "theft.incidents.leak.actions.GetObject",
        ["s3:GetObject"],
    ),
    "an unknown thief": (
        THEFT,
        theft(WORDS.replace("[copy]", "[mnt]") + ", place: process"),
        "theft.incidents.leak.thieves.0",
        ["mint"],
    ),
    "a run that ends before the hole is closed": (
        THEFT,
        theft(WORDS.replace("[copy]", "[foothold]") + ", place: process"),
        "theft.incidents.leak.thieves",
        ["before the hole is closed", "86400", "3595"],
    ),
    "people who have no Identity Center": (
        "{at_s: 10, outage: sts, for_s: 5}",
        "{at_s: 10, disable_user: app}",
        "timeline.0.disable_user",
        ["no users of Identity Center", "identity_center"],
    ),
    "nobody of that number": (
        "{at_s: 10, outage: sts, for_s: 5}",
        "{at_s: 10, disable_user: people, client: 3}",
        "timeline.0.client",
        ["no client of people", "from 0"],
    ),
    "a plan that disables programs": (
        THEFT,
        "theft: {plans: {answer: [{after_s: 5, disable_user: app}]}}",
        "theft.plans.answer.0.disable_user",
        ["no users of Identity Center"],
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_refused_where_it_stands(edit, tmp_path):
    check_edit(tmp_path, edit)


@pytest.mark.parametrize("verb", ["revoke: role/desk", "delete_role: desk", "policy: role/desk, deny: [a]"])
def test_a_plan_does_not_change_a_role_of_identity_center_in_iam(verb, tmp_path):
    base = GOOD.replace("roles:\n", "roles:\n  desk: {account: main, trust: {identity_center: centre}}\n")
    new = "theft: {plans: {answer: [{after_s: 5, " + verb + "}]}}"
    edit = (THEFT, new, f"theft.plans.answer.0.{verb.split(':')[0]}", ["permission_set/centre/dev"])
    check_edit(tmp_path, edit, base=base)


def test_scenarios_with_plans_travel_to_worker_processes():
    scenario = Scenario.model_validate(leak({}, [{"after_s": 5, "deactivate_key": "robot"}]))
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_a_place_that_a_strategy_gives_its_population_is_right(tmp_path):
    fallback = "  base: {}\n  copied: {set: {credentials.app.0.place: laptop}}\n"
    base = GOOD.replace("  base: {}\n", fallback)
    load(edited(tmp_path, THEFT, theft(WORDS + ", place: laptop"), base))
