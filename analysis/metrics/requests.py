"""Requests to issuers: attempts, refused ones included, from `requests_per_second`.

A bucket is (account, quota group) in each Region that issuers name; its peaks are those of the busiest
Region. `requests` by outcome, population and bucket tells who filled it and who was refused. Peaks of the
null selector are the largest over the buckets of AWS accounts; metadata services answer per host and
identity providers are not AWS: they have theirs by issuer.

| metric | definition | unit |
| --- | --- | --- |
| requests | attempts | requests |
| requests.throttled | attempts refused by a full bucket, also where it answers as if it were unavailable | requests |
| requests.peak_rps | most attempts in one aligned second; the peak grows with the horizon | 1/s |
| requests.p999_rps | 99.9th percentile over all aligned seconds, empty ones included | 1/s |
| requests.peak_60s_rps | most attempts in one aligned minute, per second | 1/s |
| requests.share_of_quota | peak_rps / refill rate, where a quota is documented or set; may pass 1 | |
| requests.amplification | attempts per issue (an ok to an operation that issues a credential) | |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.metrics._refused import refused_by_bucket
from analysis.metrics._regions import with_region
from analysis.metrics.base import Context, Family, Frames, Metric, Selector, Value, group_sums, sel

__all__ = ["FAMILY", "buckets", "compute"]

_BUCKET = ("account", "quota_group")
_ISSUES_NOTHING = ("PutToken", "GetRoleName", "UpdateAccessKey", "DeleteAccessKey")
"""Operations on the way to a credential, or after it."""
_NO_FETCH = ("GetCallerIdentity", "GetAccessKeyInfo", "DecodeAuthorizationMessage")
"""Operations of STS that programs call for themselves: no attempt at a credential."""

_COUNTS = (
    (),
    ("issuer",),
    ("population",),
    ("outcome",),
    ("operation",),
    _BUCKET,
    ("issuer", "outcome"),
    ("issuer", "operation"),
    ("issuer", "population"),
    ("account", "outcome", "quota_group"),
    ("issuer", "outcome", "population"),
    ("account", "outcome", "population", "quota_group"),
)
_THROTTLED = ((), ("issuer",), ("population",), _BUCKET, ("issuer", "population"))
_LOADS = ((), _BUCKET, ("issuer",))
_LABELS = ("population", "issuer", "operation", "quota_group", "account", "outcome")


def buckets(frame: pd.DataFrame, context: Context) -> dict[tuple[str, str], list[pd.Series]]:
    """(account, quota group) -> attempts per aligned second in each Region, empty seconds absent."""
    found: dict[tuple[str, str], list[pd.Series]] = {}
    keys = [*_BUCKET, "region"]
    for (account, group, _), rows in with_region(frame, context.scenario).groupby(keys, observed=True):
        found.setdefault((str(account), str(group)), []).append(_per_second(rows))
    return found


def _per_second(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("second")["requests"].sum()


def _peak(load: pd.Series, _seconds: int) -> float:
    return float(load.max()) if len(load) else 0.0


def _p999(load: pd.Series, seconds: int) -> float:
    """The least rate that 99.9 % of all seconds do not exceed."""
    above = seconds - math.ceil(0.999 * seconds)
    if above >= len(load):
        return 0.0
    return float(np.partition(load.to_numpy(dtype=np.float64), len(load) - 1 - above)[len(load) - 1 - above])


def _peak_minute(load: pd.Series, _seconds: int) -> float:
    minutes = load.groupby(load.index.to_numpy() // 60).sum()
    return float(minutes.max()) / 60 if len(minutes) else 0.0


_RATES: dict[str, Callable[[pd.Series, int], float]] = {
    "requests.peak_rps": _peak,
    "requests.p999_rps": _p999,
    "requests.peak_60s_rps": _peak_minute,
}


def _loads(frame: pd.DataFrame, context: Context) -> Iterator[Value]:
    of_aws = _of_accounts(frame, context)
    by_bucket = buckets(of_aws, context)
    by_issuer = {str(name): _per_second(rows) for name, rows in frame.groupby("issuer", observed=True)}
    seconds = max(1, math.ceil(context.horizon_s))
    for metric, rate in _RATES.items():
        rates = {bucket: max(rate(load, seconds) for load in loads) for bucket, loads in by_bucket.items()}
        yield Value(metric, (), max(rates.values(), default=0.0))
        yield from (Value(metric, _bucket(*bucket), value) for bucket, value in rates.items())
        yield from (Value(metric, sel(issuer=name), rate(load, seconds)) for name, load in by_issuer.items())
    peaks = {bucket: max(_peak(load, seconds) for load in loads) for bucket, loads in by_bucket.items()}
    yield from _quota_shares(peaks, context)


def _quota_shares(peaks: Mapping[tuple[str, str], float], context: Context) -> Iterator[Value]:
    shares = {bucket: peaks.get(bucket, 0.0) / rps for bucket, rps in context.quotas.items()}
    yield from (Value("requests.share_of_quota", _bucket(*bucket), share) for bucket, share in shares.items())
    if shares:
        yield Value("requests.share_of_quota", (), max(shares.values()))


def _bucket(account: str, group: str) -> Selector:
    return sel(account=account, quota_group=group)


def _of_accounts(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return frame[~frame["issuer"].isin(context.local_issuers() | context.issuers_of("idp"))]


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Attempts of the whole run by everything but time: a few hundred rows, from which all counts are summed."""
    return frame.groupby(list(_LABELS), observed=True)["requests"].sum().reset_index()


def _amplification(frame: pd.DataFrame, context: Context) -> Iterator[Value]:
    name = "requests.amplification"
    frame = frame[~frame["operation"].isin(_NO_FETCH)]
    of_aws = _of_accounts(frame, context)
    yield Value(name, (), float(of_aws["requests"].sum()), over=_issued(of_aws))
    for keys in _LOADS[1:]:
        source = of_aws if keys == _BUCKET else frame
        for labels, rows in source.groupby(list(keys), observed=True):
            selector = sel(**dict(zip(keys, map(str, labels), strict=True)))
            yield Value(name, selector, float(rows["requests"].sum()), over=_issued(rows))


def _issued(frame: pd.DataFrame) -> float:
    is_issue = (frame["outcome"] == "ok") & ~frame["operation"].isin(_ISSUES_NOTHING)
    return float(frame.loc[is_issue, "requests"].sum())


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """All request metrics of one strategy and replication."""
    frame = frames["requests_per_second"]
    cells = _cells(frame)
    yield from group_sums("requests", cells, "requests", _COUNTS)
    throttled = cells[refused_by_bucket(cells, context.scenario)]
    yield from group_sums("requests.throttled", throttled, "requests", _THROTTLED)
    yield from _loads(frame, context)
    yield from _amplification(cells, context)


FAMILY = Family(
    metrics=(
        Metric("requests", "requests", "Attempts at issuers, refused ones included.", _COUNTS, is_count=True),
        Metric(
            "requests.throttled",
            "requests",
            "Attempts refused by a full bucket, whatever it says.",
            _THROTTLED,
            is_count=True,
        ),
        Metric(
            "requests.peak_rps", "1/s", "Most attempts in one aligned second, largest over buckets and Regions.", _LOADS
        ),
        Metric("requests.p999_rps", "1/s", "99.9th percentile of attempts per second, empty ones included.", _LOADS),
        Metric("requests.peak_60s_rps", "1/s", "Most attempts in one aligned minute, as a rate.", _LOADS),
        Metric(
            "requests.share_of_quota",
            "",
            "peak_rps over the refill rate, only where a quota is documented or set.",
            _LOADS[:2],
        ),
        Metric("requests.amplification", "", "Attempts per issue.", _LOADS),
    ),
    tables={"requests_per_second": ("second", *_LABELS, "requests")},
    compute=compute,
)
