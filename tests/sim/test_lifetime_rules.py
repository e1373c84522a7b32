"""Clients that come and go where they cannot are refused with their place, the value and what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from sim.loading.scenario_file import load
from sim.scenario import Scenario
from sim.validation.rules import strategy_findings
from tests.support.small_scenario import GOOD, check_edit, written
from tests.support.zoo import ZOO

FAULT = "{at_s: 10, outage: sts, for_s: 5}"
APP = "app: {count: 3, credentials: app, calls: {kind: poisson, rps: 1}}"
STAFF = "    people: true\n"
COME = "arrivals: {kind: every, every_s: 60}"
THEFT = "theft: {places: {app: {process: 1}}}"
WORK = ", work: {calls: 5, within_s: 60}}"


def app(words: str) -> str:
    return APP[:-1] + ", " + words + "}"


EDITS: dict[str, tuple[str, str, str, list[str]]] = {
    "people that arrive": (STAFF, STAFF + f"    {COME}\n", "populations.people.arrivals", ["workday"]),
    "an office of arrivals": (
        APP, app("arrivals: {kind: on_off, per_day: 2, length_s: 60, command_every_s: 5}"),
        "populations.app.arrivals.kind", ["on_off", "poisson"],
    ),
    "an arrival that calls": (
        APP, app("arrivals: {kind: every, every_s: 60, action: s3:PutObject}"), "populations.app.arrivals.action",
        ["calls nothing"],
    ),
    "arrivals and a start": (APP, app(f"{COME}, start: {{at_s: 0}}"), "populations.app.start", ["remove start"]),
    "a rate below 0": (
        APP, app("arrivals: {kind: poisson, rps: -1}"), "populations.app.arrivals.rps", ["-1", "above 0"],
    ),
    "far too many": (
        APP, app("arrivals: {kind: poisson, rps: 1000000}"), "populations.app.arrivals", ["10,000,000", "lower rate"],
    ),
    "a life of nobody": (APP, app("lifetime_s: 60"), "populations.app.lifetime_s", ["arrivals or start"]),
    "a life of 0": (APP, app(f"lifetime_s: 0, {COME}"), "populations.app.lifetime_s", ["0 is not", "above 0"]),
    "a negative life": (APP, app(f"lifetime_s: -5, {COME}"), "populations.app.lifetime_s", ["-5", "above 0"]),
    "a life beside a work": (
        APP, app(f"lifetime_s: 60, {COME}, work: {{calls: 5, within_s: 60}}"), "populations.app.lifetime_s", ["work"],
    ),
    "nobody to scale": (FAULT, "{at_s: 10, scale: ap, count: 5}", "timeline.0.scale", ["no population", "app?"]),
    "scale below nothing": (FAULT, "{at_s: 10, scale: app, count: -5}", "timeline.0.count", ["-5", "at least 0"]),
    "scale beyond what runs": (
        FAULT, "{at_s: 10, scale: app, count: 20000000}", "timeline.0.count", ["20000000", "10000000"],
    ),
    "scale without a number": (FAULT, "{at_s: 10, scale: app}", "timeline.0.count", ["is missing"]),
    "people to scale": (FAULT, "{at_s: 10, scale: people, count: 5}", "timeline.0.scale", ["are people"]),
    "scale back in time": (FAULT, "{at_s: 10, scale: app, count: 5, ramp_s: -1}", "timeline.0.ramp_s", ["-1"]),
    "two scales at once": (
        FAULT, "{at_s: 10, scale: app, count: 5, ramp_s: 60}\n  - {at_s: 30, scale: app, count: 2}",
        "timeline.1.scale", ["still lasts", "70 s"],
    ),
    "two upgrades at one instant": (
        FAULT, "{at_s: 10, upgrade: app, set: {populations.app.threads: 2}}\n"
        "  - {at_s: 10, upgrade: app, set: {populations.app.threads: 3}}", "timeline.1.upgrade", ["still lasts"],
    ),
    "an upgrade to nothing": (FAULT, "{at_s: 10, upgrade: app, set: {}}", "timeline.0.set", ["at least 1"]),
    "an upgrade of somebody else": (
        FAULT, "{at_s: 10, upgrade: app, set: {populations.people.sdk: go-v2-2026}}",
        "timeline.0.set.populations.people.sdk", ["app's own", "populations.app"],
    ),
    "an upgrade of an issuer": (
        FAULT, "{at_s: 10, upgrade: app, set: {issuers.sts.latency_s: 1}}", "timeline.0.set.issuers.sts.latency_s",
        ["app's own", "other verbs"],
    ),
    "an upgrade of the number": (
        FAULT, "{at_s: 10, upgrade: app, set: {populations.app.count: 9}}", "timeline.0.set.populations.app.count",
        ["use scale"],
    ),
    "an upgrade of no place": (
        FAULT, "{at_s: 10, upgrade: app, set: {credentials.ap.0.session_s: 900}}",
        "timeline.0.set.credentials.ap.0.session_s", ["no 'ap'", "app?"],
    ),
    "an upgrade to an SDK that is none": (
        FAULT, "{at_s: 10, upgrade: app, set: {populations.app.sdk: botcore-1.44}}", "timeline.0.set",
        ["populations.app.sdk", "botocore-1.44?"],
    ),
    "an upgrade to a value that is none": (
        FAULT, "{at_s: 10, upgrade: app, set: {populations.app.threads: -1}}",
        "timeline.0.set.populations.app.threads", ["-1 is not allowed", "greater than or equal to 1"],
    ),
    "an upgrade of a misspelt setting": (
        FAULT, "{at_s: 10, upgrade: app, set: {populations.app.sdkk: js-v3}}",
        "timeline.0.set.populations.app.sdkk", ["no setting 'sdkk'", "did you mean sdk?"],
    ),
    "an upgrade of a misspelt setting of a step": (
        FAULT, "{at_s: 10, upgrade: app, set: {credentials.app.0.sesion_s: 900}}",
        "timeline.0.set.credentials.app.0.sesion_s", ["did you mean session_s?"],
    ),
    "an upgrade to nothing at all": (
        FAULT, "{at_s: 10, upgrade: app, set: {populations.app.sdk: null}}",
        "timeline.0.set.populations.app.sdk", ["null is not allowed", "must be a valid string"],
    ),
    "an upgrade beyond what AWS allows": (
        FAULT, "{at_s: 10, upgrade: app, set: {credentials.app.0.session_s: 7200}}", "timeline.0.set",
        ["credentials.app.0.session_s", "3600"],
    ),
    "an upgrade of people": (
        FAULT, "{at_s: 10, upgrade: people, set: {populations.people.sdk: go-v2-2026}}", "timeline.0.upgrade",
        ["are people", "strategies"],
    ),
    "a plan that upgrades to an SDK that is none": (
        THEFT, "theft: {plans: {answer: [{after_s: 5, upgrade: app, set: {populations.app.sdk: js-v4}}]}}",
        "theft.plans.answer.0.set", ["populations.app.sdk", "did you mean js-v3?"],
    ),
    "a plan that upgrades somebody else": (
        THEFT, "theft: {plans: {answer: [{after_s: 5, upgrade: app, set: {populations.people.sdk: js-v3}}]}}",
        "theft.plans.answer.0.set.populations.people.sdk", ["app's own"],
    ),
    "a plan that scales nobody": (
        THEFT, "theft: {plans: {answer: [{after_s: 5, scale: ap, count: 2}]}}", "theft.plans.answer.0.scale", ["app?"],
    ),
}  # fmt: skip

MARKS = {"populations.people.arrivals": COME}
"""Where a problem is told that stands not where the edit ends."""


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_refused_where_it_stands(edit: tuple[str, str, str, list[str]], tmp_path: Any) -> None:
    base = GOOD if "theft" in edit[2] else GOOD.replace(THEFT, "theft: {}")
    check_edit(tmp_path, edit, base=base, mark=MARKS.get(edit[2], edit[1].rsplit("\n", 1)[-1]))


def test_a_work_is_neither_scaled_nor_upgraded(tmp_path: Any) -> None:
    base = GOOD.replace(APP, APP[:-1] + WORK)
    for verb in ("scale: app, count: 2", "upgrade: app, set: {populations.app.threads: 2}"):
        edit = (FAULT, "{at_s: 10, " + verb + "}", f"timeline.0.{verb.partition(':')[0]}", ["fixed work"])
        check_edit(tmp_path, edit, base=base)


def test_arrivals_are_not_scaled_and_bring_no_users(tmp_path: Any) -> None:
    base = GOOD.replace(APP, app(COME)).replace(THEFT, "theft: {}")
    edit = (FAULT, "{at_s: 10, scale: app, count: 2}", "timeline.0.scale", ["profile or trace"])
    check_edit(tmp_path, edit, base=base)
    keyed = base.replace(app(COME), app(COME).replace("credentials: app", "credentials: key"))
    edit = ("name: small", "name: small", "users.person.per", ["per: population"])
    check_edit(tmp_path, edit, mark="person: {", base=keyed)


@pytest.mark.parametrize("name", [name for name in ZOO if name.startswith("lives-")])
def test_what_the_zoo_does_with_lives_is_right(name: str) -> None:
    found = strategy_findings(Scenario.model_validate(ZOO[name]))
    told = [(path, text) for path, text in found if path[0] in {"timeline", "populations"}]
    assert not told


def test_validate_tells_how_many_clients_will_come(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from sim.cli.main import main

    text = GOOD.replace(APP, app("arrivals: {kind: every, every_s: 60, phase_s: 0}")).replace(THEFT, "theft: {}")
    path = written(tmp_path, text)
    assert len(load(path).strategies) == 2
    assert main(["validate", str(path)]) == 0
    told = capsys.readouterr().out
    assert "clients" in told
    assert "549" in told  # 3 replications of 60 arrivals of 3, and of 3 people
