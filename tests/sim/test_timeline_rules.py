"""Bad timelines and plans are refused with their place, the value and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Scenario
from sim.validation.rules import strategy_findings
from tests.support.small_scenario import GOOD, check_edit
from tests.support.zoo import ZOO
from tests.support.zoo_timeline import VERBS

FAULT = "{at_s: 10, outage: sts, for_s: 5}"
THEFT = "theft: {places: {app: {process: 1}}}"
LEAK = "{at_s: 5, population: app, place: process, detected_after_s: 60, plan: answer}"

# What is replaced, by what, path of the problem, words that its text must hold.
EDITS = {
    "unknown issuer": (FAULT, "{at_s: 10, brownout: stss, for_s: 5, refused: 0.1}", "timeline.0.brownout", ["sts?"]),
    "unknown role": (FAULT, "{at_s: 10, remove_trust: ap}", "timeline.0.remove_trust", ["no role", "app?"]),
    "unknown user": (FAULT, "{at_s: 10, deactivate_key: persn}", "timeline.0.deactivate_key", ["no user", "person?"]),
    "unknown population": (FAULT, "{at_s: 10, skew: ap, off_s: 9}", "timeline.0.skew", ["no population", "app?"]),
    "unknown account": (
        FAULT,
        "{at_s: 10, quota: man, group: signed, rps: 1, burst: 1}",
        "timeline.0.quota",
        ["no account", "main?"],
    ),
    "unknown principal": (FAULT, "{at_s: 10, revoke: role/ap}", "timeline.0.revoke", ["no principal", "role/app?"]),
    "principal without its kind": (FAULT, "{at_s: 10, revoke: app}", "timeline.0.revoke", ["role/NAME"]),
    "misspelt verb": (FAULT, "{at_s: 10, revke: role/app}", "timeline.0", ["did you mean revoke?"]),
    "stuck STS": (FAULT, "{at_s: 10, imds_stuck: sts}", "timeline.0.imds_stuck", ["no metadata service", "imds"]),
    "both measures": (
        FAULT,
        "{at_s: 10, brownout: sts, for_s: 5, refused: 0.1, rps: 3}",
        "timeline.0.brownout",
        ["either refused"],
    ),
    "a policy that says nothing": (FAULT, "{at_s: 10, policy: role/app}", "timeline.0.policy", ["nothing new"]),
    "trust of a user": (
        FAULT,
        "{at_s: 10, policy: user/person, trust: {role: app}}",
        "timeline.0.trust",
        ["no trust policy"],
    ),
    "trust of nobody": (
        FAULT,
        "{at_s: 10, policy: role/app, trust: {role: hst, user: person}}",
        "timeline.0.trust.role",
        ["no role", "host?"],
    ),
    "trust of an issuer that is not there": (
        FAULT,
        "{at_s: 10, policy: role/app, trust: {saml: ipd}}",
        "timeline.0.trust.saml",
        ["no issuer of kind idp", "idp?"],
    ),
    "trust that is no document": (
        FAULT,
        "{at_s: 10, policy: role/app, trust: {rle: host}}",
        "timeline.0.trust",
        ["neither the short form", "role?"],
    ),
    "trust of nobody in a plan": (
        THEFT,
        "theft: {plans: {answer: [{after_s: 5, policy: role/app, trust: {user: persn}}]}}",
        "theft.plans.answer.0.trust.user",
        ["no user", "person?"],
    ),
    "after the end": (FAULT, "{at_s: 3600, outage: sts, for_s: 5}", "timeline.0.at_s", ["3600", "horizon_s"]),
    "negative duration": (FAULT, "{at_s: 10, outage: sts, for_s: -5}", "timeline.0.for_s", ["-5", "above 0"]),
    "negative instant": (FAULT, "{at_s: -10, outage: sts, for_s: 5}", "timeline.0.at_s", ["-10", "at least 0"]),
    "negative propagation": (
        FAULT,
        "{at_s: 10, revoke: role/app, propagation_s: -1}",
        "timeline.0.propagation_s",
        ["-1", "at least 0"],
    ),
    "outage and brownout at once": (
        FAULT,
        FAULT + "\n  - {at_s: 12, brownout: sts, for_s: 5, refused: 0.1}",
        "timeline.1.brownout",
        ["begins while outage", "10 to 15"],
    ),
    "one outage twice": (
        FAULT,
        FAULT + "\n  - {at_s: 12, outage: sts, for_s: 9}",
        "timeline.1.outage",
        ["begins while outage of it (10 to 15 s)", "make one of both"],
    ),
    "trust taken and given at once": (
        FAULT,
        "{at_s: 10, remove_trust: app, for_s: 100}\n  - {at_s: 20, policy: role/app, adds: true, trust: {role: host}}",
        "timeline.1.policy",
        ["policy of role/app", "begins while remove_trust of it (10 to 110 s)"],
    ),
    "trust given and taken at once": (
        FAULT,
        "{at_s: 10, policy: role/app, trust: {role: host}, for_s: 9}\n  - {at_s: 12, remove_trust: app}",
        "timeline.1.remove_trust",
        ["begins while policy of it (10 to 19 s)"],
    ),
    "the same calls throttled twice": (
        FAULT,
        "{at_s: 10, throttle: app, for_s: 9}\n  - {at_s: 12, throttle: app, answer: ServiceUnavailable}",
        "timeline.1.throttle",
        ["begins while throttle of it (10 to 19 s)"],
    ),
    "two quotas at once": (
        FAULT,
        "{at_s: 10, quota: main, group: signed, rps: 1, burst: 1, for_s: 9}\n"
        "  - {at_s: 12, quota: main, group: signed, rps: 2, burst: 1}",
        "timeline.1.quota",
        ["begins while quota of it"],
    ),
    "two policies at one instant": (
        FAULT,
        "{at_s: 10, policy: role/app, allow: [a]}\n  - {at_s: 10, policy: role/app, allow: [b]}",
        "timeline.1.policy",
        ["begins while policy of it"],
    ),
    "revocation of what is deleted": (
        FAULT,
        "{at_s: 10, delete_role: app, recreated_after_s: 50}\n  - {at_s: 20, revoke: role/app}",
        "timeline.1.revoke",
        ["is deleted at 10", "recreated_after_s"],
    ),
    "response before the detection": (
        THEFT,
        "theft: {plans: {answer: [{after_s: -5, revoke: role/app}]}}",
        "theft.plans.answer.0.after_s",
        ["-5", "at least 0"],
    ),
    "response after the end": (
        THEFT,
        "theft: {plans: {answer: [{after_s: 3600, revoke: role/app}]}}",
        "theft.plans.answer.0.after_s",
        ["3600 after a detection", "horizon_s 3600"],
    ),
    "plan with an instant": (
        THEFT,
        "theft: {plans: {answer: [{at_s: 5, revoke: role/app}]}}",
        "theft.plans.answer.0.at_s",
        ["did you mean after_s?"],
    ),
    "plan on nothing": (
        THEFT,
        "theft: {plans: {answer: [{after_s: 5, restart: ap}]}}",
        "theft.plans.answer.0.restart",
        ["no population", "app?"],
    ),
    "misspelt verb of a plan": (
        THEFT,
        "theft: {plans: {answer: [{after_s: 5, restrt: app}]}}",
        "theft.plans.answer.0",
        ["did you mean restart?"],
    ),
    "unknown plan": (
        THEFT,
        "theft: {incidents: {leak: " + LEAK + "}, plans: {anser: []}}",
        "theft.incidents.leak.plan",
        ["no plan", "anser?"],
    ),
    "no such client": (
        THEFT,
        "theft: {incidents: {leak: {at_s: 5, population: app, place: process, client: 3, detected_after_s: 1}}}",
        "theft.incidents.leak.client",
        ["3", "from 0"],
    ),
    "plan without detection": (
        THEFT,
        "theft: {incidents: {leak: " + LEAK.replace("60", "null") + "}, plans: {answer: []}}",
        "theft.incidents.leak.plan",
        ["nobody detects"],
    ),
    "leak from nowhere": (
        THEFT,
        "theft: {incidents: {leak: {at_s: 5, population: app, place: proces, detected_after_s: 1}}}",
        "theft.incidents.leak.place",
        ["no place", "process?"],
    ),
    "detection left open": (
        THEFT,
        "theft: {incidents: {leak: {at_s: 5, population: app, place: process}}}",
        "theft.incidents.leak.detected_after_s",
        ["is missing"],
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_refused_where_it_stands(edit, tmp_path):
    check_edit(tmp_path, edit, mark=edit[1].rsplit("\n", 1)[-1])


@pytest.mark.parametrize("verb", ["revoke: role/desk", "delete_role: desk", "remove_trust: desk"])
def test_a_role_of_identity_center_is_not_changed_in_iam(verb, tmp_path):
    roles = GOOD.replace("roles:\n", "roles:\n  desk: {account: main, trust: {identity_center: centre}}\n")
    edit = (FAULT, "{at_s: 10, " + verb + "}", f"timeline.0.{verb.split(':')[0]}", ["permission_set/centre/dev"])
    check_edit(tmp_path, edit, base=roles)


@pytest.mark.parametrize("verb", VERBS)
def test_the_timelines_of_the_zoo_are_right(verb):
    found = strategy_findings(Scenario.model_validate(ZOO[f"verb-{verb}"]))
    assert not [finding for finding in found if finding[0][0] in ("timeline", "theft")]


def test_every_verb_is_covered():
    verbs = {path.stem for path in Path("sim/faults").glob("*.py")} - {"__init__", "base"}
    assert verbs - set(VERBS) == {"outage", "restart", "upgrade", "scale"}
