"""Console passwords: changed at the first sign-in after their maximum age, worth something to a thief until then."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.metrics.exposure import law
from tests.support.runs import Frames, run, verdicts

DAY = 86_400.0
HOUR = 3_600.0
# A person who works at noon of every day for a year, once.
NOONS = {"kind": "trace", "at_s": [12 * HOUR + day * DAY for day in range(365)]}


def _people(password: dict[str, Any], policy: dict[str, Any] | None, *, days: float = 10, count: int = 1) -> Frames:
    account = {} if policy is None else {"password_policy": policy}
    login = {"attention_s": 30, "types_twice": 0}
    return run(
        {
            "name": "passwords",
            "question": "?",
            "run": {"horizon_s": days * DAY, "seed": 3},
            "accounts": {"main": account},
            "users": {"person": {"account": "main", "allow": ["s3:*"], "password": password, "key": {}}},
            "credentials": {
                "console": [{"from": "password", "user": "person", "way": "console", "login": login}],
                "key": [{"from": "access_key", "user": "person"}],
            },
            "populations": {
                "people": {
                    "count": count,
                    "people": True,
                    "credentials": "console",
                    "start": {"at_s": 0},
                    "calls": NOONS,
                },
                "scripts": {"count": 1, "credentials": "key", "calls": NOONS},
            },
        }
    )


def _passwords(frames: Frames) -> Any:
    rows = frames["credentials"]
    return rows[rows["kind"] == "password"].sort_values(["client", "ordinal"])


def test_a_password_is_changed_at_the_first_sign_in_after_its_maximum_age() -> None:
    """87.2 of 90 days old at 0: over age after 2.8 days, changed at noon of the fourth day; 30 s and 60 s to type."""
    frames = _people({"age_s": 87.2 * DAY, "change_s": 60}, {"max_age_s": 90 * DAY})
    passwords = _passwords(frames)
    changed_at = 3.5 * DAY + 90.8  # and 0.8 s at the sign-in
    assert passwords["ended_at_s"].iloc[0] == pytest.approx(changed_at, abs=0.01)
    assert passwords["valid_until_s"].iloc[0] == passwords["ended_at_s"].iloc[0]
    assert passwords["end_reason"].tolist() == ["rotated", "open"]
    assert passwords["issued_at_s"].tolist() == [-87.2 * DAY, passwords["ended_at_s"].iloc[0]]
    attention = frames["logins"]["attention_s"].tolist()
    assert attention == [30, 30, 30, 90, 30, 30, 30, 30, 30, 30]
    next_change = 93.5 * DAY + 90.8
    assert passwords["valid_until_s"].iloc[1] == pytest.approx(np.ceil(next_change / DAY - 0.5) * DAY + 12 * HOUR)
    assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}, "neither session nor key is touched"


@pytest.mark.parametrize("policy", [None, {}, {"min_length": 14, "reuse_prevention": 24}])
def test_without_a_maximum_age_a_password_never_ends(policy: dict[str, Any] | None) -> None:
    frames = _people({"age_s": 4000 * DAY}, policy)
    passwords = _passwords(frames)
    assert len(passwords) == 1
    assert np.isinf(passwords["valid_until_s"]).all()


def test_nothing_is_told_of_a_password_that_has_no_age_and_lies_nowhere() -> None:
    assert _passwords(_people({}, None)).empty


def test_a_stolen_password_is_good_for_a_console_session_after_its_change_unless_mfa_stands_in_the_way() -> None:
    stolen = {"age_s": 87.2 * DAY, "change_s": 60, "copies": {"repository": 1}}
    policy = {"max_age_s": 90 * DAY}
    frames = _people({**stolen, "mfa": False}, policy)
    held = frames["holdings"][frames["holdings"]["place"] == "repository"]
    assert len(held) == 2
    assert (held["mint_until_s"] - held["valid_until_s"]).tolist() == [43_200, 43_200]
    rules: dict[str, Any] = {"places": 1, "horizon_s": 10 * DAY, "foothold_s": DAY}
    assert law(held, "copy", **rules).nothing == 1, "a password signs nothing"  # type: ignore[union-attr]
    first = held[held["valid_until_s"] < 10 * DAY]
    mint = law(first, "mint", places=1, horizon_s=float(first["to_s"].iloc[0]), foothold_s=DAY)
    assert mint.mean(1e9) == pytest.approx(first["to_s"].iloc[0] / 2 + 43_200)  # type: ignore[union-attr]
    guarded = _people({**stolen, "mfa": True}, policy)["holdings"]
    assert not (guarded["place"] == "repository").any()


def test_ages_are_uniform_below_the_maximum_age() -> None:
    frames = _people({}, {"max_age_s": 100 * DAY}, days=1, count=200)
    ages = -_passwords(frames).groupby("client")["issued_at_s"].first() / DAY
    assert len(ages) == 200
    assert ages.min() >= 0
    assert ages.max() <= 100
    assert abs(ages.mean() - 50) < 3.9 * 100 / np.sqrt(12 * 200)
