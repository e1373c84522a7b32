"""Every verdict of a signed call is reached in a run, and `aws login` is renewed for twelve hours."""

from __future__ import annotations

from typing import Any

import pytest

from sim.authority import _where_ok
from sim.records import Verdict
from tests.support.runs import Frames, run, verdicts
from tests.support.small_scenario import check_edit
from tests.support.zoo import document, fleet

HOUR = 3600.0
CALLS = {"kind": "every", "every_s": 60, "action": "s3:GetObject"}


def _run(chain: str, timeline: list[dict[str, Any]] | None = None, **more: Any) -> Frames:
    words = document(
        {"fleet": fleet(chain, CALLS, count=2, start={"at_s": 0})}, horizon_s=HOUR, timeline=timeline or []
    )
    for block, entries in more.items():
        words[block] = {**words.get(block, {}), **entries}
    return run(words)


def _counted(frames: Frames) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, _, verdict), n in verdicts(frames).items():
        found[verdict] = found.get(verdict, 0) + n
    return found


def _key(**more: Any) -> dict[str, Any]:
    return {"shared-key": [{"from": "access_key", "user": "admin", **more}]}


def _session(**more: Any) -> dict[str, Any]:
    return {"by-user": [{"from": "sts.AssumeRole", "role": "app", "user": "admin", **more}]}


@pytest.mark.parametrize(
    ("chain", "credentials", "timeline", "expected"),
    [
        ("shared-key", _key(), [], {"ok": 120}),
        ("shared-key", _key(mistyped="secret"), [], {"SignatureDoesNotMatch": 120}),
        ("shared-key", _key(mistyped="key_id"), [], {"InvalidClientTokenId": 120}),
        ("by-user", _session(mistyped="session_token"), [], {"InvalidClientTokenId": 120}),
        ("by-user", _session(mistyped="secret"), [], {"RefreshFailed": 120}),
        ("by-user", _session(session_s=900, renewed=False), [], {"ok": 30, "ExpiredToken": 90}),
        (
            "shared-key",
            _key(),
            [{"at_s": 600.5, "skew": "fleet", "off_s": 901, "for_s": 600}],
            {"ok": 100, "RequestTimeTooSkewed": 20},
        ),
        ("shared-key", _key(), [{"at_s": 600.5, "policy": "user/admin", "allow": [], "propagation_s": 0}],
         {"ok": 20, "AccessDenied": 100}),
        ("shared-key", _key(), [{"at_s": 600.5, "throttle": "fleet", "for_s": 600}], {"ok": 100, "Throttling": 20}),
        (
            "shared-key",
            _key(),
            [{"at_s": 600.5, "throttle": "fleet", "for_s": 600, "answer": "ServiceUnavailable", "action": "s3:*"}],
            {"ok": 100, "ServiceUnavailable": 20},
        ),
        ("shared-key", _key(), [{"at_s": 600.5, "throttle": "fleet", "action": "dynamodb:*"}], {"ok": 120}),
    ],
)  # fmt: skip
def test_each_verdict_is_reached(
    chain: str, credentials: dict[str, Any], timeline: list[dict[str, Any]], expected: dict[str, int]
) -> None:
    assert _counted(_run(chain, timeline, credentials=credentials)) == expected


def test_a_share_of_the_clients_is_throttled_and_what_is_denied_stays_denied() -> None:
    words = document({"fleet": fleet("shared-key", CALLS, count=200, start={"at_s": 0})}, horizon_s=120)
    words["credentials"] |= _key()
    words["timeline"] = [{"at_s": 0, "throttle": "fleet", "share": 0.3}]
    by_client = verdicts(run(words))
    throttled = {client for (_, client, verdict) in by_client if verdict == "Throttling"}
    assert not throttled & {client for (_, client, verdict) in by_client if verdict == "ok"}
    assert 30 < len(throttled) < 90
    pieces = ((10.0, Verdict.OK), (20.0, Verdict.ACCESS_DENIED), (30.0, Verdict.OK))
    assert _where_ok(pieces, 5.0, 25.0, Verdict.THROTTLING) == (
        (5.0, Verdict.OK),
        (10.0, Verdict.THROTTLING),
        (20.0, Verdict.ACCESS_DENIED),
        (25.0, Verdict.THROTTLING),
        (30.0, Verdict.OK),
    )


def test_aws_login_is_typed_once_and_renewed_silently_for_twelve_hours() -> None:
    """A command a minute for 13 hours: a set lives 900 s and is renewed with 300 s left; the login ends after 12 h."""
    chain = {"login": [{"from": "password", "user": "person", "way": "login"}]}
    person = fleet("login", CALLS, count=1, start={"at_s": 0}, people=True, sdk="aws-cli-v2")
    words = document({"fleet": person}, horizon_s=13 * HOUR)
    words["credentials"] = chain
    frames = run(words)
    assert set(_counted(frames)) == {"ok"}
    assert frames["logins"]["kind"].tolist() == ["interactive"] * 2
    assert frames["logins"]["at_s"].diff().iloc[1] == pytest.approx(12 * HOUR, abs=700)
    tokens = frames["credentials"].query("kind == 'login_token'")
    assert (tokens["expires_at_s"] - tokens["issued_at_s"]).tolist() == [12 * HOUR] * 2
    sets = frames["credentials"].query("kind == 'session'").sort_values("issued_at_s")
    assert set(sets["expires_at_s"] - sets["issued_at_s"]) == {900.0}
    assert set(sets["parent"]) == set(tokens["credential"])
    assert sets["issued_at_s"].diff().iloc[1:20].between(600, 660).all()


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("user: person}", "user: person, mistyped: session_token}", "credentials.key.0.mistyped", ["no session token"]),
        ("{from: imds}", "{from: imds, mistyped: secret}", "credentials.instance.0.mistyped", ["has no user"]),
        ("outage: sts, for_s: 5", "throttle: ap, for_s: 5", "timeline.0.throttle", ["did you mean app?"]),
        ("way: sso", "way: login", "credentials.people.0.way", ["login does not go with centre"]),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, old: str, new: str, path: str, words: list[str]) -> None:
    check_edit(tmp_path, (old, new, path, words))
