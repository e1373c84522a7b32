"""Session lengths: AWS lets one set them in few places, and within limits that depend on who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.issuers.spec import IdentityCenter
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.scenario_errors import Finding
from sim.validation_chains import issuer_of, operation_of, steps

__all__ = ["RULES"]

_SHORTEST_S: Final = 900.0
_LONGEST_ROLE_S: Final = 43200.0
_LONGEST_CHAINED_S: Final = 3600.0
_NOT_SETTABLE: Final = {
    "imds": "the length of an instance role's own credentials cannot be set: AWS gives about 6 h; remove session_s",
    "access_key": "an access key has no session length; remove session_s",
    "password": "a console session of an IAM user cannot be set here; remove session_s",
}


def _settable(scenario: Scenario) -> Iterator[Finding]:
    for path, step in steps(scenario):
        if step.session_s is None:
            continue
        operation = operation_of(scenario, step)
        if operation in _NOT_SETTABLE:
            yield (*path, "session_s"), _NOT_SETTABLE[operation]
        if operation == "identity_center":
            name, chosen = issuer_of(step), step.permission_set or "NAME"
            yield (
                (*path, "session_s"),
                "the length belongs to the permission set, not to the step; "
                f"set issuers.{name}.permission_sets.{chosen}.session_s (3600 to 43200)",
            )


def _within_limits(scenario: Scenario) -> Iterator[Finding]:
    for path, step in steps(scenario):
        operation = operation_of(scenario, step)
        if step.session_s is None or operation not in ("AssumeRole", "AssumeRoleWithSAML"):
            continue
        text = _limit(scenario, step)
        if text is not None:
            yield (*path, "session_s"), f"{step.session_s:g} is not allowed; {text}"


def _limit(scenario: Scenario, step: Step) -> str | None:
    """Which limit a session length breaks, and what would be right."""
    length = step.session_s or 0.0
    if length < _SHORTEST_S:
        return "STS issues no role session below 900 s (15 min)"
    if length > _LONGEST_ROLE_S:
        return (
            "a role session lasts at most 43200 s (12 h), and not above the role's max_session_s; "
            "36 h exist only for GetSessionToken and GetFederationToken of an IAM user"
        )
    if step.source is not None and length > _LONGEST_CHAINED_S and _temporary(scenario, step.source):
        return (
            "AWS answers ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles "
            f"assumed by role chaining; {step.source} yields temporary credentials, so at most 3600"
        )
    role = scenario.roles.get(step.role or "")
    if role is not None and length > role.max_session_s:
        return f"role {step.role} has max_session_s {role.max_session_s:g}; ask for less or raise it (at most 43200)"
    return None


def _temporary(scenario: Scenario, chain: str) -> bool:
    """Whether any step of a chain yields a session: only a user's access key is not temporary."""
    return any(issuer_of(step) != "access_key" for step in scenario.credentials.get(chain, ()))


def _portal(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, IdentityCenter) and not issuer.permission_sets:
            yield (
                ("issuers", name, "permission_sets"),
                "an Identity Center without permission sets hands out nothing; give one",
            )


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (_settable, _within_limits, _portal)
"""Every rule of this file."""
