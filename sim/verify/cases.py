"""Cases for a real SDK and the simulator alike, drawn from a seed: calls, session lengths, outages, caches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import count, product
from typing import Any, Final, Literal

from sim.aws import ec2
from sim.streams import Purpose, Stream
from sim.verify.trace import Spans, inside

__all__ = ["Case", "container_cases", "dense_cases", "offered", "random_cases"]

_GRID: Final = 64
"""Calls happen at multiples of 1/64 s: exact in binary, and a datetime holds them."""
_HORIZON_S: Final = 40_000

Pattern = Literal["Poisson", "bursts", "sparse"]


@dataclass(frozen=True, slots=True)
class Case:
    """Calls of one or two callers, and what their provider goes through.

    Attributes:
        title: What is special about it.
        provider: `sts` in a process, `file`: STS by commands with a file cache, `imds`, `container`.
        callers: Instants of each caller's calls, ascending.
        shared: Whether the callers share one cache.
        session_s: Length of the sessions that are asked for.
        failing: Spans in which the provider does not answer.
        life_s: Life of a set of the host's credentials.
        offered_every_s: How often the host's endpoint offers a new set.
        phase_s: When it offered its set 0.
        draws: Uniform draws for static stability, by number of the fetch.
    """

    title: str
    provider: Literal["sts", "file", "imds", "container"]
    callers: tuple[tuple[float, ...], ...]
    shared: bool = True
    session_s: int = 3600
    failing: Spans = ()
    life_s: float = float(ec2.CREDENTIAL_LIFE_S.value)
    offered_every_s: float = float(ec2.OFFERED_EVERY_S.value)
    phase_s: float = 0.0
    draws: tuple[float, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Case:
        """A case from plain data."""
        callers = tuple(tuple(calls) for calls in data["callers"])
        failing = tuple((start, stop) for start, stop in data["failing"])
        return cls(**{**data, "callers": callers, "failing": failing, "draws": tuple(data["draws"])})

    def plain(self) -> dict[str, Any]:
        """The case as plain data."""
        return asdict(self)

    @property
    def calls(self) -> tuple[float, ...]:
        """All callers' calls, ascending and distinct."""
        return tuple(sorted({at for calls in self.callers for at in calls}))


def offered(case: Case, at: float) -> float:
    """Expiry of the set that the case's metadata service offers at an instant, whole seconds."""
    number = math.floor((at - case.phase_s) / case.offered_every_s)
    return math.floor(case.phase_s + number * case.offered_every_s) + case.life_s


def dense_cases() -> list[Case]:
    """Cases of calls so close that a window which is a little off, or a draw by a second, is seen."""
    minutes = tuple(60.0 * minute for minute in range(180))
    seconds = (0.0, *(20_600.0 + second for second in range(3000)))
    tens = (0.0, *(16_000.0 + 10 * ten for ten in range(700)))
    down, every = ((2700.0, 3900.0),), 50_000.0
    stuck = tuple(10.0 * ten for ten in range(900))
    fives = tuple(5.0 * five for five in range(2200))
    # Each outage ends between the second and the third attempt of a fetch.
    now_and_then = (*((700.0 * n, 700.0 * n + 301.5) for n in range(1, 10)), (7000.0, 9501.5))
    return [
        Case("a call a minute, file cache, down from 2,700 to 3,900 s", "file", (minutes,), failing=down),
        Case("a call a second, IMDS stuck", "imds", (seconds,), offered_every_s=every),
        Case(
            "a call every 5 s, container down now and then",
            "container",
            (fives,),
            failing=now_and_then,
            life_s=2500.0,
            offered_every_s=1300.0,
        ),
        Case("a call every 10 s, container stuck", "container", (stuck,), life_s=2000.0, offered_every_s=3000.0),
        Case("a call every 10 s, IMDS silent at the window", "imds", (tens,), failing=((16_000.0, 22_000.0),)),
    ]


_APART_S: Final = 4.0
"""A fetch from a container's endpoint is over by then, its three attempts and their pauses included."""


def container_cases(seed: int, each: int) -> list[Case]:
    """Random cases of a container's endpoint: calls that wait for no fetch, sets of all lengths, outages.

    Args:
        seed: Seed of all draws.
        each: Cases of every pattern of calls.
    """
    kinds = enumerate(product(range(each), _PATTERNS))
    return [_container(pattern, _draws(seed, n)) for n, (_, pattern) in kinds]


def _container(pattern: Pattern, u: Callable[[], float]) -> Case:
    calls: list[float] = []
    for at in _calls(pattern, u):
        if not calls or at >= calls[-1] + _APART_S:
            calls.append(at)
    life = math.floor(2400 + 19_200 * u())
    # Some sets are due when they are offered last, and some have ended: botocore then asks twice at its first call.
    every = math.floor(600 + (life - 300) * u())
    failing = tuple((start, start + 1 + math.floor((stop - start) * u() ** 3)) for start, stop in _spans(u, 6))
    title = f"{pattern} calls, container, sets of {life:,} s every {every:,} s, {_outages(failing)}"
    return Case(title, "container", (tuple(calls),), failing=failing, life_s=float(life), offered_every_s=float(every))


_PROVIDERS: Final = ("one cache", "two caches", "file cache", "IMDS rotated", "IMDS stuck", "IMDS failing")
_PATTERNS: Final[tuple[Pattern, ...]] = ("Poisson", "bursts", "sparse")


def random_cases(seed: int, each: int) -> list[Case]:
    """Random cases of every kind of provider and calls.

    Args:
        seed: Seed of all draws.
        each: Cases of every kind.

    Returns:
        18 x `each` cases; the same for the same seed.
    """
    kinds = product(range(each), _PROVIDERS, _PATTERNS)
    return [_case(provider, pattern, _draws(seed, n)) for n, (_, provider, pattern) in enumerate(kinds)]


def _draws(seed: int, number: int) -> Callable[[], float]:
    stream, numbers = Stream.of(seed, 0, "verify"), count()
    return lambda: stream.uniform(Purpose.CASE, number, next(numbers))


def _case(provider: str, pattern: Pattern, u: Callable[[], float]) -> Case:
    callers = tuple(_calls(pattern, u) for _ in range(1 if provider.startswith("IMDS") else 2))
    if provider.startswith("IMDS"):
        return _imds(provider, pattern, callers, u)
    session, failing = math.floor(900 + (43_201 - 900) * u() ** 3), _spans(u, 3)
    title = f"{pattern} calls, {provider}, sessions of {session:,} s, {_outages(failing)}"
    kind: Literal["sts", "file"] = "file" if provider == "file cache" else "sts"
    return Case(title, kind, callers, provider != "two caches", session, failing)


def _imds(provider: str, pattern: Pattern, callers: tuple[tuple[float, ...], ...], u: Callable[[], float]) -> Case:
    """Instance credentials: a stuck service offers a set until after its end; a failing one is silent at times."""
    every = math.floor(22_000 + 20_000 * u()) if provider == "IMDS stuck" else 1800 * (1 + math.floor(11 * u()))
    spans = _spans(u, 3) if provider == "IMDS failing" else ()
    failing = tuple(span for span in spans if not inside(callers[0][0], [span]))
    title = f"{pattern} calls, {provider}, a new set every {every:,} s, {_outages(failing)}"
    return Case(title, "imds", callers, failing=failing, offered_every_s=float(every))


def _outages(spans: Spans) -> str:
    return f"{len(spans)} outage{'' if len(spans) == 1 else 's'}"


def _spans(u: Callable[[], float], most: int) -> tuple[tuple[float, float], ...]:
    starts = [math.floor(_HORIZON_S * u()) for _ in range(math.floor((most + 1) * u()))]
    return tuple((float(start), float(start + 1 + math.floor(8000 * u()))) for start in sorted(starts))


def _calls(pattern: Pattern, u: Callable[[], float]) -> tuple[float, ...]:
    """Instants of one caller's calls, on the grid, ascending and distinct."""
    ticks = {math.floor(at * _GRID) for at in _instants(pattern, u)}
    return tuple(tick / _GRID for tick in sorted(ticks))


def _instants(pattern: Pattern, u: Callable[[], float]) -> Iterator[float]:
    gap = {"Poisson": 30.0 + 300.0 * u(), "bursts": 2500.0, "sparse": 4000.0}[pattern]
    at = -gap * math.log(u())
    while at < _HORIZON_S:
        yield at
        if pattern == "bursts":
            yield from (at + n * (0.5 + 20.0 * u()) for n in range(1, 12))
        at -= gap * math.log(u())
    yield float(_HORIZON_S)
