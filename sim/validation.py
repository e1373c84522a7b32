"""What pydantic cannot know: references between blocks, and limits that AWS sets. One small function per rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sim import (
    validation_agents,
    validation_chains,
    validation_copies,
    validation_laws,
    validation_lifetimes,
    validation_people,
    validation_policies,
    validation_programs,
    validation_quotas,
    validation_references,
    validation_rotation,
    validation_sessions,
    validation_strategies,
    validation_sts,
    validation_theft,
    validation_timeline,
)
from sim.scenario import Scenario
from sim.scenario_errors import Finding

__all__ = ["RULES", "findings", "strategy_findings"]

_STANDING: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    *validation_references.RULES,
    *validation_chains.RULES,
    *validation_copies.RULES,
    *validation_agents.RULES,
    *validation_sessions.RULES,
    *validation_sts.RULES,
    *validation_quotas.RULES,
    *validation_people.RULES,
    *validation_rotation.RULES,
    *validation_policies.RULES,
    *validation_programs.RULES,
    *validation_timeline.RULES,
    *validation_theft.RULES,
    *validation_lifetimes.RULES,
    *validation_laws.RULES,
)

RULES: Final = (*_STANDING, validation_lifetimes.rules_for_upgrades(_STANDING))
"""Rules for every resolved scenario, the base and each strategy."""


def strategy_findings(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with a resolved strategy: its path and a sentence."""
    for rule in RULES:
        yield from rule(scenario)


def findings(scenario: Scenario, data: Mapping[Any, Any]) -> Iterator[Finding]:
    """What is wrong with a scenario file, besides what its strategies add.

    Args:
        scenario: The base.
        data: The document it came from, for paths that only strategies have.
    """
    yield from strategy_findings(scenario)
    for rule in validation_strategies.RULES:
        yield from rule(scenario, data)
