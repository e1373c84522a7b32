"""A SAML assertion, from the login to its end: STS takes it for so long, and its sessions end when it says so."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.support.runs import Frames, run, verdicts
from tests.support.small_scenario import check_edit
from tests.support.zoo import document

HOUR = 3600.0
LEVELS = ("summary", "credentials", "calls")


def people(way: str, ends_s: float | None, *, asks_s: float = 2 * HOUR, level: str = "credentials") -> Frames:
    """Three people who call every minute for four hours, with sessions of so long of a provider that says so much."""
    step = {"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": way, "session_s": asks_s}
    staff = {
        "count": 3,
        "people": True,
        "credentials": "own",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 60, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=4 * HOUR)
    words["roles"]["app"]["max_session_s"] = 43_200
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.5, "session_not_on_or_after_s": ends_s}
    sso = {"from": "center", "permission_set": "staff", "way": "sso"}
    words["credentials"] = {**words["credentials"], "own": [sso if way == "sso" else step]}
    return run(words, level=level)


def lives(frames: Frames, kind: str = "session") -> pd.Series:
    rows = frames["credentials"][frames["credentials"]["kind"] == kind]
    return rows["expires_at_s"] - rows["issued_at_s"].map(int)


@pytest.mark.parametrize("way", ["console", "saml-file", "process"])
@pytest.mark.parametrize(
    ("ends_s", "asks_s", "life_s"),
    [(None, 2 * HOUR, 2 * HOUR), (HOUR, 2 * HOUR, HOUR), (HOUR, 900.0, 900.0), (3 * HOUR, 2 * HOUR, 2 * HOUR)],
)
def test_a_session_lasts_as_asked_or_as_the_assertion_says(
    way: str, ends_s: float | None, asks_s: float, life_s: float
) -> None:
    found = lives(people(way, ends_s, asks_s=asks_s))
    assert len(found) >= 3
    assert set(found) == {life_s}


def test_what_sts_takes_longer_to_answer_is_lost() -> None:
    """STS is down for three minutes: the retry that it answers yields what the assertion leaves of the hour."""
    words = document(
        {
            "staff": {
                "count": 1,
                "people": True,
                "credentials": "own",
                "start": {"at_s": 0},
                "calls": {"kind": "every", "every_s": 60, "action": "s3:GetObject"},
            }
        },
        horizon_s=HOUR,
        timeline=[{"at_s": 0, "outage": "sts", "for_s": 180}],
    )
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.5, "session_not_on_or_after_s": HOUR}
    retry = {"attempts": 20, "backoff": "fixed", "base_s": 20}
    step = {
        "from": "sts.AssumeRoleWithSAML",
        "role": "app",
        "idp": "idp",
        "way": "process",
        "retry": retry,
        "login": {"attention_s": 1},
    }
    words["credentials"] = {"own": [step]}
    frames = run(words)
    login = frames["logins"].iloc[0]
    session = frames["credentials"].query("kind == 'session'").iloc[0]
    assert session["issued_at_s"] >= 180
    assert session["expires_at_s"] == int(login["done_at_s"]) + HOUR
    assert session["expires_at_s"] - session["issued_at_s"] < HOUR - 100


def test_the_portal_session_is_the_shorter_of_the_two() -> None:
    assert set(lives(people("sso", None), "sso_token")) == {8 * HOUR}
    short = people("sso", HOUR)
    assert set(lives(short, "sso_token")) == {HOUR}
    assert len(short["logins"]) > len(people("sso", None)["logins"])


@pytest.mark.parametrize("way", ["process", "sso"])
def test_levels_agree(way: str) -> None:
    frames = {level: people(way, HOUR, level=level) for level in LEVELS}
    counted = {level: verdicts(one) for level, one in frames.items()}
    assert counted["summary"] == counted["credentials"] == counted["calls"]
    asked = {level: int(one["requests_per_second"]["requests"].sum()) for level, one in frames.items()}
    assert len(set(asked.values())) == 1


DOWN = [{"at_s": 0, "outage": "sts", "for_s": 400}]
SAML = {"from": "sts.AssumeRoleWithSAML", "role": "app"}
OIDC = {"from": "sts.AssumeRoleWithWebIdentity", "role": "pod"}


def patient(idp: dict[str, Any], step: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One person whose tool asks STS every 20 s for ten minutes, while STS is down for the first 400 s."""
    staff = {
        "count": 1,
        "people": True,
        "credentials": "own",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 60, "phase_s": 0, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=1500, timeline=DOWN)
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.5, **idp}
    retry = {"attempts": 30, "backoff": "fixed", "base_s": 20}
    login = {"attention_s": 1, "types_twice": 0, "again_after_s": 100, **more}
    words["credentials"] = {"own": [{"idp": "idp", "way": "process", "retry": retry, "login": login, **step}]}
    return words


@pytest.mark.parametrize("keeps", [1, 0])
@pytest.mark.parametrize(
    ("step", "idp", "life_s"),
    [(SAML, {}, 300), (SAML, {"assertion_s": 60}, 60), (OIDC, {"token_s": 350}, 350)],
)
def test_what_vouches_is_refused_once_it_has_ended_and_a_login_yields_another(
    step: dict[str, Any], idp: dict[str, Any], life_s: float, keeps: int
) -> None:
    frames = run(patient(idp, step, keeps_idp_session=keeps))
    asked, logins = frames["requests"].query("issuer == 'sts'"), frames["logins"]
    assert asked["outcome"].tolist()[-2:] == ["denied", "ok"]
    assert set(asked["outcome"].tolist()[:-2]) == {"unavailable"}
    denied = asked.iloc[-2]
    assert denied["at_s"] >= max(400, logins["done_at_s"].iloc[0] + life_s)
    assert denied["attempt"] > 1  # it is not asked again: the next request is of another login
    assert asked.iloc[-1]["attempt"] == 1
    assert logins["kind"].tolist() == ["interactive", "silent" if keeps else "interactive"]
    assert denied["at_s"] + 100 <= logins["at_s"].iloc[1] <= denied["at_s"] + 161


@pytest.mark.parametrize(("step", "idp"), [(OIDC, {"token_s": 450}), (SAML, {"assertion_s": 300})])
def test_what_lives_longer_than_the_outage_is_taken(step: dict[str, Any], idp: dict[str, Any]) -> None:
    words = patient(idp, step)
    words["timeline"] = [{"at_s": 0, "outage": "sts", "for_s": 280}]
    frames = run(words)
    assert "denied" not in set(frames["requests"]["outcome"])
    assert len(frames["logins"]) == 1


def test_a_job_s_token_ends_while_sts_is_down() -> None:
    """Its life is over when STS answers: the request is refused for good, and the next one brings a new token."""
    job = {
        "count": 1,
        "credentials": "own",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 60, "phase_s": 0},
    }
    words = document({"jobs": job}, horizon_s=1500, timeline=DOWN)
    words["issuers"]["forge"] = {"kind": "idp", "service_s": 1.0, "token_renewed_at": None, "token_s": 300}
    retry = {"attempts": 30, "backoff": "fixed", "base_s": 20}
    words["credentials"] = {"own": [{**OIDC, "idp": "forge", "retry": retry}]}
    asked = run(words)["requests"].query("issuer == 'sts'")["outcome"].tolist()
    assert asked[-2:] == ["denied", "ok"]
    words["issuers"]["forge"]["token_s"] = 600
    assert "denied" not in set(run(words)["requests"]["outcome"])


def test_a_program_hears_that_its_token_has_expired() -> None:
    """One that read its token once restarts when STS tells it so, and reads the new one."""
    pod = {
        "count": 3,
        "credentials": "own",
        "start": {"at_s": 0},
        "on_error": {"sts.ExpiredToken": "restart"},
        "calls": {"kind": "every", "every_s": 60},
    }
    words = document({"pods": pod}, horizon_s=4 * HOUR)
    words["issuers"]["cluster"] = {"kind": "idp", "token_s": 5400}
    words["credentials"] = {"own": [{**OIDC, "idp": "cluster", "rereads_token": False}]}
    heard = run(words)
    del words["populations"]["pods"]["on_error"]
    assert sum(n for (_, _, verdict), n in verdicts(heard).items() if verdict != "ok") <= 2 * 3
    assert sum(n for (_, _, verdict), n in verdicts(run(words)).items() if verdict != "ok") >= 100


def profiles(*, keeps: bool, level: str = "credentials", **idp: Any) -> Frames:
    """Four people with three profiles each, used within a minute of each other, and again every hour."""
    staff = {
        "count": 4,
        "people": True,
        "credentials": "own",
        "start": {"at_s": 0},
        "profiles": {"discrete": {3: 1}},
        "calls": {"kind": "every", "every_s": 60, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=4 * HOUR)
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.5, **idp}
    login = {"keeps_assertion": keeps, "keeps_idp_session": 0, "attention_s": 5, "types_twice": 0}
    words["credentials"] = {"own": [{**SAML, "idp": "idp", "way": "saml-file", "login": login}]}
    return run(words, level=level)


def test_one_login_serves_all_profiles_while_its_assertion_lives() -> None:
    """Three profiles, hourly sessions: a login each without the assertion, one for all three with it."""
    each, one = profiles(keeps=False), profiles(keeps=True)
    sessions = [len(frames["credentials"].query("kind == 'session'")) for frames in (each, one)]
    assert sessions[0] == len(each["logins"]) == 4 * 3 * 4
    assert sessions[1] == 4 * 3 * 4
    assert len(one["logins"]) == 4 * 4
    shown = one["credentials"].query("kind == 'saml_assertion'")
    assert set(shown["calls_signed"]) == {3}
    assert set(shown["expires_at_s"] - shown["issued_at_s"]) == {300.0}
    parents = one["credentials"].query("kind == 'session'")["parent"]
    assert parents.isin(shown["credential"]).all()
    assert not len(each["credentials"].query("kind == 'saml_assertion'"))


def test_an_assertion_of_a_minute_serves_whoever_comes_within_it() -> None:
    assert 4 * 4 < len(profiles(keeps=True, assertion_s=60)["logins"]) <= 4 * 3 * 4


def test_sessions_of_a_kept_assertion_end_when_it_says_so() -> None:
    """Counted from the login, not from the request: whoever comes later gets less."""
    made = profiles(keeps=True, session_not_on_or_after_s=1800.0)["credentials"]
    login = made.query("kind == 'saml_assertion'").set_index("credential")["issued_at_s"]
    sessions = made.query("kind == 'session'")
    assert (sessions["expires_at_s"] == sessions["parent"].map(login) + 1800).all()


def test_levels_agree_on_kept_assertions() -> None:
    counted = [verdicts(profiles(keeps=True, level=level)) for level in LEVELS]
    assert counted[0] == counted[1] == counted[2]


def stolen(at_s: float, **idp: Any) -> pd.DataFrame:
    """A laptop is robbed: thefts by thief."""
    staff = {
        "count": 1,
        "people": True,
        "credentials": "own",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 60, "phase_s": 0, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=2 * HOUR)
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 1.0, **idp}
    login = {"keeps_assertion": True, "attention_s": 1, "types_twice": 0}
    words["credentials"] = {"own": [{**SAML, "idp": "idp", "way": "saml-file", "session_s": 900, "login": login}]}
    leak = {
        "population": "staff",
        "place": "laptop",
        "client": 0,
        "at_s": at_s,
        "first_use_s": 1,
        "detected_after_s": 60,
    }
    words["theft"] = {"incidents": {"leak": {**leak, "thieves": ["copy", "mint"]}}}
    return run(words)["thefts"].set_index("thief")


def test_a_thief_makes_of_an_assertion_the_longest_session_of_its_role() -> None:
    """The person asked for 15 min; whoever shows the assertion gets the role's 12 h, or what it lets sessions live."""
    soon = stolen(200.0)
    assert soon.loc["copy", "last_ok_at_s"] <= 910
    assert soon.loc["mint", "last_ok_at_s"] == 201 + 43_200
    assert stolen(200.0, session_not_on_or_after_s=3600.0).loc["mint", "last_ok_at_s"] == 2 + 3600


def test_an_assertion_that_has_ended_opens_nothing() -> None:
    late = stolen(500.0)
    assert late.loc["mint", "last_ok_at_s"] == late.loc["copy", "last_ok_at_s"] <= 910
    assert late.loc["mint", "minted"] == 0


def test_an_assertion_is_no_portal_session() -> None:
    """People who move from SAML to Identity Center while an assertion lives log in at its portal all the same."""
    staff = {
        "count": 2,
        "people": True,
        "credentials": "own",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 60, "action": "s3:GetObject"},
    }
    move = {"at_s": 200, "upgrade": "staff", "set": {"populations.staff.credentials": "sso"}}
    words = document({"staff": staff}, horizon_s=HOUR, timeline=[move])
    login = {"keeps_assertion": True, "attention_s": 1, "types_twice": 0}
    words["credentials"]["own"] = [{**SAML, "idp": "idp", "way": "process", "login": login}]
    made = run(words)["credentials"].set_index("credential")
    assert {"saml_assertion", "sso_token"} <= set(made["kind"])
    parents = made.loc[made["operation"] == "GetRoleCredentials", "parent"]
    assert len(parents)
    assert set(made.loc[parents, "kind"]) == {"sso_token"}


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("{kind: idp}", "{kind: idp, assertion_s: 301}", "issuers.idp.assertion_s", ["301", "300"]),
        (
            "idp: {kind: idp}",
            "idp: {kind: idp}\n  other: {kind: idp, assertion_s: 60}",
            "issuers.other.assertion_s",
            ["remove it"],
        ),
        ("way: sso", "way: sso, login: {keeps_assertion: true}", "credentials.people.0.login.keeps_assertion",
         ["takes no assertion", "saml-file"]),
        ("app: {count: 3, ", "app: {count: 3, on_error: {imds.ExpiredToken: stop}, ",
         "populations.app.on_error.imds.ExpiredToken", ["imds does not refuse with"]),
        ("people: [{from: centre, permission_set: dev, way: sso}]",
         "people: [{from: centre, permission_set: dev, way: sso}, "
         "{from: sts.AssumeRoleWithSAML, role: app, way: process, idp: other}]",
         "credentials.people.1", ["log in at idp before and at other here"]),
    ],
)  # fmt: skip
def test_what_no_assertion_can_do_is_refused(tmp_path: Any, old: str, new: str, path: str, words: list[str]) -> None:
    last = path.rpartition(".")[2]
    check_edit(tmp_path, (old, new, path, words), mark=None if last.isdigit() else last)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{kind: idp}", "{kind: idp, session_not_on_or_after_s: 600}", ["600", "900"]),
        ("idp: {kind: idp}", "idp: {kind: idp}\n  other: {kind: idp, session_not_on_or_after_s: 3600}", ["remove it"]),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Any, old: str, new: str, words: list[str]) -> None:
    name = "other" if "other" in new else "idp"
    check_edit(tmp_path, (old, new, f"issuers.{name}.session_not_on_or_after_s", words), mark="session_not_on")
