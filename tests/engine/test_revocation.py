"""A revocation denies every cached session of a role; an SDK does not renew on AccessDenied: all by equality."""

from __future__ import annotations

import pytest

from tests.support.runs import run
from tests.support.zoo import document, fleet

AT, EFFECT = 10_000.0, 10_004.0
REVOKE = {"at_s": AT, "revoke": "role/app"}
WHO = ["client", "slot"]


def calls_of(chain, *timeline, level="calls", count=12):
    """Tables of one fleet under a timeline."""
    populations = {"fleet": fleet(chain, {"kind": "poisson", "rps": 0.02}, count=count, per_host=3)}
    return run(document(populations, horizon_s=40_000, timeline=list(timeline)), level=level)


def denied(frames):
    """Instants and clients of denied calls, and the instant of issue of what signed them."""
    calls = frames["calls"]
    issued = frames["credentials"].set_index("credential")["issued_at_s"]
    rows = calls[calls["verdict"] == "AccessDenied"]
    return rows.assign(issued_at_s=issued.reindex(rows["credential"]).to_numpy())


@pytest.mark.parametrize("role", ["app", "host"])
def test_denied_are_exactly_the_calls_with_a_session_issued_before(role):
    """The same credentials sign the same calls as without it; only the verdict differs: nobody renews."""
    chain = {"app": "by-user", "host": "node"}[role]
    with_it, without = calls_of(chain, REVOKE | {"revoke": f"role/{role}"}), calls_of(chain)
    for table in ("requests", "requests_per_second"):
        assert with_it[table].equals(without[table]), "a denied call makes the SDK fetch nothing"
    issued = without["credentials"].set_index("credential")["issued_at_s"]
    calls = without["calls"]
    old = issued.reindex(calls["credential"]).to_numpy() < AT
    hit = calls[old & (calls["from_s"] >= EFFECT) & (calls["verdict"] == "ok")]
    assert len(hit) > 20
    key = ["client", "from_s"]
    assert denied(with_it)[key].reset_index(drop=True).equals(hit[key].reset_index(drop=True))


def test_a_process_stays_broken_until_its_own_refresh_window():
    """botocore: the first call at or after 900 s before the expiry renews, so 2,700 s after the issue it is over."""
    frames = calls_of("by-user", REVOKE)
    renewed = frames["requests"][frames["requests"]["at_s"] > EFFECT].groupby(WHO)["at_s"].min()
    last = denied(frames).groupby(WHO)["from_s"].max()
    assert (last < renewed.reindex(last.index)).all()
    credentials = frames["credentials"]
    window = credentials[(credentials["issued_at_s"] < AT) & (credentials["valid_until_s"] == EFFECT)]
    due = (window.groupby(WHO)["expires_at_s"].max() - 900.0).reindex(last.index)
    assert (renewed.reindex(last.index) >= due).all()
    assert (last < due + 1000.0).all()


def test_a_restart_ends_it():
    frames = calls_of("by-user", REVOKE, {"at_s": 10_500, "restart": "fleet"})
    assert denied(frames)["from_s"].max() < 10_500


def test_on_ec2_a_restart_helps_once_a_set_is_offered_that_was_issued_later():
    """A new set is offered every hour: a restart before it fetches the old one, and that is kept for hours."""
    revoke = REVOKE | {"revoke": "role/host"}
    offered = calls_of("node")["credentials"].groupby("client")["issued_at_s"].apply(lambda at: at[at >= AT].min())
    soon = denied(calls_of("node", revoke, {"at_s": 10_500, "restart": "fleet"}))
    lucky = offered[offered < 10_500].index
    assert 0 < len(set(soon[soon["from_s"] > 11_000]["client"] // 3) | set(lucky)) == len(offered)
    late = denied(calls_of("node", revoke, {"at_s": 13_700, "restart": "fleet"}))
    assert late["from_s"].max() < 13_700


def test_levels_agree_on_what_is_denied():
    totals = [
        frames["calls"].groupby(["client", "verdict"])["calls"].sum().to_dict()
        for frames in (calls_of("by-user", REVOKE, level=level) for level in ("summary", "credentials", "calls"))
    ]
    assert totals[0] == totals[1] == totals[2]
