"""What is no mistake but has to be known before a scenario's figures are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sim.aws import sts
from sim.aws.sts_operations import OPERATIONS
from sim.policies.authorization_match import like
from sim.scenario import Scenario
from sim.sts_calls import not_drawn
from sim.sts_calls import operation_of as called
from sim.validation.chains import identity, operation_of, root_users, steps

__all__ = ["notes"]

_COUNTED: Final = tuple(f"sts:{operation}" for operation in sts.QUOTA_OPERATIONS.value)


def notes(scenarios: Iterable[Scenario]) -> list[str]:
    """Sentences about right scenarios, each once, in the order in which they were found."""
    told = (text for scenario in scenarios for find in (_calls_to_sts, _root_users) for text in find(scenario))
    return list(dict.fromkeys(told))


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


def _root_users(scenario: Scenario) -> Iterator[str]:
    """What AWS advises about the root user, and requests that it grants for less time than they ask."""
    for name, user in scenario.users.items():
        if user.root and user.key is not None:
            yield (
                f"users.{name}.key: AWS advises against access keys of the root user; nothing but service and resource "
                "control policies can limit them"
            )
        if user.root and user.password is not None and not user.password.mfa:
            yield (
                f"users.{name}.password.mfa: without it the password alone opens the account; AWS Config "
                "(root-account-mfa-enabled) asks for MFA of the root user"
            )
    for path, step in steps(scenario):
        operation = OPERATIONS.get(operation_of(scenario, step) or "")
        if operation is None or operation.of_root is None or step.session_s is None:
            continue
        granted_s = operation.granted_s(step.session_s, by_root=True)
        if granted_s < step.session_s and root_users(scenario, step):
            place = ".".join(map(str, path))
            yield (
                f"{place}.session_s: {step.session_s:g} is cut to {granted_s:g}: AWS gives the root user no longer "
                f"session by {operation.name}, and does not refuse"
            )


def _counted(action: str, why: str | None) -> bool:
    """Whether AWS counts calls of an action that do not draw here."""
    if why is None and called(action) is not None:
        return False
    return any(like(action, operation, ignore_case=True) for operation in _COUNTED)


def _accounts(scenario: Scenario, chain: str) -> list[str]:
    """Accounts whose identities sign with a chain."""
    entries = [entry for step in scenario.credentials[chain] for entry in identity(scenario, step)]
    return list(dict.fromkeys(name for kind, name in entries if kind == "account"))
