"""Client programs around an SDK: what they do about errors, and how often they build a new provider."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.spec import Dist, Positive, Spec

__all__ = [
    "Again",
    "AnyBackoff",
    "FixedBackoff",
    "OnError",
    "PerCalls",
    "PerTime",
    "ProviderPer",
    "Reaction",
    "RestartAfter",
]


class FixedBackoff(Spec):
    """The same pause each time: `{fixed_s: 10}`."""

    fixed_s: Positive
    """The pause."""


class _Growing(Spec):
    base_s: Positive
    """First pause before jitter; it doubles with every further one."""
    cap_s: Positive = 20.0
    """Longest pause before jitter."""

    @model_validator(mode="after")
    def _ordered(self) -> _Growing:
        if self.cap_s < self.base_s:
            raise ValueError(f"cap_s ({self.cap_s:g}) must not be below base_s ({self.base_s:g})")
        return self


class ExponentialBackoff(Spec):
    """Pauses that double up to a cap: `{exponential: {base_s: 10, cap_s: 600}}`."""

    exponential: _Growing


class FullJitterBackoff(Spec):
    """Uniform between 0 and the doubling pause: `{full_jitter: {base_s: 1, cap_s: 20}}`."""

    full_jitter: _Growing


class EqualJitterBackoff(Spec):
    """Half the doubling pause, and a uniform draw up to the other half: `{equal_jitter: {base_s: 1, cap_s: 20}}`."""

    equal_jitter: _Growing


class DecorrelatedBackoff(Spec):
    """Uniform between the base and three times the last pause: `{decorrelated: {base_s: 1, cap_s: 20}}`."""

    decorrelated: _Growing


AnyBackoff = FixedBackoff | ExponentialBackoff | FullJitterBackoff | EqualJitterBackoff | DecorrelatedBackoff
"""The back-off laws of `retry`, each with its numbers."""


class _Repeated(Spec):
    times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """How often in a row; endless if not given. A call that ends ok starts the count anew."""
    then: Literal["stop", "continue"] | None = None
    """What comes after `times`: the program gives up (`stop`), or takes no more notice of the error (`continue`);
    `stop` if not given."""

    @model_validator(mode="before")
    @classmethod
    def _one_answer(cls, data: Any) -> Any:
        both = [key for key in ("stop", "restart", "refresh") if isinstance(data, dict) and key in data]
        if both:
            raise ValueError(
                f"{both[0]} and a retry for the same error; write {both[0]} alone, or again_after with times and "
                "then: stop"
            )
        return data

    @model_validator(mode="after")
    def _then_needs_times(self) -> _Repeated:
        if self.then is not None and self.times is None:
            raise ValueError(f"then: {self.then} never comes without times; give times, or leave then out")
        return self


class Again(_Repeated):
    """The program pauses, then asks its chain again: `{again_after: {fixed_s: 10}, times: 360, then: stop}`."""

    again_after: AnyBackoff
    """Pause before the program asks its chain again; calls that arrive meanwhile are not sent (NoCredentials)."""


class RestartAfter(_Repeated):
    """The process ends, and another one starts after a pause: `{restart_after: {exponential: {base_s: 10}}}`."""

    restart_after: AnyBackoff
    """Pause until the next process; calls that arrive meanwhile are not sent (NoCredentials)."""


Reaction = Literal["stop", "restart", "refresh"] | Again | RestartAfter
"""What a program does about an error: `stop` (it makes no further calls and keeps what it holds), `restart` (a new
process at once, which holds nothing), the same after a pause, a pause before it asks again, or `refresh` (it throws
away what it holds, and its chain is asked for the next call: SDKs that do not wait for the expiry that they know; the
call that told them counts as failed). Of a fixed `work`, what is left when it stops ends as Unfinished; a pause delays
it, and loses none of it."""

OnError = dict[str, Reaction]
"""Error -> reaction. An error is the verdict of a call (`AccessDenied`, `ExpiredToken`, `RefreshFailed`,
`NoCredentials`), or a refusal of the fetch that made the call fail, by its issuer: `sts.AccessDenied`,
`node.Throttling`, `sts.ServiceUnavailable`, `sts.ExpiredToken` (what signs the request, or vouches for who asks, has
ended)."""


class PerCalls(Spec):
    """A new provider for every so many calls of a process (or of a thread with a cache of its own)."""

    calls: Annotated[int, Field(ge=1)]
    """Calls that one provider serves."""


class PerTime(Spec):
    """A new provider with the first call after so much time: a connection, a reconcile."""

    every_s: Dist
    """Time that one provider serves, from the call that built it."""


ProviderPer = Literal["call"] | PerCalls | PerTime
