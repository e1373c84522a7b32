"""What answers on hosts: roles that trust the compute they are attached to, agents and brokers that can work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.aws import sts
from sim.issuers.spec import Attached, Broker, Endpoint, Function, IdentityProvider, Imds, PodIdentity, Sts
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.principals.role import Trust
from sim.problems import did_you_mean
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.sdks import SDKS
from sim.validation.chains import issuer_at, operation_of, steps
from sim.validation.references import issuers_of, several, unknown

__all__ = ["RULES"]

_CALLED: Final = {
    "ec2.amazonaws.com": "EC2",
    "ecs-tasks.amazonaws.com": "ECS",
    "lambda.amazonaws.com": "Lambda",
    "pods.eks.amazonaws.com": "EKS Pod Identity",
}
_SHORTEST_S: Final = float(sts.ASSUME_ROLE_MIN_S.value)
_CHAINED_S: Final = float(sts.CHAINED_MAX_S.value)


def _attached(scenario: Scenario) -> Iterator[Finding]:
    """A role that compute gets trusts the service that runs it."""
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, Attached):
            yield from _trusts_service(scenario, ("issuers", name, "role"), issuer.role, issuer.service)
    for path, step in steps(scenario):
        agent = issuer_at(scenario, step)
        if isinstance(agent, PodIdentity):
            yield from _trusts_service(scenario, (*path, "role"), step.role, agent.service)


def _trusts_service(scenario: Scenario, path: Path, name: str | None, service: str) -> Iterator[Finding]:
    role = scenario.roles.get(name or "")
    if role is not None and isinstance(role.trust, Trust) and service not in several(role.trust.service):
        yield path, f"role {name} does not trust {_CALLED[service]}; roles.{name}.trust needs service: {service}"


def _lives(scenario: Scenario) -> Iterator[Finding]:
    """What is handed out lives until the next is."""
    for name, issuer in scenario.issuers.items():
        path: Path = ("issuers", name)
        if isinstance(issuer, Endpoint) and issuer.life_s < issuer.offered_every_s:
            yield (
                (*path, "life_s"),
                f"{issuer.life_s:g} is shorter than offered_every_s ({issuer.offered_every_s:g}): every set "
                "would expire before the next is offered; make offered_every_s at most life_s",
            )
        if isinstance(issuer, Function) and issuer.life_s < issuer.environment_s:
            yield (
                (*path, "life_s"),
                f"{issuer.life_s:g} is shorter than environment_s ({issuer.environment_s:g}): nothing renews what "
                "lies in an environment; make environment_s at most life_s",
            )


def _agents(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        path: Path = ("issuers", name)
        if isinstance(issuer, PodIdentity | Broker):
            yield from unknown((*path, "sdk"), "SDK preset", issuer.sdk, SDKS)
        if isinstance(issuer, PodIdentity):
            yield from _issuer(scenario, (*path, "cluster"), issuer.cluster, "idp")
            yield from _issuer(scenario, (*path, "upstream"), issuer.upstream, "eks_auth")
            cluster = scenario.issuers.get(issuer.cluster)
            if cluster is not None and getattr(cluster, "token_renewed_at", 1.0) is None:
                yield (
                    (*path, "cluster"),
                    f"{issuer.cluster} projects no tokens into pods; set issuers.{issuer.cluster}.token_renewed_at, "
                    "which is 0.8 for the kubelet",
                )
            renew_s = issuer.settings.renew_after_s
            if renew_s is not None and renew_s >= issuer.life_s:
                yield (
                    (*path, "settings", "renew_after_s"),
                    f"{renew_s:g} is not below the life of what it renews (life_s {issuer.life_s:g}); "
                    "the agent's own is 10800",
                )


def _issuer(scenario: Scenario, path: Path, name: str, kind: str) -> Iterator[Finding]:
    """The issuer exists and is of the kind."""
    found = scenario.issuers.get(name)
    if found is not None and found.kind != kind:
        yield (
            path,
            f"{name} is of kind {found.kind}, not {kind}; {did_you_mean(name, issuers_of(scenario, kind), kind)}",
        )
    else:
        yield from unknown(path, f"issuer of kind {kind}", name, issuers_of(scenario, kind))


def _brokers(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, Broker):
            yield from unknown(("issuers", name, "role"), "role", issuer.role, scenario.roles)
            yield from _upstream(scenario, name, issuer)
            yield from _session(("issuers", name), issuer)


def _upstream(scenario: Scenario, name: str, broker: Broker) -> Iterator[Finding]:
    path: Path = ("issuers", name, "upstream", "from")
    issuer, _, operation = broker.upstream.from_.partition(".")
    found = scenario.issuers.get(issuer)
    if issuer == name:
        yield (
            path,
            f"{name} is the broker itself; it asks STS: write the name of an issuer of kind sts, as sts.AssumeRole",
        )
    elif found is None:
        yield from unknown(path, "issuer of kind sts", issuer, issuers_of(scenario, "sts"))
    elif not isinstance(found, Sts):
        yield path, f"{issuer} is of kind {found.kind}; a broker asks an issuer of kind sts, as sts.AssumeRole"
    elif operation != "AssumeRole":
        yield path, f"a broker assumes roles; write {issuer}.AssumeRole"


def _session(path: Path, broker: Broker) -> Iterator[Finding]:
    length, left = broker.upstream.session_s, broker.cache.renew_when_left_s
    if length < _SHORTEST_S:
        yield (
            (*path, "upstream", "session_s"),
            f"{length:g} is not allowed; AssumeRole issues no session below 900 s (15 min)",
        )
    if length > _CHAINED_S:
        yield (
            (*path, "upstream", "session_s"),
            f"{length:g} is not allowed; a broker signs with a role's session, and AWS answers ValidationError above "
            f"{_CHAINED_S:g} s (role chaining)",
        )
    if left >= length:
        yield (
            (*path, "cache", "renew_when_left_s"),
            f"{left:g} is not below the session's length (upstream.session_s {length:g}): nothing would be "
            "served from the cache; 300 is kiam's default",
        )


def _brokered(scenario: Scenario) -> Iterator[Finding]:
    """A role that a broker hands out trusts the broker."""
    for path, step in steps(scenario):
        broker, role = issuer_at(scenario, step), scenario.roles.get(step.role or "")
        if not isinstance(broker, Broker) or role is None or not isinstance(role.trust, Trust):
            continue
        account = scenario.roles[broker.role].account if broker.role in scenario.roles else ""
        if broker.role not in several(role.trust.role) and account not in several(role.trust.account):
            yield (
                (*path, "role"),
                f"role {step.role} does not trust the broker; roles.{step.role}.trust needs role: {broker.role}",
            )


def _nodes(scenario: Scenario) -> Iterator[Finding]:
    """How many pods share an agent decides what it does, so it has to be said."""
    for name, population in scenario.populations.items():
        for step in scenario.credentials.get(population.credentials, ()):
            issuer = issuer_at(scenario, step)
            if isinstance(issuer, PodIdentity) and "per_host" not in population.model_fields_set:
                yield (
                    ("populations", name, "per_host"),
                    f"is missing; {step.from_} is one agent per node, so say how many pods a node has",
                )


def _all_steps(scenario: Scenario, chain: str) -> Iterator[Step]:
    """The steps of a chain and of its sources."""
    seen = [chain]
    for name in seen:
        for step in scenario.credentials.get(name, ()):
            yield step
            if step.source is not None and step.source not in seen:
                seen.append(step.source)


def _hops(scenario: Scenario) -> Iterator[Finding]:
    """Hops matter to the metadata service only."""
    for name, population in scenario.populations.items():
        asked = [issuer_at(scenario, step) for step in _all_steps(scenario, population.credentials)]
        if population.hops > 1 and not any(isinstance(issuer, Imds) for issuer in asked):
            yield (
                ("populations", name, "hops"),
                f"{population.hops} means nothing here; only a metadata service (kind imds) has a hop limit",
            )


def _token_files(scenario: Scenario) -> Iterator[Finding]:
    """A token that is read once lies in a file: a pod's, which its kubelet renews."""
    peoples = {population.credentials for population in scenario.populations.values() if population.people}
    for path, step in steps(scenario):
        if step.rereads_token:
            continue
        here, idp = (*path, "rereads_token"), scenario.issuers.get(step.idp or "")
        if isinstance(issuer_at(scenario, step), PodIdentity):
            continue
        if operation_of(scenario, step) != "AssumeRoleWithWebIdentity":
            yield here, f"false goes with tokens in a pod's file; a step from {step.from_} shows none"
        elif isinstance(idp, IdentityProvider) and idp.token_renewed_at is None:
            yield here, f"{step.idp} keeps no token in a file (token_renewed_at: null); remove rereads_token"
        elif path[1] in peoples:
            yield here, "people log in, and have no token in a file; remove rereads_token"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _attached,
    _lives,
    _agents,
    _brokers,
    _brokered,
    _nodes,
    _hops,
    _token_files,
)
"""Every rule of this file."""
