"""Token buckets and the identity provider's queue against the textbook."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.issuers.api import Downtime
from sim.issuers.idp import IdpQueue
from sim.issuers.spec import IdentityProvider
from sim.policies.bucket import TokenBucket
from sim.streams import Purpose, Stream
from sim.unit_poisson import first_after
from tests.support.means import assert_mean
from tests.support.runs import run, verdicts
from tests.support.zoo import document, fleet


def test_synchronised_start_drains_at_the_refill_rate() -> None:
    """Drained (N - b) / r after the start: 20,000 on 600/600 take 32.3 s, and so do 1,000 on 30/30."""
    count, rate, pause = 1000, 30.0, 0.5
    chain = [{"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 3600,
              "retry": {"attempts": 1000, "backoff": "fixed", "base_s": pause}}]  # fmt: skip
    population = fleet("all", {"kind": "every", "every_s": 600, "phase_s": 0}, count=count, start={"at_s": 0})
    frames = run(
        document(
            {"fleet": population},
            horizon_s=60.0,
            accounts={"main": {"quotas": {"signed": {"rps": rate, "burst": rate}}}},
            issuers={"sts": {"kind": "sts", "latency_s": 0.0}},
            credentials={"all": chain},
        )
    )
    granted = frames["requests"].loc[frames["requests"]["outcome"] == "ok", "at_s"]
    assert len(granted) == count
    drained = (count - rate) / rate
    assert drained == pytest.approx(32.3, abs=0.05)
    assert drained - 0.001 <= granted.max() <= drained + pause + 0.001
    assert {verdict for _, _, verdict in verdicts(frames)} == {"ok"}


def _refused(rate: float, rps: float, burst: float, seconds: float, number: int) -> float:
    """Share of Poisson requests that a bucket without retries refuses."""
    key = (3, Stream(3, number, 17).key(Purpose.CALLS), 0, 17)
    bucket, asked, refused, at = TokenBucket(rps, burst), 0, 0, 0.0
    while True:
        at = first_after(*key, at * rate, at, rate)
        if at >= seconds:
            return refused / asked
        asked += 1
        refused += not bucket.take(at)
        at = math.nextafter(at, math.inf)


def test_bucket_under_overload_loses_the_fluid_share() -> None:
    """a / r = 1.1 loses 9.1 % over an hour, 7.6 % in the first minute (the burst lasts 10 s)."""
    lost = np.array([_refused(110.0, 100.0, 100.0, 900.0, n) for n in range(4)])
    assert pytest.approx(0.091, abs=0.0005) == 1 - 1 / 1.1
    assert_mean(lost, 1 - (100 * 900 + 100) / (110 * 900))
    minute = np.array([_refused(660.0, 600.0, 600.0, 60.0, n) for n in range(8)])
    assert_mean(minute, 0.0758)


def test_small_bucket_loses_calls_below_its_rate() -> None:
    """r = b = 5 refuses 3.5 % at a = 4, in the bucket alone and through the whole engine."""
    alone = np.array([_refused(4.0, 5.0, 5.0, 5000.0, n) for n in range(12)])
    assert_mean(alone, 0.035, slack=0.0005)
    chain = [{"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 900, "retry": {"attempts": 1}}]
    frames = run(
        document(
            {"fleet": fleet("all", {"kind": "poisson", "rps": 0.1}, count=40)},
            horizon_s=6000.0,
            accounts={"main": {"quotas": {"signed": {"rps": 5, "burst": 5}}}},
            credentials={"all": chain},
        )
    )
    requests = frames["requests"]
    lost = (requests["outcome"] == "throttled").groupby((requests["at_s"] // 500).astype(int)).mean().to_numpy()
    assert len(requests) == pytest.approx(4 * 6000, rel=0.03)
    assert_mean(lost, 0.035, slack=0.001)


def _mean_wait(servers: int, rate: float, service_s: float, number: int, *, fixed: bool) -> float:
    """Mean wait of 4,000 logins after the first 1,000, driven through the queue itself."""
    spec = IdentityProvider.model_validate({"kind": "idp", "servers": servers, "timeout_s": 1e9})
    queue, stream = IdpQueue("idp", spec, Downtime([])), Stream(5, number, 23)
    at, waits = 0.0, []
    for k in range(5000):
        at -= math.log(stream.uniform(Purpose.THINK, 0, k)) / rate
        service = service_s if fixed else -service_s * math.log(stream.uniform(Purpose.IDP_SERVICE, 0, k))
        waits.append(queue.serve(at, service).queue_s)
    return float(np.mean(waits[1000:]))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 0.8), (10, 0.9)])
def test_queue_with_exponential_service_waits_as_erlang_c_says(servers: int, load: float) -> None:
    service = 0.8
    offered = servers * load
    waiting = offered**servers / math.factorial(servers) / (1 - load)
    erlang_c = waiting / (sum(offered**k / math.factorial(k) for k in range(servers)) + waiting)
    expected = erlang_c * service / (servers * (1 - load))
    waits = [_mean_wait(servers, offered / service, service, n, fixed=False) for n in range(30)]
    assert_mean(np.array(waits), expected)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_queue_with_fixed_service_waits_as_pollaczek_and_khinchine_say(load: float) -> None:
    service = 0.8
    expected = load * service / (2 * (1 - load))
    waits = [_mean_wait(1, load / service, service, n, fixed=True) for n in range(30)]
    assert_mean(np.array(waits), expected)


def test_impatient_people_leave_after_the_timeout() -> None:
    spec = IdentityProvider.model_validate({"kind": "idp", "servers": 1, "timeout_s": 10})
    queue = IdpQueue("idp", spec, Downtime([(100.0, 200.0)]))
    assert queue.serve(0.0, 8.0) == (True, 0.0, 8.0)
    assert queue.serve(1.0, 8.0) == (True, 7.0, 16.0)
    assert queue.serve(2.0, 8.0) == (False, 10.0, 12.0)
    assert queue.serve(6.0, 1.0) == (True, 10.0, 17.0)
    assert queue.serve(150.0, 1.0) == (False, 0.0, 150.0)
