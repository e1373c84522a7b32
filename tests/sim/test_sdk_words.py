"""SDK presets with changes: field by field, in a file, in a strategy and on the command line; wrong ones refused."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
from ruamel.yaml import YAML

from sim.cli.presets import sdk_row
from sim.loading.scenario_file import load
from sim.sdk_choice import sdk_of
from sim.sdk_words import RefreshWords, Retry, SdkWords
from sim.sdks import RETRY_MODES, SDKS
from tests.support.command import credflow
from tests.support.small_scenario import GOOD, check_edit, edited, problems_of, written

APP = "app: {count: 3, credentials: app,"


def test_a_name_alone_is_the_preset_itself() -> None:
    for name, preset in SDKS.items():
        assert sdk_of(name) == preset
        assert sdk_of(SdkWords(preset=name)) == preset


@pytest.mark.parametrize("block", ["sts", "imds"])
@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ({"advisory_s": 100}, {"advisory": ((math.inf, 100.0),)}),
        ({"advisory": ((1200, 300), (None, 900))}, {"advisory": ((1200.0, 300.0), (math.inf, 900.0))}),
        ({"mandatory_s": 7}, {"mandatory_s": 7.0}),
        ({"strict": False, "background": True}, {"strict": False, "background": True}),
        ({"on_failed": "serve", "again_after": (1, 2)}, {"on_failed": "serve", "again_after": (1.0, 2.0)}),
        ({"jitter_s": 5, "jitter_until_s": 1}, {"jitter_s": 5.0, "jitter_until_s": 1.0}),
        ({"share_of_life": 0.5, "share_min_s": 9}, {"share_of_life": 0.5, "share_min_s": 9.0}),
        ({"life_cap_s": 60, "extend": (1, 2)}, {"life_cap_s": 60.0, "extend": (1, 2)}),
        ({"extend": "no", "extend_when": "expired"}, {"extend": None, "extend_when": "expired"}),
        ({"ended_left_s": 60}, {"ended_left_s": 60.0}),
        ({"denied_again_after": (1, 5)}, {"denied_again_after": (1.0, 5.0)}),
        ({"ended_left_s": "no", "denied_again_after": "no"}, {"ended_left_s": None, "denied_again_after": None}),
    ],
)
def test_a_field_of_a_window_replaces_the_preset_s(block: str, words: dict, changed: dict) -> None:
    sdk = sdk_of(SdkWords.model_validate({"preset": "botocore-1.44", block: words}))
    preset = SDKS["botocore-1.44"]
    other = "imds" if block == "sts" else "sts"
    assert getattr(sdk, block) == dataclasses.replace(getattr(preset, block), **changed)
    assert (getattr(sdk, other), sdk.retry) == (getattr(preset, other), preset.retry)


def test_every_field_of_a_refresh_rule_can_be_said() -> None:
    rule = {field.name for field in dataclasses.fields(SDKS["botocore-1.44"].sts) if field.init}
    assert set(RefreshWords.model_fields) == rule | {"advisory_s"}


def test_the_retry_rule_is_a_mode_and_what_is_changed_of_it() -> None:
    words = {"preset": "botocore-1.44", "retry": {"mode": "legacy", "attempts": 2, "cap_s": 3}}
    rule = sdk_of(SdkWords.model_validate(words)).retry
    assert rule == dataclasses.replace(RETRY_MODES["legacy"], attempts=2, cap_s=3.0)
    java = SDKS["java-v2-2025"].retry
    assert Retry(backoff="fixed").applied(java).throttle_law is None
    assert Retry(base_s=3).applied(java).throttle_base_s == 3.0
    assert Retry(base_s=3, throttle_base_s=4).applied(java).throttle_base_s == 4.0
    assert Retry().applied(java) is java


def test_a_strategy_changes_one_field_of_a_preset_that_is_named_alone(tmp_path) -> None:
    text = GOOD.replace(APP, APP + " sdk: js-v3,").replace(
        "  base: {}", "  base: {}\n  early: {set: {populations.app.sdk.sts.advisory_s: 1200}}"
    )
    strategies = load(written(tmp_path, text)).strategies
    assert strategies["base"].populations["app"].sdk == "js-v3"
    early = strategies["early"].populations["app"].sdk
    assert isinstance(early, SdkWords)
    assert (early.preset, early.sts.advisory_s) == ("js-v3", 1200.0)


def test_a_setting_changes_one_field_of_the_default_preset(tmp_path) -> None:
    loaded = load(written(tmp_path, GOOD), {"populations.app.sdk.retry.mode": "legacy"})
    assert sdk_of(loaded.base.populations["app"].sdk).retry == RETRY_MODES["legacy"]


def test_a_setting_changes_one_field_of_a_changed_preset(tmp_path) -> None:
    file = edited(tmp_path, APP, APP + " sdk: {preset: js-v3, sts: {mandatory_s: 2}},")
    sdk = load(file, {"populations.app.sdk.sts.advisory_s": 60}).base.populations["app"].sdk
    assert isinstance(sdk, SdkWords)
    assert (sdk.sts.mandatory_s, sdk.sts.advisory_s) == (2.0, 60.0)


@pytest.mark.parametrize(
    ("sdk", "path", "words"),
    [
        ("botocor-1.44", "populations.app.sdk", ["no SDK preset", "did you mean botocore-1.44?"]),
        ("{preset: js-v4}", "populations.app.sdk.preset", ["no SDK preset", "js-v3"]),
        ("{preset: js-v3, stss: {}}", "populations.app.sdk.stss", ["unknown key", "did you mean sts?"]),
        ("{sts: {advisory: 3}}", "populations.app.sdk.sts.advisory", ["list"]),
        ("{sts: {advisory: [[60, 5]]}}", "populations.app.sdk.sts", ["any longer lifetime (null)"]),
        ("{sts: {advisory: [[null, 5]], advisory_s: 5}}", "populations.app.sdk.sts", ["say the same"]),
        ("{imds: {denied_again_after: [9, 3]}}", "populations.app.sdk.imds", ["denied_again_after", "not a range"]),
        ("{imds: {again_after: [9, 3]}}", "populations.app.sdk.imds", ["again_after", "not a range"]),
        ("{imds: {on_failed: srve}}", "populations.app.sdk.imds.on_failed", ["serve"]),
        ("{retry: {mode: standrad-old}}", "populations.app.sdk.retry.mode", ["standard-old"]),
        (
            "{sts: {advisory_s: 100, mandatory_s: 600}}",
            "populations.app.sdk.sts.mandatory_s",
            ["600 is above", "(100)"],
        ),
        (
            "{imds: {advisory: [[900, 60], [null, 300]], mandatory_s: 301}}",
            "populations.app.sdk.imds.mandatory_s",
            ["(300)"],
        ),
        ("{retry: {base_s: 30, cap_s: 3}}", "populations.app.sdk.retry.cap_s", ["3 is below base_s (30)"]),
        ("{retry: {throttle_base_s: 9, cap_s: 3}}", "populations.app.sdk.retry.cap_s", ["below throttle_base_s (9)"]),
        ("{sts: {mandatory_s: -1}}", "populations.app.sdk.sts.mandatory_s", ["below 0", "with at_s"]),
    ],
)
def test_a_wrong_change_is_refused_at_its_place(tmp_path, sdk: str, path: str, words: list[str]) -> None:
    check_edit(tmp_path, (APP, f"{APP} sdk: {sdk},", path, words))


@pytest.mark.parametrize("name", sorted(SDKS))
def test_the_facts_tell_a_preset_in_the_words_that_make_it(name: str) -> None:
    """What `credflow facts --sdks` prints of another preset, put into a scenario, gives the preset."""
    row, yaml = sdk_row(SDKS[name]), YAML(typ="safe")
    words = {"preset": name, **{block: yaml.load(row[block]) for block in ("sts", "imds", "container", "retry")}}
    if words["retry"]["cap_s"] is None:
        del words["retry"]["cap_s"]
    told = sdk_of(SdkWords.model_validate(words))
    assert (told.sts, told.imds, told.container) == (SDKS[name].sts, SDKS[name].imds, SDKS[name].container)
    assert row["corrects_clock"] == (SDKS[name].clock is not None)
    if SDKS[name].retry.throttle_law is None:
        assert told.retry == SDKS[name].retry


def test_lifetimes_are_printed_as_the_source_says_them() -> None:
    """Java and Go compare with 90 minutes, which belong to the next window: below 5400, and not 5399.999999999999."""
    row = sdk_row(SDKS["go-v2-2026"])["sts"]
    assert row.startswith("{advisory: [[1200, 300], [below 5400, 900], [null, 3600]]")
    told = sdk_of(SdkWords.model_validate({"preset": "js-v3", "sts": YAML(typ="safe").load(row)}))
    assert told.sts.advisory == SDKS["go-v2-2026"].sts.advisory


def test_a_file_may_say_them_so(tmp_path) -> None:
    """The same words in a scenario's file, which tells text from numbers before anything is made of them."""
    words = "sdk: {preset: js-v3, sts: {advisory: [[1200, 300], [below 5400, 900], [null, 3600]]}}, count: 3"
    loaded = load(written(tmp_path, GOOD.replace("count: 3, credentials: app", f"{words}, credentials: app")))
    assert sdk_of(loaded.base.populations["app"].sdk).sts.advisory == SDKS["go-v2-2026"].sts.advisory
    wrong = GOOD.replace("count: 3, credentials: app", f"{words.replace('below', 'above')}, credentials: app")
    [problem] = problems_of(written(tmp_path, wrong))
    assert "populations.app.sdk.sts.advisory.1.0: 'above 5400' is not allowed" in str(problem)


def test_a_container_s_windows_are_words_of_their_own() -> None:
    """Where the preset has none of its own, they are those for sessions, unless something is said."""
    own = sdk_of(SdkWords.model_validate({"preset": "go-v2-2026", "container": {"advisory_s": 700}})).container
    assert own is not None
    assert (own.advisory, own.mandatory_s) == (((math.inf, 700.0),), 60.0)
    assert sdk_of(SdkWords.model_validate({"preset": "js-v3", "sts": {"advisory_s": 700}})).container is None
    both = {"preset": "js-v3", "sts": {"advisory_s": 700}, "container": {"mandatory_s": 5}}
    mixed = sdk_of(SdkWords.model_validate(both)).container
    assert mixed is not None
    assert (mixed.advisory, mixed.mandatory_s) == (((math.inf, 700.0),), 5.0)


def test_the_command_prints_them(tmp_path) -> None:
    rows = json.loads(credflow("facts", "--sdks", "--json", folder=tmp_path).stdout)
    beside = ["eks-pod-identity-agent-0.1.37", "eks-pod-identity-agent-0.2", "kubelet"]
    assert [row["name"] for row in rows] == [*(sdk.name for sdk in SDKS.values()), *beside]
    assert "sweep_s: 60" in rows[-2]["cache"]
    assert "token_renewed_at: 0.8" in rows[-1]["tokens"]
    assert rows[0]["sts"].startswith("{advisory_s: 900, mandatory_s: 600")
