"""Requests per client and day, from `requests_per_second`.

| metric | definition | unit |
| --- | --- | --- |
| requests.per_client_day | attempts / days for which clients of the population are there, summed over them | 1/day |
| requests.mean_rps | attempts / seconds | 1/s |
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.metrics.base import Context, Family, Frames, Metric, Value, sel

__all__ = ["FAMILY", "compute"]

_DAY_S = 86400.0


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Both rates of one strategy and replication."""
    rows, lives = frames["requests_per_second"], frames["lives"]
    for issuer, own in rows.groupby("issuer", observed=True):
        yield Value("requests.mean_rps", sel(issuer=str(issuer)), float(own["requests"].sum()) / context.horizon_s)
    for population, about in context.populations.items():
        client_days = int(about["count"]) * context.horizon_s / _DAY_S
        if about.get("arrivals"):
            mine = lives[lives["population"] == population]
            client_days = float((mine["to_s"] - mine["from_s"]).sum()) / _DAY_S
        for issuer, own in rows[rows["population"] == population].groupby("issuer", observed=True):
            selector = sel(population=population, issuer=str(issuer))
            yield Value("requests.per_client_day", selector, float(own["requests"].sum()) / client_days)


FAMILY = Family(
    metrics=(
        Metric("requests.mean_rps", "1/s", "Attempts at an issuer over the time.", (("issuer",),), is_sum=True),
        Metric(
            "requests.per_client_day",
            "1/day",
            "Attempts at an issuer per client of the population and day that it is there.",
            (("issuer", "population"),),
            is_sum=True,
        ),
    ),
    tables={
        "requests_per_second": ("second", "population", "issuer", "requests"),
        "lives": ("population", "client", "from_s", "to_s"),
    },
    compute=compute,
)
