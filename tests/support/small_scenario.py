"""A small right scenario, and what is told when a piece of it is replaced."""

from __future__ import annotations

import textwrap

import pytest

from sim.loading.scenario_file import load
from sim.problems import ScenarioError

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
    """The problems for which a scenario file is refused."""
    with pytest.raises(ScenarioError) as caught:
        load(path, settings)
    assert str(caught.value), "an error that says nothing helps nobody"
    assert "Traceback" not in str(caught.value)
    return caught.value.problems


def written(folder, text):
    """A scenario file with this text."""
    path = folder / "small.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def edited(folder, old, new, base=GOOD):
    """A right scenario with one piece replaced."""
    assert base.count(old) == 1, f"{old!r} must stand once in the good scenario"
    return written(folder, base.replace(old, new))


def check_edit(folder, edit, mark=None, base=GOOD):
    """One edit is refused at its path with its words, at the line of the edit or of `mark`."""
    old, new, path, words = edit
    file = edited(folder, old, new, base)
    found = problems_of(file)
    told = [problem for problem in found if problem.path == path]
    assert told, f"no problem at {path}: {[str(problem) for problem in found]}"
    assert all(word in told[0].text for word in words), told[0].text
    text = base.replace(old, new)
    line = text[: text.index(mark or new)].count("\n") + 1
    assert told[0].line == line, str(told[0])
    assert str(told[0]).startswith(f"{file}:{line}: ")
