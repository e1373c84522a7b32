"""Metrics of an instant, of single calls and of what follows a fault, on rows whose answers are known by counting."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from analysis.metrics.recovery import recovery_s
from sim.records import Level
from tests.analysis.frames import context, number, values

APP = {"population": "app", "place": "process", "valid_until_s": 1000.0}
PRINCIPALS = [
    {"credential": name, "principal": f"role/{role}", "provider": "app"}
    for name, role in {"a": "app", "b": "node", "c": "app"}.items()
]


def _held(client: int, credential: str, from_s: float, to_s: float, **more: Any) -> dict[str, Any]:
    return APP | {"client": client, "credential": credential, "from_s": from_s, "to_s": to_s} | more


def _at(at_s: float, *holdings: dict[str, Any]) -> dict[Any, Any]:
    about = context(at_s=at_s)
    about.scenario["populations"]["app"] |= {"intended_role": "app", "credentials": "app"}
    about.scenario["credentials"]["app"] = [{"from": "sts.AssumeRole"}]
    return values("identity", about, holdings=list(holdings), credentials=PRINCIPALS)


@pytest.mark.parametrize(("at_s", "off"), [(0.0, 0), (10.0, 1), (49.0, 1), (60.0, 2), (100.0, 1), (500.0, 1)])
def test_a_process_is_off_identity_while_what_it_held_last_is_another_roles(at_s: float, off: int) -> None:
    rows = [_held(0, "a", 5, 10), _held(0, "b", 10, 90), _held(0, "c", 90, 200), _held(1, "b", 50, 70)]
    found = _at(at_s, *rows)
    assert number(found, "clients.off_identity") == number(found, "clients.off_identity", "population=app") == off


def test_what_only_signs_requests_for_another_credential_is_no_identity() -> None:
    source = {"credential": "s", "principal": "role/host", "provider": "imds"}
    about = context(at_s=5.0)
    about.scenario["populations"]["app"] |= {"intended_role": "app", "credentials": "app"}
    about.scenario["credentials"]["app"] = [{"from": "sts.AssumeRole", "role": "app", "source": "host"}]
    rows = [_held(0, "a", 0, 90), _held(0, "s", 1, 90), _held(1, "s", 1, 90)]
    found = values("identity", about, holdings=rows, credentials=[*PRINCIPALS, source])
    assert (number(found, "clients.off_identity"), number(found, "clients.served")) == (0, 1)
    about.scenario["credentials"]["app"].append({"from": "imds"})
    found = values("identity", about, holdings=rows, credentials=[*PRINCIPALS, source])
    assert (number(found, "clients.off_identity"), number(found, "clients.served")) == (2, 2)


def test_one_thread_on_another_role_is_enough_and_hosts_are_no_processes() -> None:
    rows = [_held(0, "a", 0, 90), _held(0, "b", 0, 90, slot=3), _held(0, "b", 0, 90, slot=4095, place="imds")]
    assert number(_at(5.0, *rows), "clients.off_identity") == 1
    assert number(_at(5.0, rows[0], rows[2]), "clients.off_identity") == 0


@pytest.mark.parametrize(("at_s", "served"), [(4.0, 0), (5.0, 2), (29.0, 2), (30.0, 1), (90.0, 0)])
def test_a_process_is_served_while_it_holds_what_aws_accepts(at_s: float, served: int) -> None:
    found = _at(at_s, _held(0, "a", 5, 90), _held(1, "c", 5, 90, valid_until_s=30.0))
    assert number(found, "clients.served", "population=app") == served


def test_life_left_is_until_aws_refuses() -> None:
    credentials = [{"credential": "a", "valid_until_s": 1000.0}]
    at = {"population": "app", "credential": "a", "calls": 1}
    calls = [at | {"from_s": t, "to_s": t + 1} for t in range(200)]
    calls += [at | {"from_s": 1001, "to_s": 1001.5}, at | {"credential": None, "from_s": 1, "to_s": 9}]
    found = values("validity", context(level=Level.CALLS), calls=calls, credentials=credentials)
    assert number(found, "validity.margin_min_s", "population=app") == -1.5
    assert number(found, "validity.margin_p01_s") == 801
    assert not values("validity", context(), calls=calls, credentials=credentials)


def test_recovery_is_the_first_of_ten_quiet_minutes() -> None:
    counts = np.array([10.0, 12, 8, 10, 10, 400, 300, 50, 10, 90, *[11] * 12])
    assert recovery_s(counts, begin_s=300.0, end_s=400.0) == 10 * 60 - 400
    assert recovery_s(counts[:15], begin_s=300.0, end_s=400.0) == math.inf
    assert math.isnan(recovery_s(counts, begin_s=60.0, end_s=400.0))


def test_recovery_needs_a_fault_and_is_the_longest() -> None:
    load = [{"issuer": "sts", "second": 60 * n, "requests": 5} for n in range(200)]
    load += [{"issuer": "sts", "second": 60 * n, "requests": 500} for n in range(20, 33)]
    about = context()
    about.scenario["timeline"] = [
        {"at_s": 600.0, "outage": "sts", "for_s": 60.0},
        {"at_s": 1200.0, "outage": "sts", "for_s": 60.0},
    ]
    found = values("recovery", about, requests_per_second=load)
    assert number(found, "recovery_s", "issuer=sts") == 33 * 60 - 660
    about.scenario["timeline"] = []
    assert not values("recovery", about, requests_per_second=load)


def test_requests_per_client_and_day() -> None:
    load = [{"issuer": "sts", "population": "app", "second": 5, "requests": 36}]
    about = context(horizon_s=21_600.0)
    about.scenario["populations"]["app"]["count"] = 6
    found = values("request_rates", about, requests_per_second=load)
    assert number(found, "requests.per_client_day", "issuer=sts,population=app") == 24
    assert number(found, "requests.mean_rps", "issuer=sts") == 36 / 21_600


def test_the_first_failure_is_the_earliest_of_its_kind_and_never_where_nothing_fails() -> None:
    rows = [
        {"population": "app", "verdict": verdict, "from_s": at_s, "calls": 1}
        for at_s, verdict in [(5.0, "ok"), (9.0, "ExpiredToken"), (7.0, "Throttling"), (8.0, "ExpiredToken")]
    ]
    name = "calls.first_failed_s"
    found = values("first_failure", context(level=Level.CALLS), calls=rows)
    assert number(found, name) == number(found, name, "population=app") == 7.0
    assert number(found, name, "population=app,verdict=ExpiredToken") == 8.0
    assert number(values("first_failure", context(level=Level.CALLS), calls=rows[:1]), name) == math.inf
    assert not values("first_failure", context(level=Level.CREDENTIALS), calls=rows)
