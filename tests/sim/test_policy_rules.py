"""Policy documents that AWS would refuse, and trust that nobody can satisfy: told at their place in the file."""

from __future__ import annotations

import pytest

from sim.loading.scenario_file import load
from tests.support.small_scenario import GOOD, check_edit, edited, problems_of, written

APP = "app: {account: main, trust: {role: host, saml: idp}, max_session_s: 43200}"
STATEMENT = "{Effect: Allow, Action: 's3:*', Resource: '*'}"


_KEY = "Statement.0.Condition."


def _where(condition: str) -> str:
    return f"{{Statement: [{{Effect: Allow, Action: '*', Resource: '*', Condition: {{{condition}}}}}]}}"


@pytest.mark.parametrize(
    ("policy", "place", "words"),
    [
        ("{Statment: []}", "", ["needs a Statement"]),
        ("{Version: 2012-10-17, Statement: []}", "Statement", ["at least one statement"]),
        (f"{{Version: 2012-10-18, Statement: [{STATEMENT}]}}", "Version", ["2012-10-17"]),
        ("{Statement: [{Effect: allow, Action: '*', Resource: '*'}]}", "Statement.0.Effect", ["Allow or Deny"]),
        ("{Statement: [{Effect: Allow, Resource: '*'}]}", "Statement.0", ["Action or NotAction is missing"]),
        ("{Statement: [{Effect: Allow, Action: 's3*', Resource: '*'}]}", "Statement.0.Action", ["service:Operation"]),
        ("{Statement: [{Effect: Allow, Action: '*:Get', Resource: '*'}]}", "Statement.0.Action", ["no action"]),
        (
            "{Statement: [{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEqual: {'aws:username': a}}}]}",
            "Statement.0.Condition.StringEqual",
            ["unknown condition operator", "did you mean StringEquals?"],
        ),
        (
            "{Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}",
            "Statement.0.Principal",
            ["Principal"],
        ),
        (
            "{Statement: [{Effect: Allow, Action: 's3:*', Resource: photos}]}",
            "Statement.0.Resource",
            ["'photos' is neither an ARN", "nor *"],
        ),
        (
            "{Statement: [{Effect: Allow, Action: 's3:*', NotResource: ['*', 'arn:aws:s3:photos']}]}",
            "Statement.0.NotResource",
            ["'arn:aws:s3:photos'"],
        ),
        (
            "{Statement: [{Sid: A, Effect: Allow, Action: 's3:*', Resource: '*'},"
            " {Sid: A, Effect: Deny, Action: 's3:*', Resource: '*'}]}",
            "Statement.1.Sid",
            ["'A' is that of statement 0 already"],
        ),
        (
            "{Statement: [{Sid: all reads, Effect: Allow, Action: 's3:*', Resource: '*'}]}",
            "Statement.0.Sid",
            ["'all reads'", "A-Z, a-z and 0-9"],
        ),
        (_where("DateLessThan: {'aws:CurrentTime': tomorrow}"), f"{_KEY}DateLessThan.aws:CurrentTime", ["'tomorrow'"]),
        (_where("NumericLessThan: {'s3:max-keys': ten}"), f"{_KEY}NumericLessThan.s3:max-keys", ["'ten'", "a number"]),
        (_where("Bool: {'aws:SecureTransport': 'yes'}"), f"{_KEY}Bool.aws:SecureTransport", ["'yes'", "true or false"]),
        (_where("IpAddress: {'aws:SourceIp': 10.0.0}"), f"{_KEY}IpAddress.aws:SourceIp", ["10.0.0", "203.0.113.0/24"]),
        (_where("'Null': {'aws:SourceIp': never}"), f"{_KEY}Null.aws:SourceIp", ["'never'", "true or false"]),
    ],
)
@pytest.mark.parametrize("key", ["policies", "boundary"])
def test_a_wrong_document_is_told_at_its_place(tmp_path, key: str, policy: str, place: str, words: list[str]) -> None:
    said = f"[{policy}]" if key == "policies" else policy
    path = ".".join(part for part in ("roles.app", "policies.0" if key == "policies" else "boundary", place) if part)
    check_edit(tmp_path, (APP, APP[:-1] + f", {key}: {said}}}", path, words))


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        (APP, APP[:-1] + ", allow: ['s3']}", "roles.app.allow.0", ["'s3' is no action"]),
        (
            "main: {quotas: {signed: documented-600}}",
            "main: {scps: [[{Statement: [{Effect: Allow, Action: '*', Resource: '*', Sidd: x}]}]]}",
            "accounts.main.scps.0.0.Statement.0.Sidd",
            ["unknown element"],
        ),
        (
            "source: instance, session_s: 3600}",
            "source: instance, session_policy: {Statement: [{Effect: Allow, Action: 's3:%s', Resource: '*'}]}}"
            % ("x" * 2048),
            "credentials.app.0.session_policy",
            ["at most 2,048"],
        ),
        (
            "instance: [{from: imds}]",
            f"instance: [{{from: imds, session_policy: {{Statement: [{STATEMENT}]}}}}]",
            "credentials.instance.0.session_policy",
            ["takes no session policy", "AssumeRole"],
        ),
        (
            "app: {count: 3, credentials: app, calls: {kind: poisson, rps: 1}}",
            "app: {count: 3, credentials: app, calls: {kind: poisson, rps: 1, resource: photos}}",
            "populations.app.calls.resource",
            ["no resource"],
        ),
        (
            APP,
            "app: {account: main, trust: {Statement: [{Effect: Allow, Principal: {Service: 'x.amazonaws.com'},"
            " Action: 'sts:AssumeRole'}]}}",
            "roles.app.trust",
            ["nobody of the scenario can satisfy", "credentials.app.0", "accounts.X.number"],
        ),
    ],
)
def test_what_aws_would_refuse(tmp_path, old: str, new: str, path: str, words: list[str]) -> None:
    check_edit(tmp_path, (old, new, path, words))


def _trust(length: int) -> str:
    arns = ", ".join(f"'arn:aws:iam::000000000{n:03d}:root'" for n in range(length // 35))
    statement = f"{{Effect: Allow, Principal: {{AWS: [{arns}, '*']}}, Action: 'sts:AssumeRole'}}"
    return f"app: {{account: main, trust: {{Statement: [{statement}]}}, max_session_s: 43200}}"


def test_a_trust_policy_over_the_quota_and_over_what_it_can_be_raised_to(tmp_path) -> None:
    (problem,) = problems_of(edited(tmp_path, APP, _trust(3000)))
    assert problem.path == "roles.app.trust"
    assert "AWS takes 2,048" in problem.text
    raised = GOOD.replace("main: {quotas:", "main: {trust_policy_chars: 4096, quotas:")
    assert load(written(tmp_path, raised.replace(APP, _trust(3000))))
    (problem,) = problems_of(written(tmp_path, raised.replace(APP, _trust(5000))))
    assert "AWS takes 4,096" in problem.text


def _long(length: int) -> str:
    keys = ", ".join(f"'arn:aws:s3:::bucket/{n:06d}'" for n in range(length // 30))
    return f"{{Statement: [{{Effect: Allow, Action: 's3:GetObject', Resource: [{keys}]}}]}}"


@pytest.mark.parametrize(
    ("lengths", "told"),
    [((9000,), None), ((6000, 6000, 6000), None), ((9000, 9000), "10,240 in all"), ((13_000,), "10,240 in all")],
)
def test_policies_that_can_neither_be_managed_nor_embedded(
    tmp_path, lengths: tuple[int, ...], told: str | None
) -> None:
    documents = ", ".join(_long(length) for length in lengths)
    text = GOOD.replace(APP, APP.replace("app: {account: main,", f"app: {{account: main, policies: [{documents}],"))
    path = written(tmp_path, text)
    if told is None:
        assert load(path)
        return
    (problem,) = problems_of(path)
    assert problem.path == "roles.app.policies"
    assert told in problem.text


def test_a_boundary_is_a_managed_policy(tmp_path) -> None:
    check_edit(tmp_path, (APP, f"{APP[:-1]}, boundary: {_long(9000)}}}", "roles.app.boundary", ["at most 6,144"]))
    assert load(written(tmp_path, GOOD.replace(APP, f"{APP[:-1]}, boundary: {_long(6000)}}}")))
