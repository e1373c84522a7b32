"""Wrong words about rotation are refused with file, line, path, the value and the way out."""

from __future__ import annotations

import pytest

from sim.laws import lowest
from sim.spec import Discrete, LogNormal, Normal, Uniform
from tests.support.small_scenario import check_edit

GOOD = """\
name: small
question: What does it cost?
run: {horizon_s: 3600}
accounts:
  main: {password_policy: {max_age_s: 7776000, reuse_prevention: 24, min_length: 14}}
issuers:
  iam: {kind: iam}
users:
  robot: {account: main, key: {life: policy, rotation: {period_s: 3600, late_s: 0, overlap_s: 60}}}
  person: {account: main}
credentials:
  key: [{from: access_key, user: robot}]
  person: [{from: password, user: person, way: console}]
populations:
  app:
    count: 3
    credentials: key
    reload: {lag_s: 5}
    calls: {kind: poisson, rps: 1}
rotation:
  users: [robot]
  order: age
"""

EDITS = {
    "negative lag": ("lag_s: 5", "lag_s: -5", "populations.app.reload.lag_s", ["-5", "0 or more"]),
    "lag that may be negative": (
        "lag_s: 5",
        "lag_s: {uniform: {low: -1, high: 5}}",
        "populations.app.reload.lag_s",
        ["-1", "0 or more"],
    ),
    "negative lateness": ("late_s: 0", "late_s: -60", "users.robot.key.rotation.late_s", ["-60", "0 or more"]),
    "negative overlap": (
        "overlap_s: 60",
        "overlap_s: -60",
        "users.robot.key.rotation.overlap_s",
        ["-60", "at least 0"],
    ),
    "negative age": ("life: policy,", "life: policy, age_s: -1,", "users.robot.key.age_s", ["-1", "0 or more"]),
    "more than two keys": ("life: policy,", "life: policy, number: 3,", "users.robot.key.number", ["3", "at most 2"]),
    "share over 1": ("lag_s: 5", "never: 1.5", "populations.app.reload.never", ["1.5", "at most 1"]),
    "unknown user": ("users: [robot]", "users: [robt]", "rotation.users.0", ["did you mean robot?"]),
    "order of an unknown user": ("order: age", "order: [robot, ghost]", "rotation.order.1", ["no user", "ghost"]),
    "rotation of a user without a key": (
        "users: [robot]",
        "users: [person]",
        "rotation.users.0",
        ["no access key to rotate", "users.person.key"],
    ),
    "order of a user that is not rotated": (
        "order: age",
        "order: [person]",
        "rotation.order.0",
        ["no access key"],
    ),
    "negative overlap of a campaign": ("order: age", "overlap_s: -1", "rotation.overlap_s", ["-1", "at least 0"]),
    "campaign at the very start": ("order: age", "at_s: 0", "rotation.at_s", ["0", "above 0"]),
    "campaign after the end": ("order: age", "at_s: 3600", "rotation.at_s", ["3600", "end of the run"]),
    "campaign that ends before it begins": (
        "order: age",
        "at_s: 100\n  until_s: 100",
        "rotation.until_s",
        ["not after at_s"],
    ),
    "password over 1,095 days": (
        "max_age_s: 7776000",
        "max_age_s: 94694400",
        "accounts.main.password_policy.max_age_s",
        ["94694400", "at most 94608000"],
    ),
    "password under a day": (
        "max_age_s: 7776000",
        "max_age_s: 3600",
        "accounts.main.password_policy.max_age_s",
        ["3600", "at least 86400"],
    ),
    "too many former passwords": (
        "reuse_prevention: 24",
        "reuse_prevention: 25",
        "accounts.main.password_policy.reuse_prevention",
        ["25", "at most 24"],
    ),
    "password too short": (
        "min_length: 14",
        "min_length: 5",
        "accounts.main.password_policy.min_length",
        ["5", "at least 6"],
    ),
    "place of a password": (
        "person: {account: main}",
        "person: {account: main, password: {copies: {brwser: 1}}}",
        "users.person.password.copies.brwser",
        ["did you mean browser?"],
    ),
    "nobody to rotate": ("order: age", "people: 0", "rotation.people", ["0", "at least 1"]),
}
STANDS_AT = {"campaign that ends before it begins": "until_s: 100"}


@pytest.mark.parametrize("case", EDITS)
def test_broken_rule(tmp_path, case):
    check_edit(tmp_path, EDITS[case], STANDS_AT.get(case), GOOD)


def test_who_signs_with_no_key_reloads_none(tmp_path):
    base = GOOD.replace("rotation:\n  users: [robot]\n  order: age\n", "")
    base = base.replace("    credentials: key\n", "    people: true\n    credentials: person\n")
    base = base.replace("person: {account: main}", "person: {account: main, password: {}}")
    edit = ("reload: {lag_s: 5}", "reload: {lag_s: 6}", "populations.app.reload", ["signs with no access key"])
    check_edit(tmp_path, edit, None, base)


def test_a_campaign_needs_a_key_in_use(tmp_path):
    base = GOOD.replace("  person: {account: main}\n", "  person: {account: main, key: {}}\n")
    check_edit(tmp_path, ("users: [robot]", "users: [person]", "rotation", ["nobody signs"]), "rotation:\n", base)


def test_the_lowest_value_of_a_law():
    assert lowest(-3.0) == -3
    assert lowest(Uniform.model_validate({"uniform": {"low": -1, "high": 2}})) == -1
    assert lowest(Discrete.model_validate({"discrete": {-5: 0, -2: 0.5, 7: 0.5}})) == -2
    assert lowest(LogNormal.model_validate({"lognormal": {"median": 5, "sigma": 1}})) == 0
    assert lowest(Normal.model_validate({"normal": {"mean": 5, "sd": 1}})) == 0, "draws below 0 are cut"
