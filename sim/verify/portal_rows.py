"""Rows against the real botocore's Identity Center: the engine's portal in the same cases, by equality."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sim.streams import Purpose, Stream, index_of
from sim.verify.botocore_rows import installed
from sim.verify.guard import run_sealed
from sim.verify.rows import Row, exact, skipped
from sim.verify.small_runs import run

__all__ = ["CASES", "Told", "compared", "ours", "portal_rows", "quick_login", "real", "spaced"]

Told = dict[str, list[float]]
"""Instants by what happened."""

_SOURCE: Final = "botocore's Identity Center, the real one"
_SEED: Final = 20_261_129
_ENGINE_SEED: Final = 1
_APART_S: Final = 4.0
"""Calls are so far apart that no fetch with all its attempts reaches the next one."""
_FETCHES: Final = 64
"""Fetches of a case whose attempts are tried again: the draws of so many are told to the real SDK."""
_SDKS: Final = {"process": "botocore-1.44", "commands": "aws-cli-v2"}
_HORIZON_S: Final = 30_000.0
_FAR_S: Final = 90 * 86_400.0
_DOWN: Final = [[2_600.0, 3_500.0], [9_000.0, 12_600.0], [20_000.0, 20_400.0]]
_LONG: Final = [[2_500.0, 4_100.0], [19_000.0, 22_900.0]]


def spaced(number: int, gap_s: float, horizon_s: float) -> list[float]:
    """Poisson instants on multiples of 1/64 s, which a datetime holds, no two of them too close to each other."""
    stream, at = Stream.of(_SEED, 0, "people"), 0.0
    calls: list[float] = []
    for draw in range(100_000):
        at -= gap_s * math.log(stream.uniform(Purpose.CASE, number, draw))
        if at >= horizon_s:
            break
        if not calls or at >= calls[-1] + _APART_S:
            calls.append(math.floor(at * 64) / 64)
    return calls


def _cases() -> Iterator[dict[str, Any]]:
    """Role credentials alone, then with access tokens of an hour, then without refresh tokens."""
    plain = {"token_s": _FAR_S, "portal_s": _FAR_S, "failing": [], "refresh_token": True}
    for kind in _SDKS:
        yield {**plain, "kind": kind, "life_s": 3600, "gap_s": 20.0}
        yield {**plain, "kind": kind, "life_s": 4500, "gap_s": 150.0, "failing": _DOWN}
        yield {**plain, "kind": kind, "life_s": 3600, "gap_s": 60.0, "token_s": 3600.0}
        yield {**plain, "kind": kind, "life_s": 3600, "gap_s": 300.0, "token_s": 3600.0, "failing": _LONG}
        yield {**plain, "kind": kind, "life_s": 7200, "gap_s": 240.0, "token_s": 3600.0, "failing": _LONG}
    yield {**plain, "kind": "commands", "life_s": 5400, "gap_s": 30.0, "portal_s": 8 * 3600.0, "horizon_s": 90_000.0}
    for life_s in (3600, 14_400):
        yield {**plain, "kind": "commands", "life_s": life_s, "gap_s": 90.0, "token_s": 3600.0, "refresh_token": False}
    yield {**plain, "kind": "process", "life_s": 5400, "gap_s": 60.0, "portal_s": 8 * 3600.0, "horizon_s": 60_000.0}


def _drawn(case: dict[str, Any], number: int) -> dict[str, Any]:
    """The case with its calls, and for a process the draws that the engine will make."""
    retries = case["kind"] == "process" and bool(case["failing"])
    calls = spaced(number, case["gap_s"], case.get("horizon_s", _HORIZON_S))
    return {**case, "calls": calls, "attempts": 3 if retries else 1, "draws": _draws() if retries else {}}


def _draws() -> dict[str, list[list[float]]]:
    """Uniform draws for the pauses of each fetch's attempts at the portal and at its token endpoint."""
    stream, client = Stream.of(_ENGINE_SEED, 0, "staff"), index_of(0)

    def of(first: int) -> list[list[float]]:
        return [
            [stream.uniform(Purpose.BACKOFF, client, fetch << 16 | first | attempt) for attempt in (1, 2, 3)]
            for fetch in range(_FETCHES)
        ]

    return {"sso": of(0), "sso-oidc": of(1 << 15)}


CASES: Final = [_drawn(case, number) for number, case in enumerate(_cases())]
"""Role credentials of an hour and more; access tokens; the portal's end; without and with outages of the portal."""


def real(target: str, cases: Sequence[Mapping[str, Any]]) -> list[Told]:
    """What the real SDK does in each case, in a sealed process."""
    told: list[Told] = run_sealed(target, list(cases))
    return told


def portal_rows() -> list[Row]:
    """Rows of Identity Center: answers, refusals, access tokens, logins and failed calls."""
    titles = [_title(case) for case in CASES]
    if not installed():
        return skipped([(_SOURCE, title) for title in titles], "botocore is not installed")
    found = zip(titles, CASES, real("sim.verify.portal_clock:play", CASES), strict=True)
    return [compared(_SOURCE, title, told, ours(case)) for title, case, told in found]


def compared(source: str, title: str, told: Told, simulated: Told) -> Row:
    """A row that passes if everything happened at the same instants."""
    counts, ours_ = [len(instants) for instants in told.values()], [len(simulated[name]) for name in told]
    differing = [name for name in told if told[name] != simulated[name]]
    row = exact(source, f"{title}: {' / '.join(name.replace('_', ' ') for name in told)}", counts, ours_)
    if not differing:
        return row
    first = min(set(told[differing[0]]) ^ set(simulated[differing[0]]))
    note = f"first difference in {differing[0]} at {first:,.3f} s"
    return Row(source, row.quantity, row.expected, row.simulated, None, None, "failed", note)


def ours(case: Mapping[str, Any], sdk: str | None = None) -> Told:
    """A case through the engine."""
    requests, logins, calls = run(_document(case, sdk or _SDKS[case["kind"]]), "requests", "logins", "calls")
    tokens, ok = requests["operation"] == "CreateToken", requests["outcome"] == "ok"
    failed = calls["from_s"][calls["verdict"] == "RefreshFailed"]
    return {
        "issued": requests["at_s"][ok & ~tokens].tolist(),
        "refused": requests["at_s"][~ok & ~tokens].tolist(),
        "tokens": requests["at_s"][ok & tokens].tolist(),
        "token_refused": requests["at_s"][~ok & tokens].tolist(),
        "failed_calls": sorted(failed.tolist()),
        "logins": logins["at_s"].tolist(),
    }


def quick_login() -> dict[str, Any]:
    """A person who needs no time to log in, and none after a failure."""
    return {"attention_s": 0.0, "types_twice": 0.0, "again_after_s": 0.0}


def _document(case: Mapping[str, Any], sdk: str) -> dict[str, Any]:
    portal = {
        "kind": "identity_center",
        "idp": "idp",
        "account": "main",
        "latency_s": 0.0,
        "portal_session_s": case["portal_s"],
        "access_token_s": None if case["token_s"] == _FAR_S else case["token_s"],
        "permission_sets": {"reader": {"account": "main", "session_s": case["life_s"], "allow": ["s3:GetObject"]}},
    }
    step = {"from": "portal", "permission_set": "reader", "way": "sso", "login": quick_login()}
    step |= {"refresh_token": case["refresh_token"], "retry": {"attempts": case["attempts"]}}
    staff = {"count": 1, "people": True, "sdk": sdk, "credentials": "sso", "start": {"at_s": 0.0}}
    return {
        "name": "portal",
        "question": "Does the engine ask the portal when the SDK does?",
        "run": {"horizon_s": case["calls"][-1] + _APART_S, "seed": _ENGINE_SEED, "record": "calls"},
        "accounts": {"main": {}},
        "issuers": {"idp": {"kind": "idp", "service_s": 0.0}, "portal": portal},
        "credentials": {"sso": [step]},
        "populations": {"staff": {**staff, "calls": {"kind": "trace", "at_s": case["calls"]}}},
        "timeline": [{"at_s": start, "outage": "portal", "for_s": stop - start} for start, stop in case["failing"]],
    }


def _title(case: Mapping[str, Any]) -> str:
    down = f"{len(case['failing'])} outages" if case["failing"] else "no outage"
    tokens = "" if case["token_s"] == _FAR_S else ", access tokens of an hour"
    tokens += "" if case["refresh_token"] else " and no refresh token"
    over = "" if case["portal_s"] == _FAR_S else ", a portal session of 8 h"
    by = "in a process" if case["kind"] == "process" else "by commands"
    return f"role credentials of {case['life_s']:,} s {by}, a call every {case['gap_s']:g} s{tokens}{over}, {down}"
