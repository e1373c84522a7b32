"""Rows of request quotas: token buckets against fluid limits, a synchronised start against its drain."""

from __future__ import annotations

import math
from typing import Final

from sim.policies.bucket import TokenBucket
from sim.streams import Purpose, Stream, population_id
from sim.unit_poisson import first_after
from sim.verify.rows import Row, exact, mean_row, near
from sim.verify.small_runs import fleet, run

__all__ = ["quota_rows"]

_SOURCE: Final = "closed form, quotas"
_PAUSE_S: Final = 0.5


def quota_rows() -> list[Row]:
    """Overload, small buckets, conservation, synchronised start, Regions."""
    return [*_overload(), *_small(), _calls(), _drain(), _conserved(), _regions(None, 3), _regions("eu-west-1", 6)]


def _arrivals(rate: float, seconds: float, number: int) -> list[float]:
    """Instants of a Poisson stream."""
    key = (3, Stream(3, number, 17).key(Purpose.CALLS), 0, population_id("quota"))
    found: list[float] = []
    at = first_after(*key, 0.0, 0.0, rate)
    while at < seconds:
        found.append(at)
        at = first_after(*key, at * rate, math.nextafter(at, math.inf), rate)
    return found


def _refused(rate: float, rps: float, burst: float, seconds: float, number: int) -> float:
    """Share of Poisson requests without retries that a bucket refuses."""
    bucket, arrivals = TokenBucket(rps, burst), _arrivals(rate, seconds, number)
    return sum(not bucket.take(at) for at in arrivals) / len(arrivals)


def _overload() -> list[Row]:
    hour = [_refused(55.0, 50.0, 100.0, 3600.0, number) for number in range(8)]
    minute = [_refused(660.0, 600.0, 600.0, 60.0, number) for number in range(20)]
    return [
        mean_row(_SOURCE, "a / r = 1.1, over an hour: share refused", 1 - 180_100 / 198_000, hour),
        mean_row(_SOURCE, "660/s on 600/600, first minute: share refused", 1 - 36_600 / 39_600, minute),
    ]


def _small() -> list[Row]:
    lost = [_refused(4.0, 5.0, 5.0, 4000.0, number) for number in range(30)]
    none = [_refused(4.0, 5.0, 100.0, 4000.0, number) for number in range(4)]
    return [
        mean_row(_SOURCE, "4/s on 5/5: share refused (the fluid limit says 0)", 0.035, lost, slack=5e-4),
        near(_SOURCE, "4/s on 5/100: share refused", 0.0, sum(none), 1e-3),
    ]


def _calls() -> Row:
    """The engine's clients that call STS as their work, 13/s in all on 10/100, without retries."""
    shares = []
    for number in range(6):
        document = fleet(10, 1.0, 600.0)
        calls = {"kind": "poisson", "rps": 1.3, "action": "sts:GetCallerIdentity"}
        population = {**document["populations"]["fleet"], "calls": calls, "credentials": "key"}
        population["sdk"] = {"preset": "botocore-1.44", "retry": {"attempts": 1}}
        blocks = {
            "accounts": {"main": {"quotas": {"signed": {"rps": 10.0, "burst": 100.0}}}},
            "credentials": {"key": [{"from": "access_key", "user": "robot"}]},
            "populations": {"fleet": population},
        }
        (made,) = run({**document, **blocks}, "calls", replication=number)
        shares.append(float(made["calls"][made["verdict"] == "Throttling"].sum() / made["calls"].sum()))
    return mean_row(_SOURCE, "GetCallerIdentity, a / r = 1.3, 10 min: share refused", 1 - 6_100 / 7_800, shares)


def _drain() -> Row:
    """Drained (N - b) / r after the start: 20,000 on 600/600 take 32.3 s, and so do 1,000 on 30/30."""
    document = fleet(1000, 600.0, 60.0)
    step = {**document["credentials"]["chain"][0]}
    step["retry"] = {"attempts": 1000, "backoff": "fixed", "base_s": _PAUSE_S}
    start = {"calls": {"kind": "every", "every_s": 600, "phase_s": 0}, "start": {"at_s": 0}}
    population = {**document["populations"]["fleet"], **start}
    blocks = {
        "accounts": {"main": {"quotas": {"signed": {"rps": 30.0, "burst": 30.0}}}},
        "credentials": {"chain": [step]},
        "populations": {"fleet": population},
    }
    (requests,) = run({**document, **blocks}, "requests")
    last = float(requests["at_s"][requests["outcome"] == "ok"].max())
    note = "the last one is up to one pause late"
    return near(_SOURCE, "synchronised start, 1,000 on 30/30: drained after, s", 970 / 30, last, _PAUSE_S + 0.001, note)


def _conserved() -> Row:
    """In any d seconds a bucket accepts at most b + r d: the largest excess over all pairs of instants."""
    bucket, excess, lowest, accepted = TokenBucket(20.0, 40.0), 0.0, 0.0, 0
    for at in _arrivals(60.0, 600.0, 99):
        if bucket.take(at):
            lowest = min(lowest, accepted - 20.0 * at)
            accepted += 1
            excess = max(excess, accepted - 20.0 * at - lowest)
    return exact(_SOURCE, "60/s on 20/40: accepts at most b + r d in any d seconds", True, excess <= 40.0 + 1e-6)


def _regions(away: str | None, expected: int) -> Row:
    """Ten clients of one account ask two issuers at once, five each; a bucket holds three requests."""
    document = fleet(5, 600.0, 60.0)
    step = {**document["credentials"]["chain"][0], "retry": {"attempts": 1}}
    start = {"calls": {"kind": "every", "every_s": 600, "phase_s": 0}, "start": {"at_s": 0}}
    names = ("home", "away")
    blocks = {
        "accounts": {"main": {"quotas": {"signed": {"rps": 0.001, "burst": 3.0}}}},
        "issuers": {
            "home": {"kind": "sts", "latency_s": 0.0},
            "away": {"kind": "sts", "latency_s": 0.0, "region": away},
        },
        "credentials": {name: [{**step, "from": f"{name}.AssumeRole"}] for name in names},
        "populations": {name: {**document["populations"]["fleet"], **start, "credentials": name} for name in names},
    }
    (requests,) = run({**document, **blocks}, "requests")
    where = "two issuers of one Region" if away is None else "two Regions"
    granted = int((requests["outcome"] == "ok").sum())
    return exact("AWS documentation, read again", f"bucket of 3, {where}: granted of 10 at once", expected, granted)
