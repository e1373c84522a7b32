"""A program that read its pod's token once shows the same one until it restarts, past its end."""

from __future__ import annotations

from typing import Any

import pytest

from sim.cli.loading import load_file
from sim.problems import ScenarioError
from tests.support.runs import run, verdicts
from tests.support.small_scenario import GOOD, written
from tests.support.zoo import document, fleet

MINUTELY = {"kind": "every", "every_s": 60}
READS_ONCE = {"from": "sts.AssumeRoleWithWebIdentity", "role": "pod", "idp": "cluster", "rereads_token": False}


def pods(step: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Pods that start at 0 with a token of two hours, renewed by the kubelet after 96 min; sessions of one hour."""
    made = document({"fleet": fleet("own", MINUTELY, start={"at_s": 0}, sdk="go-v2-old")}, horizon_s=14_400, **more)
    made["credentials"] = {**made["credentials"], "own": [{**step, "retry": {"attempts": 1}, "session_s": 3600}]}
    return made


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_sessions_end_with_the_token_that_was_read(level: str) -> None:
    """The token of time 0 ends at 7,200 s: two sessions are granted, the third is refused with every call after it."""
    frames = run(pods(READS_ONCE), level=level)
    counted = verdicts(frames)
    for client in range(5):
        assert 120 <= counted["fleet", client, "ok"] <= 121
        assert counted["fleet", client, "RefreshFailed"] == 240 - counted["fleet", client, "ok"]
    asked = frames["requests_per_second"]
    granted = asked[(asked["operation"] == "AssumeRoleWithWebIdentity") & (asked["outcome"] == "ok")]
    assert granted["requests"].sum() == 10


def test_one_that_reads_again_goes_on() -> None:
    counted = verdicts(run(pods({**READS_ONCE, "rereads_token": True})))
    assert counted == {("fleet", client, "ok"): 240 for client in range(5)}


def test_a_restart_reads_it_anew() -> None:
    """The token of 5,760 s: one more session of an hour, and no other."""
    counted = verdicts(run(pods(READS_ONCE, timeline=[{"at_s": 10_000, "restart": "fleet"}])))
    assert 180 <= counted["fleet", 0, "ok"] <= 182


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{from: imds, rereads_token: false}", "shows none"),
        ("{from: sts.AssumeRoleWithWebIdentity, role: app, idp: forge, rereads_token: false}", "no token in a file"),
    ],
)
def test_where_there_is_no_file(tmp_path, step: str, said: str) -> None:
    text = GOOD.replace("populations:", f"  more: [{step}]\npopulations:", 1)
    text = text.replace("  idp: {kind: idp}\n", "  idp: {kind: idp}\n  forge: {kind: idp, token_renewed_at: null}\n")
    text = text.replace("saml: idp}", "saml: idp, web_identity: forge}")
    with pytest.raises(ScenarioError) as caught:
        load_file(written(tmp_path, text))
    assert said in str(caught.value)
