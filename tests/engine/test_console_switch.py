"""A role that a person switches to in the console."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.runs import run
from tests.support.small_scenario import check_edit
from tests.support.zoo import document, fleet

HOUR = 3600.0
BY_USER = [{"from": "password", "user": "admin", "way": "console"}]
BY_CENTER = [{"from": "center", "permission_set": "staff", "way": "console"}]


@pytest.mark.parametrize(
    ("source", "max_session_s", "first_s"),
    [(BY_USER, 7200, 7200.0), (BY_USER, 43_200, 43_200.0), (BY_CENTER, 7200, 3600.0)],
)
def test_its_length_is_the_role_s_maximum_for_a_user_and_an_hour_for_others(
    source: list[dict[str, Any]], max_session_s: int, first_s: float
) -> None:
    switch = {"from": "sts.AssumeRole", "role": "desk", "source": "console", "way": "console"}
    calls = {"kind": "every", "every_s": 300, "action": "s3:GetObject"}
    words = document({"fleet": fleet("switch", calls, count=1, start={"at_s": 0}, people=True)}, horizon_s=14 * HOUR)
    words["credentials"] = {"console": source, "switch": [switch]}
    words["users"]["admin"]["password"] = {}
    words["roles"]["desk"] = {
        "account": "main", "allow": ["s3:*"], "max_session_s": max_session_s,
        "trust": {"user": "admin", "identity_center": "center"},
    }  # fmt: skip
    credentials = run(words)["credentials"]
    console = credentials[credentials["provider"] == "console"].query("kind == 'session'").set_index("credential")
    roles = credentials[credentials["provider"] == "switch"].sort_values("issued_at_s")
    assert len(roles) >= 2
    left = roles["parent"].map(console["expires_at_s"]) - roles["issued_at_s"]
    lengths = roles["expires_at_s"] - roles["issued_at_s"]
    assert lengths.tolist() == left.clip(upper=first_s).tolist()
    assert (lengths <= first_s).all()


@pytest.mark.parametrize(
    ("new", "path", "words"),
    [
        ("source: instance, way: console}", "credentials.app.0.source", ["from a console session"]),
        ("source: people, way: console, session_s: 3600}", "credentials.app.0.session_s", ["nobody sets the length"]),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, new: str, path: str, words: list[str]) -> None:
    check_edit(tmp_path, ("source: instance, session_s: 3600}", new, path, words))
