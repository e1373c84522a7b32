"""What a scenario may change of an SDK preset, field by field: refresh windows and the retry rule.

The same words stand at a population's `sdk` and at a step of its chain; the step's win.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from sim.policies.refresh import Refresh
from sim.policies.retry import ErrorClass, RetryRule
from sim.spec import NonNegative, Positive, Share, Spec

__all__ = ["Backoff", "RefreshWords", "Retry", "SdkWords"]

Pause = tuple[NonNegative, NonNegative]
_BELOW: Final = re.compile(r"below (\d+(?:\.\d+)?)")
Below = Annotated[str, Field(pattern=f"^{_BELOW.pattern}$")]
Window = tuple[Positive | Below | None, NonNegative]
Left = Annotated[float, Field(allow_inf_nan=False)]


class RefreshWords(Spec):
    """Refresh windows that replace the SDK preset's, field by field."""

    advisory_s: Left | None = None
    """Life left below which a refresh is tried while the old credential still serves; negative: only so long after its
    end, by a program that takes the expiry for a later one (`mandatory_s` the same)."""
    advisory: Annotated[tuple[Window, ...], Field(min_length=1)] | None = None
    """The same by the credential's lifetime: [lifetime up to which, window], ascending; null for any longer one, and
    `below 5400` for all that are shorter."""
    mandatory_s: Left | None = None
    """Life left below which callers wait for the refresh; 0: only once expired; negative: only so long after."""
    strict: bool | None = None
    """Whether the windows begin just after their instant (botocore) instead of at it."""
    background: bool | None = None
    """Whether an advisory refresh runs beside the call that found it due, instead of inside it."""
    on_failed: Literal["raise", "serve"] | None = None
    """A failed refresh in the mandatory window: raise an error, or serve the cached credential, even expired."""
    again_after: Pause | None = None
    """Pause after a failed refresh, uniform between the two, seconds; [0, 0]: the next call tries."""
    jitter_s: NonNegative | None = None
    """The advisory instant is late by a uniform draw up to this."""
    jitter_until_s: NonNegative | None = None
    """The jitter ends where this life is left, if `jitter_s` would reach further."""
    share_of_life: Share | None = None
    """Refresh after this share of the life left at the fetch, if that is earlier than the window."""
    share_min_s: NonNegative | None = None
    """The share counts as at least this long."""
    life_cap_s: Positive | None = None
    """Lifetime that the SDK pretends a longer credential has."""
    latest_s: Positive | None = None
    """Renewed at the latest this long after it was fetched."""
    extend: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] | Literal["no"] | None = None
    """Static stability: the SDK pretends that a credential about to end lives for a whole number of seconds between
    these from its fetch on; `no`: it does not."""
    extend_when: Literal["expired", "short"] | None = None
    """When it pretends: the credential is expired at the fetch, or has less life left than the number drawn."""
    ended_left_s: NonNegative | Literal["no"] | None = None
    """A credential with no more life left than this when it is fetched counts as a failed refresh; `no`: it is used."""
    denied_again_after: Pause | Literal["no"] | None = None
    """A refusal of STS for good is raised, even where a credential is held, and remembered for a time uniform between
    the two; `no`: it is a failed refresh like any other."""

    @model_validator(mode="after")
    def _right(self) -> RefreshWords:
        if self.advisory_s is not None and self.advisory is not None:
            raise ValueError("advisory_s and advisory say the same; give one of them")
        lifetimes = [_longest_s(life) for life, _ in self.advisory or ()]
        if lifetimes and (lifetimes != sorted(set(lifetimes)) or lifetimes[-1] != math.inf):
            raise ValueError("advisory must ascend by lifetime and end with one for any longer lifetime (null)")
        for name in ("again_after", "extend", "denied_again_after"):
            low, high = getattr(self, name) if isinstance(getattr(self, name), tuple) else (0, 0)
            if high < low:
                raise ValueError(f"{name}: [{low:g}, {high:g}] is not a range; the first must not be above the second")
        return self

    def applied(self, rule: Refresh) -> Refresh:
        """The rule with what is said here in place of its own."""
        said = {name: getattr(self, name) for name in type(self).model_fields if getattr(self, name) is not None}
        changes: dict[str, Any] = {name: value for name, value in said.items() if name not in _TRANSLATED}
        if self.advisory_s is not None:
            changes["advisory"] = ((math.inf, self.advisory_s),)
        if self.advisory is not None:
            changes["advisory"] = tuple((_longest_s(life), window) for life, window in self.advisory)
        for name in ("extend", "ended_left_s", "denied_again_after"):
            if name in said:
                changes[name] = None if said[name] == "no" else said[name]
        return replace(rule, **changes) if changes else rule


def _longest_s(life: float | str | None) -> float:
    """The longest lifetime that a window is for: `below 5400` is the longest one that is shorter."""
    if life is None:
        return math.inf
    found = _BELOW.fullmatch(str(life))
    return float(life) if found is None else math.nextafter(float(found[1]), 0.0)


_TRANSLATED: Final = frozenset({"advisory_s", "advisory", "extend", "ended_left_s", "denied_again_after"})

Backoff = Literal["none", "fixed", "exponential", "full_jitter", "equal_jitter", "decorrelated"]
Refused = Literal["throttled", "unavailable", "denied"]
_CLASSES: Final[dict[Refused, ErrorClass]] = {"throttled": "throttle", "unavailable": "transient", "denied": "no"}
RetryMode = Literal["legacy", "standard-old", "standard-2026", "adaptive"]


class Retry(Spec):
    """How refused requests are tried again; what is not given stays as the SDK preset has it."""

    attempts: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Attempts in all, the first included."""
    backoff: Backoff | None = None
    """Law of the pause before a retry."""
    base_s: NonNegative | None = None
    """Base of the pause."""
    throttle_base_s: NonNegative | None = None
    """Base of the pause after a throttle, where it is another one."""
    cap_s: Positive | None = None
    """Longest pause before jitter."""
    on: Annotated[tuple[Refused, ...], Field(min_length=1)] | None = None
    """Refusals that are tried again: `throttled`, `unavailable` (a 5xx, or no answer in time), `denied` (an error that
    SDKs count as permanent); `throttled` and `unavailable` if not given."""

    def applied(self, rule: RetryRule) -> RetryRule:
        """The rule with what is said here in place of its own."""
        changes: dict[str, Any] = {}
        if self.attempts is not None:
            changes["attempts"] = self.attempts
        if self.backoff is not None:
            changes |= {"law": self.backoff, "throttle_law": None}
        if self.base_s is not None:
            changes |= {"transient_base_s": self.base_s, "throttle_base_s": self.base_s}
        if self.throttle_base_s is not None:
            changes["throttle_base_s"] = self.throttle_base_s
        if self.cap_s is not None:
            changes["cap_s"] = self.cap_s
        if self.on is not None:
            changes["on"] = tuple(dict.fromkeys(_CLASSES[word] for word in self.on))
        return replace(rule, **changes) if changes else rule


class SdkRetry(Retry):
    """The retry rule of an SDK: its mode, and what is changed of it."""

    mode: RetryMode | None = None
    """Retry mode: `legacy` (botocore before 1.44), `standard-old` and `standard-2026`, or `adaptive` (with the client's
    own rate limit); the preset's if not given."""


class SdkWords(Spec):
    """An SDK preset with changes: `{preset: botocore-1.44, sts: {advisory_s: 300}}`."""

    short_form: ClassVar[str] = "preset"

    preset: str = "botocore-1.44"
    """SDK preset that is changed (`credflow facts --sdks`)."""
    sts: RefreshWords = RefreshWords()
    """Refresh windows for sessions from STS."""
    imds: RefreshWords = RefreshWords()
    """Refresh windows for credentials of the compute that a process runs on."""
    container: RefreshWords = RefreshWords()
    """Refresh windows for credentials of a container's endpoint (ECS, Pod Identity)."""
    retry: SdkRetry = SdkRetry()
    """Retry rule towards STS and other AWS APIs."""
    default_session_s: Positive | None = None
    """Session length asked of AssumeRole where the step gives none."""
    keeps_client: bool | None = None
    """Whether one STS client, with its retry quota and its rate limit, lives as long as the process, instead of
    for one refresh."""
    resolves: Literal["once", "each_fetch"] | None = None
    """When it goes through its chain: `once`, then it asks the provider that had a credential, or with `each_fetch`,
    so that a process which fell through comes back to the first step."""
    corrects_clock: bool | None = None
    """Whether it signs by the service's clock once an answer has told it that the host's is wrong."""
