"""References between blocks and limits of AWS: each rule is refused with file, line, path and the way out."""

from __future__ import annotations

import pytest

from sim.loading.scenario_file import load
from tests.support.small_scenario import check_edit, edited

# What is replaced, by what, path of the problem, words that its text must hold.
EDITS = {
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
    "nobody is meant to be anybody": (
        "theft: {places: {app: {process: 1}}}",
        "checks: [{metric: clients.off_identity, at_s: 10, expect: [0, 0]}]",
        "checks.0.metric",
        ["0 whatever happens", "no population has intended_role", "populations.app.intended_role"],
    ),
    "these are not meant to be anybody": (
        "theft: {places: {app: {process: 1}}}",
        "checks: [{metric: 'clients.off_identity{population=people}', at_s: 10, expect: [0, 0]}]",
        "checks.0.metric",
        ["population people has no intended_role"],
    ),
    "in this strategy nobody is": (
        "  base: {}",
        "  base: {set: {populations.app.intended_role: app}}\n"
        "checks: [{metric: clients.off_identity, strategy: keys, at_s: 10, expect: [0, 0]}]",
        "checks.0.metric",
        ["0 whatever happens"],
    ),
    "one number twice": (
        "main: {quotas: {signed: documented-600}}",
        "main: {number: '111122223333'}\n  other: {number: '111122223333'}",
        "accounts.other.number",
        ["account main already"],
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
    "nobody signs": ("role: app, source: instance, session_s: 3600", "role: app", "credentials.app.0", ["who signs"]),
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
    "one number twice": "other: {number",
    "in this strategy nobody is": "checks:",
}

ANYBODY = """
  base: {set: {populations.app.intended_role: app}}
checks:
  - {metric: clients.off_identity, at_s: 10, expect: [0, 0]}
  - {metric: "clients.off_identity{population=app}", strategy: base, at_s: 10, expect: [0, 0]}
"""


@pytest.mark.parametrize("case", EDITS)
def test_broken_rule(tmp_path, case):
    check_edit(tmp_path, EDITS[case], STANDS_AT.get(case))


def test_every_case_with_a_place_of_its_own_is_a_case():
    assert set(STANDS_AT) <= set(EDITS)


def test_somebody_is_meant_to_be_somebody_in_a_strategy(tmp_path):
    load(edited(tmp_path, "\n  base: {}\n", ANYBODY))
