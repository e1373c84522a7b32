"""Every fact against a second transcription, and against the rules for facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from sim.aws import FACTS
from sim.aws.fact import Basis, Fact
from sim.aws.quotas import QUOTA_PROFILES
from sim.aws.session_lengths import SESSION_LENGTHS, rows
from sim.aws.used import facts_used, features
from sim.principals.account import QUOTA_GROUPS
from sim.sdks import SDKS
from tests.facts.transcription import TRANSCRIPTION
from tests.facts.transcription.line import DOC, MEAS, MEM, SECOND, SRC
from tests.facts.transcription.not_blind import NOT_BLIND

_SIM = Path(__file__).parents[2] / "sim"
_BASIS = {DOC: "documented", SRC: "documented", MEAS: "measured", SECOND: "second-hand", MEM: "assumed"}
_LOCAL = re.compile(r"(^|[\s(])(~|\.\.?|/(home|tmp|usr|root|var|mnt|etc|opt|srv))/")
_NOWHERE = re.compile(r"no (published number|source)|not found|remembered")


def test_no_fact_is_missing_on_either_side() -> None:
    missing, surplus = sorted(set(FACTS) - set(TRANSCRIPTION)), sorted(set(TRANSCRIPTION) - set(FACTS))
    where = "a line in tests/facts/transcription, read in the source and not in sim/aws: NAME: (value, unit, basis)"
    assert not missing, f"add {where}; for {', '.join(missing)}"
    assert not surplus, f"no such fact on the shelf any more: {', '.join(surplus)}"


@pytest.mark.parametrize("name", sorted(set(FACTS) & set(TRANSCRIPTION)))
def test_a_fact_equals_its_second_transcription(name: str) -> None:
    fact, (value, unit, basis) = FACTS[name], TRANSCRIPTION[name]
    assert (fact.value, fact.unit, fact.basis) == (value, unit, _BASIS[basis])


def _offenders(rule: Callable[[str, Fact[Any]], bool]) -> list[str]:
    return [name for name, fact in FACTS.items() if not rule(name, fact)]


def test_every_fact_says_where_when_and_how_sure() -> None:
    assert not _offenders(lambda _, fact: bool(fact.source.strip()) and not _LOCAL.search(fact.source))
    assert not _offenders(lambda _, fact: date.fromisoformat(fact.read) <= date(2026, 11, 29))
    assert not _offenders(lambda _, fact: fact.basis in get_args(Basis))
    assert not _offenders(lambda _, fact: fact.basis != "assumed" or bool(fact.note))
    assert not _offenders(lambda _, fact: fact.basis == "assumed" or not _NOWHERE.search(fact.source))


def test_lines_that_are_not_blind_exist_and_say_why() -> None:
    assert not sorted(set(NOT_BLIND) - set(TRANSCRIPTION))
    assert not [name for name, why in NOT_BLIND.items() if not why.strip()]


def test_a_span_holds_its_value_and_belongs_to_what_is_unsure() -> None:
    spanned = {name: fact for name, fact in FACTS.items() if fact.span is not None}
    assert len(spanned) > 10
    assert not [name for name, fact in spanned.items() if not fact.span[0] <= fact.value <= fact.span[1]]
    assert {fact.basis for fact in spanned.values()} <= {"assumed", "second-hand"}


def test_the_unit_stands_in_the_name() -> None:
    units = {"_s": "s", "_days": "days", "_years": "years", "_rps": "requests/s", "_chars": "characters"}
    for suffix, unit in units.items():
        assert not _offenders(lambda name, fact, s=suffix, u=unit: not name.endswith(s) or fact.unit == u)


def test_a_local_path_would_be_noticed() -> None:
    assert _LOCAL.search("read in /home/me/notes.md")
    assert _LOCAL.search("../elsewhere/notes.md")
    assert not _LOCAL.search("https://docs.aws.amazon.com/home/x; botocore 1.44.5: data/sts service-2.json")


def test_facts_of_an_sdk_name_presets_that_exist() -> None:
    named = {use.removeprefix("sdk:") for fact in FACTS.values() for use in fact.uses if use.startswith("sdk:")}
    assert named == set(SDKS)


def test_a_manifest_row_has_the_contract_s_columns() -> None:
    row = FACTS["sts.quota_burst"].row("sts.quota_burst")
    assert list(row) == ["name", "value", "unit", "source", "read", "basis", "note"]
    assert str(row["note"]).endswith("range 600 to 6,000")
    assert FACTS["sts.role_session_name_chars"].row("x")["value"] == [2, 64]


def test_quota_profiles_repeat_no_number() -> None:
    documented = QUOTA_PROFILES["documented-600"]
    assert (documented.rps, documented.burst, documented.basis) == (600.0, 600.0, "documented")
    assert "600 to 6,000" in documented.note
    center = QUOTA_PROFILES["identity-center-20"]
    assert (center.rps, center.quota_group) == (20.0, "identity_center")
    assert {profile.quota_group for profile in QUOTA_PROFILES.values()} <= set(QUOTA_GROUPS)


def test_only_iam_users_reach_36_hours() -> None:
    longest = {row.holder: row.longest_s for row in SESSION_LENGTHS if row.longest_s is not None}
    portal = longest.pop("Identity Center access portal")
    assert portal == 90 * 86400
    assert [holder for holder, end in longest.items() if end > 12 * 3600] == ["GetSessionToken, GetFederationToken"]
    assert all(row["source"] for row in rows())


def _scenario(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "accounts": {"prod": {"quotas": {"signed": "documented-600"}}},
        "issuers": {"sts": {"kind": "sts"}},
        "roles": {"app": {}},
        "credentials": {"chain": [{"from": "sts.AssumeRole", "role": "app"}]},
        "populations": {"app": {"sdk": "java-v2-2025"}},
    }
    return base | changes


def test_facts_used_follow_the_scenario() -> None:
    names = {row["name"] for row in facts_used(_scenario())}
    assert {"sts.assume_role_max_s", "sts.quota_rps", "sdk_java.prefetch_s", "sts.quota_burst"} <= names
    assert not {name for name in names if str(name).startswith(("ec2.", "sdk_botocore.", "identity_center.", "keys."))}


def test_facts_used_grow_with_a_metadata_service() -> None:
    with_imds = _scenario(issuers={"sts": {"kind": "sts"}, "node": {"kind": "imds", "role": "app"}})
    more = {row["name"] for row in facts_used(with_imds)} - {row["name"] for row in facts_used(_scenario())}
    assert "ec2.credential_life_s" in more
    assert "ec2.offered_every_s" in more


def test_a_quota_of_one_s_own_needs_no_fact() -> None:
    own = _scenario(accounts={"prod": {"quotas": {"signed": {"rps": 50, "burst": 50}}}})
    assert not {row["name"] for row in facts_used(own)} & {"sts.quota_rps", "sts.quota_burst"}


def test_every_use_names_a_feature_that_can_occur() -> None:
    kinds = {"sts", "imds", "identity_center", "iam", "idp", "container", "lambda", "pod_identity", "roles_anywhere"}
    words = {"access_key", "password", "presigned", "user", "root", "role", "group", "chaining", "service"}
    operations = {"sts.AssumeRole", "sts.AssumeRoleWithSAML", "sts.AssumeRoleWithWebIdentity"}
    quotas = {f"quota:{name}" for name in QUOTA_PROFILES}
    used = {use for fact in FACTS.values() for use in fact.uses if not use.startswith("sdk:")}
    assert used <= kinds | words | operations | quotas


def test_a_key_and_a_chained_role_are_features() -> None:
    scenario = _scenario(
        users={"ann": {"key": {"number": 1}, "password": None}},
        credentials={"chain": [{"from": "access_key", "user": "ann"}, {"from": "sts.AssumeRole", "source": "base"}]},
    )
    assert {"access_key", "user", "chaining"} <= features(scenario)
    assert "password" not in features(scenario)


_GUARDED = {1095, 21600, 7776000}
"""Numbers that can only be AWS's: longest password age, life of instance credentials, longest portal session."""


def _numbers(path: Path) -> set[float]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if type(value) in {int, float}}


def test_a_preset_takes_its_numbers_from_the_facts() -> None:
    """No SDK preset holds a number of its own but indices and nothing at all."""
    for path in sorted((_SIM / "sdks").glob("*.py")):
        if path.name != "base.py":
            assert _numbers(path) <= {0, 1, 2}, path.name


def test_numbers_of_aws_stand_once() -> None:
    # What the simulator is held against stands for itself: taken from the facts, it could not contradict them.
    elsewhere = [path for path in _SIM.rglob("*.py") if path.parent not in {_SIM / "aws", _SIM / "verify"}]
    assert len(elsewhere) > 30
    assert not {str(path.relative_to(_SIM)): found for path in elsewhere if (found := _numbers(path) & _GUARDED)}
