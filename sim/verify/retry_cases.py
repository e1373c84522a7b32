"""Cases for the retry layer of a real SDK and of ours: scripted answers drawn from a seed, and our attempts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import count, product
from types import SimpleNamespace
from typing import Any, Final, Literal, cast

from sim.chains.fetching import ApiProvider, Asker
from sim.issuers.api import Answer, Api, Request
from sim.policies.retry import ErrorClass, RetryRule
from sim.records import Outcome
from sim.streams import Purpose, Stream

__all__ = ["Call", "Mode", "RetryCase", "model", "random_retry_cases"]

Mode = Literal["legacy", "standard", "adaptive"]

_CLASSES: Final[Mapping[str, ErrorClass]] = {
    "throttle": "throttle",
    "throttled": "throttle",
    "unavailable": "transient",
    "internal": "transient",
    "unreachable": "transient",
    "timed out": "transient",
    "denied": "no",
    "expired": "no",
}
"""Class of each refusal; `ok` is none."""
_OUTCOMES: Final = {"throttle": Outcome.THROTTLED, "transient": Outcome.UNAVAILABLE, "no": Outcome.DENIED}

_GAP_S: Final = 500.0
"""Between two calls: longer than any call's pauses in all."""
_SOON_S: Final = 3.0
"""Longest mean gap of calls that share a client, and with it the rate that its limiter measures."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: when, what its attempts are answered (the last answer repeats), and the draw of each attempt."""

    at: float
    script: tuple[str, ...]
    draws: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RetryCase:
    """Calls of one client.

    Attributes:
        title: What is special about it.
        mode: Retry mode of the SDK.
        attempts: Most attempts of a call.
        calls: Its calls, in order.
        keeps: Whether they share one client of the service, and with it what the retry layer remembers.
    """

    title: str
    mode: Mode
    attempts: int
    calls: tuple[Call, ...]
    keeps: bool = False

    def plain(self) -> dict[str, Any]:
        """The case as plain data."""
        return asdict(self)


def random_retry_cases(
    seed: int, modes: Mapping[Mode, tuple[int, ...]], calls: int, *, keeps: bool = False
) -> list[RetryCase]:
    """Cases of each mode and number of attempts, one per kind of trouble.

    Args:
        seed: Seed of all draws.
        modes: Most attempts, by mode; 8 reach a cap of 20 s.
        calls: Calls of each case.
        keeps: Whether one client makes them all, one soon after the other.
    """
    stream, numbers = Stream.of(seed, 0, "retries"), count()
    gap_s = _SOON_S if keeps else _GAP_S

    def u() -> float:
        return stream.uniform(Purpose.CASE, 0, next(numbers))

    kinds = [(mode, most, trouble) for mode in modes for most, trouble in product(modes[mode], _TROUBLE)]
    return [
        RetryCase(
            f"{mode} mode, {most} attempts, {trouble}" + (f", one client for {calls} calls" if keeps else ""),
            mode,
            most,
            tuple(
                Call(n * (gap_s * u() if keeps else gap_s), _script(trouble, most, u), tuple(u() for _ in range(most)))
                for n in range(calls)
            ),
            keeps,
        )
        for mode, most, trouble in kinds
    ]


_TROUBLE: Final = ("endless throttling", "endless 503", "mixed refusals")


def _script(trouble: str, most: int, u: Callable[[], float]) -> tuple[str, ...]:
    """Answers to one call's attempts."""
    if trouble == "endless throttling":
        return ("throttle",)
    if trouble == "endless 503":
        return ("unavailable",)
    kinds = ("throttle", "throttled", "unavailable", "internal", "unreachable", "timed out")
    last = ("ok", "denied", "expired", "throttle")
    refused = tuple(kinds[int(len(kinds) * u())] for _ in range(int(most * u())))
    return (*refused, last[int(len(last) * u())])


def model(rule: RetryRule, case: RetryCase) -> list[list[float]]:
    """Our attempts: those of the engine's own provider, with a stub of the API, call after call.

    Args:
        rule: The preset's retry rule.
        case: The calls.

    Returns:
        For each call the instants of its attempts.
    """
    clock, api = _Clock(), _Api()
    asker = SimpleNamespace(clock=clock, holder=SimpleNamespace(rank=0), lives=0, uniform=api.draw, mint=_minted)
    words = {"request": Request("AssumeRole", "signed", "main"), "origin": None, "session_s": 3600.0, "retry": rule}
    provider = ApiProvider(cast(Asker, asker), cast(Api, api), **cast(Any, words))
    provider.keeps_client = case.keeps
    told: list[list[float]] = []
    for number, call in enumerate(case.calls):
        clock.now = max(clock.now, call.at)
        api.expect(call)
        for due in cast(Iterator[float], provider.fetch(number)):
            clock.now = due
        told.append(api.attempts)
    return told


class _Clock:
    """Stands where it is put: a wait is the instant to go on at."""

    def __init__(self) -> None:
        self.now = 0.0

    def at(self, at: float, _rank: int) -> float:
        return at


class _Api:
    """Answers the attempts of one call with its script, whose last answer repeats."""

    name = "sts"

    def __init__(self) -> None:
        self.attempts: list[float] = []
        self._call = Call(0.0, (), ())

    def expect(self, call: Call) -> None:
        self._call, self.attempts = call, []

    def draw(self, _purpose: Purpose, number: int) -> float:
        """The draw of an attempt, whose number the last bits of the provider's are."""
        return self._call.draws[(number & 0xFFFF) - 1]

    def ask(self, at: float, *_: object) -> Answer:
        self.attempts.append(at)
        outcome = self._call.script[min(len(self.attempts), len(self._call.script)) - 1]
        if outcome == "ok":
            return Answer(Outcome.OK, "no", 0.0)
        error = _CLASSES[outcome]
        return Answer(_OUTCOMES[error], error, 0.0, timed_out=outcome == "timed out")

    def record(self, *_: object) -> None:
        """Nobody reads it."""


def _minted(*_: object) -> SimpleNamespace:
    return SimpleNamespace(id="session")
