"""Rows against the published back-off simulator, on our retry laws.

github.com/aws-samples/aws-arch-backoff-simulator: N clients each update one row once under optimistic locking.
A client reads the version, writes if nobody else has since, and else backs off and begins again. Messages take
10 +- 2 ms (normal, absolute value); base 5 ms, cap 2,000 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Final

import numpy as np
from scipy.special import ndtri

from sim.policies.retry import Law, RetryRule, pause_s
from sim.streams import Purpose, Stream, population_id
from sim.verify.rows import Row, mean_row

__all__ = ["backoff_rows"]

_SOURCE: Final = "aws-arch-backoff-simulator, N = 100"
_CLIENTS: Final = 100
_REPEATS: Final = 100
_PUBLISHED_REPEATS: Final = 100
_BASE_S: Final = 0.005
_CAP_S: Final = 2.0
_NETWORK_MS: Final = (10.0, 2.0)


@dataclass(frozen=True, slots=True)
class _Published:
    """Mean and standard deviation of one run over 100 repeats: completion in seconds, number of writes."""

    title: str
    law: Law
    done_s: tuple[float, float]
    calls: tuple[float, float]


_ALGORITHMS: Final = (
    _Published("exponential", "exponential", (63.4, 3.8), (1855.0, 59.0)),
    _Published("equal jitter", "equal_jitter", (6.62, 0.65), (812.0, 7.9)),
    _Published("full jitter", "full_jitter", (4.905, 0.54), (796.0, 6.9)),
    _Published("decorrelated jitter", "decorrelated", (4.59, 0.67), (1002.0, 29.0)),
    _Published("no back-off", "none", (2.028, 0.045), (2422.0, 32.0)),
)


def backoff_rows() -> list[Row]:
    """Completion and calls of the five algorithms within 3.9 standard errors of both sides."""
    return [row for number, published in enumerate(_ALGORITHMS) for row in _rows(number, published)]


def _rows(number: int, published: _Published) -> Iterator[Row]:
    runs = np.array([_run(published.law, number, repeat) for repeat in range(_REPEATS)])
    for column, name in enumerate(("completion, s", "calls")):
        mean, sd = (published.done_s, published.calls)[column]
        error = sd / _PUBLISHED_REPEATS**0.5
        yield mean_row(_SOURCE, f"{published.title}: {name}", mean, runs[:, column], expected_se=error)


def _run(law: Law, number: int, repeat: int) -> tuple[float, float]:
    """One run: when the last client was done, seconds, and how many writes were tried."""
    # Its first pause is base x 2, ours is base: the rule is given twice the base, decorrelated jitter the base.
    base = _BASE_S if law == "decorrelated" else 2 * _BASE_S
    rule = RetryRule(10_000, law, base, base, _CAP_S)
    stream, draws = Stream(8, repeat, population_id(f"back-off {number}")), count()

    def delay_s() -> float:
        mean, sd = _NETWORK_MS
        return abs(mean + sd * float(ndtri(stream.uniform(Purpose.LATENCY, 0, next(draws))))) / 1000.0

    attempts, pauses = [0] * _CLIENTS, [0.0] * _CLIENTS
    version, writes, done = 0, 0, 0.0
    # What arrives next: (when, client, step, version); steps are read, version read, write, answer.
    events: list[tuple[float, int, int, int]] = []
    for client in range(_CLIENTS):
        heappush(events, (delay_s(), client, 0, 0))
    while events:
        at, client, step, seen = heappop(events)
        done = at
        if step == 0:
            heappush(events, (at + delay_s(), client, 1, version))
        elif step == 1:
            heappush(events, (at + delay_s(), client, 2, seen))
        elif step == 2:
            writes += 1
            won = seen == version
            version += won
            heappush(events, (at + delay_s(), client, 3, int(won)))
        elif not seen:
            attempts[client] += 1
            u = stream.uniform(Purpose.BACKOFF, client, attempts[client])
            pauses[client] = pause_s(rule, "transient", attempts[client], u, pauses[client])
            heappush(events, (at + delay_s() + pauses[client], client, 0, 0))
    return done, float(writes)
