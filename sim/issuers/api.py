"""An AWS API that answers requests: quota buckets, outages, one answer per attempt."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.credentials import Credential, Holder
from sim.issuers.impairment import Drawer, Impairment
from sim.policies.bucket import TokenBucket
from sim.policies.retry import ErrorClass
from sim.principals.account import Refusal
from sim.recorder import Recorder
from sim.records import Outcome

__all__ = ["Answer", "Api", "Downtime", "Request"]


class Answer(NamedTuple):
    """What one attempt got.

    Attributes:
        outcome: Granted, or how it was refused.
        error: How SDKs class the refusal.
        latency_s: Time until the answer.
        retry_after_s: Pause that the answer asks for (x-amz-retry-after), if it does.
        timed_out: Whether there was no answer in time.
        expired: Whether it is refused because what signs it, or vouches for who asks, has expired.
        for_good: Whether policies refused it, which asking again does not mend.
        skewed: Whether the time in its signature was too far off.
    """

    outcome: Outcome
    error: ErrorClass
    latency_s: float
    retry_after_s: float | None = None
    timed_out: bool = False
    expired: bool = False
    for_good: bool = False
    skewed: bool = False


class Downtime:
    """When an issuer answers nobody: disjoint [from, to) intervals."""

    __slots__ = ("_bounds",)

    def __init__(self, intervals: list[tuple[float, float]]) -> None:
        bounds: list[float] = []
        for start, stop in sorted(intervals):
            if bounds and start <= bounds[-1]:
                bounds[-1] = max(bounds[-1], stop)
            else:
                bounds += [start, stop]
        self._bounds = bounds

    def __or__(self, other: Downtime | None) -> Downtime:
        """When either covers."""
        return self if other is None else Downtime([*self._pairs(), *other._pairs()])

    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(self._bounds[::2], self._bounds[1::2], strict=True))

    def span(self, at: float) -> tuple[float, float] | None:
        """The interval that covers `at`, if one does."""
        place = bisect_right(self._bounds, at)
        return (self._bounds[place - 1], self._bounds[place]) if place % 2 else None

    def covers(self, at: float) -> bool:
        """Whether the issuer is down at `at`."""
        return bool(self._bounds) and bisect_right(self._bounds, at) % 2 == 1


@dataclass(frozen=True, slots=True)
class WrongClock:
    """The clock of whoever signs.

    Attributes:
        spans: (from, to, seconds ahead) of every time at which it is wrong.
        allowed_s: How far off the issuer takes a signature, either way.
    """

    spans: tuple[tuple[float, float, float], ...]
    allowed_s: float

    def ahead_s(self, at: float) -> float:
        """How far it is ahead; where spans overlap, the worst counts."""
        return max((ahead for start, stop, ahead in self.spans if start <= at < stop), key=abs, default=0.0)


@dataclass(frozen=True, slots=True)
class Request:
    """What stays the same over all attempts of one client at one operation.

    Attributes:
        operation: API operation.
        quota_group: Bucket it is charged to.
        account: Account charged.
        allowed: Whether the trust and identity policies allow it.
        refused: When they do not: what the timeline changes.
        unknown: When whoever signs is refused, whatever policies say: an inactive key, a mistyped secret.
        clock: The clock of whoever signs, if it goes wrong.
    """

    operation: str
    quota_group: str
    account: str
    allowed: bool = True
    refused: Downtime | None = None
    unknown: Downtime | None = None
    clock: WrongClock | None = None


class Api:
    """An AWS service endpoint. It decides at the instant of the attempt and answers after its latency.

    The order of checks is a service's own: an unreachable service says nothing, a full bucket refuses
    before policies are read.
    """

    def __init__(
        self,
        name: str,
        latency_s: float,
        downtimes: tuple[Downtime, ...],
        buckets: Mapping[tuple[str, str], tuple[TokenBucket, Refusal]],
        recorder: Recorder,
        impairments: tuple[Impairment, ...] = (),
        timeout_s: float = math.inf,
    ) -> None:
        self.name = name
        self.latency_s = latency_s
        self._downtimes = downtimes
        self._buckets = buckets
        self._recorder = recorder
        self._impairments = tuple(one for one in impairments if one)
        self._timeout_s = timeout_s
        self._ok = Answer(Outcome.OK, "no", latency_s)
        self._unavailable = Answer(Outcome.UNAVAILABLE, "transient", latency_s)
        self._denied = Answer(Outcome.DENIED, "no", latency_s)
        self._expired = self._denied._replace(expired=True)
        self._forbidden = self._denied._replace(for_good=True)
        self._skewed = self._denied._replace(skewed=True)

    def down(self, at: float) -> bool:
        """Whether it answers nobody at `at`."""
        return any(downtime.covers(at) for downtime in self._downtimes)

    def ask(
        self,
        at: float,
        request: Request,
        drawer: Drawer,
        number: int = 0,
        signer: Credential | None = None,
        corrected_s: float = 0.0,
    ) -> Answer:
        """Decide one attempt at `at`; attempts must come in order of time.

        Args:
            at: Instant of the attempt.
            request: What is asked.
            drawer: Whose draws decide where only a share is served.
            number: Number of the attempt among all of the drawer.
            signer: Credential that signs, if it can end: a temporary one, or a key that is rotated.
            corrected_s: How far ahead the client takes its clock to be.
        """
        for downtime in self._downtimes:
            if downtime.covers(at):
                return self._unavailable
        if self._impairments:
            return self._ask_impaired(at, request, drawer, number, signer, corrected_s)
        return self._decide(at, request, signer, corrected_s)

    def _ask_impaired(
        self, at: float, request: Request, drawer: Drawer, number: int, signer: Credential | None, corrected_s: float
    ) -> Answer:
        """An attempt at an issuer that refuses some, or answers late: too late for a client that has given up."""
        late = sum(one.adds_s(at) for one in self._impairments)
        if self.latency_s + late > self._timeout_s:
            return self._unavailable._replace(latency_s=self._timeout_s, timed_out=True)
        refusing = [one.refuses(at, drawer, number) for one in self._impairments]  # each takes its token
        if any(refusing):
            return self._unavailable._replace(latency_s=self.latency_s + late)
        answer = self._decide(at, request, signer, corrected_s)
        return answer._replace(latency_s=answer.latency_s + late)

    def _decide(self, at: float, request: Request, signer: Credential | None, corrected_s: float) -> Answer:
        bucket = self._buckets.get((request.account, request.quota_group))
        if bucket is not None and not bucket[0].take(at):
            refusal = bucket[1]
            outcome = Outcome.THROTTLED if refusal.retryable != "transient" else Outcome.UNAVAILABLE
            return Answer(outcome, refusal.retryable, self.latency_s, refusal.retry_after_s)
        if request.clock is not None and abs(request.clock.ahead_s(at) - corrected_s) > request.clock.allowed_s:
            return self._skewed
        if request.unknown is not None and request.unknown.covers(at):
            return self._denied
        if not request.allowed or (request.refused is not None and request.refused.covers(at)):
            return self._forbidden
        if signer is not None and not signer.accepted(at):
            return self._expired if signer.expires_at_s <= at else self._denied
        return self._ok

    def record(
        self, at: float, holder: Holder, request: Request, attempt: int, answer: Answer, issued: str | None
    ) -> None:
        """Write one attempt down."""
        recorder = self._recorder
        outcome = answer.outcome
        key = (holder.population, self.name, request.operation, request.quota_group, request.account, outcome)
        recorder.count_request(at, key)
        if recorder.requests is not None:
            recorder.requests.add(
                at,
                holder.rank,
                (
                    at,
                    holder.population,
                    holder.client,
                    holder.slot,
                    self.name,
                    request.operation,
                    request.quota_group,
                    request.account,
                    outcome,
                    attempt,
                    answer.latency_s,
                    issued,
                ),
            )
