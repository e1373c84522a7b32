"""A person is asked for a login when an SDK can do without a session no longer, and not again soon after one failed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tests.support.runs import Frames, run
from tests.support.zoo import document

_LOGIN = {"attention_s": 0, "types_twice": 0, "again_after_s": 1200}


def _person(step: dict[str, Any], portal_s: float = 28_800.0) -> Frames:
    """One process with sessions of an hour, which calls every minute; nobody can log in from 2,650 s to 3,950 s."""
    staff = {
        "count": 1,
        "people": True,
        "sdk": "botocore-1.44",
        "credentials": "own",
        "start": {"at_s": 0},
        "calls": {"kind": "every", "every_s": 60, "phase_s": 0, "action": "s3:GetObject"},
    }
    words = document({"staff": staff}, horizon_s=9000.0)
    words["issuers"]["idp"] = {"kind": "idp", "service_s": 0.0}
    words["issuers"]["center"]["portal_session_s"] = portal_s
    words["timeline"] = [{"at_s": 2650, "outage": "idp", "for_s": 1300}]
    words["credentials"] = {**words["credentials"], "own": [{**step, "login": _LOGIN}]}
    return run(words, level="calls")


def _whole(frame: pd.DataFrame, column: str, of: str, word: str) -> list[int]:
    """Instants of the rows whose column `of` says a word, in whole seconds."""
    return sorted(int(at) for at in frame.loc[frame[of] == word, column])


def test_a_tool_whose_person_gave_up_fails_from_the_mandatory_window_on() -> None:
    """At 2,700 s the tool is asked in vain; 600 s before the end of the session botocore asks it again, and raises."""
    frames = _person({"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": "process"})
    failed = _whole(frames["calls"], "from_s", "verdict", "RefreshFailed")
    assert (failed[0], failed[-1]) == (3000, 5040)
    assert _whole(frames["logins"], "at_s", "outcome", "failed") == [2700, 3900]


def test_nobody_logs_in_while_an_sdk_has_enough_left() -> None:
    """The portal session ends at 2,000 s: botocore keeps to itself what it is refused at 2,700 s, until 3,000 s."""
    frames = _person({"from": "center", "permission_set": "staff", "way": "sso"}, portal_s=2000.0)
    failed = _whole(frames["calls"], "from_s", "verdict", "RefreshFailed")
    assert failed[0] == 3000
    assert _whole(frames["logins"], "at_s", "outcome", "failed")[0] == 3000
