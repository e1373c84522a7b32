"""Rows about incidents: what a thief keeps when somebody notices, and what outlives a response.

Every incident is of another client, so each is one observation; a theft is noticed after an exponential time.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.streams import Purpose, Stream
from sim.verify.rows import Row, exact, mean_row
from sim.verify.small_runs import fleet, run

__all__ = ["threat_rows"]

_SOURCE: Final = "closed form, incidents"
_DETECTED_S: Final = 1800.0
_LEAD_S: Final = 300.0
_HOUR_S: Final = 3600.0
_LONGEST_S: Final = 129_600.0


def threat_rows() -> list[Row]:
    """Life of what leaked until somebody notices; sessions that outlive their key; chained steps; a disabled user."""
    cases = (("botocore-1.44", 3600, 900), ("go-v2-old", 3600, 0))
    return [
        *(_noticed(*case) for case in cases),
        *(_outlives(renews) for renews in (300.0, 7200.0)),
        *(_chained(after) for after in (5_000.0, 40_000.0, 100_000.0)),
        *(_disabled(length) for length in (3600, 14_400, 43_200)),
    ]


# --- Noticed after an exponential time -----------------------------------------------------------------------------


def _noticed(sdk: str, session_s: int, window_s: int) -> Row:
    """min(U(m, L), Exp(d)); 1,234.6 s for L = 3,600, m = 900, 1 / d = 1,800."""
    count = 400
    document = fleet(count, 1.0, 4 * session_s, session_s=session_s, sdk=sdk)
    stream = Stream.of(11, 0, sdk)
    leaks = {
        f"leak-{n}": {
            "at_s": session_s * (1 + 2 * stream.uniform(Purpose.CASE, n)),
            "population": "fleet",
            "place": "process",
            "client": n,
            "thieves": ["copy"],
            "first_use_s": 0.0,
            "detected_after_s": {"exponential": {"mean": _DETECTED_S}},
        }
        for n in range(count)
    }
    document["theft"] = {"incidents": leaks}
    document["run"]["record"] = "summary"
    (thefts,) = run(document, "thefts")
    last = thefts["last_ok_at_s"].astype(float)
    kept: NDArray[np.float64] = np.minimum(last, thefts["detected_at_s"]) - thefts["at_s"]
    title = f"{sdk}, {session_s:,}-s sessions: min(U({window_s}, {session_s:,}), Exp(1 / 1,800 s)), s"
    # A session counts from its whole second and a renewal waits for a call: less than 2 s in all.
    return mean_row(_SOURCE, title, _cut(window_s, session_s), kept, slack=2.0)


def _cut(window_s: float, session_s: float) -> float:
    d, span = 1.0 / _DETECTED_S, session_s - window_s
    late = math.exp(-d * window_s)
    return (1 - late) / d + late * (1 / d - (1 - math.exp(-d * span)) / (d**2 * span))


# --- What outlives a response --------------------------------------------------------------------------------------


def _outlives(renews_when_left_s: float) -> Row:
    """The key is inactive from 1,500 s on; the session of the first use lives 36 h."""
    plan = [{"after_s": 0, "deactivate_key": "robot"}]
    last = _last(_leaked_key({}, plan, renews_when_left_s=renews_when_left_s))
    title = f"session from a key that is then deactivated, renewed at {renews_when_left_s:,.0f} s left: last ok, s"
    return exact(_SOURCE, title, 1200.0 + _LONGEST_S, last)


def _chained(revoked_after_s: float) -> Row:
    """The user's session ends by revocation; the role behind it was renewed every 3,300 s and lives 1 h."""
    plan = [{"after_s": 0, "deactivate_key": "robot"}, {"after_s": revoked_after_s, "revoke": "user/robot"}]
    roles = {"app": {"account": "main", "trust": {"user": "robot"}, "allow": ["s3:GetObject"]}}
    last = _last(_leaked_key(roles, plan))
    renewals = math.ceil((1500.0 + revoked_after_s - 1200.0) / (_HOUR_S - _LEAD_S)) - 1
    title = f"chained role after the user's session is revoked at {1500 + revoked_after_s:,.0f} s: last ok, s"
    return exact(_SOURCE, title, 1200.0 + renewals * (_HOUR_S - _LEAD_S) + _HOUR_S, last)


def _leaked_key(roles: dict[str, Any], plan: list[dict[str, Any]], **incident: Any) -> dict[str, Any]:
    user = {
        "account": "main",
        "per": "population",
        "allow": ["s3:GetObject"],
        "key": {"copies": {"repository": 1}},
    }
    return {
        "name": "leak",
        "question": "?",
        "run": {"horizon_s": 10_000.0, "record": "summary"},
        "accounts": {"main": {}},
        "issuers": {"sts": {"kind": "sts"}, "iam": {"kind": "iam", "propagation_s": 0.0}},
        "roles": roles,
        "users": {"robot": user},
        "credentials": {"key": [{"from": "access_key", "user": "robot"}]},
        "populations": {"fleet": {"count": 1, "credentials": "key", "calls": _calls()}},
        "theft": {"plans": {"plan": plan}, "incidents": {"leak": _incident("fleet", "repository", **incident)}},
    }


def _incident(population: str, place: str, **words: Any) -> dict[str, Any]:
    fixed = {"at_s": 900.0, "first_use_s": 300.0, "detected_after_s": 600.0, "thieves": ["mint"], "plan": "plan"}
    return {"population": population, "place": place, **fixed, **words}


def _calls() -> dict[str, Any]:
    return {"kind": "poisson", "rps": 0.01, "action": "s3:GetObject"}


def _last(document: dict[str, Any]) -> float:
    (thefts,) = run(document, "thefts")
    return float(thefts["last_ok_at_s"][0])


def _disabled(session_s: int) -> Row:
    """The portal goes on for 1 h after 1,500 s; what it gave out last goes on to its end: at most 1 h + 12 h."""
    center = {
        "kind": "identity_center",
        "idp": "idp",
        "account": "main",
        "permission_sets": {"staff": {"account": "main", "session_s": session_s, "allow": ["s3:*"]}},
    }
    document = _leaked_key({}, [{"after_s": 0, "disable_user": "fleet", "client": 0}])
    document["issuers"] = {"idp": {"kind": "idp"}, "center": center}
    document["users"] = {}
    document["credentials"] = {"sso": [{"from": "center", "permission_set": "staff", "way": "sso"}]}
    document["populations"]["fleet"] |= {"credentials": "sso", "people": True, "start": {"at_s": 0}, "calls": _calls()}
    document["theft"]["incidents"]["leak"] = _incident("fleet", "laptop", client=0)
    renewals = math.ceil((1500.0 + _HOUR_S - 1200.0) / (session_s - _LEAD_S)) - 1
    title = f"disabled user, permission set of {session_s:,} s: last ok of what lay on the laptop, s"
    return exact(_SOURCE, title, 1200.0 + renewals * (session_s - _LEAD_S) + session_s, _last(document))
