"""Bad words about programs and caches are refused with their place, the value and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.loading.scenario_file import load
from sim.problems import ScenarioError
from tests.support.small_scenario import GOOD, check_edit, edited, problems_of

APP = "app: {count: 3, credentials: app,"
STEP = "session_s: 3600}]"
KEY = "key: [{from: access_key, user: person}]"


def on_error(words: str) -> str:
    return f"app: {{count: 3, credentials: app, on_error: {{{words}}},"


# What is replaced, by what, path of the problem, words that its text must hold.
EDITS = {
    "a connection without length": (
        APP, APP + " new_provider_per: {every_s: 0},", "populations.app.new_provider_per.every_s", ["above 0", "call"]
    ),
    "calls after the end": (
        "calls: {kind: poisson, rps: 1}",
        "calls: {kind: trace, at_s: [-5, 3600, 4000]}",
        "populations.app.calls.at_s",
        ["none of 3 instants, -5 to 4000", "horizon_s 3600"],
    ),
    "arrivals after the end": (
        APP, APP + " arrivals: {kind: trace, at_s: [3600]},", "populations.app.arrivals.at_s", ["none of 1 instants"]
    ),
    "callers who wait before anything is due": (
        STEP,
        "session_s: 3600, refresh: {advisory_s: 60, mandatory_s: 90}}]",
        "credentials.app.0.refresh.mandatory_s",
        ["90 is above the advisory window (60)"],
    ),
    "a pause above its cap": (
        STEP,
        "session_s: 3600, retry: {base_s: 30, cap_s: 3}}]",
        "credentials.app.0.retry.cap_s",
        ["3 is below base_s (30)"],
    ),
    "a window above the session": (
        STEP,
        "session_s: 3600, refresh: {advisory_s: 3601}}]",
        "credentials.app.0.refresh.advisory_s",
        ["3601 is above session_s (3600)", "cache: none"],
    ),
    "a misspelt verdict": (
        APP, on_error("AccesDenied: stop"), "populations.app.on_error.AccesDenied", ["did you mean AccessDenied?"]
    ),
    "a verdict that nobody gives": (
        APP, on_error("Boom: stop"), "populations.app.on_error.Boom", ["errors: AccessDenied", "RefreshFailed"]
    ),
    "a refusal without its issuer": (
        APP, on_error("Throttling: stop"), "populations.app.on_error.Throttling", ["sts.Throttling"]
    ),
    "an issuer that is not asked": (
        APP, on_error("centre.AccessDenied: stop"), "populations.app.on_error.centre.AccessDenied", ["imds, sts"]
    ),
    "an issuer that does not exist": (
        APP, on_error("stss.AccessDenied: stop"), "populations.app.on_error.stss.AccessDenied", ["did you mean sts?"]
    ),
    "a misspelt refusal": (
        APP, on_error("sts.Throtling: stop"), "populations.app.on_error.sts.Throtling", ["did you mean Throttling?"]
    ),
    "times without a pause": (
        APP, on_error("AccessDenied: {times: 5}"), "populations.app.on_error.AccessDenied.again_after", ["is missing"]
    ),
    "then without times": (
        APP,
        on_error("AccessDenied: {again_after: {fixed_s: 1}, then: stop}"),
        "populations.app.on_error.AccessDenied",
        ["then: stop never comes without times"],
    ),
    "a stop and a retry": (
        APP,
        on_error("AccessDenied: {again_after: {fixed_s: 1}, stop: true}"),
        "populations.app.on_error.AccessDenied",
        ["stop and a retry for the same error", "write stop alone"],
    ),
    "a list of answers": (
        APP,
        on_error("AccessDenied: [stop]"),
        "populations.app.on_error.AccessDenied",
        ["a list of 1"],
    ),
    "a negative pause": (
        APP,
        on_error("AccessDenied: {again_after: {fixed_s: -5}}"),
        "populations.app.on_error.AccessDenied.again_after.fixed_s",
        ["-5", "above 0"],
    ),
    "an unknown law": (
        APP,
        on_error("AccessDenied: {again_after: {exponentail: {base_s: 1}}}"),
        "populations.app.on_error.AccessDenied.again_after.exponentail",
        ["did you mean exponential?"],
    ),
    "a cap below the base": (
        APP,
        on_error("AccessDenied: {again_after: {exponential: {base_s: 9, cap_s: 3}}}"),
        "populations.app.on_error.AccessDenied.again_after.exponential",
        ["cap_s (3) must not be below base_s (9)"],
    ),
    "an unknown answer": (
        APP,
        on_error("AccessDenied: halt"),
        "populations.app.on_error.AccessDenied",
        ["halt", "stop", "or a mapping with again_after"],
    ),
    "no answer": (
        APP, on_error("AccessDenied: null"), "populations.app.on_error.AccessDenied", ["null", "with again_after"]
    ),
    "a pause that is a number": (
        APP,
        on_error("AccessDenied: {again_after: 10}"),
        "populations.app.on_error.AccessDenied.again_after",
        ["10 is not allowed; must be a mapping"],
    ),
    "people who react": (
        "people: true", "on_error: {AccessDenied: stop}\n    people: true", "populations.people.on_error", ["programs"]
    ),
    "a provider that outlasts its work": (
        APP,
        "app: {count: 3, credentials: app, work: {calls: 9, within_s: 9}, new_provider_per: {calls: 9},",
        "populations.app.new_provider_per.calls",
        ["9 is not allowed", "a work of 9 calls", "fewer"],
    ),
    "a provider per nothing": (
        APP,
        "app: {count: 3, credentials: app, new_provider_per: {calls: 0},",
        "populations.app.new_provider_per.calls",
        ["0 is not allowed", "1"],
    ),
    "a negative time to remember failures": (
        STEP, "session_s: 3600, negative_cache_s: -1}]", "credentials.app.0.negative_cache_s", ["above 0"]
    ),
    "an unknown scope": (STEP, "session_s: 3600, cache: hosts}]", "credentials.app.0.cache", ["did you mean host?"]),
    "a key in a cache": (
        KEY, "key: [{from: access_key, user: person, cache: host}]", "credentials.key.0.cache", ["is not fetched"]
    ),
    "a scope at a later step": (
        STEP, "session_s: 3600}, {from: imds, cache: thread}]", "credentials.app.1.cache", ["at the first step"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_refused_with_place_and_right_value(name: str, tmp_path: Path) -> None:
    check_edit(tmp_path, EDITS[name])


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    assert len(problems_of(edited(tmp_path, APP, on_error("AccessDenied: {again_after: 10}")))) == 1


def test_users_of_their_own_cannot_share(tmp_path: Path) -> None:
    own = "robot: [{from: sts.GetSessionToken, user: person, cache: file}]\n  " + KEY
    with pytest.raises(ScenarioError, match=r"users\.person\.per: population"):
        load(edited(tmp_path, KEY, own, GOOD))


GOOD_WORDS = [
    on_error("NoCredentials: stop, RefreshFailed: restart"),
    on_error("AccessDenied: stop, sts.AccessDenied: restart, imds.Throttling: {again_after: {fixed_s: 10}}"),
    on_error("RefreshFailed: {restart_after: {equal_jitter: {base_s: 1, cap_s: 9}}, times: 2, then: continue}"),
    "app: {count: 3, credentials: app, new_provider_per: call,",
    "app: {count: 3, credentials: app, new_provider_per: {every_s: {lognormal: {median: 60, sigma: 1}}},",
]


@pytest.mark.parametrize("words", GOOD_WORDS)
def test_right_words_load(words: str, tmp_path: Path) -> None:
    assert load(edited(tmp_path, APP, words)).base.populations["app"]


def test_a_window_as_long_as_the_session_and_a_trace_partly_within_the_run_are_right(tmp_path):
    trace = GOOD.replace("calls: {kind: poisson, rps: 1}", "calls: {kind: trace, at_s: [10, 4000]}")
    load(edited(tmp_path, STEP, "session_s: 3600, refresh: {advisory_s: 3600}}]", trace))
