"""Calls that a population makes to STS as its work: which draw from a quota, and which issuer serves them."""

from __future__ import annotations

from typing import Final

from sim.aws import sts
from sim.issuers.spec import Sts
from sim.principals.population import Population
from sim.scenario import Scenario

__all__ = ["not_drawn", "operation_of", "served_by"]

_COUNTED: Final = {f"sts:{operation}".lower(): operation for operation in sts.QUOTA_OPERATIONS.value}


def operation_of(action: str) -> str | None:
    """The operation of STS that calls of an action are counted as; None for all other actions."""
    return _COUNTED.get(action.lower())


def served_by(scenario: Scenario, population: Population) -> str | None:
    """The issuer that a population's calls to STS are requests to.

    Returns:
        The one that the calls name, or the scenario's first of kind sts; None if no call is a request there.
    """
    if not any(operation_of(calls.action) for calls in population.calls) or not_drawn(scenario, population):
        return None
    named = [calls.issuer for calls in population.calls if calls.issuer is not None]
    return named[0] if named else _endpoints(scenario)[0]


def not_drawn(scenario: Scenario, population: Population) -> str | None:
    """Why a population's calls to STS draw from no bucket; None if they would."""
    if not _endpoints(scenario):
        return "the scenario has no issuer of kind sts to send them to"
    looks_ahead = {
        "work": population.work is not None,
        "on_error": bool(population.on_error),
        "new_provider_per": population.new_provider_per is not None,
        "arrives_after_s": population.arrives_after_s > 0,
        "way: saml-file": scenario.credentials[population.credentials][0].way == "saml-file",
        "cache: none": scenario.credentials[population.credentials][0].cache == "none",
    }
    found = [word for word, is_set in looks_ahead.items() if is_set]
    return f"of a population with {found[0]} only requests for credentials draw" if found else None


def _endpoints(scenario: Scenario) -> list[str]:
    return [name for name, issuer in scenario.issuers.items() if isinstance(issuer, Sts)]
