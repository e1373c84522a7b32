"""Credential-provider chains: what each step names, who signs its request, and whether the role's trust lets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sim.aws.sts_operations import OPERATIONS
from sim.issuers.spec import Attached, Broker, IdentityCenter, IssuerSpec, PodIdentity, RolesAnywhere, Sts
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.principals.role import Trust
from sim.problems import did_you_mean, shorten
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.validation.references import PLACES, issuers_of, several, unknown

__all__ = ["LOCAL", "RULES", "STS_OPERATIONS", "issuer_of", "operation_of", "root_users", "steps"]

STS_OPERATIONS: Final = tuple(OPERATIONS)
"""Operations of STS that a step may ask for."""

_VOUCHED: Final = {"AssumeRoleWithSAML": "saml", "AssumeRoleWithWebIdentity": "web_identity"}

LOCAL: Final = ("access_key", "password", "presigned", "anonymous")
"""What a step may name besides an issuer: a user's own long-term credentials, requests signed ahead, or none at all."""

HANDS_OUT: Final = (Attached, Broker, IdentityCenter, PodIdentity, RolesAnywhere)
"""Kinds of issuers besides STS that a step may name; they have no operations."""

_USED: Final = {
    "access_key": {"user"},
    "password": {"user"},
    "AssumeRole": {"role", "user", "service", "source"},
    "AssumeRoleWithSAML": {"role", "idp"},
    "AssumeRoleWithWebIdentity": {"role", "idp"},
    "GetSessionToken": {"user", "source"},
    "GetFederationToken": {"user", "source"},
    "AssumeRoot": {"account", "task_policy", "user", "source"},
    "presigned": {"user", "source"},
    "anonymous": set(),
    **{kind: {"role"} for kind in ("imds", "container", "lambda", "broker", "pod_identity", "roles_anywhere")},
    "identity_center": {"permission_set"},
}
_ASKED: Final = ("role", "user", "service", "source", "idp", "permission_set", "account", "task_policy")
_SIGN: Final = ("user", "service", "source")


def steps(scenario: Scenario) -> Iterator[tuple[Path, Step]]:
    """Every step with its path."""
    for name, chain in scenario.credentials.items():
        for index, step in enumerate(chain):
            yield ("credentials", name, index), step


def issuer_of(step: Step) -> str:
    """Name before the dot: an issuer, or one of `LOCAL`."""
    return step.from_.partition(".")[0]


def issuer_at(scenario: Scenario, step: Step) -> IssuerSpec | None:
    """The issuer that a step names, if it names one that exists."""
    return scenario.issuers.get(issuer_of(step))


def operation_of(scenario: Scenario, step: Step) -> str | None:
    """What a step does: an STS operation, the kind of another issuer, or one of `LOCAL`; None if unknown."""
    name, _, operation = step.from_.partition(".")
    if name in LOCAL and not operation:
        return name
    issuer = scenario.issuers.get(name)
    if isinstance(issuer, Sts):
        return operation if operation in STS_OPERATIONS else None
    return issuer.kind if isinstance(issuer, HANDS_OUT) and not operation else None


def root_users(scenario: Scenario, step: Step) -> tuple[tuple[str, str], ...]:
    """(`user` or `source`, name of the root user) of every root user who may sign the step's request."""
    chain = scenario.credentials.get(step.source or "", ())
    named = [("user", step.user), *(("source", one.user) for one in chain if one.role is None)]
    known = ((word, name) for word, name in dict.fromkeys(named) if name is not None and name in scenario.users)
    return tuple((word, name) for word, name in known if scenario.users[name].root)


def _sources(scenario: Scenario) -> Iterator[Finding]:
    """`from` names an issuer that hands out credentials, with an operation where it has several."""
    for path, step in steps(scenario):
        name, _, operation = step.from_.partition(".")
        here = (*path, "from")
        issuer = scenario.issuers.get(name)
        if name in LOCAL:
            if operation:
                yield here, f"{name} has no operation; write {name}"
        elif issuer is None:
            yield from unknown(here, "issuer", name, [*scenario.issuers, *LOCAL])
        elif isinstance(issuer, Sts):
            if operation not in STS_OPERATIONS:
                said = f"unknown operation {shorten(operation)}" if operation else "the operation is missing"
                yield here, f"{said}; {did_you_mean(operation, STS_OPERATIONS, 'operations')}"
        elif not isinstance(issuer, HANDS_OUT):
            yield (
                here,
                f"an issuer of kind {issuer.kind} hands out no AWS credentials; sts, imds, container, lambda, "
                "pod_identity, broker, roles_anywhere and identity_center do",
            )
        elif operation:
            yield here, f"an issuer of kind {issuer.kind} has no operations; write {name}"


def _needed(scenario: Scenario) -> Iterator[Finding]:
    """Each kind of step says exactly what it needs."""
    for path, step in steps(scenario):
        operation = operation_of(scenario, step)
        if operation is None:
            continue
        given = {key for key in _ASKED if getattr(step, key) is not None}
        for key in sorted(given - _USED[operation]):
            takes = ", ".join(sorted(_USED[operation])) or "nothing"
            yield (*path, key), f"a step from {step.from_} takes no {key}; it takes {takes}"
        signed = operation in OPERATIONS or operation == "presigned"
        required = _USED[operation] - set(_SIGN if signed else ())
        for key in sorted(required - given - ({"role"} if isinstance(issuer_at(scenario, step), Attached) else set())):
            yield (*path, key), f"is missing; a step from {step.from_} needs it"
        signers = [key for key in _SIGN if key in _USED[operation]]
        if signed and signers and not given & set(signers):
            yield path, f"who signs the {operation} request? give {one_of(signers)}"


def one_of(names: Sequence[str]) -> str:
    """Names to choose from, in words."""
    return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _names(scenario: Scenario) -> Iterator[Finding]:
    """Everything a step names exists."""
    for path, step in steps(scenario):
        yield from unknown((*path, "role"), "role", step.role, scenario.roles)
        yield from unknown((*path, "user"), "user", step.user, scenario.users)
        yield from unknown((*path, "source"), "chain", step.source, scenario.credentials)
        yield from unknown((*path, "account"), "account", step.account, scenario.accounts)
        yield from unknown((*path, "idp"), "issuer of kind idp", step.idp, issuers_of(scenario, "idp"))
        yield from unknown((*path, "place"), "place", step.place, PLACES)
        issuer = scenario.issuers.get(issuer_of(step))
        if isinstance(issuer, IdentityCenter):
            yield from unknown((*path, "permission_set"), "permission set", step.permission_set, issuer.permission_sets)
        if isinstance(issuer, Attached) and step.role is not None and step.role != issuer.role:
            yield (
                (*path, "role"),
                f"{step.role} is not the role of {issuer_of(step)}, which is {issuer.role}; leave role out",
            )


def _long_term(scenario: Scenario) -> Iterator[Finding]:
    """A user whose key or password is used has one."""
    for path, step in steps(scenario):
        user = scenario.users.get(step.user or "")
        if user is None:
            continue
        if issuer_of(step) == "password" and user.password is None:
            yield (*path, "user"), f"user {step.user} has no password; give users.{step.user}.password"
        if issuer_of(step) != "password" and user.key is None:
            yield (*path, "user"), f"user {step.user} has no access key; give users.{step.user}.key"


def _cycles(scenario: Scenario) -> Iterator[Finding]:
    """No chain gets its credential, through sources, from itself."""
    for name in scenario.credentials:
        trail = [name]
        seen = set(trail)
        for current in trail:
            for step in scenario.credentials.get(current, ()):
                if step.source == name:
                    through = " -> ".join([*_way(scenario, name, current), name])
                    yield (
                        ("credentials", name),
                        f"role chaining goes in a circle: {through}; it must start from a key, an instance or a login",
                    )
                if step.source is not None and step.source not in seen:
                    seen.add(step.source)
                    trail.append(step.source)


def _way(scenario: Scenario, start: str, end: str) -> list[str]:
    """Chains from `start` to `end` along sources, the shortest way."""
    ways = [[start]]
    for way in ways:
        if way[-1] == end:
            return way
        sources = {step.source for step in scenario.credentials.get(way[-1], ()) if step.source is not None}
        ways += [[*way, source] for source in sorted(sources) if source not in way]
    return [start, end]


def _trust(scenario: Scenario) -> Iterator[Finding]:
    """The role that a step asks for trusts whoever asks. Policy documents are judged in the run."""
    for path, step in steps(scenario):
        role = scenario.roles.get(step.role or "")
        if role is None or not isinstance(role.trust, Trust) or root_users(scenario, step):
            continue  # the root user assumes no role, as another rule tells
        operation = operation_of(scenario, step)
        asked = _askers(scenario, step, operation)
        if asked and not any(name in several(getattr(role.trust, key)) for key, name in asked):
            wanted = " or ".join(dict.fromkeys(f"{key}: {name}" for key, name in asked))
            yield (*path, "role"), f"role {step.role} does not trust who asks; roles.{step.role}.trust needs {wanted}"


def _askers(scenario: Scenario, step: Step, operation: str | None) -> list[tuple[str, str]]:
    """Trust entries any of which lets the step's request pass; empty if the step is wrong anyway."""
    if operation in _VOUCHED:
        return [(_VOUCHED[operation], step.idp)] if step.idp is not None else []
    if operation == "roles_anywhere":
        return [("service", RolesAnywhere.service)]
    if operation != "AssumeRole":
        return []
    if step.service is not None:
        return [("service", step.service)]
    if step.user is not None:
        return _user(scenario, step.user)
    return [entry for one in scenario.credentials.get(step.source or "", ()) for entry in identity(scenario, one)]


def _user(scenario: Scenario, name: str | None) -> list[tuple[str, str]]:
    user = scenario.users.get(name or "")
    return [("user", str(name)), ("account", user.account)] if user is not None else []


def identity(scenario: Scenario, step: Step) -> list[tuple[str, str]]:
    """Trust entries that name the principal a step's credential belongs to."""
    issuer = scenario.issuers.get(issuer_of(step))
    if issuer_of(step) in LOCAL:
        return _user(scenario, step.user)
    if isinstance(issuer, IdentityCenter):
        chosen = issuer.permission_sets.get(step.permission_set or "")
        return [("identity_center", issuer_of(step)), *([("account", chosen.account)] if chosen is not None else [])]
    if step.role is None and step.user is not None:
        return _user(scenario, step.user)
    name = issuer.role if isinstance(issuer, Attached) else step.role
    role = scenario.roles.get(name or "")
    return [("role", str(name)), ("account", role.account)] if role is not None else []


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _sources,
    _needed,
    _names,
    _long_term,
    _cycles,
    _trust,
)
"""Every rule of this file."""
