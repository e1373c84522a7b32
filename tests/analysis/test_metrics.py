"""Every family of metrics on a handful of rows whose answers are known by counting."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pandas as pd
import pytest

from analysis.metrics import FAMILIES, METRICS
from analysis.metrics.calls import failed_within, wait_quantile
from analysis.metrics.clients import gave_up
from analysis.metrics.logins import working_days
from sim.records import TABLES, Level
from tests.analysis.frames import context, number, table, values

STS = {"issuer": "sts", "operation": "AssumeRole", "quota_group": "signed", "account": "prod", "population": "app"}


def _loads() -> list[dict[str, object]]:
    return [
        STS | {"second": 10, "outcome": "ok", "requests": 4},
        STS | {"second": 10, "outcome": "throttled", "requests": 5},
        STS | {"second": 59, "outcome": "ok", "requests": 3},
        STS | {"second": 60, "outcome": "denied", "requests": 1},
        STS | {"second": 10, "outcome": "ok", "requests": 2, "account": "people", "quota_group": "free"},
        STS | {"second": 11, "outcome": "ok", "requests": 90, "issuer": "imds", "quota_group": "imds"},
    ]


def test_requests_are_counted_by_who_what_and_how_it_ended() -> None:
    found = values("requests", context(), requests_per_second=_loads())
    assert number(found, "requests") == 105
    assert number(found, "requests", "issuer=sts") == 15
    assert number(found, "requests", "issuer=sts,outcome=denied") == 1
    assert number(found, "requests", "account=prod,quota_group=signed") == 13
    assert number(found, "requests", "account=prod,outcome=throttled,population=app,quota_group=signed") == 5
    assert number(found, "requests.throttled") == number(found, "requests.throttled", "population=app") == 5


def test_peaks_are_per_bucket_and_the_null_selector_leaves_out_metadata_services() -> None:
    about = context(quotas={("prod", "signed"): 6.0, ("prod", "saml"): 20.0})
    found = values("requests", about, requests_per_second=_loads())
    assert number(found, "requests.peak_rps") == number(found, "requests.peak_rps", "account=prod,quota_group=signed")
    assert number(found, "requests.peak_rps") == 9
    assert number(found, "requests.peak_rps", "issuer=imds") == 90
    assert number(found, "requests.peak_60s_rps") == 12 / 60
    assert number(found, "requests.share_of_quota", "account=prod,quota_group=signed") == 1.5
    assert number(found, "requests.share_of_quota", "account=prod,quota_group=saml") == 0
    assert number(found, "requests.share_of_quota") == 1.5


def test_a_quota_is_held_against_the_busiest_region() -> None:
    loads = [*_loads(), STS | {"second": 10, "outcome": "ok", "requests": 7, "issuer": "sts-eu"}]
    for region, peak in ((None, 16), ("eu-west-1", 9)):
        about = context(quotas={("prod", "signed"): 6.0})
        named = {**about.scenario["issuers"], "sts-eu": {"kind": "sts", "region": region}}
        about = context(scenario={**about.scenario, "issuers": named}, quotas={("prod", "signed"): 6.0})
        found = values("requests", about, requests_per_second=loads)
        assert number(found, "requests.peak_rps", "account=prod,quota_group=signed") == peak
        assert number(found, "requests.share_of_quota") == peak / 6
        assert number(found, "requests", "account=prod,quota_group=signed") == 20


def test_no_share_where_no_quota_is_known() -> None:
    found = values("requests", context(), requests_per_second=_loads())
    assert not [key for key in found if key[0] == "requests.share_of_quota"]


def test_the_999th_permille_counts_the_empty_seconds() -> None:
    loads = [STS | {"second": s, "outcome": "ok", "requests": s + 1} for s in range(5)]
    for horizon, expected in ((5000.0, 0.0), (4000.0, 1.0), (1000.0, 4.0), (999.0, 5.0)):
        found = values("requests", context(horizon_s=horizon), requests_per_second=loads)
        assert number(found, "requests.p999_rps") == expected, horizon


def test_requests_that_issue_nothing_amplify() -> None:
    names = ("PutToken", "GetRoleName", "GetCredentials")
    rows = [STS | {"issuer": "imds", "operation": name, "outcome": "ok", "requests": 7, "second": 0} for name in names]
    found = values("requests", context(), requests_per_second=rows)
    assert number(found, "requests.amplification", "issuer=imds") == 3


def test_amplification_is_attempts_per_issue() -> None:
    found = values("requests", context(), requests_per_second=_loads())
    assert number(found, "requests.amplification", "issuer=sts") == 15 / 9
    assert number(found, "requests.amplification", "account=prod,quota_group=signed") == 13 / 7
    assert found["requests.amplification", "issuer=imds"].over == 90


def _call(verdict: str, client: int, first: float, last: float, calls: int, **more: object) -> dict[str, object]:
    who = {"population": "app", "client": client, "verdict": verdict, "from_s": first, "to_s": last, "calls": calls}
    return who | more


CALLS = [
    _call("ok", 0, 0, 100, 90, wait_s=3.0),
    _call("ExpiredToken", 0, 101, 110, 5),
    _call("ok", 0, 111, 200, 3),
    _call("RefreshFailed", 1, 50_000, 50_100, 6, wait_s=2.0),
    _call("Unfinished", 2, 172_799, 172_799, 2),
    _call("ok", 0, 0, 1, 4, population="people"),
]


def test_calls_end_once_each() -> None:
    found = values("calls", context(), calls=CALLS)
    assert number(found, "calls.total") == 110
    verdicts = [key for key in found if key[0] == "calls.total" and key[1].startswith("verdict=")]
    assert sum(found[key].value for key in verdicts) == 110
    assert number(found, "calls.failed") == 11
    assert number(found, "calls.failed", "verdict=ExpiredToken") == 5
    assert number(found, "calls.failed", "population=app,verdict=RefreshFailed") == 6
    assert number(found, "calls.availability", "population=app") == 93 / 104
    assert number(found, "calls.share", "population=app,verdict=ok") == 93 / 106
    assert number(found, "calls.wait_s", "population=app") == 5.0
    assert number(found, "calls.wait_mean_s", "population=app") == 5.0 / 106


def test_calls_lost_in_the_outage_are_those_until_an_hour_after_it() -> None:
    late = _call("NoCredentials", 3, 57_199.0, 57_199.0, 7)
    too_late = _call("NoCredentials", 3, 57_200.0, 57_300.0, 100)
    found = values("calls", context(), calls=[*CALLS, late, too_late])
    assert number(found, "calls.failed_in_outage", "issuer=sts,population=app") == 13
    assert number(found, "calls.failed_in_outage", "issuer=sts,population=people") == 0


def test_a_segment_across_the_edge_counts_by_its_share_of_time() -> None:
    failed = table("calls", [_call("ExpiredToken", 0, 90, 110, 10), _call("ExpiredToken", 0, 0, 90, 10)])
    assert failed_within(failed, 100.0, 200.0) == pytest.approx(5.0)


def test_a_summary_run_does_not_know_when_calls_failed() -> None:
    found = values("calls", context(level=Level.SUMMARY), calls=CALLS)
    assert math.isnan(found["calls.failed_in_outage", "issuer=sts,population=app"].value)
    assert found["calls.wait_p99_s", "population=app"].reason == "single waits need level credentials"


def test_the_quantile_of_waits_counts_the_calls_that_did_not_wait() -> None:
    waits = pd.DataFrame({"calls": [2, 1], "total_wait_s": [2.0, 9.0]})
    assert wait_quantile(waits, 1000.0, 0.99) == 0.0
    assert wait_quantile(waits, 100.0, 0.99) == 1.0
    assert wait_quantile(waits, 100.0, 0.999) == 9.0
    assert wait_quantile(waits.iloc[:0], 100.0, 0.99) == 0.0


def test_a_client_that_works_again_has_not_failed() -> None:
    assert gave_up(table("calls", CALLS))["client"].tolist() == [1]
    found = values("clients", context(), calls=CALLS)
    assert number(found, "clients.failed") == number(found, "clients.failed", "population=app") == 1
    assert number(found, "clients.failed", "population=people") == 0


def test_an_ok_of_another_profile_is_an_ok_of_the_person() -> None:
    rows = [_call("ok", 4, 0, 20, 1, slot=1), _call("AccessDenied", 4, 0, 10, 1, slot=0)]
    assert len(gave_up(table("calls", rows))) == 0


def test_a_client_that_is_denied_one_action_of_two_has_not_failed() -> None:
    rows = [_call("ok", 4, 0, 20, 1), _call("AccessDenied", 4, 0, 20, 1)]
    assert len(gave_up(table("calls", rows))) == 0


def test_a_summary_run_does_not_know_who_failed_last() -> None:
    found = values("clients", context(level=Level.SUMMARY), calls=CALLS)
    assert {value.reason for value in found.values()} == {"the order of calls needs level credentials"}


def test_work_done_is_ok_calls_over_the_work() -> None:
    found = values("work", context(), calls=CALLS)
    assert list(found) == [("work.done_share", "population=app")]
    assert number(found, "work.done_share", "population=app") == 93 / 106


def _login(at: float, kind: str, outcome: str = "ok", **more: object) -> dict[str, object]:
    return {"population": "people", "at_s": at, "kind": kind, "outcome": outcome, "issuer": "idp"} | more


def test_logins_by_kind_and_per_person_and_working_day() -> None:
    rows = [
        _login(0.2, "interactive", attention_s=90.0, queue_s=3.0),
        _login(0.9, "silent"),
        _login(1.1, "silent"),
        _login(5.0, "interactive", "failed", attention_s=90.0),
    ]
    found = values("logins", context(), logins=rows)
    assert [number(found, f"logins.{name}") for name in ("interactive", "silent", "failed")] == [1, 2, 1]
    assert number(found, "logins.silent_per_person_day", "population=people") == 2 / (20 * 2)
    assert number(found, "logins.attention_h", "population=people") == 0.05
    assert number(found, "logins.peak_rps", "issuer=idp") == 2
    assert number(found, "logins.peak_60s_rps", "issuer=idp") == 4 / 60
    assert number(found, "logins.queue_p95_s", "issuer=idp") == pytest.approx(3.0 * 0.85)


def test_working_days_count_parts_of_days() -> None:
    sunday_noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    days = ("mon", "tue", "wed", "thu", "fri")
    assert working_days(sunday_noon, 43_200.0, days) == 0
    assert working_days(sunday_noon, 43_200.0 + 21_600.0, days) == 0.25
    assert working_days(sunday_noon, 7 * 86_400.0, days) == 5.0


DAY = 86_400.0


def test_credential_hours_are_cut_to_the_run() -> None:
    rows = [
        {"population": "app", "kind": "session", "issued_at_s": -1800.0, "valid_until_s": 1800.0},
        {"population": "app", "kind": "session", "issued_at_s": 2 * DAY - 3600, "valid_until_s": 3 * DAY},
        {"population": "people", "kind": "access_key", "issued_at_s": 0.0, "valid_until_s": math.inf},
        {"population": "people", "kind": "session", "issued_at_s": 5.0, "valid_until_s": 2.0},
    ]
    found = values("credential_hours", context(), credentials=rows)
    assert number(found, "credential_hours", "kind=session") == 1.5
    assert number(found, "credential_hours", "kind=access_key,population=people") == 48


def test_ages_and_the_share_over_policy_are_averages_over_time() -> None:
    key = {"population": "people", "kind": "access_key", "principal": "user/person"}
    rows = [
        key | {"issued_at_s": -100 * DAY, "valid_until_s": DAY},
        key | {"issued_at_s": -89 * DAY, "valid_until_s": math.inf},
    ]
    found = values("credential_hours", context(), credentials=rows)
    assert number(found, "keys.age", "population=people") == pytest.approx((100.5 + 2 * 90) / 3 * DAY)
    assert number(found, "keys.over_policy_share", "population=people") == pytest.approx((1 + 1) / 3)


def test_no_share_over_a_policy_that_does_not_exist() -> None:
    rows = [{"population": "app", "kind": "access_key", "principal": "user/app", "valid_until_s": 5.0}]
    found = values("credential_hours", context(), credentials=rows)
    assert found["keys.over_policy_share", "population=app"].reason == "no rotation policy to compare with"


def test_management_events_and_their_price() -> None:
    base = STS | {"second": 1, "requests": 50_000}
    rows = [
        base | {"operation": "AssumeRoleWithSAML", "outcome": "ok"},
        base | {"operation": "GetRoleCredentials", "outcome": "denied"},
        base | {"operation": "GetRoleCredentials", "outcome": "throttled"},
        base | {"operation": "GetRoleCredentials", "issuer": "imds", "outcome": "ok"},
        base | {"operation": "Login", "outcome": "ok"},
    ]
    logins = [_login(1, "interactive", way="password"), _login(1, "silent", "failed", way="console")]
    found = values("cloudtrail", context(), requests_per_second=rows, logins=[*logins, _login(1, "silent", way="sso")])
    assert number(found, "cloudtrail.events") == 100_001
    assert number(found, "cloudtrail.events", "operation=ConsoleLogin") == 1
    assert number(found, "cloudtrail.events", "operation=GetRoleCredentials") == 50_000
    assert number(found, "cloudtrail.usd") == pytest.approx(2.00002)


@pytest.mark.parametrize("family", list(FAMILIES))
def test_every_family_bears_empty_tables(family: str) -> None:
    for level in Level:
        found = values(family, context(level=level, places={("people", "laptop"): 20}))
        assert {metric for metric, _ in found} <= {metric.name for metric in FAMILIES[family].metrics}


@pytest.mark.parametrize("family", list(FAMILIES))
def test_every_family_reads_columns_of_the_contract(family: str) -> None:
    for name, columns in FAMILIES[family].tables.items():
        assert set(columns) <= {column.name for column in TABLES[name].columns}


def test_the_reference_documents_every_metric() -> None:
    for name, metric in METRICS.items():
        assert metric.text.endswith(".")
        assert metric.selectors
        assert all(keys == tuple(sorted(keys)) for keys in metric.selectors), name


def test_a_bucket_that_answers_as_if_unavailable_throttles_all_the_same() -> None:
    """The quota says how its refusals read; an outage of anybody else is none."""
    rows = [STS | {"second": 1, "outcome": outcome, "requests": 2} for outcome in ("ok", "unavailable", "throttled")]
    rows.append(STS | {"second": 1, "outcome": "unavailable", "requests": 7, "quota_group": "saml"})
    about = context()
    plain = values("requests", about, requests_per_second=rows)
    assert number(plain, "requests.throttled") == 2
    quota = {"rps": 20, "burst": 20, "refusal": {"http": 503, "code": "ServiceUnavailable", "retryable": "transient"}}
    about.scenario["accounts"]["prod"]["quotas"] = {"signed": quota}
    disguised = values("requests", about, requests_per_second=rows)
    assert number(disguised, "requests.throttled") == number(disguised, "requests.throttled", "issuer=sts") == 4
