"""IAM Roles Anywhere, said wrongly: refused with the place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.loading.scenario_file import load
from tests.support.small_scenario import GOOD, check_edit, written

BASE = (
    GOOD.replace("  idp: {kind: idp}\n", "  idp: {kind: idp}\n  anywhere: {kind: roles_anywhere}\n")
    .replace("users:\n", "  outside: {account: main, trust: {service: rolesanywhere.amazonaws.com}}\nusers:\n")
    .replace("  key: [{from", "  certified: [{from: anywhere, role: outside}]\n  key: [{from")
)
STEP = "certified: [{from: anywhere, role: outside}]"
EDITS = {
    "without a role": (STEP, "certified: [{from: anywhere}]", "credentials.certified.0.role", ["is missing"]),
    "with an operation": (
        STEP, STEP.replace("anywhere,", "anywhere.CreateSession,"), "credentials.certified.0.from",
        ["no operations", "write anywhere"],
    ),
    "signed by a user": (
        STEP, STEP.replace("outside}", "outside, user: robot}"), "credentials.certified.0.user", ["takes no user"],
    ),
    "too short": (
        STEP, STEP.replace("outside}", "outside, session_s: 60}"), "credentials.certified.0.session_s",
        ["60 is not allowed", "900 s to 43200 s"],
    ),
    "too long": (
        STEP, STEP.replace("outside}", "outside, session_s: 43201}"), "credentials.certified.0.session_s",
        ["43201 is not allowed", "900 s to 43200 s"],
    ),
    "a role that trusts another service": (
        "trust: {service: rolesanywhere.amazonaws.com}", "trust: {service: ec2.amazonaws.com}",
        "credentials.certified.0.role", ["does not trust", "service: rolesanywhere.amazonaws.com"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_it_is_refused(tmp_path: Path, name: str) -> None:
    check_edit(tmp_path, EDITS[name], mark="certified: [", base=BASE)


def test_the_base_is_right(tmp_path: Path) -> None:
    assert load(written(tmp_path, BASE)).base.issuers["anywhere"].kind == "roles_anywhere"
