"""Rows of the identity provider's queue against the textbook: M/M/1, M/M/c, M/D/1, M/G/1, M/M/1/K, M/G/c/c."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.issuers.api import Downtime
from sim.issuers.idp import IdpQueue
from sim.issuers.spec import IdentityProvider
from sim.laws import mean_of, quantile
from sim.spec import Dist, Exponential, LogNormal, Uniform
from sim.streams import Purpose, Stream, population_id
from sim.verify.rows import Row, mean_row

__all__ = ["queue_rows"]

_SERVICE_S: Final = 0.8
_REPLICATIONS: Final = 30
_WARM_UP: Final = 1000
_LOGINS: Final = 4000

_EXPONENTIAL: Final = Exponential.model_validate({"exponential": {"mean": _SERVICE_S}})
_LOGNORMAL: Final = LogNormal.model_validate({"lognormal": {"median": 0.6, "sigma": 0.8}})
_UNIFORM: Final = Uniform.model_validate({"uniform": {"low": 0.2, "high": 1.4}})


@dataclass(frozen=True, slots=True)
class _Sample:
    """Logins after the warm-up of one replication: arrival, wait, departure, and whether each was served."""

    at: NDArray[np.float64]
    wait: NDArray[np.float64]
    done: NDArray[np.float64]
    ok: NDArray[np.bool_]

    def mean_wait(self) -> float:
        return float(self.wait[self.ok].mean())

    def waits(self) -> float:
        return float((self.wait[self.ok] > 0).mean())

    def waits_longer(self, than_s: float) -> float:
        return float((self.wait[self.ok] > than_s).mean())

    def number(self) -> float:
        """Mean number waiting or being served, over time."""
        return float((self.done - self.at)[self.ok].sum() / (self.at[-1] - self.at[0]))

    def lost(self) -> float:
        return float(1.0 - self.ok.mean())


_Quantity = tuple[str, float, Callable[[_Sample], float]]


@dataclass(frozen=True, slots=True)
class _Queue:
    """One queue and what the textbook says of it."""

    title: str
    servers: int
    load: float
    service: Dist
    quantities: tuple[_Quantity, ...]
    room: int | None = None


def queue_rows() -> list[Row]:
    """All rows of the queue."""
    queues = [*_single(), *_several(), *_fixed(), *_general(), *_limited()]
    return [row for number, queue in enumerate(queues) for row in _rows(number, queue)]


def _rows(number: int, queue: _Queue) -> list[Row]:
    samples = [_sample(number, queue, replication) for replication in range(_REPLICATIONS)]
    return [
        mean_row(queue.title, quantity, expected, [measure(sample) for sample in samples])
        for quantity, expected, measure in queue.quantities
    ]


def _sample(number: int, queue: _Queue, replication: int) -> _Sample:
    """One replication: logins of a Poisson stream, one after the other through the queue's own code."""
    spec = IdentityProvider(kind="idp", servers=queue.servers, timeout_s=1e9, room=queue.room)
    idp, stream = IdpQueue("idp", spec, Downtime([])), Stream(5, replication, population_id("queue"))
    rate = queue.servers * queue.load / mean_of(queue.service)
    at, rows = 0.0, np.empty((_WARM_UP + _LOGINS, 4))
    for k in range(len(rows)):
        at -= math.log(stream.uniform(Purpose.THINK, number, k)) / rate
        served = idp.serve(at, quantile(queue.service, stream.uniform(Purpose.IDP_SERVICE, number, k)))
        rows[k] = at, served.queue_s, served.done_at_s, served.ok
    kept = rows[_WARM_UP:]
    return _Sample(kept[:, 0], kept[:, 1], kept[:, 2], kept[:, 3] > 0)


def _erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c."""
    offered = servers * load
    waiting = offered**servers / math.factorial(servers) / (1 - load)
    return waiting / (sum(offered**k / math.factorial(k) for k in range(servers)) + waiting)


def _erlang_b(servers: int, load: float) -> float:
    """Probability of loss in M/G/c/c, whatever the law of service."""
    terms = [(servers * load) ** k / math.factorial(k) for k in range(servers + 1)]
    return terms[-1] / sum(terms)


def _single() -> list[_Queue]:
    def quantities(load: float) -> tuple[_Quantity, ...]:
        return (
            (f"load {load}: mean wait, s", load * _SERVICE_S / (1 - load), _Sample.mean_wait),
            (f"load {load}: share that waits", load, _Sample.waits),
            (f"load {load}: mean number in the system", load / (1 - load), _Sample.number),
            (
                f"load {load}: share that waits more than 2 s",
                load * math.exp(-2 / _SERVICE_S * (1 - load)),
                lambda sample: sample.waits_longer(2.0),
            ),
        )

    return [_Queue("M/M/1", 1, load, _EXPONENTIAL, quantities(load)) for load in (0.5, 0.8)]


def _several() -> list[_Queue]:
    def quantities(servers: int, load: float) -> tuple[_Quantity, ...]:
        waits = _erlang_c(servers, load)
        mean = waits * _SERVICE_S / (servers * (1 - load))
        rate = servers * (1 - load) / _SERVICE_S
        title = f"{servers} servers, load {load}"
        return (
            (f"{title}: mean wait, s", mean, _Sample.mean_wait),
            (f"{title}: share that waits", waits, _Sample.waits),
            (
                f"{title}: mean number in the system",
                servers * load * (1 + mean / _SERVICE_S),
                _Sample.number,
            ),
            (
                f"{title}: share that waits more than 1 s",
                waits * math.exp(-rate),
                lambda sample: sample.waits_longer(1.0),
            ),
        )

    return [_Queue("M/M/c", c, load, _EXPONENTIAL, quantities(c, load)) for c, load in ((3, 0.8), (10, 0.9))]


def _fixed() -> list[_Queue]:
    def quantities(load: float) -> tuple[_Quantity, ...]:
        wait = load * _SERVICE_S / (2 * (1 - load))
        return (
            (f"load {load}: mean wait, s", wait, _Sample.mean_wait),
            (f"load {load}: share that waits", load, _Sample.waits),
            (f"load {load}: mean number in the system", load * (1 + wait / _SERVICE_S), _Sample.number),
        )

    return [_Queue("M/D/1", 1, load, _SERVICE_S, quantities(load)) for load in (0.5, 0.8)]


def _general() -> list[_Queue]:
    """Pollaczek and Khinchine: the mean wait is rate x E[S^2] / 2 (1 - load)."""

    def queue(law: str, service: Dist, second_moment: float, load: float) -> _Queue:
        wait = load / mean_of(service) * second_moment / (2 * (1 - load))
        title = f"{law} service, load {load}: "
        return _Queue(
            "M/G/1",
            1,
            load,
            service,
            ((title + "mean wait, s", wait, _Sample.mean_wait), (title + "share that waits", load, _Sample.waits)),
        )

    lognormal = 0.6**2 * math.exp(2 * 0.8**2)
    uniform = (1.4**3 - 0.2**3) / (3 * 1.2)
    return [queue("lognormal", _LOGNORMAL, lognormal, 0.6), queue("uniform", _UNIFORM, uniform, 0.7)]


def _limited() -> list[_Queue]:
    """A room for K: the states are geometric, cut at K; with as many servers as places it is Erlang's loss system."""

    def single(load: float, room: int) -> _Queue:
        weights = np.array([load**n for n in range(room + 1)])
        states = weights / weights.sum()
        number = float((states * np.arange(room + 1)).sum())
        wait = number / (load / _SERVICE_S * (1 - states[-1])) - _SERVICE_S
        title = f"room for {room}, load {load}: "
        quantities: tuple[_Quantity, ...] = (
            (title + "share turned away", float(states[-1]), _Sample.lost),
            (title + "mean number in the system", number, _Sample.number),
            (title + "mean wait, s", float(wait), _Sample.mean_wait),
        )
        return _Queue("M/M/1/K", 1, load, _EXPONENTIAL, quantities, room)

    def loss(law: str, service: Dist, servers: int, load: float) -> _Queue:
        title = f"{servers} servers, {law} service, load {load}: share turned away"
        quantities: tuple[_Quantity, ...] = ((title, _erlang_b(servers, load), _Sample.lost),)
        return _Queue("M/G/c/c", servers, load, service, quantities, servers)

    return [
        single(0.7, 4),
        single(0.9, 8),
        single(1.5, 5),
        loss("exponential", _EXPONENTIAL, 5, 0.8),
        loss("lognormal", _LOGNORMAL, 5, 0.8),
        loss("fixed", _SERVICE_S, 3, 1.2),
    ]
