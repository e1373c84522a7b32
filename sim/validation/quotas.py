"""Numbers that AWS limits per account, and buckets that must be whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from sim.issuers.spec import Endpoint
from sim.loading.errors import Finding
from sim.principals.role import Trust
from sim.scenario import Scenario
from sim.timeline.lifetimes import largest_count

__all__ = ["RULES", "USERS_PER_ACCOUNT", "users_of"]

USERS_PER_ACCOUNT: Final = 5000
"""IAM users in an account; not raisable. IAM user guide, reference_iam-quotas."""


def users_of(scenario: Scenario, population: str) -> set[str]:
    """IAM users whose key or password a population's chain uses, through sources too."""
    chains = [scenario.populations[population].credentials]
    users: set[str] = set()
    for chain in chains:
        for step in scenario.credentials.get(chain, ()):
            if step.user is not None:
                users.add(step.user)
            if step.source is not None and step.source not in chains:
                chains.append(step.source)
    return users


def _users(scenario: Scenario) -> Iterator[Finding]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for name in scenario.populations:
        for title in sorted(users_of(scenario, name)):
            user = scenario.users.get(title)
            if user is not None:
                number = largest_count(scenario, name) if user.per == "client" else 1
                counts[user.account][f"{name} as {title}"] = number
    for account, parts in counts.items():
        total = sum(parts.values())
        if total > USERS_PER_ACCOUNT:
            told = ", ".join(f"{part} {number:,}" for part, number in parts.items())
            yield (
                ("accounts", account),
                f"{total:,} IAM users ({told}); AWS allows {USERS_PER_ACCOUNT:,} users per account and does not raise "
                "it (IAM user guide, reference_iam-quotas). Way out: put users into another account, or let them in "
                "through federation (AssumeRoleWithSAML, Identity Center)",
            )


def _endpoint_buckets(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, Endpoint) and (issuer.rps is None) != (issuer.burst is None):
            missing = "burst" if issuer.burst is None else "rps"
            yield ("issuers", name, missing), "is missing; a bucket needs both rps and burst"


def _burst_below_one(scenario: Scenario) -> Iterator[Finding]:
    for name, account in scenario.accounts.items():
        for group, quota in account.quotas.items():
            if not isinstance(quota, str) and quota.burst < 1:
                path = ("accounts", name, "quotas", group, "burst")
                yield path, f"{quota.burst:g} is not allowed; a bucket that holds less than 1 request lets none pass"


def _empty_trust(scenario: Scenario) -> Iterator[Finding]:
    for name, role in scenario.roles.items():
        if isinstance(role.trust, Trust) and not any(getattr(role.trust, key) for key in Trust.model_fields):
            keys = ", ".join(Trust.model_fields)
            yield ("roles", name, "trust"), f"nobody may assume this role; name somebody by one of {keys}"


def _rotation(scenario: Scenario) -> Iterator[Finding]:
    for name, user in scenario.users.items():
        if user.key is not None and user.key.life != "never" and user.key.rotation is None:
            yield (
                ("users", name, "key", "rotation"),
                "is missing; life says that keys are rotated, so a policy is needed",
            )


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _users,
    _endpoint_buckets,
    _burst_below_one,
    _empty_trust,
    _rotation,
)
"""Every rule of this file."""
