"""Populations: people need hours and ways to log in, hosts need instances, work needs time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.issuers.spec import IdentityCenter
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.validation.chains import issuer_of, operation_of, steps

__all__ = ["RULES"]

_WAYS: Final = {
    "identity_center": ("sso", "console"),
    "AssumeRoleWithSAML": ("saml-file", "process", "console"),
    "AssumeRoleWithWebIdentity": ("process", "console"),
    "password": ("console", "login"),
    "access_key": (),
    "imds": (),
    "AssumeRole": (),
    "GetSessionToken": (),
    "GetFederationToken": (),
    "AssumeRoot": (),
}
"""Ways in which a person uses what a step yields."""
_ALSO: Final = {"AssumeRole": ("console",)}
"""Ways that need not be said: a role is switched to in the console, or assumed by a command."""


def _workday(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        kinds = [calls.kind for calls in population.calls]  # type: ignore[attr-defined]
        if "on_off" in kinds and population.workday is None:
            yield ("populations", name, "workday"), "is missing; calls of kind on_off happen within working hours"
        if "on_off" in kinds and not population.people:
            yield ("populations", name, "people"), "must be true where calls are on_off: those are people at work"
        if population.people and population.work is not None:
            yield ("populations", name, "work"), "people have no fixed work of calls; use a population of processes"
        named = ((one.action, one.resource) for one in population.calls)
        actions = sorted({f"{action} on {name}" if name else action for action, name in named})
        if population.work is not None and len(actions) > 1:
            yield ("populations", name, "calls"), f"a fixed work is of one action, not of {', '.join(actions)}"


def _no_calls(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        if not population.calls:
            yield ("populations", name, "calls"), "is empty; give at least one call process"


def _time_zones(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        total = sum(zone.share for zone in population.time_zones)
        if population.time_zones and abs(total - 1) > 1e-6:
            yield ("populations", name, "time_zones"), f"the shares add up to {total:g}; they must add up to 1"


def _ways(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        for index, step in enumerate(scenario.credentials.get(population.credentials, ())):
            ways = _WAYS.get(operation_of(scenario, step) or "", ())
            path = ("credentials", population.credentials, index, "way")
            if population.people and ways and step.way not in ways:
                said = "is missing" if step.way is None else f"{step.way} does not go with {step.from_}"
                yield path, f"{said}; {name} are people, and from {step.from_} they come by {' or '.join(ways)}"
            elif step.way is not None and step.way not in (*ways, *_ALSO.get(operation_of(scenario, step) or "", ())):
                yield (
                    path,
                    f"{step.way} does not go with {step.from_}; {'ways: ' + ', '.join(ways) if ways else 'remove it'}",
                )
            elif step.way is not None and not population.people:
                yield path, f"{name} are processes, and a process has no way to log in; set people: true or remove it"


def _hosts(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        if population.people and population.per_host > 1:
            yield ("populations", name, "per_host"), f"{population.per_host} is not allowed; people share no host"


def _trace(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        if population.start is not None and population.start.at_s > scenario.run.horizon_s:
            late = f"{population.start.at_s:g} is not allowed; it lies past the horizon of {scenario.run.horizon_s:g} s"
            yield ("populations", name, "start", "at_s"), late


def _access_tokens(scenario: Scenario) -> Iterator[Finding]:
    """Access tokens are Identity Center's, and end with its portal session."""
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, IdentityCenter) and (issuer.access_token_s or 0.0) > issuer.portal_session_s:
            yield (
                ("issuers", name, "access_token_s"),
                f"{issuer.access_token_s:g} is not allowed; an access token ends with the portal session, after "
                f"{issuer.portal_session_s:g} s at the latest",
            )
    for path, step in steps(scenario):
        portal = scenario.issuers.get(issuer_of(step))
        if step.refresh_token:
            continue
        if not isinstance(portal, IdentityCenter):
            yield (*path, "refresh_token"), f"false goes with Identity Center; {step.from_} gives no such token"
        elif portal.access_token_s is None:
            yield (
                (*path, "refresh_token"),
                f"false changes nothing while access tokens live as long as the portal session; give "
                f"issuers.{issuer_of(step)}.access_token_s",
            )


def _providers(scenario: Scenario) -> Iterator[Finding]:
    """A person logs in at one identity provider, whatever their chain yields."""
    for name, population in scenario.populations.items():
        met: dict[str, None] = {}
        for path, step in _with_sources(scenario, population.credentials):
            center = scenario.issuers.get(issuer_of(step))
            idp = center.idp if isinstance(center, IdentityCenter) else step.idp
            if idp is not None:
                met[idp] = None
            if population.people and len(met) > 1:
                one, other = met
                yield (
                    path,
                    f"the people of {name} log in at {one} before and at {other} here; a person has one provider",
                )
                break


def _with_sources(scenario: Scenario, chain: str) -> Iterator[tuple[Path, Step]]:
    """The steps of a chain, those of its sources behind them."""
    chains = [chain]
    for one in chains:
        for index, step in enumerate(scenario.credentials.get(one, ())):
            yield ("credentials", one, index), step
            if step.source is not None and step.source not in chains:
                chains.append(step.source)


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _workday,
    _no_calls,
    _time_zones,
    _ways,
    _hosts,
    _trace,
    _access_tokens,
    _providers,
)
"""Every rule of this file."""
