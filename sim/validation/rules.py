"""What pydantic cannot know: references between blocks, and limits that AWS sets. One small function per rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sim.loading.errors import Finding
from sim.scenario import Scenario
from sim.validation import (
    actions,
    agents,
    chains,
    copies,
    laws,
    lifetimes,
    people,
    policies,
    presigned,
    programs,
    quotas,
    references,
    root,
    rotation,
    sessions,
    strategies,
    sts,
    sts_calls,
    theft,
    timeline,
    windows,
)

__all__ = ["RULES", "findings", "strategy_findings"]

_STANDING: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    *references.RULES,
    *chains.RULES,
    *copies.RULES,
    *presigned.RULES,
    *agents.RULES,
    *sessions.RULES,
    *sts.RULES,
    *sts_calls.RULES,
    *root.RULES,
    *quotas.RULES,
    *people.RULES,
    *rotation.RULES,
    *policies.RULES,
    *actions.RULES,
    *programs.RULES,
    *timeline.RULES,
    *theft.RULES,
    *lifetimes.RULES,
    *laws.RULES,
    *windows.RULES,
)

RULES: Final = (*_STANDING, lifetimes.rules_for_upgrades(_STANDING))
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
    for rule in (*strategies.RULES, *theft.FILE_RULES):
        yield from rule(scenario, data)
