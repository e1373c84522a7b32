"""Session lengths: AWS lets one set them in few places, and within limits that depend on who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.aws import roles_anywhere, sts
from sim.aws.sts_operations import OPERATIONS, StsOperation
from sim.issuers.spec import Broker, Endpoint, IdentityCenter, Imds, PodIdentity, RolesAnywhere, Sts
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.sdk_words import RefreshWords, SdkWords
from sim.validation.chains import issuer_of, operation_of, steps

__all__ = ["RULES"]

_COPIED: Final = (Sts, Endpoint, Broker, PodIdentity, RolesAnywhere)
"""Kinds of issuers whose sessions a program may read once and keep; a function's are never renewed anyway."""
_CHAINED: Final = float(sts.CHAINED_MAX_S.value)
_NOT_SETTABLE: Final = {
    "imds": "the length of an instance role's own credentials cannot be set: AWS gives about 6 h; remove session_s",
    "container": "the length of an ECS task's credentials cannot be set: AWS gives 6 h; remove session_s",
    "lambda": "the length of a function's credentials cannot be set; remove session_s",
    "pod_identity": "the length of Pod Identity's credentials cannot be set: AWS gives about 6 h; remove session_s",
    "broker": "the broker decides how long its sessions are; set issuers.NAME.upstream.session_s",
    "anonymous": "without a credential there is no session; remove session_s",
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
        operation = OPERATIONS.get(operation_of(scenario, step) or "")
        if step.session_s is None or operation is None:
            continue
        text = _limit(scenario, step, operation)
        if text is not None:
            yield (*path, "session_s"), f"{step.session_s:g} is not allowed; {text}"


def _anywhere(scenario: Scenario) -> Iterator[Finding]:
    """What IAM Roles Anywhere issues."""
    shortest, longest = float(roles_anywhere.SESSION_MIN_S.value), float(roles_anywhere.SESSION_MAX_S.value)
    for path, step in steps(scenario):
        if step.session_s is None or operation_of(scenario, step) != "roles_anywhere":
            continue
        if not shortest <= step.session_s <= longest:
            yield (
                (*path, "session_s"),
                f"{step.session_s:g} is not allowed; CreateSession issues sessions of {shortest:g} s to {longest:g} s",
            )


def _limit(scenario: Scenario, step: Step, operation: StsOperation) -> str | None:
    """Which limit a session length breaks, and what would be right."""
    length = step.session_s or 0.0
    if length < operation.shortest_s:
        return f"{operation.name} issues no session below {operation.shortest_s:g} s (15 min)"
    if length > operation.longest_s:
        return f"{operation.name} issues sessions of at most {operation.longest_s:g} s{_LONGEST[operation.subject]}"
    if operation.chained and step.source is not None and length > _CHAINED and _temporary(scenario, step.source):
        return (
            "AWS answers ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles "
            f"assumed by role chaining; {step.source} yields temporary credentials, so at most {_CHAINED:g}"
        )
    role = scenario.roles.get(step.role or "")
    if role is not None and length > role.max_session_s:
        return (
            "AWS answers ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this "
            f"role; role {step.role} has max_session_s {role.max_session_s:g}: ask for less or raise it (at most 43200)"
        )
    return None


_LONGEST: Final = {
    "role": " (12 h), and not above the role's max_session_s; "
    "36 h exist only for GetSessionToken and GetFederationToken of an IAM user",
    "user": " (36 h)",
    "federated": " (36 h)",
    "root": " (15 min)",
}


def _temporary(scenario: Scenario, chain: str) -> bool:
    """Whether any step of a chain yields a session that counts: a key is not temporary, an instance's may not count."""
    return any(_counts(scenario, step) for step in scenario.credentials.get(chain, ()))


def _counts(scenario: Scenario, step: Step) -> bool:
    issuer = scenario.issuers.get(issuer_of(step))
    if isinstance(issuer, Imds):
        return issuer.assume_role_is_chaining
    return issuer_of(step) != "access_key"


def _portal(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, IdentityCenter) and not issuer.permission_sets:
            yield (
                ("issuers", name, "permission_sets"),
                "an Identity Center without permission sets hands out nothing; give one",
            )


def _copied(scenario: Scenario) -> Iterator[Finding]:
    """`renewed: false` copies a session from STS, by the step that is asked first."""
    for path, step in steps(scenario):
        if step.renewed:
            continue
        here = (*path, "renewed")
        if path[-1] != 0:
            yield here, "false goes with the first step of a chain only: its windows hold for the whole chain"
        if not isinstance(scenario.issuers.get(issuer_of(step)), _COPIED) and step.from_ != "presigned":
            yield here, f"false does not go with {step.from_}; sessions are copied that a process can ask for by itself"
        if step.way is not None:
            yield here, f"false does not go with way: {step.way}, which says itself how its session is renewed"
        if step.refresh.model_fields_set:
            yield (*path, "refresh"), "says when to renew what renewed: false never renews; remove one of them"


def _copies_begin(scenario: Scenario) -> Iterator[Finding]:
    """A copy is as old as its process: a population that has run for ever would hold nothing but expired ones."""
    for name, population in scenario.populations.items():
        chain = scenario.credentials.get(population.credentials, ())
        begins = population.start is not None or population.arrivals is not None
        if not begins and any(not step.renewed for step in chain):
            yield (
                ("populations", name, "start"),
                f"is missing; {population.credentials} is never renewed, so its age counts from a start: give at_s",
            )


def _late_begin(scenario: Scenario) -> Iterator[Finding]:
    """What is renewed after its end has a part of its life that no stationary law tells."""
    for name, population in scenario.populations.items():
        if population.start is not None or population.arrivals is not None:
            continue
        words: list[tuple[Path, RefreshWords]] = []
        words += [(("populations", name, "sdk", kind), rule) for kind, rule in _windows(population.sdk)]
        chain = scenario.credentials.get(population.credentials, ())
        words += [(("credentials", population.credentials, n, "refresh"), one.refresh) for n, one in enumerate(chain)]
        for path, rule in words:
            for word in ("advisory_s", "mandatory_s"):
                if (getattr(rule, word) or 0.0) < 0:
                    yield (*path, word), f"below 0 counts from a start: give populations.{name}.start with at_s"


def _windows(sdk: str | SdkWords) -> tuple[tuple[str, RefreshWords], ...]:
    return () if isinstance(sdk, str) else (("sts", sdk.sts), ("imds", sdk.imds), ("container", sdk.container))


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _settable,
    _within_limits,
    _anywhere,
    _portal,
    _copied,
    _copies_begin,
    _late_begin,
)
"""Every rule of this file."""
