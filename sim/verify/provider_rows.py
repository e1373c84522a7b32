"""Rows against further providers of the real botocore: the engine in the same cases, every instant by equality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sim.verify.botocore_rows import installed
from sim.verify.portal_rows import Told, compared, quick_login, real, spaced
from sim.verify.rows import Row, skipped
from sim.verify.small_runs import run

__all__ = ["CASES", "ours", "provider_rows"]

_SOURCE: Final = "botocore's providers, the real ones"
_DOWN: Final = [[2_600.0, 3_500.0], [9_000.0, 12_700.0], [20_000.0, 20_400.0]]
_LONG: Final = [[2_500.0, 4_100.0], [19_000.0, 22_900.0]]
_HORIZON_S: Final = 30_000.0
_LOGIN_S: Final = 43_200.0
_SIGN_IN_S: Final = 0.8
"""AWS Sign-In takes so long, which nobody set."""
_TOKEN_S: Final = 7200.0
_WRITTEN_S: Final = 5760.0
"""A token of two hours is written anew when 80 % of its life is over."""


def _case(number: int, provider: str, gap_s: float, horizon_s: float = _HORIZON_S, **words: Any) -> dict[str, Any]:
    calls = spaced(100 + number, gap_s, horizon_s)
    return {"provider": provider, "gap_s": gap_s, "calls": calls, "keeps": True, "failing": [], **words}


CASES: Final = [
    _case(0, "tool", 30.0, life_s=3600),
    _case(1, "tool", 70.0, life_s=3600, failing=_LONG),
    _case(2, "tool", 900.0, life_s=3600, failing=_DOWN, keeps=False),
    _case(3, "login", 40.0, 100_000.0, life_s=900, login_s=_LOGIN_S, takes_s=_SIGN_IN_S, keeps=False),
    _case(4, "login", 25.0, 60_000.0, life_s=900, login_s=_LOGIN_S, takes_s=_SIGN_IN_S),
    _case(5, "pod", 45.0, life_s=3600, written_every_s=_WRITTEN_S),
    _case(6, "pod", 80.0, life_s=3600, written_every_s=_WRITTEN_S, failing=_DOWN),
    _case(7, "chain", 45.0, life_s=3600, source_s=3600, failing=_LONG),
    _case(8, "chain", 25.0, life_s=1800, source_s=5000, failing=_DOWN),
    _case(9, "chain", 60.0, life_s=3600, source_s=900),
]
"""Tools by credential_process, `aws login`, pods with a token in a file, chained roles; processes and commands."""

_TITLES: Final = {
    "tool": "credential_process",
    "login": "aws login",
    "pod": "a web identity token in a file that is written every 5,760 s",
    "chain": "a role assumed with another role's session",
}


def provider_rows() -> list[Row]:
    """Rows of credential_process, `aws login`, AssumeRoleWithWebIdentity and role chaining."""
    titles = [_title(case) for case in CASES]
    if not installed():
        return skipped([(_SOURCE, title) for title in titles], "botocore is not installed")
    found = zip(titles, CASES, real("sim.verify.provider_clock:play", CASES), strict=True)
    return [compared(_SOURCE, title, told, ours(case)) for title, case, told in found]


def _title(case: Mapping[str, Any]) -> str:
    down = f"{len(case['failing'])} outages" if case["failing"] else "no outage"
    by = "a process" if case["keeps"] else "commands"
    of = f" of {case['source_s']:,} s" if case["provider"] == "chain" else ""
    return f"{_TITLES[case['provider']]}{of}, {case['life_s']:,} s, {by}, a call every {case['gap_s']:g} s, {down}"


def ours(case: Mapping[str, Any], sdk: str | None = None) -> Told:
    """A case through the engine."""
    play = {"tool": _tool, "login": _login, "pod": _pod, "chain": _chain}[case["provider"]]
    return play(case, sdk or ("botocore-1.44" if case["keeps"] else "aws-cli-v2"))


def _document(case: Mapping[str, Any], sdk: str, down: str, people: bool, blocks: Mapping[str, Any]) -> dict[str, Any]:
    clients = {"count": 1, "people": people, "sdk": sdk, "credentials": "chain", "start": {"at_s": 0.0}}
    return {
        "name": "providers",
        "question": "Does the engine fetch when the SDK does?",
        "run": {"horizon_s": case["calls"][-1] + 1.0, "seed": 1, "record": "calls"},
        "accounts": {"main": {}},
        "populations": {"clients": {**clients, "calls": {"kind": "trace", "at_s": case["calls"]}}},
        "timeline": [{"at_s": start, "outage": down, "for_s": stop - start} for start, stop in case["failing"]],
        **blocks,
    }


def _failed(calls: Mapping[str, Any]) -> list[float]:
    never = (calls["verdict"] == "RefreshFailed") | (calls["verdict"] == "NoCredentials")
    return sorted(calls["from_s"][never].tolist())


def _tool(case: Mapping[str, Any], sdk: str) -> Told:
    """A tool that logs in by SAML: it fails where the identity provider does."""
    step = {"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", "way": "process", "login": quick_login()}
    step |= {"session_s": case["life_s"], "cache": "process" if case["keeps"] else "none"}
    role = {"account": "main", "trust": {"saml": "idp"}, "allow": ["s3:GetObject"], "max_session_s": 43200}
    issuers = {"sts": {"kind": "sts", "latency_s": 0.0}, "idp": {"kind": "idp", "service_s": 0.0}}
    blocks = {"issuers": issuers, "roles": {"app": role}, "credentials": {"chain": [step]}}
    logins, calls = run(_document(case, sdk, "idp", True, blocks), "logins", "calls")
    ok = logins["outcome"] == "ok"
    return {
        "issued": logins["at_s"][ok].tolist(),
        "refused": logins["at_s"][~ok].tolist(),
        "failed_calls": _failed(calls),
    }


def _login(case: Mapping[str, Any], sdk: str) -> Told:
    """`aws login` by an IAM user."""
    step = {"from": "password", "user": "person", "way": "login", "login": quick_login()}
    user = {"account": "main", "allow": ["s3:GetObject"], "password": {}}
    blocks = {"issuers": {}, "users": {"person": user}, "credentials": {"chain": [step]}}
    document = _document(case, sdk, "", True, blocks)
    credentials, logins, calls = run(document, "credentials", "logins", "calls")
    sessions = credentials["kind"] == "session"
    return {
        "issued": sorted(credentials["held_from_s"][sessions].tolist()),
        "refused": [],
        "failed_calls": _failed(calls),
        "logins": logins["at_s"].tolist(),
    }


def _pod(case: Mapping[str, Any], sdk: str) -> Told:
    """IRSA: the kubelet writes a token when 80 % of the last one's life are over."""
    step = {"from": "sts.AssumeRoleWithWebIdentity", "role": "app", "idp": "cluster", "retry": {"attempts": 1}}
    role = {"account": "main", "trust": {"web_identity": "cluster"}, "allow": ["s3:GetObject"]}
    cluster = {"kind": "idp", "token_s": _TOKEN_S, "token_renewed_at": _WRITTEN_S / _TOKEN_S}
    issuers = {"sts": {"kind": "sts", "latency_s": 0.0}, "cluster": cluster}
    blocks = {"issuers": issuers, "roles": {"app": role}, "credentials": {"chain": [step]}}
    document = _document(case, sdk, "sts", False, blocks)
    requests, credentials, calls = run(document, "requests", "credentials", "calls")
    ok = requests["outcome"] == "ok"
    sessions = credentials["kind"] == "session"
    order = credentials["ordinal"][sessions].argsort()
    shown = [float(str(parent).rsplit("-", 1)[1]) for parent in credentials["parent"][sessions][order]]
    return {
        "issued": requests["at_s"][ok].tolist(),
        "refused": requests["at_s"][~ok].tolist(),
        "failed_calls": _failed(calls),
        "shown": shown,
    }


def _chain(case: Mapping[str, Any], sdk: str) -> Told:
    """A role that a user's role session assumes."""
    once = {"retry": {"attempts": 1}}
    source = {"from": "sts.AssumeRole", "role": "first", "user": "robot", "session_s": case["source_s"], **once}
    step = {"from": "sts.AssumeRole", "role": "second", "source": "source", "session_s": case["life_s"], **once}
    first = {"account": "main", "trust": {"user": "robot"}, "allow": ["sts:AssumeRole"], "max_session_s": 43200}
    blocks = {
        "issuers": {"sts": {"kind": "sts", "latency_s": 0.0}},
        "roles": {
            "first": first,
            "second": {"account": "main", "trust": {"role": "first"}, "allow": ["s3:GetObject"]},
        },
        "users": {"robot": {"account": "main", "per": "population", "allow": ["sts:AssumeRole"], "key": {}}},
        "credentials": {"source": [source], "chain": [step]},
    }
    requests, credentials, calls = run(_document(case, sdk, "sts", False, blocks), "requests", "credentials", "calls")
    whose = dict(zip(credentials["credential"], credentials["principal"], strict=True))
    of = [whose.get(issued) for issued in requests["issued"]]
    return {
        "issued": [at for at, role in zip(requests["at_s"].tolist(), of, strict=True) if role == "role/second"],
        "refused": requests["at_s"][requests["outcome"] != "ok"].tolist(),
        "failed_calls": _failed(calls),
        "sources": [at for at, role in zip(requests["at_s"].tolist(), of, strict=True) if role == "role/first"],
    }
