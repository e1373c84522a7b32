"""What an upgrade makes of a population: the scenario as its processes see it before and after each one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sim.faults.upgrade import Upgrade
from sim.loading.overlay import apply, segments
from sim.principals.population import Population
from sim.problems import did_you_mean, shorten
from sim.providers.step import Chain, Step
from sim.scenario import Scenario

__all__ = ["FIXED", "Upgraded", "upgraded", "upgrades_of", "versions"]

FIXED: Final = frozenset(
    {"count", "per_host", "people", "profiles", "start", "arrivals", "lifetime_s", "workday", "time_zones", "work"}
)
"""What stays as it is when processes are upgraded: how many there are, where, when and for how long."""

_CHAIN: Final[TypeAdapter[Any]] = TypeAdapter(Chain)


class Upgraded(NamedTuple):
    """A scenario as the processes of one population see it after an upgrade.

    Attributes:
        scenario: The scenario; as it was, where `problems` are told.
        problems: Path of `set`, and what is wrong with it.
    """

    scenario: Scenario
    problems: tuple[tuple[str, str], ...]


def upgrades_of(scenario: Scenario, population: str) -> list[Upgrade]:
    """The upgrades of a population in order of time."""
    found = [fault for fault in scenario.timeline if isinstance(fault, Upgrade) and fault.upgrade == population]
    return sorted(found, key=lambda upgrade: upgrade.at_s)


def versions(scenario: Scenario, population: str) -> tuple[Scenario, ...]:
    """The scenario as a population's processes see it: at first, then after each of its upgrades.

    Every upgrade comes on top of the ones before it. Nobody else sees the difference.
    """
    found = [scenario]
    for upgrade in upgrades_of(scenario, population):
        found.append(upgraded(found[-1], upgrade).scenario)
    return tuple(found)


def upgraded(scenario: Scenario, upgrade: Upgrade) -> Upgraded:
    """The scenario with an upgrade's settings: those of its population and of chains, nothing else."""
    name = upgrade.upgrade
    problems = list(_foreign(upgrade))
    foreign = {path for path, _ in problems}
    allowed = {_listed(path): value for path, value in upgrade.set.items() if path not in foreign}
    done = apply(_words(scenario, name), allowed)
    problems += done.problems
    try:
        population = Population.model_validate(done.data["populations"][name])
        chains = {chain: _CHAIN.validate_python(steps) for chain, steps in done.data["credentials"].items()}
    except ValidationError as error:
        return Upgraded(scenario, (*problems, *_refused(error, allowed)))
    chains = {chain: steps if steps != scenario.credentials.get(chain) else scenario.credentials[chain]
              for chain, steps in chains.items()}  # fmt: skip
    words = {"populations": {**scenario.populations, name: population}, "credentials": chains}
    return Upgraded(scenario if problems else scenario.model_copy(update=words), tuple(problems))


def _words(scenario: Scenario, name: str) -> dict[str, Any]:
    """The part of the document that an upgrade may change."""
    how: Any = {"mode": "json", "by_alias": True, "exclude_unset": True}
    chains = {chain: [step.model_dump(**how) for step in steps] for chain, steps in scenario.credentials.items()}
    return {"populations": {name: scenario.populations[name].model_dump(**how)}, "credentials": chains}


def _listed(path: str) -> str:
    """A path into the only call process, which a file may write without the list, as one into the list."""
    parts = segments(path)
    into_calls = parts[0] == "populations" and parts[2:3] == ("calls",) and len(parts) > 3
    return ".".join((*parts[:3], "0", *parts[3:])) if into_calls and not parts[3].isdigit() else path


def _foreign(upgrade: Upgrade) -> Iterator[tuple[str, str]]:
    """Paths that are not the processes' own."""
    for path in upgrade.set:
        head, *rest = segments(path)
        if head == "credentials" and rest:
            continue
        if head != "populations" or not rest or rest[0] != upgrade.upgrade:
            yield (
                path,
                f"{shorten(path)} is not a setting of {upgrade.upgrade}'s own processes; an upgrade sets "
                f"populations.{upgrade.upgrade}.* and credentials.* (other verbs change quotas, policies and issuers)",
            )
        elif len(rest) == 1 or rest[1] in FIXED or "*" in rest[1]:
            yield (
                path,
                f"{shorten(path)} does not change when processes are upgraded; name a setting, but none of "
                f"{', '.join(sorted(FIXED))} (use scale for another number of processes)",
            )


def _refused(error: ValidationError, to_set: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong, at the path that most likely wrote it: the one that names the field, else the first."""
    told = set()
    for one in error.errors():
        names = [str(part) for part in one["loc"]]
        path = next((path for path in to_set if set(names[-1:]) & set(segments(path))), None)
        path = path or next((path for path in to_set if set(names) & set(segments(path))), next(iter(to_set)))
        if path not in told:  # a place that takes several kinds is refused once for each
            told.add(path)
            yield path, _reason(one)


def _reason(one: ErrorDetails) -> str:
    """An error of pydantic in the words of the other refusals."""
    if one["type"] != "extra_forbidden":
        return f"{shorten(one['input'])} is not allowed; {one['msg'].replace('Input should be', 'must be')}"
    name, known = one["loc"][-1], Step.model_fields if isinstance(one["loc"][0], int) else Population.model_fields
    deep = len(one["loc"]) > 1 + isinstance(one["loc"][0], int)
    return f"there is no setting {shorten(name)}" + ("" if deep else f"; {did_you_mean(name, known, 'settings')}")
