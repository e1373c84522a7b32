"""Cases for the retry layer of a real SDK and of ours: scripted answers drawn from a seed, and our attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import count, product
from typing import Any, Final, Literal

from sim.policies.adaptive import RateLimiter
from sim.policies.retry import ErrorClass, RetryQuota, RetryRule, pause_s, retries
from sim.sdks.retry_modes import ADAPTIVE_LIMIT
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
    """Our attempts: the pure functions of the rule, the quota and the rate limiter of a client, call after call.

    Args:
        rule: The preset's retry rule.
        case: The calls.

    Returns:
        For each call the instants of its attempts.
    """
    told: list[list[float]] = []
    now, client = 0.0, None
    for call in case.calls:
        now = max(now, call.at)
        if client is None or not case.keeps:
            client = _Client(rule, now)
        told.append(client.call(now, call))
        now = told[-1][-1]
    return told


class _Client:
    """What one client of the service remembers of its retries."""

    def __init__(self, rule: RetryRule, at: float) -> None:
        self._rule = rule
        self._quota = None if rule.quota is None else RetryQuota(rule.quota)
        self._limiter = RateLimiter(ADAPTIVE_LIMIT, at) if rule.adaptive else None

    def call(self, now: float, call: Call) -> list[float]:
        """The instants of a call's attempts."""
        made: list[float] = []
        pause = 0.0
        if self._quota is not None:
            self._quota.begin()
        while True:
            made.append(self._sent(now))
            outcome = call.script[min(len(made), len(call.script)) - 1]
            self._answered(made[-1], outcome)
            if not self._again(outcome, len(made)):
                return made
            pause = pause_s(self._rule, _CLASSES[outcome], len(made), call.draws[len(made) - 1], pause)
            now = made[-1] + pause

    def _sent(self, now: float) -> float:
        return now if self._limiter is None else self._limiter.sends_at(now)

    def _answered(self, at: float, outcome: str) -> None:
        if self._limiter is not None:
            self._limiter.answered(at, _CLASSES.get(outcome) == "throttle")
        if self._quota is not None and outcome == "ok":
            self._quota.succeed()

    def _again(self, outcome: str, attempt: int) -> bool:
        """Whether the client tries again, and can pay for it."""
        if outcome == "ok" or not retries(self._rule, _CLASSES[outcome], attempt):
            return False
        return self._quota is None or self._quota.pay(_CLASSES[outcome], outcome == "timed out")
