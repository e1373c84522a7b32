"""Requests signed ahead: refused when their own life is over, and before that when what signed them has ended."""

from __future__ import annotations

from typing import Any

import pytest

from sim.cli.loading import load_file
from sim.problems import ScenarioError
from tests.support.runs import run, verdicts
from tests.support.small_scenario import GOOD, written
from tests.support.zoo import document, fleet

MINUTELY = {"kind": "trace", "at_s": [60.0 * n for n in range(1, 181)]}
HANDED_OUT = {"from": "presigned", "session_s": 7200, "renewed": False}


def signed_ahead(step: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A fleet of URLs, each signed with its first use at 60 s and used once a minute for three hours."""
    made = document({"fleet": fleet("url", MINUTELY, start={"at_s": 0})}, horizon_s=10_860, **more)
    made["credentials"] = {**made["credentials"], "url": [step]}
    return made


@pytest.mark.parametrize("level", ["summary", "credentials", "calls"])
def test_it_ends_with_the_session_that_signed_it(level: str) -> None:
    """Signed at 60 s with a session of an hour, for two: 3,660 s is the session's end, 7,260 s its own."""
    frames = run(signed_ahead({**HANDED_OUT, "source": "by-user"}), level=level)
    for client in range(5):
        assert verdicts(frames)["fleet", client, "ok"] == 60
        assert verdicts(frames)["fleet", client, "ExpiredToken"] == 60
        assert verdicts(frames)["fleet", client, "AccessDenied"] == 60


def test_a_key_signs_for_as_long_as_it_is_asked_to() -> None:
    counted = verdicts(run(signed_ahead({**HANDED_OUT, "user": "admin", "session_s": 3600})))
    for client in range(5):
        assert counted["fleet", client, "ok"] == 60
        assert counted["fleet", client, "AccessDenied"] == 120


def test_signing_makes_no_request() -> None:
    frames = run(signed_ahead({**HANDED_OUT, "source": "by-user"}))
    assert set(frames["requests"]["operation"]) == {"AssumeRole"}
    assert len(frames["requests"]) == 5
    signed = frames["credentials"].set_index("kind").loc["presigned"]
    assert (signed["valid_until_s"] == 3660).all()
    assert (signed["expires_at_s"] == 7260).all()
    assert (signed["principal"] == "role/app").all()


def test_a_revocation_of_what_signed_it_ends_it() -> None:
    revoke = {"at_s": 1800, "revoke": "role/app", "propagation_s": 0}
    counted = verdicts(run(signed_ahead({**HANDED_OUT, "source": "by-user"}, timeline=[revoke])))
    assert counted["fleet", 0, "ok"] == 29  # at 60 to 1,740 s
    assert counted["fleet", 0, "AccessDenied"] == 31 + 60  # until the session's own end, and after the URL's
    assert counted["fleet", 0, "ExpiredToken"] == 60


def test_a_key_that_is_deactivated_ends_what_it_signed() -> None:
    off = {"at_s": 1800, "deactivate_key": "robot", "propagation_s": 0}
    made = signed_ahead({**HANDED_OUT, "user": "robot"}, timeline=[off])
    made["users"]["robot"]["key"] = {"life": "policy", "rotation": {"period_s": 1e9}, "age_s": 0}
    counted = verdicts(run(made))
    assert counted["fleet", 0, "ok"] == 29
    assert counted["fleet", 0, "InvalidClientTokenId"] == 91  # at 1,800 to 7,200 s
    assert counted["fleet", 0, "AccessDenied"] == 60


def test_one_that_is_signed_anew_in_time_is_never_refused() -> None:
    """A token of 15 min, renewed with 5 min left, as its source is with 15: 3 h of calls, 18 signatures."""
    step = {"from": "presigned", "source": "by-user", "session_s": 900, "refresh": {"advisory_s": 300}}
    frames = run(signed_ahead(step))
    assert verdicts(frames) == {("fleet", client, "ok"): 180 for client in range(5)}
    signed = frames["credentials"][frames["credentials"]["kind"] == "presigned"]
    assert (signed.groupby("client").size() == 18).all()


def test_urls_that_are_made_all_day_each_count_from_their_own_beginning() -> None:
    """One every 600 s, good for half an hour and used once a minute until it is thrown away after an hour."""
    uses = {"kind": "every", "every_s": 60, "phase_s": 30}
    urls = fleet("url", uses, count=1, arrivals={"kind": "every", "every_s": 600, "phase_s": 0}, lifetime_s=3600)
    made = document({"fleet": urls}, horizon_s=7200, theft={})
    made["credentials"] = {"url": [{"from": "presigned", "user": "admin", "session_s": 1800, "renewed": False}]}
    counted = verdicts(run(made))
    whole = range(6)  # those that were thrown away within the run
    assert all(counted["fleet", url, "ok"] == 30 for url in whole)
    assert all(counted["fleet", url, "AccessDenied"] == 30 for url in whole)


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        ("{from: presigned}", "who signs"),
        ("{from: presigned, source: app, user: person}", "only one of user, service, source"),
        ("{from: presigned, source: app, session_s: 604801}", "1 to 604800 s"),
        ("{from: presigned, source: app, session_s: 0.5}", "1 to 604800 s"),
        ("{from: presigned, source: app, role: app}", "takes no role"),
        ("{from: presigned, source: nobody}", "no chain 'nobody'"),
        ("{from: presigned, user: person, mistyped: secret}", "nobody is asked"),
        ("{from: presigned, source: none}", "nothing to sign with"),
        ("{from: presigned, source: ahead}", "signs nothing"),
        ("{from: presigned.Get, source: app}", "has no operation"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, chain: str, said: str) -> None:
    more = f"  url: [{chain}]\n  none: [{{from: anonymous}}]\n  ahead: [{{from: presigned, source: app}}]\npopulations:"
    with pytest.raises(ScenarioError) as caught:
        load_file(written(tmp_path, GOOD.replace("populations:", more, 1)))
    assert said in str(caught.value)


def test_it_signs_for_nobody_else(tmp_path) -> None:
    more = "  ahead: [{from: presigned, source: app}]\n"
    text = GOOD.replace("credentials:\n", "credentials:\n" + more, 1).replace("source: instance", "source: ahead")
    with pytest.raises(ScenarioError) as caught:
        load_file(written(tmp_path, text))
    assert "yields a request signed ahead" in str(caught.value)
