"""Clients that come and go: arrivals, lifetimes, scale and upgrade, told as small stories and by equality."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sim.scenario import Scenario
from sim.shards import part_of, shards_of
from tests.support.arrivals import clients_of
from tests.support.runs import Frames, run, verdicts
from tests.support.zoo import document, fleet

BUSY = {"kind": "poisson", "rps": 0.1}
TICKS = {"kind": "every", "every_s": 10, "phase_s": 0}
EACH = {"kind": "every", "every_s": 100, "phase_s": 50}


def story(words: dict[str, Any], horizon_s: float, *faults: dict[str, Any], **blocks: Any) -> Frames:
    return run(document({"fleet": words}, horizon_s=horizon_s, timeline=list(faults), **blocks))


def held(frames: Frames, provider: str = "chained") -> pd.DataFrame:
    credentials = frames["credentials"]
    mine = (credentials["provider"] == provider) & (credentials["kind"] == "session")
    return credentials[mine].sort_values(["client", "ordinal"])


def test_jobs_arrive_live_and_are_gone() -> None:
    """Every 100 s three jobs come and live for 30 s: each asks once, and holds its session to its end."""
    frames = story(fleet("by-user", TICKS, count=3, arrivals=EACH, lifetime_s=30), 1000)
    sessions = held(frames, "by-user")
    assert len(sessions) == clients_of(frames.scenario, "fleet") == 30
    assert set(sessions["end_reason"]) == {"finished"}
    born = 50 + 100 * (sessions["client"] // 3)
    assert ((sessions["held_from_s"] - born).between(0, 10.1)).all()
    assert (sessions["ended_at_s"] - born).between(30, 30.002).all()
    assert set(verdicts(frames).values()) <= {3, 4}
    lain = frames["holdings"]
    assert (lain[lain["place"] == "process"].groupby("client").size() == 1).all()


def test_a_job_that_is_cut_off_by_the_horizon_is_open() -> None:
    frames = story(fleet("by-user", TICKS, count=1, arrivals=EACH, lifetime_s=1e6), 400)
    assert held(frames, "by-user")["end_reason"].tolist() == ["open"] * 4


def test_jobs_with_a_work_of_their_own() -> None:
    words = fleet("by-user", BUSY, count=2, arrivals=EACH, work={"calls": 5, "within_s": 5000})
    frames = story(words, 2000)
    done = pd.Series({client: n for (_, client, verdict), n in verdicts(frames).items() if verdict == "ok"})
    assert (done <= 5).all()
    assert (done == 5).sum() > 30
    assert set(held(frames, "by-user")["end_reason"]) == {"finished", "open"}


@pytest.mark.parametrize("chain", ["chained", "irsa", "node", "shared-key"])
def test_what_lay_with_a_process_goes_with_it(chain: str) -> None:
    frames = story(fleet(chain, BUSY, count=4, per_host=2, arrivals=EACH, lifetime_s=80), 900)
    lain = frames["holdings"]
    own = lain[lain["place"].isin(["process", "imds"]) & (lain["slot"] != 4094)]
    client = own["client"].where(own["place"] == "process", own["client"] * 2)
    born = 50 + 100 * (client // 4)
    assert len(own) > 30
    assert (own["from_s"] >= born).all()
    assert (own["to_s"] <= (born + 80.06).clip(upper=900)).all()
    assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}


def test_a_host_that_comes_later_is_offered_its_first_set_then() -> None:
    frames = story(fleet("node", BUSY, count=1, arrivals=EACH, lifetime_s=90), 500)
    sets = frames["credentials"][frames["credentials"]["issuer"] == "node"].sort_values("client")
    assert sets["issued_at_s"].tolist() == [50.0, 150.0, 250.0, 350.0, 450.0]
    assert sets["end_reason"].tolist() == ["finished"] * 4 + ["open"]


def test_scale_keeps_the_first_and_starts_new_ones_with_nothing() -> None:
    frames = story(fleet("chained", BUSY, count=3), 4000, {"at_s": 1000, "scale": "fleet", "count": 5, "ramp_s": 100},
                   {"at_s": 2000, "scale": "fleet", "count": 2})  # fmt: skip
    sessions = held(frames)
    calls = frames["calls"]
    assert set(calls["client"]) == {0, 1, 2, 3, 4}
    assert (sessions[sessions["client"] < 3].groupby("client")["held_from_s"].min() == 0).all()
    late = sessions[sessions["client"] >= 3]
    assert (late["held_from_s"] > 1000).all()
    assert (calls[calls["client"] >= 3]["from_s"] >= 1000).all()
    gone = sessions[sessions["client"] >= 2]
    assert (gone["end_reason"] == "finished").groupby(gone["client"]).any().all()
    assert (gone["ended_at_s"] <= 2000.06).all()
    assert (calls[calls["client"] >= 2]["to_s"] <= 2000.06).all()


def test_a_client_that_comes_back_is_another_process() -> None:
    down, up = {"at_s": 1000, "scale": "fleet", "count": 0}, {"at_s": 2000, "scale": "fleet", "count": 2}
    for chain in ("chained", "node", "irsa", "shared-key"):
        frames = story(fleet(chain, BUSY, count=2), 3000, down, up)
        assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}
        lain = frames["holdings"]
        own = lain[(lain["place"] == "process") & (lain["slot"] < 4094)]
        assert not ((own["from_s"] < 2000) & (own["to_s"] > 1000.1)).any()
        assert (own["from_s"] >= 2000).any()


def test_scaling_to_what_there_is_changes_nothing() -> None:
    words = fleet("chained", BUSY, count=3)
    plain, scaled = story(words, 4000), story(words, 4000, {"at_s": 1000, "scale": "fleet", "count": 3})
    for table in ("credentials", "requests", "calls", "holdings"):
        pd.testing.assert_frame_equal(plain[table], scaled[table])


def test_the_first_clients_do_what_they_did_without_the_scaling() -> None:
    words = fleet("chained", BUSY, count=3)
    plain, scaled = story(words, 4000), story(words, 4000, {"at_s": 1000, "scale": "fleet", "count": 7})
    for table in ("credentials", "requests", "calls"):
        mine = scaled[table][scaled[table]["client"] < 3].reset_index(drop=True)
        hosts = plain[table]["client"] < 3
        pd.testing.assert_frame_equal(plain[table][hosts].reset_index(drop=True), mine)


def test_an_upgrade_to_the_same_settings_is_a_restart() -> None:
    """The draws of a restart and of an upgrade differ, so both happen at one instant here."""
    words = fleet("by-user", BUSY, count=4)
    same = {"at_s": 1000, "upgrade": "fleet", "set": {"populations.fleet.sdk": "botocore-1.44"}}
    upgraded, restarted = story(words, 6000, same), story(words, 6000, {"at_s": 1000, "restart": "fleet"})
    for table in ("credentials", "requests", "holdings"):
        pd.testing.assert_frame_equal(upgraded[table], restarted[table])
    assert verdicts(upgraded) == verdicts(restarted)


def test_an_upgrade_brings_another_sdk_and_another_session_length() -> None:
    """From the upgrade on each process renews as the other settings say, and nobody else does."""
    both = {"old": fleet("by-user", TICKS, count=2), "new": fleet("by-user", TICKS, count=2)}
    to_set = {"populations.new.sdk": "js-v3", "credentials.by-user.0.session_s": 1800}
    fault = {"at_s": 3600, "upgrade": "new", "set": to_set, "ramp_s": 600}
    frames = run(document(both, horizon_s=20_000, timeline=[fault]))
    plain = run(document(both, horizon_s=20_000))
    sessions = frames["credentials"][frames["credentials"]["kind"] == "session"]
    life = sessions["expires_at_s"] - sessions["issued_at_s"]
    assert set(life[sessions["population"] == "old"]) == {3600.0}
    later = sessions[(sessions["population"] == "new") & (sessions["issued_at_s"] > 4200)]
    assert set(later["expires_at_s"] - later["issued_at_s"]) == {1800.0}
    gaps = later.groupby("client")["issued_at_s"].diff().dropna()
    assert gaps.between(1490, 1511).all()  # the window of the SDK for JavaScript: 300 s
    for table in ("credentials", "requests", "calls"):
        old, before = (f[table][f[table]["population"] == "old"].reset_index(drop=True) for f in (frames, plain))
        pd.testing.assert_frame_equal(old, before)
    assert sessions["credential"].is_unique


def test_an_upgrade_from_keys_to_a_role_leaves_the_key_behind() -> None:
    to_set = {"populations.fleet.credentials": "by-user"}
    frames = story(fleet("shared-key", BUSY, count=3), 4000,
                   {"at_s": 1000, "upgrade": "fleet", "set": to_set, "ramp_s": 500})  # fmt: skip
    kinds = frames["credentials"].set_index("credential")["kind"]
    calls = frames["calls"]
    signed = kinds.reindex(calls["credential"]).to_numpy()
    assert (calls.loc[signed == "access_key", "to_s"] <= 1500).all()
    assert (calls.loc[signed == "session", "from_s"] >= 1000).all()
    assert set(signed) == {"access_key", "session"}


def test_upgrades_add_up() -> None:
    faults = [
        {"at_s": 1000, "upgrade": "fleet", "set": {"credentials.by-user.0.session_s": 1800}},
        {"at_s": 2000, "upgrade": "fleet", "set": {"populations.fleet.calls.rps": 0.2}},
    ]
    frames = story(fleet("by-user", BUSY, count=2), 8000, *faults)
    sessions = held(frames, "by-user")
    assert set((sessions["expires_at_s"] - sessions["issued_at_s"])[sessions["issued_at_s"] >= 1000]) == {1800.0}
    calls = frames["calls"]
    assert calls[calls["from_s"] >= 2000]["calls"].sum() > 1.7 * 6000 * 0.1 * 2


def test_what_a_shard_keeps_is_what_an_upgrade_needs() -> None:
    words = {"one": fleet("by-user"), "two": fleet("node")}
    fault = {"at_s": 9, "upgrade": "one", "set": {"populations.one.credentials": "chained"}}
    scenario = Scenario.model_validate(document(words, horizon_s=100, timeline=[fault]))
    part = part_of(scenario, ("one",))
    assert {"by-user", "chained", "node"} <= set(part.credentials)
    assert {"sts", "node"} <= set(part.issuers)
    narrow = {"main": {"quotas": {"signed": {"rps": 1, "burst": 1}}}, "other": {}}
    joined = Scenario.model_validate(
        document({"one": fleet("node"), "two": fleet("chained")}, horizon_s=100, accounts=narrow, timeline=[fault])
    )
    assert shards_of(joined) == (("one", "two"),)
    assert len(shards_of(joined.model_copy(update={"timeline": ()}))) == 2
