"""Cases for the retry layer of a real SDK and of ours: scripted answers drawn from a seed, and our attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import count, product
from typing import Any, Final, Literal

from sim.policies.retry import ErrorClass, RetryRule, pause_s, retries
from sim.streams import Purpose, Stream

__all__ = ["Call", "Mode", "RetryCase", "model", "random_retry_cases"]

Mode = Literal["legacy", "standard", "adaptive"]

_CLASSES: Final[Mapping[str, ErrorClass]] = {
    "throttle": "throttle",
    "throttled": "throttle",
    "unavailable": "transient",
    "internal": "transient",
    "unreachable": "transient",
    "denied": "no",
    "expired": "no",
}
"""Class of each refusal; `ok` is none."""

_GAP_S: Final = 500.0
"""Between two calls: longer than any call's pauses in all."""


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


def random_retry_cases(seed: int, modes: Mapping[Mode, tuple[int, ...]], calls: int) -> list[RetryCase]:
    """Cases of each mode and number of attempts, one per kind of trouble.

    Args:
        seed: Seed of all draws.
        modes: Most attempts, by mode; 8 reach a cap of 20 s.
        calls: Calls of each case.
    """
    stream, numbers = Stream.of(seed, 0, "retries"), count()

    def u() -> float:
        return stream.uniform(Purpose.CASE, 0, next(numbers))

    kinds = [(mode, most, trouble) for mode in modes for most, trouble in product(modes[mode], _TROUBLE)]
    return [
        RetryCase(
            f"{mode} mode, {most} attempts, {trouble}",
            mode,
            most,
            tuple(Call(n * _GAP_S, _script(trouble, most, u), tuple(u() for _ in range(most))) for n in range(calls)),
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
    kinds = ("throttle", "throttled", "unavailable", "internal", "unreachable")
    last = ("ok", "denied", "expired", "throttle")
    refused = tuple(kinds[int(len(kinds) * u())] for _ in range(int(most * u())))
    return (*refused, last[int(len(last) * u())])


def model(rule: RetryRule, case: RetryCase) -> list[list[float]]:
    """Our attempts: the rule's pure functions, one call after the other.

    Args:
        rule: The preset's retry rule; the case says how many attempts.
        case: The calls.

    Returns:
        For each call the instants of its attempts.
    """
    return [_attempts(rule, case.attempts, call) for call in case.calls]


def _attempts(rule: RetryRule, most: int, call: Call) -> list[float]:
    now, pause, made = call.at, 0.0, [call.at]
    while len(made) < most:
        outcome = call.script[min(len(made), len(call.script)) - 1]
        if outcome == "ok" or not retries(rule, _CLASSES[outcome], len(made)):
            break
        pause = pause_s(rule, _CLASSES[outcome], len(made), call.draws[len(made) - 1], pause)
        now += pause
        made.append(now)
    return made
