"""Lives of clients and of what they hold, one small story each."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.support.runs import run, verdicts
from tests.support.zoo import STAFF, document, fleet

DAY = 86_400.0
BUSY = {"kind": "poisson", "rps": 0.1}


@pytest.mark.parametrize("chain", ["node", "by-user", "chained"])
def test_a_process_restarts_even_if_it_had_nothing_left_to_do(chain: str) -> None:
    """Its session outlives the horizon, so it sleeps; the restart takes the session, and it must ask again."""
    restart = [{"at_s": 1000, "restart": "fleet", "ramp_s": 100}]
    words = {"fleet": fleet(chain, BUSY, start={"at_s": 0})}
    frames = run(document(words, horizon_s=2500, timeline=restart))
    assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}
    issued = frames["requests"][frames["requests"]["operation"].isin(["AssumeRole", "GetCredentials"])]
    assert (issued["at_s"] > 1000).any()


def test_what_signs_for_another_credential_is_held_to_the_end() -> None:
    """A process that assumes a role twice holds three credentials, each of them until it ends."""
    frames = run(document({"fleet": fleet("twice-chained", BUSY, start={"at_s": 0})}, horizon_s=20_000))
    credentials = frames["credentials"].set_index("credential")["provider"]
    held = frames["holdings"][frames["holdings"]["place"] == "process"]
    held = held.assign(provider=credentials.reindex(held["credential"]).to_numpy())
    for _, stretch in held.groupby(["client", "provider"]):
        assert stretch["to_s"].max() == 20_000
        assert stretch["from_s"].min() < 100
        assert all(a["to_s"] == b["from_s"] for (_, a), (_, b) in pairwise(stretch.sort_values("from_s").iterrows()))
    assert set(held["provider"]) == {"twice-chained", "hub", "node"}


def test_a_program_that_is_done_holds_nothing() -> None:
    words = fleet("chained", BUSY, start={"at_s": 0}, work={"calls": 50, "within_s": 2000})
    frames = run(document({"fleet": words}, horizon_s=5000))
    held = frames["holdings"][frames["holdings"]["place"] == "process"]
    assert set(held["population"]) == {"fleet"}
    assert (held["to_s"] < 2000).all()
    mine = frames["credentials"][frames["credentials"]["provider"] == "chained"]
    assert set(mine["end_reason"]) == {"finished"}


def test_a_fixed_work_is_the_same_for_any_cache() -> None:
    words = fleet("thread", BUSY, threads=4, start={"at_s": 0}, work={"calls": 50, "within_s": 2000})
    for chain in ("thread", "chained"):
        counted = verdicts(run(document({"fleet": {**words, "credentials": chain}}, horizon_s=5000)))
        assert counted == {("fleet", client, "ok"): 50 for client in range(5)}


@pytest.mark.parametrize(("sdk", "fails"), [("go-v2-old", True), ("js-v3", True), ("botocore-1.24", False)])
def test_static_stability_signs_with_an_expired_set(sdk: str, fails: bool) -> None:
    """IMDS is down for longer than a set lives: an SDK that serves what it has gets ExpiredToken from AWS."""
    outage = [{"at_s": 1000, "outage": "node", "for_s": 60_000}]
    frames = run(document({"fleet": fleet("node", BUSY, sdk=sdk)}, horizon_s=60_000, timeline=outage))
    counted = {verdict for _, _, verdict in verdicts(frames)}
    assert ("ExpiredToken" in counted) == fails
    assert ("RefreshFailed" in counted) != fails


def test_people_do_not_log_in_again_for_every_command_while_sts_is_down() -> None:
    """Their login works but brings no session: they wait as after a failed one."""
    staff = {**STAFF, "credentials": "saml", "count": 6, "time_zones": []}
    outage = [{"at_s": 0, "outage": "sts", "for_s": DAY}]
    frames = run(document({"staff": staff}, horizon_s=DAY, timeline=outage))
    logins = frames["logins"].sort_values(["client", "at_s"])
    gaps = logins.groupby("client")["at_s"].diff().dropna()
    assert len(gaps) > 10
    assert gaps.min() >= 300
    assert {verdict for _, _, verdict in verdicts(frames)} == {"RefreshFailed"}


def test_a_second_step_is_used_where_the_first_is_refused() -> None:
    frames = run(document({"fleet": fleet("falls-through", BUSY)}, horizon_s=20_000))
    asked = frames["requests"].groupby(["operation", "outcome"]).size()
    # botocore resolves its chain once: each client is refused once, and renews what it fell through to.
    assert asked["GetCredentials", "ok"] > asked["AssumeRole", "denied"] == frames["requests"]["client"].nunique()
    signed = frames["calls"][frames["calls"]["verdict"] == "ok"]
    names = frames["credentials"].set_index("credential")["principal"]
    later = signed[signed["from_s"] > 0]
    assert set(names.reindex(later["credential"])) == {"role/host"}


def _rotations(**more: Any) -> dict[str, Any]:
    return {"account": "main", "allow": ["s3:*"], **more}


def test_a_rotated_key_signs_until_its_successor_and_dies_after_the_overlap() -> None:
    rotation = {"period_s": 2 * DAY, "overlap_s": DAY / 2, "toil_min": 20}
    user = _rotations(key={"life": "policy", "rotation": rotation, "age_s": DAY})
    frames = run(document({"fleet": fleet("key", BUSY, count=1)}, horizon_s=6 * DAY, users={"person": user}))
    rotations = frames["rotations"]
    assert rotations["started_at_s"].tolist() == [DAY, 3 * DAY, 5 * DAY]
    assert rotations["done_at_s"].tolist() == [1.5 * DAY, 3.5 * DAY, 5.5 * DAY]
    assert (rotations["late_s"] == 0).all()
    keys = frames["credentials"].sort_values("ordinal")
    assert keys["ended_at_s"].tolist()[:3] == [DAY, 3 * DAY, 5 * DAY]
    assert keys["valid_until_s"].tolist() == pytest.approx([1.5 * DAY, 3.5 * DAY, 5.5 * DAY, 7.5 * DAY], abs=60)
    operations = frames["requests"]["operation"].value_counts().to_dict()
    assert operations == {"CreateAccessKey": 3, "UpdateAccessKey": 3, "DeleteAccessKey": 3}
    assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}
