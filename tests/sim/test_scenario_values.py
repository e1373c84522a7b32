"""A value of the wrong shape is refused with file, line, path and what would be right."""

from __future__ import annotations

import pytest

from tests.support.small_scenario import check_edit

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
    "permission set of 15 min": (
        "{dev: {account: main}}",
        "{dev: {account: main, session_s: 900}}",
        "issuers.centre.permission_sets.dev.session_s",
        ["900 is not allowed", "at least 3600", "1 h to 12 h"],
    ),
    "third access key": (
        "number: 1",
        "number: 3",
        "users.person.key.number",
        ["3 is not allowed", "at most 2", "AWS allows two"],
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
    "Python's name of a key": ("{from: imds}", "{from_: imds}", "credentials.instance.0.from_", ["did you mean from?"]),
    "two sign": ("source: instance, s", "source: instance, user: person, s", "credentials.app.0", ["only one of user"]),
    "unknown life": ("key: {number: 1}", "key: {life: polcy}", "users.person.key.life", ["did you mean policy?"]),
    "half a quota": (
        "signed: documented-600",
        "signed: {rps: 1}",
        "accounts.main.quotas.signed.burst",
        ["is missing"],
    ),
    "jitter beyond the period": (
        "{kind: poisson, rps: 1}",
        "{kind: every, every_s: 1, jitter_s: 2}",
        "populations.app.calls",
        ["jitter_s (2.0) must not exceed every_s (1.0)"],
    ),
    "half a range": (
        "theft: {places",
        "basis: {assumed: {populations.app.count: {range: [9]}}}\ntheft: {places",
        "basis.assumed.populations.app.count.range",
        ["must have at least 2"],
    ),
}


@pytest.mark.parametrize("case", EDITS)
def test_bad_value(tmp_path, case):
    check_edit(tmp_path, EDITS[case])
