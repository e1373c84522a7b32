"""What a thief makes of a leaked key, against a naive one in steps, closed forms, and thieves side by side."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from sim.streams import Purpose, Stream
from sim.thieves.grants import chained_s
from tests.support.naive_thief import STEP, follow, leak
from tests.support.runs import run

ACTIONS = {"s3:GetObject": 1.0, "ec2:RunInstances": 10.0}
CHAIN = {"first": ["robot"], "second": ["first"], "third": ["second"]}
LOOP = {"first": ["robot"], "second": ["first"], "back": ["second"], "closed": ["other"], "other": ["closed"]}
OWN = {"own": ["robot", "own"]}
H36 = 129_600


def stories(document):
    """Rows of `thefts` by thief."""
    return run(document, level="summary")["thefts"].set_index("thief")


def plans():
    """Plans whose every instant is a multiple of the step; some are nonsense, none is refused."""
    yield CHAIN, [{"after_s": 600, "deactivate_key": "robot"}]
    yield CHAIN, [{"after_s": 600, "deactivate_key": "robot"}, {"after_s": 5100, "revoke": "user/robot"}]
    yield CHAIN, [{"after_s": 0, "quarantine": "robot"}, {"after_s": 90_000, "deactivate_key": "robot"}]
    yield CHAIN, [{"after_s": 600, "revoke": "role/first"}, {"after_s": 9000, "deactivate_key": "robot"}]
    yield CHAIN, [{"after_s": 7200, "remove_trust": "second", "for_s": 21_000},
                  {"after_s": 9e4, "revoke": "user/robot"}, {"after_s": 600, "deactivate_key": "robot"}]  # fmt: skip
    yield CHAIN, [{"after_s": 300, "delete_role": "second"}, {"after_s": 900, "deactivate_key": "robot"}]
    yield CHAIN, [{"after_s": 300, "policy": "user/robot", "deny": ["sts:AssumeRole", "s3:GetObject"], "adds": True},
                  {"after_s": 600, "deactivate_key": "robot"}]  # fmt: skip
    yield LOOP, [{"after_s": 600, "deactivate_key": "robot"}, {"after_s": 51_000, "revoke": "role/first"}]
    yield OWN, [{"after_s": 600, "deactivate_key": "robot"}, {"after_s": 1200, "revoke": "user/robot"},
                {"after_s": 99_000, "remove_trust": "own"}]  # fmt: skip
    yield from (random_plan(Stream.of(4, case, "plan")) for case in range(5))


def random_plan(stream):
    """Four roles, each trusted by two of five, and four of six verbs at random instants."""
    numbers = itertools.count()

    def below(n):
        return int(n * stream.uniform(Purpose.CASE, 0, next(numbers)))

    names = ["first", "second", "third", "fourth"]
    trust = {name: sorted({["robot", *names][below(5)] for _ in range(2)}) for name in names}
    verbs = [
        {"deactivate_key": "robot"},
        {"revoke": "user/robot"},
        {"revoke": f"role/{names[below(4)]}"},
        {"remove_trust": names[below(4)], "for_s": (1 + below(100)) * STEP},
        {"policy": f"role/{names[below(4)]}", "deny": ["s3:GetObject", "sts:AssumeRole"], "adds": True},
        {"quarantine": "robot"},
    ]
    del verbs[below(6)], verbs[below(5)]
    return trust, [verb | {"after_s": below(270) * STEP} for verb in verbs]


@pytest.mark.parametrize(("trust", "plan"), list(plans()))
def test_every_span_is_that_of_a_thief_in_steps(trust, plan):
    document = leak(trust, plan, actions=ACTIONS)
    frames = run(document, level="summary")
    spans, until = frames["theft_spans"], 200_000
    for thief in ("copy", "mint"):
        allowed, minted = follow(document, list(ACTIONS), until, mints=thief == "mint")
        for action in ACTIONS:
            mine = spans[(spans["thief"] == thief) & (spans["action"] == action)]
            steps = np.arange(1200, until, STEP)
            inside = np.zeros(len(steps), bool)
            for start, stop in zip(mine["from_s"], mine["to_s"], strict=True):
                inside |= (start <= steps) & (steps < stop)
            assert steps[inside].tolist() == allowed[action], (thief, action)
        assert frames["thefts"].set_index("thief").loc[thief, "minted"] == minted
        assert minted > 0 or thief == "copy"


@pytest.mark.parametrize("renews", [300.0, 1200.0])
def test_sessions_outlive_a_deactivated_key_by_up_to_36_h(renews):
    """The last session was obtained at the first use; the key dies before it is due again."""
    story = stories(leak({}, [{"after_s": 0, "deactivate_key": "robot"}], renews_when_left_s=renews))
    assert story["last_ok_at_s"].to_dict() == {"copy": 1500, "mint": 1200 + H36, "foothold": 1200 + H36}
    assert story["end_cause"].to_dict() == {"copy": "deactivation", "mint": "expiry", "foothold": "expiry"}


def test_the_users_policy_ends_them():
    plan = [{"after_s": 0, "deactivate_key": "robot"}, {"after_s": 100, "revoke": "user/robot"}]
    story = stories(leak({}, plan)).loc["mint"]
    assert (story["last_ok_at_s"], story["end_cause"]) == (1600, "revocation")
    plan = [{"after_s": 0, "deactivate_key": "robot"}, {"after_s": 100, "policy": "user/robot", "deny": ["*"]}]
    story = stories(leak({}, plan)).loc["mint"]
    assert (story["last_ok_at_s"], story["end_cause"]) == (1600, "policy")


def test_each_step_of_a_chain_adds_at_most_an_hour():
    """The user's session dies by revocation at T; each role behind it was asked for within the hour before."""
    plan = [{"after_s": 0, "deactivate_key": "robot"}, {"after_s": 40_000, "revoke": "user/robot"}]
    ends = [
        stories(leak(dict(list(CHAIN.items())[:n]), plan)).loc["mint", "last_ok_at_s"] for n in range(len(CHAIN) + 1)
    ]
    assert ends[0] == 41_500
    assert all(0 < later - sooner <= 3600 for sooner, later in itertools.pairwise(ends))


def test_roles_that_trust_each_other_never_end_until_somebody_ends_them():
    plan = [{"after_s": 0, "deactivate_key": "robot"}]
    story = stories(leak(OWN, plan))
    assert np.isinf(story.loc["mint", "last_ok_at_s"])
    assert story.loc["mint", "end_cause"] == "never"
    story = stories(leak(OWN, [*plan, {"after_s": 9000, "revoke": "role/own"}]))
    assert np.isinf(story.loc["mint", "last_ok_at_s"]), "sessions after the revocation are not revoked"
    plan += [{"after_s": 9000, "remove_trust": "own"}, {"after_s": 9100, "revoke": "role/own"}]
    assert np.isfinite(stories(leak(OWN, plan)).loc["mint", "last_ok_at_s"])


def test_chains_are_told_in_the_order_of_the_scenario():
    """A set's order of names differs from process to process, and so would the bytes of `grants`."""
    roles = [f"r{n}" for n in range(20)]
    access = SimpleNamespace(scenario=SimpleNamespace(roles=roles), may_chain=lambda one, role: one == "user/robot")
    assert [*chained_s(access, "user/robot")] == [f"role/{role}" for role in roles]


def test_quarantine_stops_some_actions_and_not_the_key():
    plan = [{"after_s": 100, "quarantine": "robot"}]
    frames = run(leak({}, plan, actions={"s3:GetObject": 1, "s3:PutObject": 1, "ec2:RunInstances": 1}), level="summary")
    spans = frames["theft_spans"]
    ends = spans[spans["thief"] == "copy"].set_index("action")["to_s"].to_dict()
    assert ends == {"s3:GetObject": 1600, "ec2:RunInstances": 1600}, "s3:PutObject is not allowed to the user at all"
    assert frames["thefts"].set_index("thief").loc["copy", "end_cause"] == "policy"


def test_nothing_lies_there():
    document = leak({}, [])
    document["users"]["robot"]["key"]["copies"] = {"repository": 0, "laptop": 1}
    story = stories(document)
    assert set(story["end_cause"]) == {"nothing"}
    assert story["last_ok_at_s"].isna().all()
    assert (story["taken"] == 0).all()


def test_the_thief_changes_nothing():
    """Every other table is the same without him."""
    document = leak(CHAIN, [])
    without = {**document, "theft": {}}
    ours, theirs = run(document), run(without)
    for table in ("calls", "credentials", "holdings", "requests", "requests_per_second"):
        assert ours[table].equals(theirs[table]), table


def test_all_levels_tell_the_same_stories():
    document = leak(CHAIN, [{"after_s": 400, "deactivate_key": "robot"}])
    told = [run(document, level=level) for level in ("summary", "credentials", "calls")]
    for table in ("thefts", "theft_spans"):
        assert all(one[table].equals(told[0][table]) for one in told[1:])


def test_a_foothold_takes_what_comes_later():
    """An instance's set is replaced each hour: the foothold has the last one that came before the hole was closed."""
    document = leak({}, [])
    document["roles"] = {"host": {"account": "main", "trust": {"service": "ec2.amazonaws.com"}, "allow": ["s3:*"]}}
    document["issuers"]["node"] = {"kind": "imds", "role": "host"}
    document["credentials"] = {"key": [{"from": "node"}]}
    theft = document["theft"]
    theft["foothold_s"] = 20_000
    theft["incidents"]["leak"] |= {"place": "imds", "client": 0}
    frames = run(document)
    story, held = frames["thefts"].set_index("thief"), frames["holdings"]
    held = held[held["place"] == "imds"]
    taken = held[(held["from_s"] < 20_900) & (held["to_s"] > 900)]
    assert story.loc["foothold", "taken"] == len(taken) == 6
    assert story.loc["foothold", "last_ok_at_s"] == taken["valid_until_s"].max()
    assert story.loc["copy", "last_ok_at_s"] == story.loc["mint", "last_ok_at_s"] == taken["valid_until_s"].min()


@pytest.mark.parametrize("mfa", [True, False])
def test_a_password_without_mfa_is_a_console_session_of_12_h(mfa):
    """The thief of a password signs in again and again; the code of a second factor he does not have."""
    document = leak({}, [])
    document["users"]["robot"] = {
        "account": "main",
        "allow": ["s3:*"],
        "password": {"mfa": mfa, "age_s": 0, "copies": {"laptop": 1}},
    }
    document["credentials"] = {"key": [{"from": "password", "user": "robot", "way": "console"}]}
    fleet = document["populations"]["fleet"]
    fleet |= {"people": True, "start": {"at_s": 0}, "calls": {"kind": "poisson", "rps": 0.01, "action": "s3:GetObject"}}
    document["theft"]["incidents"]["leak"] |= {"place": "laptop", "client": 0, "thieves": ["copy", "mint"]}
    story = stories(document)
    assert story.loc["copy", "end_cause"] == "nothing"
    assert story.loc["mint", "end_cause"] == ("nothing" if mfa else "never")
    assert story.loc["mint", "taken"] == (0 if mfa else 1)


def test_a_projected_token_is_only_good_for_a_role_session():
    """A pod's memory: `copy` has the role session alone, `mint` a new one each time until the token ends."""
    document = leak({}, [])
    document["issuers"]["cluster"] = {"kind": "idp", "token_s": 86_400}
    pod = {"account": "main", "trust": {"web_identity": "cluster"}, "allow": ["s3:GetObject"]}
    document["roles"] = {"pod": pod}
    document["credentials"] = {"key": [{"from": "sts.AssumeRoleWithWebIdentity", "role": "pod", "idp": "cluster"}]}
    document["theft"]["incidents"]["leak"] |= {"place": "process", "client": 0, "thieves": ["copy", "mint"]}
    frames = run(document)
    story, held = frames["thefts"].set_index("thief"), frames["holdings"]
    there = held[(held["from_s"] <= 900) & (held["to_s"] > 900)].set_index("kind")["valid_until_s"]
    assert story.loc["copy", "last_ok_at_s"] == there["session"]
    token = there["projected_token"]
    assert token < story.loc["mint", "last_ok_at_s"] <= token + 3600


def test_the_refresh_token_of_aws_login_signs_nothing_and_yields_sets_of_15_minutes():
    """A laptop: `copy` has the set of keys alone; `mint` renews it until the login ends, and once more just before."""
    document = leak({}, [])
    document["users"]["robot"] = {"account": "main", "password": {}, "allow": ["s3:GetObject"]}
    document["credentials"] = {"key": [{"from": "password", "user": "robot", "way": "login"}]}
    document["populations"]["fleet"] |= {"people": True, "start": {"at_s": 0}, "sdk": "aws-cli-v2"}
    document["populations"]["fleet"]["calls"] = {"kind": "every", "every_s": 60, "action": "s3:GetObject"}
    document["theft"]["incidents"]["leak"] |= {"place": "laptop", "client": 0, "thieves": ["copy", "mint"]}
    frames = run(document)
    story, held = frames["thefts"].set_index("thief"), frames["holdings"]
    there = held[(held["from_s"] <= 900) & (held["to_s"] > 900)].set_index("kind")["valid_until_s"]
    assert story.loc["copy", "last_ok_at_s"] == there["session"] < 900 + 900
    login = there["login_token"]
    assert login < story.loc["mint", "last_ok_at_s"] <= login + 900
    assert there["login_token"] - held.set_index("kind").loc["login_token", "from_s"].min() > 43_000
    granted = frames["grants"].groupby("minted")["grant"].unique()
    assert not any("Authorize" in name for name in granted.get(0, []))
    assert any("Authorize" in name for name in granted[1])
