"""What is no mistake but has to be known before a scenario's figures are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sim.aws import sts
from sim.policies.authorization_match import like
from sim.scenario import Scenario
from sim.sts_calls import not_drawn, operation_of
from sim.validation.chains import identity

__all__ = ["notes"]

_COUNTED: Final = tuple(f"sts:{operation}" for operation in sts.QUOTA_OPERATIONS.value)


def notes(scenarios: Iterable[Scenario]) -> list[str]:
    """Sentences about right scenarios, each once, in the order in which they were found."""
    return list(dict.fromkeys(text for scenario in scenarios for text in _calls_to_sts(scenario)))


def _calls_to_sts(scenario: Scenario) -> Iterator[str]:
    """Calls that AWS counts against the quota of an account, and that draw from no bucket here."""
    for name, population in scenario.populations.items():
        why = not_drawn(scenario, population)
        asked = sorted({one.action for one in population.calls if _counted(one.action, why)})
        for account in _accounts(scenario, population.credentials):
            if asked and "signed" in scenario.accounts[account].quotas:
                quota = f"accounts.{account}.quotas.signed"
                yield (
                    f"populations.{name}.calls: AWS counts {', '.join(asked)} against {quota}; here they draw from no "
                    f"bucket and are never throttled by one: {why or 'a pattern names no operation'}"
                )


def _counted(action: str, why: str | None) -> bool:
    """Whether AWS counts calls of an action that do not draw here."""
    if why is None and operation_of(action) is not None:
        return False
    return any(like(action, operation, ignore_case=True) for operation in _COUNTED)


def _accounts(scenario: Scenario, chain: str) -> list[str]:
    """Accounts whose identities sign with a chain."""
    entries = [entry for step in scenario.credentials[chain] for entry in identity(scenario, step)]
    return list(dict.fromkeys(name for kind, name in entries if kind == "account"))
