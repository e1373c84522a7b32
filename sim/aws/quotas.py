"""Named quota profiles: token buckets that a scenario can give to an account by name."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sim.aws import identity_center, roles_anywhere, sts
from sim.aws.fact import Basis, Fact

__all__ = ["QUOTA_PROFILES", "QuotaProfile", "rows"]


@dataclass(frozen=True, slots=True)
class QuotaProfile:
    """A token bucket with its source.

    Attributes:
        name: Name in scenarios.
        quota_group: Group of operations that shares the bucket.
        rps: Refill, requests per second.
        burst: Capacity, requests.
        source: Public source of the refill rate.
        read: Day the source was read.
        basis: How far to trust the refill rate.
        note: What a reader has to know, the basis of the capacity above all.
    """

    name: str
    quota_group: str
    rps: float
    burst: float
    source: str
    read: str
    basis: Basis
    note: str


def _profile(name: str, group: str, rps: Fact[int], burst: Fact[int]) -> QuotaProfile:
    span = "" if burst.span is None else f", range {burst.span[0]:,.0f} to {burst.span[1]:,.0f}"
    note = f"{rps.note}; burst {burst.basis}{span}: {burst.note}"
    return QuotaProfile(name, group, float(rps.value), float(burst.value), rps.source, rps.read, rps.basis, note)


QUOTA_PROFILES: dict[str, QuotaProfile] = {
    profile.name: profile
    for profile in (
        _profile("documented-600", "signed", sts.QUOTA_RPS, sts.QUOTA_BURST),
        _profile("identity-center-20", "identity_center", identity_center.API_TPS, identity_center.API_BURST),
        _profile(
            "roles-anywhere-10",
            "roles_anywhere",
            roles_anywhere.CREATE_SESSION_RPS,
            roles_anywhere.CREATE_SESSION_BURST,
        ),
    )
}
"""Every quota profile by name."""


def rows() -> list[dict[str, object]]:
    """The profiles as plain data."""
    return [asdict(profile) for profile in QUOTA_PROFILES.values()]
