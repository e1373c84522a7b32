"""The shipped scenarios: they load, say what they must, and every input has a basis."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.assumptions import inputs, variants
from sim.estimate import AFFORDABLE_EVENTS, estimate, estimate_scenario, require_affordable
from sim.loading.overlay import matches
from sim.loading.scenario_file import json_schema, load
from sim.problems import ScenarioError
from sim.timeline.timeline import unanswered
from sim.validation.quotas import users_of
from tests.support.small_scenario import GOOD, edited, written

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
DIRECTORY = SCENARIOS / "employee-directory.yaml"
BATCH = SCENARIOS / "nightly-batch.yaml"


@pytest.fixture(scope="module")
def directory():
    return load(DIRECTORY)


@pytest.fixture(scope="module")
def batch():
    return load(BATCH)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_scenario_loads_and_is_indexed(path):
    loaded = load(path)
    assert loaded.base.name == path.stem
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")
    assert f"({path.name})" in (SCENARIOS / "README.md").read_text(encoding="utf-8")


def test_the_committed_schema_is_current():
    committed = json.loads((SCENARIOS / "schema.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(json_schema())), "run: credflow schema --out scenarios/schema.json"


def test_the_schema_knows_kinds_and_sentences():
    schema = json_schema()
    assert {"name", "question", "run", "accounts", "populations", "strategies"} <= schema["properties"].keys()
    assert schema["properties"]["question"]["description"] == "The question that its report answers."
    assert "OnOff" in schema["$defs"]
    one, several = schema["$defs"]["Population"]["properties"]["calls"]["anyOf"]
    assert several["items"] == one  # a file may give one call process, or a list
    assert "from" in schema["$defs"]["Step"]["properties"]


def test_employee_directory_has_the_people_and_hosts_of_its_question(directory):
    populations = directory.base.populations
    people = {name: population.count for name, population in populations.items() if population.people}
    assert people == {"people-console": 1750, "people-cli": 2250, "people-power": 500, "people-rare": 500}
    assert populations["directory-app"].count == 6 * 8
    instances = [populations[f"instances-{name}"] for name in ("java", "go", "js")]
    assert sum(population.count for population in instances) == 400 * 3
    assert sum(population.count // population.per_host for population in instances) == 400
    assert all(population.count % population.per_host == 0 for population in instances)


def test_employee_directory_reads_as_many_photos_as_its_comment_says(directory):
    (calls,) = directory.base.populations["directory-app"].calls
    per_day = sum(calls.weekday_rps) * 3600 * 48
    assert per_day == pytest.approx(5000 * 0.85 * 6 * 24 * 0.2, rel=0.001)
    assert sum(calls.weekend_rps) == 0


def test_employee_directory_starts_on_a_monday_and_lasts_a_week(directory):
    assert directory.base.run.start.weekday() == 0
    assert directory.base.run.horizon_s == 7 * 86400
    at = {fault.at_s: type(fault).__name__ for fault in directory.base.timeline}
    assert at == {86400 + 14 * 3600: "Restart", 2 * 86400 + 10 * 3600: "Outage", 3 * 86400 + 9 * 3600: "Outage"}


def test_strategies_of_the_directory_differ_in_what_they_are_named_for(directory):
    chain = {
        name: (scenario.populations["people-cli"].credentials, scenario.populations["directory-app"].credentials)
        for name, scenario in directory.strategies.items()
    }
    assert chain == {
        "keys-as-found": ("employee-key", "directory-app-key"),
        "keys-90d": ("employee-key", "directory-app-key"),
        "saml-1h": ("saml", "directory-app-instance"),
        "identity-center-1h": ("sso", "directory-app-instance"),
        "identity-center-12h": ("sso", "directory-app-instance"),
    }
    lives = {name: scenario.users["employee"].key.life for name, scenario in directory.strategies.items()}
    assert lives["keys-90d"] == "policy"
    assert lives["keys-as-found"].policy_share == 0.2
    sessions = {
        name: scenario.issuers["identity-center"].permission_sets["employee"].session_s
        for name, scenario in directory.strategies.items()
    }
    assert sessions["identity-center-1h"] == 3600
    assert sessions["identity-center-12h"] == 43200


def test_all_strategies_have_the_same_faults_calls_and_places(directory):
    for scenario in directory.strategies.values():
        assert scenario.timeline == directory.base.timeline
        assert scenario.theft == directory.base.theft
        assert [p.calls for p in scenario.populations.values()] == [
            p.calls for p in directory.base.populations.values()
        ]


def test_keys_need_exactly_the_users_that_an_account_takes(directory):
    keys = directory.strategies["keys-90d"]
    people = [name for name, population in keys.populations.items() if population.people]
    assert all(users_of(keys, name) == {"employee"} for name in people)
    assert sum(keys.populations[name].count for name in people) == 5000
    assert all(users_of(directory.strategies["saml-1h"], name) == set() for name in people)


def test_user_5001_is_refused_with_quota_source_and_way_out():
    with pytest.raises(ScenarioError) as caught:
        load(DIRECTORY, {"users.directory-app.account": "people"})
    found = caught.value.problems
    assert len(found) == 2  # keys-as-found and keys-90d; the other strategies have no users
    for problem in found:
        assert problem.path == "accounts.people"
        assert problem.line is not None
        told = ["5,001 IAM users", "directory-app as directory-app 1", "5,000", "reference_iam-quotas"]
        assert all(words in problem.text for words in [*told, "another account", "federation"]), problem.text


def test_nightly_batch_is_the_batch_of_its_question(batch):
    population = batch.base.populations["batch"]
    assert (population.count, population.count // population.per_host) == (640, 40)
    assert population.count * population.work.calls == 2_304_000
    lengths = {name: scenario.credentials["reader"][0].session_s for name, scenario in batch.strategies.items()}
    assert lengths == {
        "batch-15m": 900,
        "batch-16m": 960,
        "batch-1h": 3600,
        "batch-15m-java": 900,
        "batch-15m-go": 900,
        "batch-15m-js": 900,
    }
    sdks = [scenario.populations["batch"].sdk for scenario in batch.strategies.values()]
    assert sdks == ["botocore-1.44"] * 3 + ["java-v2-2026", "go-v2-old", "js-v3"]


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from leaves(entry, (*path, index))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_has_a_basis(path):
    document = load(path).document
    based = {
        place for entries in document["basis"].values() for pattern in entries for place in matches(document, pattern)
    }
    without = [
        ".".join(map(str, leaf))
        for block in ("accounts", "issuers", "roles", "users", "credentials", "populations", "timeline")
        for leaf in leaves(document.get(block, {}), (block,))
        if not any(leaf[:length] in based for length in range(1, len(leaf) + 1))
    ]
    assert without == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_assumed_input_says_how_to_measure_it(path):
    for row in inputs(load(path)):
        assert row["note"], row["path"]
        assert row["measure"] or "moves against" in row["note"], row["path"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_variant_is_a_scenario(path):
    loaded = load(path)
    found = variants(loaded)
    assert {variant.end for variant in found} == {"low", "high"}
    assert len(found) == 2 * sum(1 for row in inputs(loaded) if row["low"] is not None)
    for variant in found:
        changed = load(path, variant.settings)
        assert changed.document != loaded.document, variant.label
        people = sum(p.count for p in changed.base.populations.values() if p.people)
        assert people == sum(p.count for p in loaded.base.populations.values() if p.people)


def test_a_scaled_input_moves_every_place_together(directory):
    (low, high) = [v for v in variants(directory) if v.path == "populations.people-*.calls.0.per_day"]
    assert low.settings == {
        "populations.people-console.calls.0.per_day": 1,
        "populations.people-cli.calls.0.per_day": 2,
        "populations.people-power.calls.0.per_day": 2,
        "populations.people-rare.calls.0.per_day": 1,
    }
    assert high.settings["populations.people-cli.calls.0.per_day"] == 8
    assert (low.value, high.value) == (0.5, 2)


def test_an_input_moves_against_another(directory):
    low = next(v for v in variants(directory) if v.path == "populations.people-console.count")
    assert low.settings == {"populations.people-console.count": 1000, "populations.people-cli.count": 3000}


def test_a_range_replaces_the_value(batch):
    low, high = [v for v in variants(batch) if v.path == "populations.batch.count"]
    assert load(BATCH, low.settings).base.populations["batch"].count == 100
    assert load(BATCH, high.settings).strategies["batch-1h"].populations["batch"].count == 5000


def test_a_batch_that_asks_at_every_call_is_estimated_larger(batch):
    sizes = estimate(batch)
    assert sizes["batch-15m"].events > 50 * sizes["batch-16m"].events
    assert sizes["batch-16m"].events > sizes["batch-1h"].events
    assert all(size.rows > 0 and size.seconds > 0 for size in sizes.values())


def test_estimates_grow_with_replications_and_with_every_call_recorded(directory):
    once = estimate(load(DIRECTORY, {"run.replications": 1}))["saml-1h"]
    thrice = estimate(directory)["saml-1h"]
    calls = estimate(load(DIRECTORY, {"run.replications": 1, "run.record": "calls"}))["saml-1h"]
    assert thrice.events == pytest.approx(3 * once.events)
    assert calls.events > once.events + 5_000_000


def test_a_run_without_the_response_is_estimated_too():
    """Where somebody responds to an incident, every replication runs once more as if nobody did."""
    leaked = SCENARIOS / "drills" / "leaked-key.yaml"
    answered = load(leaked)
    names = [name for name, one in answered.strategies.items() if unanswered(one) is not None]
    assert 0 < len(names) < len(answered.strategies)
    for name, size in estimate(answered).items():
        once = estimate_scenario(answered.strategies[name]).times(answered.base.run.replications)
        assert size.events == (2 if name in names else 1) * once.events
        assert size.rows == once.rows
    brief = load(leaked, {"run.record": "summary"})
    assert all(
        size.events == estimate_scenario(brief.strategies[name]).times(brief.base.run.replications).events
        for name, size in estimate(brief).items()
    )


def test_a_run_beyond_fifty_million_events_asks(directory):
    require_affordable(directory)
    large = load(DIRECTORY, {"run.replications": 1000})
    with pytest.raises(ScenarioError, match="--yes") as caught:
        require_affordable(large)
    assert sum(size.events for size in estimate(large).values()) > AFFORDABLE_EVENTS
    assert re.search(r"about [\d,]+ million events", str(caught.value))


def test_settings_win_over_the_base_and_lose_to_strategies():
    loaded = load(BATCH, {"credentials.reader.0.session_s": 1200, "run.seed": 7})
    assert loaded.base.run.seed == 7
    assert all(scenario.run.seed == 7 for scenario in loaded.strategies.values())
    assert loaded.strategies["batch-15m"].credentials["reader"][0].session_s == 1200
    assert loaded.strategies["batch-1h"].credentials["reader"][0].session_s == 3600


@pytest.mark.parametrize(
    ("reaction", "timeline", "tries"),
    [
        ("{again_after: {fixed_s: 0.5}}", "{at_s: 10, outage: sts, for_s: 5}", 10),
        ("{again_after: {fixed_s: 0.5}, times: 4, then: stop}", "{at_s: 10, outage: sts, for_s: 5}", 4),
        ("{again_after: {fixed_s: 0.5}}", "", 7200),
        ("{again_after: {full_jitter: {base_s: 1, cap_s: 20}}}", "", 360),
        ("{restart_after: {fixed_s: 0.5}}", "", 3600),
        ("stop", "", 0),
    ],
)
def test_tight_loops_on_errors_are_estimated_at_most_as_long_as_the_faults(tmp_path, reaction, timeline, tries):
    base = GOOD.replace("  - {at_s: 10, outage: sts, for_s: 5}", f"  - {timeline}" if timeline else "  []")
    with_it = edited(tmp_path, "credentials: app,", f"credentials: app, on_error: {{RefreshFailed: {reaction}}},", base)
    more = estimate_scenario(load(with_it).base).events
    assert more - estimate_scenario(load(written(tmp_path, base)).base).events == pytest.approx(4 * 3 * tries)


def test_a_loop_without_a_pause_asks_for_yes(tmp_path):
    words = "credentials: app, on_error: {RefreshFailed: {again_after: {fixed_s: 1e-6}}},"
    with pytest.raises(ScenarioError, match="million events"):
        require_affordable(load(edited(tmp_path, "credentials: app,", words)))
