"""CloudTrail: management events that the credential flows cause, from `requests_per_second` and `logins`.

Counted are requests to STS, Identity Center and IAM that ended ok or were denied, and successful sign-ins
to the console; throttled requests and those to instance metadata services leave no event.

| metric | definition | unit |
| --- | --- | --- |
| cloudtrail.events | management events | events |
| cloudtrail.usd | events at the scenario's price for trails beyond the free one | USD |
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, group_sums

__all__ = ["FAMILY", "compute", "events", "sign_ins"]

_BY = ((), ("operation",), ("population",))
_OPERATIONS = frozenset(
    {"GetRoleCredentials", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"}
    | {"GetSessionToken", "GetFederationToken", "GetCallerIdentity", "GetAccessKeyInfo", "DecodeAuthorizationMessage"}
)
"""CloudTrail logs every signed request to STS and IAM, and those of federation.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
"""
_TO_CONSOLE = ("password", "console")
_COLUMNS = ["population", "operation", "requests"]


def events(requests: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of `requests_per_second` that leave a management event."""
    operation = requests["operation"]
    is_logged = operation.isin(_OPERATIONS) | operation.str.startswith("AssumeRole")
    is_local = requests["issuer"].isin(context.local_issuers())
    return requests[is_logged & ~is_local & requests["outcome"].isin(("ok", "denied"))]


def sign_ins(logins: pd.DataFrame) -> pd.DataFrame:
    """Sign-ins to the console, as rows like those of `events`."""
    done = logins[logins["way"].isin(_TO_CONSOLE) & (logins["outcome"] == "ok")]
    return done[["population"]].assign(operation="ConsoleLogin", requests=1)


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Management events and what they cost."""
    logged = pd.concat([events(frames["requests_per_second"], context)[_COLUMNS], sign_ins(frames["logins"])])
    yield from group_sums("cloudtrail.events", logged, "requests", _BY)
    price = float(context.scenario["cloudtrail_usd_per_100k"]) / 100_000
    yield Value("cloudtrail.usd", (), float(logged["requests"].sum()) * price)


FAMILY = Family(
    metrics=(
        Metric("cloudtrail.events", "events", "Management events caused.", _BY, is_count=True),
        Metric("cloudtrail.usd", "USD", "Price of these events beyond the free trail.", is_sum=True),
    ),
    tables={
        "requests_per_second": ("population", "issuer", "operation", "outcome", "requests"),
        "logins": ("population", "way", "outcome"),
    },
    compute=compute,
)
