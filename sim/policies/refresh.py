"""When an SDK renews a credential: pure functions of issue, expiry and one draw.

A credential is fresh until its advisory instant; from then a caller tries to renew it while the old
one still serves; from its mandatory instant on, callers wait for the renewal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Refresh",
    "advisory_at",
    "advisory_window_s",
    "is_ended",
    "mandatory_at",
    "raises",
    "retry_at",
    "seen_expiry",
    "windows",
]


@dataclass(frozen=True, slots=True)
class Refresh:
    """Refresh windows of one provider of one SDK. All times in seconds of remaining life.

    Attributes:
        advisory: (longest lifetime, advisory window) pairs in ascending order; the last lifetime is inf.
        mandatory_s: Life left below which callers wait for the renewal; 0 means only once expired.
        strict: Whether the windows begin just after, not at, their instant (botocore compares with >=).
        background: Whether an advisory renewal runs beside the caller instead of inside its call.
        on_failed: `raise` in the mandatory window, or `serve` the cached credential even when expired.
        again_after: Pause after a failed renewal, uniform between the two; (0, 0): the next call tries.
        jitter_s: The advisory instant is late by a uniform draw on [0, jitter_s).
        jitter_until_s: The jitter ends where this life is left, if `jitter_s` would reach further.
        share_of_life: Renew after this share of the life left at the fetch, if that is earlier.
        latest_s: Renew at the latest this long after the fetch.
        share_min_s: The share counts as at least this long.
        life_cap_s: Lifetime that the SDK pretends a longer credential has.
        extend: The SDK pretends that a credential about to end lives for a whole number of seconds
            between these from its fetch on (static stability); AWS still decides whether it is accepted.
        extend_when: `expired` at the fetch, or `short`: less life left than the number drawn.
        ended_left_s: An answer with no more life left than this counts as a failed renewal; None: it is taken.
        denied_again_after: After a refusal for good the error is raised, whatever is cached, and remembered for a
            uniform time between the two; None: it is a failure like any other.
    """

    advisory: tuple[tuple[float, float], ...]
    mandatory_s: float
    strict: bool = False
    background: bool = False
    on_failed: Literal["raise", "serve"] = "raise"
    again_after: tuple[float, float] = (0.0, 0.0)
    jitter_s: float = 0.0
    jitter_until_s: float = 0.0
    share_of_life: float | None = None
    share_min_s: float = 0.0
    life_cap_s: float = math.inf
    latest_s: float = math.inf
    extend: tuple[int, int] | None = None
    extend_when: Literal["expired", "short"] = "expired"
    ended_left_s: float | None = None
    denied_again_after: tuple[float, float] | None = None
    constant_s: float | None = field(init=False, default=None)
    """The advisory window, where it depends on nothing but the expiry."""

    def __post_init__(self) -> None:
        depends = self.share_of_life is not None or self.jitter_s > 0 or min(self.life_cap_s, self.latest_s) < math.inf
        if len(self.advisory) == 1 and not depends:
            object.__setattr__(self, "constant_s", self.advisory[0][1])


def advisory_window_s(rule: Refresh, lifetime_s: float) -> float:
    """Advisory window of a credential with this lifetime."""
    for longest, window in rule.advisory:
        if lifetime_s <= longest:
            return window
    raise ValueError(f"lifetime_s (={lifetime_s}) is beyond every advisory window of {rule.advisory}")


def advisory_at(rule: Refresh, fetched_at_s: float, expires_at_s: float, u: float) -> float:
    """First instant at which a call renews the credential.

    Args:
        rule: The SDK's windows.
        fetched_at_s: When the client received the credential.
        expires_at_s: Its expiry; inf for a key, which is never renewed.
        u: Uniform draw for the jitter, in [0, 1).

    Returns:
        The instant; inf for a credential that never expires. With `rule.strict` the smallest float after it.
    """
    if expires_at_s == math.inf:
        return math.inf
    if rule.constant_s is not None:
        at = expires_at_s - rule.constant_s
        return math.nextafter(at, math.inf) if rule.strict else at
    expiry = min(expires_at_s, fetched_at_s + rule.life_cap_s)
    at = expiry - advisory_window_s(rule, expiry - fetched_at_s)
    if rule.share_of_life is not None:
        at = min(at, fetched_at_s + max(rule.share_of_life * (expiry - fetched_at_s), rule.share_min_s))
    at = min(at, fetched_at_s + rule.latest_s)
    if rule.jitter_s > 0:
        at += min(rule.jitter_s, max(expiry - rule.jitter_until_s - at, 0.0)) * u
    return math.nextafter(at, math.inf) if rule.strict else at


def windows(rule: Refresh, fetched_at_s: float, expires_at_s: float, u: float) -> tuple[float, float]:
    """`advisory_at` and `mandatory_at` together."""
    constant_s = rule.constant_s
    if constant_s is None or expires_at_s == math.inf:
        return advisory_at(rule, fetched_at_s, expires_at_s, u), mandatory_at(rule, fetched_at_s, expires_at_s)
    advisory, mandatory = expires_at_s - constant_s, expires_at_s - rule.mandatory_s
    if rule.strict:
        return math.nextafter(advisory, math.inf), math.nextafter(mandatory, math.inf)
    return advisory, mandatory


def seen_expiry(rule: Refresh, fetched_at_s: float, expires_at_s: float, u: float) -> float:
    """Expiry as the SDK notes it: rewritten by its static stability, if it has one.

    Args:
        rule: The SDK's windows.
        fetched_at_s: When the client received the credential.
        expires_at_s: The expiry it came with.
        u: Uniform draw for the pretended life, in [0, 1).

    Returns:
        The expiry to pass to `advisory_at` and `mandatory_at`; a rewritten one is a whole second.
    """
    if rule.extend is None or math.isinf(expires_at_s):
        return expires_at_s
    shortest, longest = rule.extend
    life = shortest + math.floor((longest - shortest + 1) * u)
    left = expires_at_s - fetched_at_s
    if left < 0 if rule.extend_when == "expired" else left <= life:
        return float(math.floor(fetched_at_s + life))
    return expires_at_s


def mandatory_at(rule: Refresh, fetched_at_s: float, expires_at_s: float) -> float:
    """First instant at which callers wait for the renewal; inf for a key."""
    if expires_at_s == math.inf:
        return math.inf
    at = min(expires_at_s, fetched_at_s + rule.life_cap_s) - rule.mandatory_s
    return math.nextafter(at, math.inf) if rule.strict else at


def retry_at(rule: Refresh, failed_at_s: float, u: float, *, denied: bool = False) -> float:
    """Earliest instant of the next try after a failed renewal; `denied`: it was refused for good."""
    remembered = rule.denied_again_after if denied else None
    low, high = rule.again_after if remembered is None else remembered
    return failed_at_s + low + (high - low) * u


def is_ended(rule: Refresh, fetched_at_s: float, expires_at_s: float) -> bool:
    """Whether an answer has so little life left that it counts as a failed renewal; never with static stability."""
    if rule.ended_left_s is None or rule.extend is not None:
        return False
    left = expires_at_s - fetched_at_s
    return left < rule.ended_left_s if rule.strict else left <= rule.ended_left_s


def raises(rule: Refresh, *, blocking: bool, denied: bool) -> bool:
    """Whether a failed renewal raises, whatever is cached: where callers wait for it, or refused for good.

    Args:
        rule: The SDK's windows.
        blocking: Whether callers had to wait for the renewal.
        denied: Whether it was refused for good.
    """
    return (blocking and rule.on_failed == "raise") or (denied and rule.denied_again_after is not None)
