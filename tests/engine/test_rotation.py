"""Rotation of access keys in six steps: what clients, thieves and IAM meet on the way. Small stories, exact numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.scenario import Scenario
from sim.shards import shards_of
from tests.support.runs import Frames, run, verdicts
from tests.support.zoo_rotation import key_fleet

HALVES = {"kind": "trace", "at_s": [second + 0.5 for second in range(2000)]}
SECONDS = {"kind": "trace", "at_s": [float(second) for second in range(2000)]}
BROKEN = "InvalidClientTokenId"


def _key(**more: Any) -> dict[str, Any]:
    """A key that is rotated once, at 500 s."""
    steps = {"period_s": 5000, "overlap_s": 300, **more}
    return {"life": "policy", "age_s": 4500, "rotation": steps}


def _broken(frames: Frames) -> int:
    return sum(n for (_, _, verdict), n in verdicts(frames).items() if verdict == BROKEN)


def _only(frames: Frames) -> dict[str, Any]:
    rotations = frames["rotations"]
    assert len(rotations) == 1
    return dict(rotations.iloc[0])


@pytest.mark.parametrize(
    ("lag_s", "broken"),
    [(0, 10), (4, 6), (9, 1), (10, 0), (200, 0), (310, 0), (311, 1), (400, 90), (1500, 1190)],
)
def test_calls_break_before_the_propagation_and_after_the_overlap(lag_s: float, broken: int) -> None:
    """One call a second, propagation 10 s, overlap 300 s: max(10 - lag, 0) + max(lag - 310, 0)."""
    frames = run(key_fleet(SECONDS, _key(), horizon_s=2000, reload={"lag_s": lag_s}))
    assert _broken(frames) == broken
    row = _only(frames)
    assert row["started_at_s"] == 500
    assert row["accepted_at_s"] == 510
    assert row["done_at_s"] == 800
    if lag_s < 1500:
        assert row["left_at_s"] == 500 + lag_s
        assert row["ended_at_s"] == max(800, 500 + lag_s)
    else:
        assert np.isnan(row["left_at_s"])
        assert np.isnan(row["ended_at_s"])
    assert row["on_old"] == (1 if lag_s > 300 else 0)


@pytest.mark.parametrize(("age_s", "broken"), [(0, 10), (4, 6), (10, 0), (4500, 0)])
def test_a_key_made_just_before_the_run_has_yet_to_be_known(age_s: float, broken: int) -> None:
    key = {"life": "never", "age_s": age_s}
    assert _broken(run(key_fleet(SECONDS, key, horizon_s=2000, reload={"lag_s": 0}))) == broken
    assert _broken(run(key_fleet(SECONDS, key, horizon_s=2000))) == 0, "whoever says nothing of reloading has waited"


def test_without_a_word_about_reloading_clients_change_over_with_the_key() -> None:
    frames = run(key_fleet(SECONDS, _key(), horizon_s=2000))
    assert _broken(frames) == 0
    assert _only(frames)["left_at_s"] == 500


def test_who_never_reloads_is_lost_until_the_restart() -> None:
    never = {"lag_s": 20, "never": 1.0}
    lost = run(key_fleet(SECONDS, _key(), horizon_s=2000, reload=never))
    assert _broken(lost) == 2000 - 810
    row = _only(lost)
    assert (row["outcome"], row["on_old"], row["consumers"]) == ("done", 1, 1)
    keys = lost["credentials"].set_index("ordinal")
    assert keys["end_reason"].tolist() == ["open", "open"], "the old key is still signed with"
    restarted = run(
        key_fleet(SECONDS, _key(), horizon_s=2000, reload=never, timeline=[{"at_s": 1000, "restart": "fleet"}])
    )
    assert _broken(restarted) == 1000 - 810
    assert _only(restarted)["ended_at_s"] == 1000


def test_a_client_that_starts_later_reads_the_new_key() -> None:
    frames = run(key_fleet(SECONDS, _key(), horizon_s=2000, reload={"lag_s": 1000}, start={"at_s": 600}))
    assert _broken(frames) == 0


def test_the_six_steps_are_asked_of_iam_in_order() -> None:
    frames = run(key_fleet(SECONDS, _key(confirm_s=200), horizon_s=2000, reload={"lag_s": 15}))
    asked = frames["requests"]
    assert asked["operation"].tolist() == ["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"]
    assert asked["at_s"].tolist() == [500, 800, 1000]
    assert _only(frames)["ended_at_s"] == 1000


def test_a_third_key_is_refused_and_nothing_is_rotated() -> None:
    frames = run(key_fleet(SECONDS, {**_key(), "number": 2}, horizon_s=2000, reload={"lag_s": 0}))
    asked = frames["requests"]
    assert asked[["operation", "outcome"]].to_numpy().tolist() == [["CreateAccessKey", "denied"]]
    row = _only(frames)
    assert (row["outcome"], row["toil_min"], pd.isna(row["new"])) == ("refused", 0, True)
    assert _broken(frames) == 0
    assert np.isinf(frames["credentials"]["valid_until_s"]).all()


def test_a_rotation_waits_until_the_last_one_has_deleted_its_old_key() -> None:
    """Every 600 s, old keys deleted after 300 + 500 s: each but the first is refused once and begins 200 s late."""
    key = {"life": "policy", "age_s": 100, "rotation": {"period_s": 600, "overlap_s": 300, "confirm_s": 500}}
    frames = run(key_fleet(SECONDS, key, horizon_s=2000))
    rotations = frames["rotations"].sort_values("started_at_s")
    assert rotations["started_at_s"].tolist() == [500, 1300, 1900]
    assert rotations["due_at_s"].tolist() == [500, 1100, 1900]
    assert rotations["late_s"].tolist() == [0, 200, 0]
    assert rotations["outcome"].tolist() == ["done", "done", "refused"]
    created = frames["requests"].query("operation == 'CreateAccessKey'")
    assert list(zip(created["at_s"], created["outcome"], strict=True)) == [
        (500, "ok"), (1100, "denied"), (1300, "ok"), (1900, "denied")
    ]  # fmt: skip
    live = _live_keys(frames)
    assert max(live) == 2


def _live_keys(frames: Frames) -> list[int]:
    """Keys of the user that exist, at every instant at which one is created."""
    rotations = frames["rotations"].dropna(subset="new")
    deleted = dict(zip(rotations["old"], rotations["ended_at_s"].fillna(np.inf), strict=True))
    keys = frames["credentials"]
    ends = [deleted.get(key, np.inf) for key in keys["credential"]]
    return [
        sum(1 for born, end in zip(keys["issued_at_s"], ends, strict=True) if born <= at < end)
        for at in keys["issued_at_s"]
    ]


def test_an_emergency_replaces_the_key_and_clients_follow_with_their_lag() -> None:
    lost = [{"at_s": 600, "deactivate_key": "robot", "replaced_after_s": 200, "propagation_s": 5}]
    frames = run(key_fleet(SECONDS, {}, horizon_s=2000, reload={"lag_s": 60}, timeline=lost))
    row = _only(frames)
    assert (row["cause"], row["started_at_s"], row["left_at_s"]) == ("emergency", 800, 860)
    assert _broken(frames) == 860 - 605
    at_once = run(key_fleet(SECONDS, {}, horizon_s=2000, timeline=lost))
    assert _broken(at_once) == 800 - 605


def test_requests_for_sessions_are_refused_while_the_key_is() -> None:
    """15-min sessions in botocore are renewed at every call: one request a second, as many refused as calls broke."""
    for lag_s, refused in ((0, 10), (15, 0), (400, 90)):
        frames = run(key_fleet(HALVES, _key(), horizon_s=2000, reload={"lag_s": lag_s}, signs=True))
        asked = frames["requests"].query("operation == 'AssumeRole'")
        assert (asked["outcome"] == "denied").sum() == refused
        sessions = frames["credentials"].query("kind == 'session'")
        old, new = frames["rotations"].iloc[0][["old", "new"]]
        by_old = sessions["issued_at_s"] < 500 + lag_s
        assert (sessions["parent"][by_old & (sessions["issued_at_s"] >= 0)] == old).all()
        assert (sessions["parent"][~by_old] == new).all()
        assert (~by_old).any()


def test_in_equilibrium_a_lagging_client_starts_with_the_old_key() -> None:
    """Every 1,000 s, lag 600 s, overlap 200 s, propagation 10 s: 390 of 1,000 calls break, from time 0 on."""
    key = {"life": "policy", "rotation": {"period_s": 1000, "overlap_s": 200}}
    calls = {"kind": "every", "every_s": 1}
    frames = run(key_fleet(calls, key, horizon_s=5000, reload={"lag_s": 600}, per="client", count=40))
    shares = pd.Series({client: n / 5000 for (_, client, verdict), n in verdicts(frames).items() if verdict == BROKEN})
    assert shares.to_numpy() == pytest.approx(0.39, abs=0.001)
    early = frames["calls"].query("verdict == @BROKEN and from_s < 1")
    assert 8 <= early["client"].nunique() <= 24


def _campaign(**words: Any) -> Frames:
    age = {"uniform": {"low": 0, "high": 1e6}}
    key = {"age_s": age, "rotation": {"period_s": 1e9, "overlap_s": 300, "toil_min": 10}}
    calls = {"kind": "every", "every_s": 50}
    return run(key_fleet(calls, key, horizon_s=5000, per="client", count=6, rotation={"at_s": 600, **words}))


def test_a_campaign_rotates_the_oldest_first_each_after_the_toil_of_the_one_before() -> None:
    frames = _campaign()
    rotations = frames["rotations"].sort_values("started_at_s")
    assert rotations["started_at_s"].tolist() == [600 * (n + 1) for n in range(6)]
    ages = frames["credentials"].query("issued_at_s < 0").set_index("credential")["issued_at_s"]
    assert ages.reindex(rotations["old"]).is_monotonic_increasing
    assert set(rotations["cause"]) == {"campaign"}
    assert (rotations["late_s"] == 0).all()


def test_people_share_a_campaign_and_go_home() -> None:
    frames = _campaign(people=2, per_h=4, until_s=2000, order="population", overlap_s=50)
    rotations = frames["rotations"].sort_values(["started_at_s", "client"])
    assert rotations["started_at_s"].tolist() == [600, 600, 1500, 1500]
    assert rotations["client"].tolist() == [0, 1, 2, 3]
    assert (rotations["done_at_s"] == rotations["started_at_s"] + 50).all()


def test_a_campaign_takes_the_first_keys_of_its_order() -> None:
    assert len(_campaign(keys=2)["rotations"]) == 2
    everything = _campaign()["rotations"].sort_values("started_at_s")["client"].tolist()
    assert _campaign(keys=2)["rotations"].sort_values("started_at_s")["client"].tolist() == everything[:2]


def test_a_restart_planned_within_the_overlap_saves_who_never_reloads() -> None:
    """Order and overlap decide: rotated before the restart and kept until after it, nothing breaks."""
    restart = [{"at_s": 1000, "restart": "fleet"}]
    broken = {}
    for at_s, overlap_s in ((900, 200), (900, 80), (1100, 200)):
        campaign = {"at_s": at_s, "overlap_s": overlap_s}
        frames = run(key_fleet(SECONDS, {}, horizon_s=2000, reload={"never": 1.0}, timeline=restart, rotation=campaign))
        broken[at_s, overlap_s] = _broken(frames)
    assert broken == {(900, 200): 0, (900, 80): 10, (1100, 200): 2000 - 1310}


def test_a_key_as_a_source_is_the_key_that_signs() -> None:
    """`source: key` says what `user: robot` says, byte for byte in what is asked and called."""
    for key in (_key(), {}):
        by_user = key_fleet(HALVES, key, horizon_s=2000, reload={"lag_s": 4}, signs=True)
        step = {"from": "sts.AssumeRole", "role": "app", "source": "raw", "session_s": 900, "retry": {"attempts": 1}}
        raw = {"raw": [{"from": "access_key", "user": "robot"}], "key": [step]}
        one, other = run(by_user), run({**by_user, "credentials": raw})
        for table in ("requests", "credentials", "rotations", "calls"):
            pd.testing.assert_frame_equal(one[table], other[table], check_exact=True, obj=table)


def test_a_chain_that_falls_through_to_a_key_follows_its_rotation() -> None:
    """STS is down from 450 to 850 s: the key signs, reloaded 400 s after its rotation at 500 s, until the restart."""
    words = key_fleet(HALVES, _key(), horizon_s=2000, reload={"lag_s": 400}, signs=True)
    chain = [*words["credentials"]["key"], {"from": "access_key", "user": "robot"}]
    down = [{"at_s": 450, "outage": "sts", "for_s": 400}]
    cold = {"fleet": {**words["populations"]["fleet"], "start": {"at_s": 460}}}
    restart = [*down, {"at_s": 1000, "restart": "fleet"}]
    frames = run({**words, "credentials": {"key": chain}, "timeline": restart, "populations": cold})
    assert _broken(frames) == 900 - 810
    signed = frames["calls"].query("verdict == 'ok'")
    kinds = frames["credentials"].set_index("credential")["kind"].reindex(signed["credential"])
    assert kinds.tolist()[0] == "access_key"
    assert kinds.tolist()[-1] == "session"


def test_a_campaign_joins_the_populations_whose_keys_it_rotates() -> None:
    """The same people rotate one key after the other; without them every population is a shard of its own."""
    words = key_fleet(SECONDS, {}, horizon_s=2000, per="client", count=2)
    fleets = dict.fromkeys(("one", "two"), words["populations"]["fleet"])
    alone = Scenario.model_validate({**words, "populations": fleets})
    together = Scenario.model_validate({**words, "populations": fleets, "rotation": {"at_s": 100, "per_h": 36}})
    assert shards_of(alone) == (("one",), ("two",))
    assert shards_of(together) == (("one", "two"),)
    started = run(together)["rotations"]["started_at_s"]
    assert sorted(started) == [100, 200, 300, 400]


@pytest.mark.parametrize("reload", [{"lag_s": 0}, {"lag_s": 100}, {"lag_s": 0, "never": 1}])
def test_a_provider_built_for_a_call_signs_with_the_key_that_its_process_has_read(reload: dict[str, Any]) -> None:
    """A new provider per call asks like one that caches nothing: with the old key, then the new one, or refused."""
    asked = []
    for own in ({"new_provider_per": "call"}, {}):
        words = key_fleet({"kind": "every", "every_s": 10}, _key(), horizon_s=2000, signs=True, reload=reload)
        words["credentials"]["key"][0]["cache"] = "process" if own else "none"
        words["populations"]["fleet"] |= own
        frames = run(words)
        sessions = frames["credentials"].query("kind == 'session'")
        asked.append((frames["requests"][["at_s", "outcome"]].to_numpy().tolist(), sessions["parent"].tolist()))
    assert asked[0] == asked[1]
    assert len(set(asked[0][1])) == (1 if "never" in reload else 2)
    assert ("denied" in {outcome for _, outcome in asked[0][0]}) == (reload["lag_s"] == 0)
