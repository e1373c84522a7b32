"""Which facts matter to a scenario: those that carry one of its features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.aws import FACTS

__all__ = ["facts_used", "features"]


def _values(scenario: Mapping[str, Any], block: str) -> Iterator[Any]:
    yield from (scenario.get(block) or {}).values()


def _step_features(step: Mapping[str, Any]) -> Iterator[str]:
    source = str(step.get("from") or step.get("from_") or "")
    issuer, _, operation = source.partition(".")
    yield f"sts.{operation}" if operation else issuer
    if step.get("source"):
        yield "chaining"
    if step.get("service"):
        yield "service"


def _account_features(account: Mapping[str, Any]) -> Iterator[str]:
    for quota in (account.get("quotas") or {}).values():
        if isinstance(quota, str):
            yield f"quota:{quota}"


def _user_features(user: Mapping[str, Any]) -> Iterator[str]:
    yield "user"
    if user.get("root"):
        yield "root"
    if user.get("key"):
        yield "access_key"
    if user.get("password"):
        yield "password"


def _preset(sdk: object) -> object:
    """Name of an SDK preset that is named alone or with changes."""
    return sdk.get("preset") if isinstance(sdk, Mapping) else sdk


def features(scenario: Mapping[str, Any]) -> set[str]:
    """Features of a resolved scenario: issuer kinds, operations, SDKs, quota profiles, kinds of principals.

    Args:
        scenario: The resolved scenario as plain data, defaults filled in.
    """
    found = {str(issuer.get("kind")) for issuer in _values(scenario, "issuers")}
    found |= {f"sdk:{_preset(population.get('sdk'))}" for population in _values(scenario, "populations")}
    found |= {name for chain in _values(scenario, "credentials") for step in chain for name in _step_features(step)}
    found |= {name for account in _values(scenario, "accounts") for name in _account_features(account)}
    found |= {name for user in _values(scenario, "users") for name in _user_features(user)}
    found |= {singular for block, singular in (("roles", "role"), ("groups", "group")) if scenario.get(block)}
    return found


def facts_used(scenario: Mapping[str, Any]) -> list[dict[str, object]]:
    """Rows for the manifest: the facts that matter to a scenario.

    Args:
        scenario: The resolved scenario as plain data, defaults filled in.

    Returns:
        Rows of name, value, unit, source, read, basis, note, by name. The union over several
        strategies is the union of their rows by name.
    """
    found = features(scenario)
    return [FACTS[name].row(name) for name in sorted(FACTS) if found.intersection(FACTS[name].uses)]
