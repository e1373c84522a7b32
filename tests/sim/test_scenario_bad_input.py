"""Every bad input is refused with file, line, path and what would be right; all problems at once."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from sim.problems import ScenarioError
from sim.scenario_file import LARGEST_FILE, load

GOOD = """\
name: small
question: What does it cost?
run: {horizon_s: 3600}
accounts:
  main: {quotas: {signed: documented-600}}
issuers:
  sts: {kind: sts}
  imds: {kind: imds, role: host}
  idp: {kind: idp}
  centre: {kind: identity_center, idp: idp, account: main, permission_sets: {dev: {account: main}}}
roles:
  host: {account: main, trust: {service: ec2.amazonaws.com}}
  app: {account: main, trust: {role: host, saml: idp}, max_session_s: 43200}
users:
  person: {account: main, key: {number: 1}}
credentials:
  instance: [{from: imds}]
  app: [{from: sts.AssumeRole, role: app, source: instance, session_s: 3600}]
  people: [{from: centre, permission_set: dev, way: sso}]
  key: [{from: access_key, user: person}]
populations:
  app: {count: 3, credentials: app, calls: {kind: poisson, rps: 1}}
  people:
    count: 3
    people: true
    credentials: people
    workday: {first_use: {mean_s: 33300, sd_s: 60}}
    calls: {kind: on_off, per_day: 2, length_s: 60, command_every_s: 5}
timeline:
  - {at_s: 10, outage: sts, for_s: 5}
theft: {places: {app: {process: 1}}}
strategies:
  keys: {set: {populations.people.credentials: key}}
  base: {}
"""


def problems_of(path, settings=None):
    with pytest.raises(ScenarioError) as caught:
        load(path, settings)
    assert str(caught.value), "an error that says nothing helps nobody"
    assert "Traceback" not in str(caught.value)
    return caught.value.problems


def written(folder, text):
    path = folder / "small.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def edited(folder, old, new):
    assert GOOD.count(old) == 1, f"{old!r} must stand once in the good scenario"
    return written(folder, GOOD.replace(old, new))


def test_the_good_scenario_loads(tmp_path):
    loaded = load(written(tmp_path, GOOD))
    assert list(loaded.strategies) == ["keys", "base"]
    assert loaded.strategies["keys"].populations["people"].credentials == "key"
    assert loaded.base.populations["people"].credentials == "people"


# What is replaced, by what, path of the problem, words that its text must hold.
EDITS = {
    "unknown key": (
        "count: 3, cred",
        "cuont: 3, cred",
        "populations.app.cuont",
        ["unknown key", "did you mean count?"],
    ),
    "unknown top-level key": ("question: What", "qestion: What", "qestion", ["unknown key", "did you mean question?"]),
    "wrong type": ("{count: 3,", "{count: many,", "populations.app.count", ["'many'", "whole number"]),
    "text for a number": ("{count: 3,", '{count: "3",', "populations.app.count", ["'3'", "whole number"]),
    "true for a number": ("{count: 3,", "{count: true,", "populations.app.count", ["true", "whole number"]),
    "number for a flag": ("people: true", "people: 1", "populations.people.people", ["1", "true or false"]),
    "half a person": ("{count: 3,", "{count: 2.5,", "populations.app.count", ["2.5", "whole number"]),
    "negative count": ("{count: 3,", "{count: -3,", "populations.app.count", ["-3 is not allowed", "at least 1"]),
    "list for a mapping": ("sts: {kind: sts}", "sts: [kind, sts]", "issuers.sts", ["list of 2"]),
    "mapping for a number": ("length_s: 60", "length_s: {}", "populations.people.calls.length_s", ["must be a number"]),
    "NaN": ("rps: 1}", "rps: .nan}", "populations.app.calls.rps", ["nan", "finite number"]),
    "infinite horizon": ("{horizon_s: 3600}", "{horizon_s: .inf}", "run.horizon_s", ["inf", "finite number"]),
    "overflowing number": ("{horizon_s: 3600}", "{horizon_s: 1e999}", "run.horizon_s", ["finite number"]),
    "horizon past ten years": ("{horizon_s: 3600}", "{horizon_s: 1e10}", "run.horizon_s", ["at most 315360000"]),
    "absurd integer": ("{count: 3,", "{count: 1" + "0" * 300 + ",", "populations.app.count", ["64 bits"]),
    "not a date": ("{horizon_s: 3600}", "{horizon_s: 3600, start: soon}", "run.start", ["'soon'", "2026-11-02T00:00Z"]),
    "number as a date": ("{horizon_s: 3600}", "{horizon_s: 3600, start: 5}", "run.start", ["5", "2026-11-02T00:00Z"]),
    "unknown issuer kind": (
        "kind: idp}",
        "kind: ipd}",
        "issuers.idp",
        ["'ipd'", "did you mean idp?", "identity_center"],
    ),
    "missing issuer kind": ("idp: {kind: idp}", "idp: {servers: 3}", "issuers.idp", ["kind is missing", "imds", "sts"]),
    "unknown calls kind": (
        "kind: poisson",
        "kind: poison",
        "populations.app.calls",
        ["'poison'", "did you mean poisson?", "bursts", "trace"],
    ),
    "unknown verb": ("outage: sts", "outge: sts", "timeline.0", ["did you mean outage?", "restart"]),
    "unknown law": (
        "length_s: 60",
        "length_s: {lognorml: {}}",
        "populations.people.calls.length_s.lognorml",
        ["lognormal?"],
    ),
    "bad law": (
        "length_s: 60",
        "length_s: {lognormal: {median: -1, sigma: 1}}",
        "populations.people.calls.length_s.lognormal.median",
        ["-1 is not allowed", "above 0"],
    ),
    "unknown preset": (
        "count: 3, cred",
        "count: 3, sdk: botocore-1.4, cred",
        "populations.app.sdk",
        ["SDK preset", "did you mean botocore-1.44?"],
    ),
    "unknown quota profile": ("documented-600", "documented-60", "accounts.main.quotas.signed", ["documented-600?"]),
    "quota of another group": (
        "signed: documented-600",
        "saml: documented-600",
        "accounts.main.quotas.saml",
        ["signed"],
    ),
    "unknown principal": ("user: person", "user: persn", "credentials.key.0.user", ["no user", "did you mean person?"]),
    "unknown role": (
        "role: app, source",
        "role: ap, source",
        "credentials.app.0.role",
        ["no role", "did you mean app?"],
    ),
    "unknown account": ("person: {account: main", "person: {account: mian", "users.person.account", ["mean main?"]),
    "unknown chain": (
        "credentials: app, calls",
        "credentials: ap, calls",
        "populations.app.credentials",
        ["mean app?"],
    ),
    "unknown target": ("outage: sts", "outage: stss", "timeline.0.outage", ["no issuer", "did you mean sts?"]),
    "unknown place": ("{process: 1}", "{proces: 1}", "theft.places.app.proces", ["no place", "did you mean process?"]),
    "unknown population of a theft": ("places: {app:", "places: {aps:", "theft.places.aps", ["no population", "app?"]),
    "unknown operation": ("sts.AssumeRole,", "sts.AssumRole,", "credentials.app.0.from", ["did you mean AssumeRole?"]),
    "issuer that mints nothing": (
        "[{from: imds}]",
        "[{from: idp}]",
        "credentials.instance.0.from",
        ["no AWS credentials"],
    ),
    "cycle in role chaining": (
        "instance: [{from: imds}]",
        "instance: [{from: sts.AssumeRole, role: app, source: app}]",
        "credentials.instance",
        ["circle", "instance -> app -> instance"],
    ),
    "36 h for a role": (
        "session_s: 3600}",
        "session_s: 129600}",
        "credentials.app.0.session_s",
        ["12 h", "GetSessionToken"],
    ),
    "chained over 1 h": (
        "session_s: 3600}",
        "session_s: 7200}",
        "credentials.app.0.session_s",
        ["ValidationError", "3600"],
    ),
    "session below 15 min": ("session_s: 3600}", "session_s: 600}", "credentials.app.0.session_s", ["900"]),
    "permission set of 15 min": (
        "{dev: {account: main}}",
        "{dev: {account: main, session_s: 900}}",
        "issuers.centre.permission_sets.dev.session_s",
        ["900 is not allowed", "at least 3600", "1 h to 12 h"],
    ),
    "length on an instance role": (
        "[{from: imds}]",
        "[{from: imds, session_s: 3600}]",
        "credentials.instance.0.session_s",
        ["cannot be set", "6 h"],
    ),
    "length on an Identity Center step": (
        "way: sso}",
        "way: sso, session_s: 3600}",
        "credentials.people.0.session_s",
        ["permission set", "issuers.centre.permission_sets.dev.session_s"],
    ),
    "too many users": (
        "    count: 3\n",
        "    count: 5001\n",
        "accounts.main",
        ["5,001", "5,000", "reference_iam-quotas"],
    ),
    "third access key": (
        "number: 1",
        "number: 3",
        "users.person.key.number",
        ["3 is not allowed", "at most 2", "AWS allows two"],
    ),
    "rate without burst": (
        "imds, role: host}",
        "imds, role: host, rps: 5}",
        "issuers.imds.burst",
        ["both rps and burst"],
    ),
    "trust of somebody else": (
        "trust: {role: host,",
        "trust: {user: person,",
        "credentials.app.0.role",
        ["role: host"],
    ),
    "trust of nobody": (
        "host: {account: main, trust: {service: ec2.amazonaws.com}}",
        "host: {account: main, trust: {}}",
        "roles.host.trust",
        ["service"],
    ),
    "misspelt trust": ("trust: {service: ec2", "trust: {servce: ec2", "roles.host.trust", ["did you mean service?"]),
    "on_off without hours": (
        "workday: {first_use: {mean_s: 33300, sd_s: 60}}",
        "per_host: 1",
        "populations.people.workday",
        ["is missing", "working hours"],
    ),
    "shares of time zones": (
        "people: true",
        "people: true\n    time_zones: [{utc_offset_h: 1, share: 0.6}]",
        "populations.people.time_zones",
        ["0.6", "add up to 1"],
    ),
    "way that does not fit": ("way: sso", "way: saml-file", "credentials.people.0.way", ["sso or console"]),
    "set path that does not exist": (
        "{populations.people.credentials: key}",
        "{populations.peple.count: 3}",
        "strategies.keys.set: populations.peple.count",
        ["did you mean people?", "strategy keys"],
    ),
    "set of an unknown key": (
        "{populations.people.credentials: key}",
        "{populations.people.cuont: 3}",
        "populations.people.cuont",
        ["did you mean count?", "strategy keys"],
    ),
    "removal of what is not there": (
        "{set: {populations.people.credentials: key}}",
        "{remove: [credentials.app.1]}",
        "strategies.keys.remove: credentials.app.1",
        ["list with entries 0 to 0"],
    ),
    "strategy that changes the run": (
        "{populations.people.credentials: key}",
        "{run.seed: 3}",
        "strategies.keys.set: run.seed",
        ["the same for all strategies"],
    ),
    "wrong value in a strategy": (
        "{populations.people.credentials: key}",
        "{credentials.app.0.session_s: 7200}",
        "credentials.app.0.session_s",
        ["ValidationError", "strategy keys"],
    ),
    "bad name": ("app: {count: 3", "App One: {count: 3", "populations.App One", ["lower-case"]),
    "empty chain": ("instance: [{from: imds}]", "instance: []", "credentials.instance", ["at least 1"]),
    "YAML tag": ("question: What does it cost?", "question: !!python/name:os.system x", "question", ["tag"]),
    "merge key": (
        "imds: {kind: imds, role: host}",
        "imds: {<<: {kind: imds}, role: host}",
        "issuers.imds",
        ["merge keys"],
    ),
    "unknown alias": ("question: What does it cost?", "question: *nowhere", "", ["nowhere"]),
    "bad metric": (
        "theft: {places",
        "checks: [{metric: 'a{b', expect: [0, 1]}]\ntheft: {places",
        "checks.0.metric",
        ["name{"],
    ),
    "empty range": (
        "theft: {places",
        "checks: [{metric: requests, expect: [2, 1]}]\ntheft: {places",
        "checks.0.expect",
        ["[2, 1]"],
    ),
    "basis of nothing": (
        "theft: {places",
        "basis: {given: {roles.hots: x}}\ntheft: {places",
        "basis.given.roles.hots",
        ["host?"],
    ),
    "unknown baseline": ("theft: {places", "baseline: kes\ntheft: {places", "baseline", ["did you mean keys?"]),
    "Python's name of a key": ("{from: imds}", "{from_: imds}", "credentials.instance.0.from_", ["did you mean from?"]),
    "nobody signs": ("role: app, source: instance, session_s: 3600", "role: app", "credentials.app.0", ["who signs"]),
    "two sign": ("source: instance, s", "source: instance, user: person, s", "credentials.app.0", ["only one of user"]),
    "step without its role": ("AssumeRole, role: app, s", "AssumeRole, s", "credentials.app.0.role", ["is missing"]),
    "word of another step": ("way: sso}", "way: sso, idp: idp}", "credentials.people.0.idp", ["takes no idp"]),
    "another role than the instance's": (
        "[{from: imds}]",
        "[{from: imds, role: app}]",
        "credentials.instance.0.role",
        ["not the role of imds", "host"],
    ),
    "operation of an issuer without any": (
        "[{from: imds}]",
        "[{from: imds.GetCredentials}]",
        "credentials.instance.0.from",
        ["no operations", "write imds"],
    ),
    "key that does not exist": (
        "person: {account: main, key: {number: 1}}",
        "person: {account: main}",
        "credentials.key.0.user",
        ["no access key", "users.person.key"],
    ),
    "password that does not exist": (
        "[{from: access_key, user: person}]",
        "[{from: password, user: person, way: console}]",
        "credentials.key.0.user",
        ["no password"],
    ),
    "rotation that is missing": (
        "key: {number: 1}",
        "key: {life: policy}",
        "users.person.key.rotation",
        ["is missing"],
    ),
    "unknown life": ("key: {number: 1}", "key: {life: polcy}", "users.person.key.life", ["did you mean policy?"]),
    "place of a copy": (
        "key: {number: 1}",
        "key: {copies: {latop: 1}}",
        "users.person.key.copies.latop",
        ["did you mean laptop?"],
    ),
    "unknown group": (
        "key: {number: 1}",
        "groups: [devs]",
        "users.person.groups.0",
        ["no group 'devs'", "known: none"],
    ),
    "bucket that lets none pass": (
        "signed: documented-600",
        "signed: {rps: 1, burst: 0.5}",
        "accounts.main.quotas.signed.burst",
        ["0.5", "lets none pass"],
    ),
    "half a quota": (
        "signed: documented-600",
        "signed: {rps: 1}",
        "accounts.main.quotas.signed.burst",
        ["is missing"],
    ),
    "centre without permission sets": (
        "permission_sets: {dev: {account: main}}",
        "permission_sets: {}",
        "issuers.centre.permission_sets",
        ["give one"],
    ),
    "instance role that EC2 may not assume": (
        "host: {account: main, trust: {service: ec2.amazonaws.com}}",
        "host: {account: main, trust: {service: lambda.amazonaws.com}}",
        "issuers.imds.role",
        ["does not trust EC2"],
    ),
    "people on hosts": ("people: true", "people: true\n    per_host: 2", "populations.people.per_host", ["no host"]),
    "a process that logs in": (
        "credentials: app, c",
        "credentials: people, c",
        "credentials.people.0.way",
        ["processes"],
    ),
    "no calls": ("calls: {kind: poisson, rps: 1}", "calls: []", "populations.app.calls", ["at least one"]),
    "start after the end": (
        "count: 3, cred",
        "count: 3, start: {at_s: 4000}, cred",
        "populations.app.start.at_s",
        ["4000", "past the horizon of 3600"],
    ),
    "jitter beyond the period": (
        "{kind: poisson, rps: 1}",
        "{kind: every, every_s: 1, jitter_s: 2}",
        "populations.app.calls",
        ["jitter_s (2.0) must not exceed every_s (1.0)"],
    ),
    "weights of nothing": ("{process: 1}", "{process: 0}", "theft.places.app", ["must not all be 0"]),
    "scale of what is no number": (
        "theft: {places",
        "basis: {assumed: {roles.app.account: {scale: [1, 2]}}}\ntheft: {places",
        "basis.assumed.roles.app.account.scale",
        ["only a number"],
    ),
    "range upside down": (
        "theft: {places",
        "basis: {assumed: {populations.app.count: {range: [9, 1]}}}\ntheft: {places",
        "basis.assumed.populations.app.count.range",
        ["[9, 1]"],
    ),
    "half a range": (
        "theft: {places",
        "basis: {assumed: {populations.app.count: {range: [9]}}}\ntheft: {places",
        "basis.assumed.populations.app.count.range",
        ["must have at least 2"],
    ),
    "against nothing": (
        "theft: {places",
        "basis: {assumed: {populations.app.count: {range: [1, 9], against: populations.ap.count}}}\ntheft: {places",
        "basis.assumed.populations.app.count.against",
        ["did you mean app?"],
    ),
    "check of an unknown strategy": (
        "theft: {places",
        "checks: [{metric: requests, strategy: kes, expect: [0, 1]}]\ntheft: {places",
        "checks.0.strategy",
        ["did you mean keys?"],
    ),
    "real account number": (
        "main: {quotas",
        'main: {number: "314159265358", quotas',
        "accounts.main.number",
        ["000000000NNN"],
    ),
}

# Where a problem is not told at the line of the edit, a text of the line at which it is.
STANDS_AT = {
    "too many users": "keys: {set",
    "trust of somebody else": "app: [{from",
    "on_off without hours": "  people:\n    count",
    "shares of time zones": "time_zones:",
    "key that does not exist": "user: person",
    "instance role that EC2 may not assume": "imds: {kind: imds",
    "people on hosts": "per_host: 2",
    "a process that logs in": "way: sso",
}


@pytest.mark.parametrize("case", EDITS)
def test_bad_value(tmp_path, case):
    old, new, path, words = EDITS[case]
    found = problems_of(edited(tmp_path, old, new))
    told = [problem for problem in found if problem.path == path]
    assert told, f"no problem at {path}: {[str(problem) for problem in found]}"
    assert all(word in told[0].text for word in words), told[0].text
    text = GOOD.replace(old, new)
    mark = STANDS_AT.get(case, new)
    assert told[0].line == text[: text.index(mark)].count("\n") + 1, str(told[0])
    assert str(told[0]).startswith(f"{tmp_path / 'small.yaml'}:{told[0].line}: ")


def test_users_from_several_populations_are_counted_with_their_names(tmp_path):
    (problem,) = problems_of(edited(tmp_path, "    count: 3\n", "    count: 5001\n"))
    assert "people as person 5,001" in problem.text
    assert "another account" in problem.text
    assert "federation" in problem.text


def test_all_problems_at_once_in_the_order_of_lines(tmp_path):
    text = (
        GOOD.replace("count: 3, cred", "count: -3, cred")
        .replace("kind: idp}", "kind: ipd}")
        .replace("rps: 1}", "rps: x}")
    )
    found = problems_of(written(tmp_path, text))
    assert [problem.path for problem in found] == ["issuers.idp", "populations.app.calls.rps", "populations.app.count"]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_rules_between_blocks_are_told_beside_wrong_values(tmp_path):
    text = GOOD.replace("count: 3, cred", "cuont: 3, cred").replace("session_s: 3600}", "session_s: 129600}")
    text = text.replace("{horizon_s: 3600}", "{horizon_s: -1}").replace("user: person", "user: persn")
    found = problems_of(written(tmp_path, text))
    assert [problem.path for problem in found] == [
        "run.horizon_s",
        "credentials.app.0.session_s",
        "credentials.key.0.user",
        "populations.app.count",
        "populations.app.cuont",
    ]


def test_a_problem_of_the_base_is_told_once_not_for_every_strategy(tmp_path):
    found = problems_of(edited(tmp_path, "user: person", "user: persn"))
    assert len(found) == 1
    assert "strategy" not in found[0].text


def test_missing_file(tmp_path):
    (problem,) = problems_of(tmp_path / "none.yaml")
    assert problem.text == "no such file"


def test_directory(tmp_path):
    (problem,) = problems_of(tmp_path)
    assert "directory" in problem.text


def test_path_that_no_file_can_have(tmp_path):
    problems_of(Path("a\0b.yaml"))
    problems_of(tmp_path / ("x" * 5000))


def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (problem,) = problems_of(tmp_path / "pipe")
    assert "regular file" in problem.text


def test_hundred_megabytes_are_not_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("the file must not be opened"))
    (problem,) = problems_of(path)
    assert f"{LARGEST_FILE:,}" in problem.text


WHOLE_FILES = {
    "empty": (b"", 1, "empty"),
    "only a comment": (b"# nothing\n", 1, "empty"),
    "binary": (b"\x7fELF\0\0\1", None, "binary"),
    "UTF-16": ("name: x".encode("utf-16"), None, "binary"),
    "not UTF-8": (b"name: \xff\xfe", None, "UTF-8"),
    "control character": (b"name: x\nquestion: \x01", 2, "not YAML"),
    "list": (b"- a\n- b\n", 1, "list of 2"),
    "scalar": (b"hello\n", 1, "'hello'"),
    "syntax": (b"name: x\nrun: {horizon_s: 1\npopulations: [", 3, "not YAML"),
    "tab": (b"name: x\nrun:\n\thorizon_s: 1\n", 3, "not YAML"),
    "two documents": (b"name: x\n---\nname: y\n", 2, "second YAML document"),
    "duplicate key": (b"name: x\nquestion: a\nname: y\n", 3, "twice, in line 1 and in line 3"),
    "duplicate key deep": (b"run:\n  seed: 1\n  horizon_s: 2\n  seed: 2\n", 4, "twice, in line 2 and in line 4"),
    "list as key": (b"? [a, b]\n: 1\n", 1, "cannot be a key"),
    "null as key": (b"run: {null: 1}\n", 1, "cannot be a key"),
    "alias in itself": (b"name: x\nrun: &r\n  seed: *r\n", 3, "contains itself"),
    "lone surrogate": (b'name: "\\ud800"\n', 1, "not text"),
    "NUL in a string": (b'name: "a\\0b"\n', 1, "not text"),
    "unknown directive": (b"%YAML 9.9\n---\nname: x\n", 1, "not YAML"),
    "deep": (b"name: " + b"[" * 100_000, 1, "deep"),
    "deep in blocks": (b"\n".join(b" " * n + b"a:" for n in range(200)), 41, "deep"),
}


@pytest.mark.parametrize("case", WHOLE_FILES)
def test_file_that_is_no_scenario(tmp_path, case):
    content, line, words = WHOLE_FILES[case]
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    found = problems_of(path)
    assert words in found[0].text
    assert found[0].line in (line, None if case == "empty" else line)


def test_exploding_anchors_are_refused_before_they_expand(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (problem,) = problems_of(written(tmp_path, "\n".join(lines)))
    assert "more than 100,000 values" in problem.text
    assert problem.line == 5  # 10^5 values are reached in the fifth line


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"populations.app.count": -1}, "populations.app.count", "at least 1"),
        ({"populations.app.cuont": 1}, "populations.app.cuont", "did you mean count?"),
        ({"populations.ap.count": 1}, "populations.ap.count", "did you mean app?"),
        ({"credentials.app.7.role": "app"}, "credentials.app.7.role", "entries 0 to 0"),
        ({"populations.app.count.deeper": 1}, "populations.app.count.deeper", "has no entries"),
        ({"": 1}, "", "not a path"),
        ({"a..b": 1}, "a..b", "not a path"),
        ({"run.horizon_s": float("nan")}, "run.horizon_s", "finite"),
        ({"run.seed": object()}, "run.seed", "not a value"),
        ({"run": 3}, "run", "mapping"),
        ({"populations": None}, "populations", "mapping"),
        ({"populations.*.nothing": 1}, "populations.app.nothing", "unknown key"),
        ({"strategies": []}, "strategies", "mapping"),
        ({"strategies": {}}, "strategies", "at least one"),
        ({"users.person.key": None}, "credentials.key.0.user", "no access key"),
    ],
)
def test_bad_setting(tmp_path, settings, path, words):
    found = problems_of(written(tmp_path, GOOD), settings)
    told = [problem for problem in found if problem.path == path]
    assert told, [str(problem) for problem in found]
    assert words in told[0].text
