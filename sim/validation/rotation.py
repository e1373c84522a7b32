"""Rotation of keys and passwords: whose keys, in which order, followed how; times that are not negative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.laws import lowest
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.scenario import Scenario
from sim.spec import Dist
from sim.validation.quotas import users_of
from sim.validation.references import PLACES, unknown

__all__ = ["RULES"]


def _not_negative(path: Path, law: Dist | None, what: str) -> Iterator[Finding]:
    if law is not None and lowest(law) < 0:
        yield path, f"{lowest(law):g} is not allowed; {what} is 0 or more"


def _lags(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        if population.reload is not None:
            here: Path = ("populations", name, "reload", "lag_s")
            yield from _not_negative(here, population.reload.lag_s, "a lag, counted from the new key's creation,")
    for name, user in scenario.users.items():
        if user.key is not None:
            yield from _not_negative(("users", name, "key", "age_s"), user.key.age_s, "an age")
            if user.key.rotation is not None:
                here = ("users", name, "key", "rotation", "late_s")
                yield from _not_negative(here, user.key.rotation.late_s, "lateness, counted from the due instant,")


def _passwords(scenario: Scenario) -> Iterator[Finding]:
    for name, user in scenario.users.items():
        if user.password is not None:
            path: Path = ("users", name, "password")
            yield from _not_negative((*path, "age_s"), user.password.age_s, "an age")
            yield from _not_negative((*path, "change_s"), user.password.change_s, "a time")
            for place in user.password.copies:
                yield from unknown((*path, "copies", place), "place", place, PLACES)


def _reloads(scenario: Scenario) -> Iterator[Finding]:
    """Who reloads a key signs with one."""
    for name, population in scenario.populations.items():
        if population.reload is not None and not _signers(scenario, name):
            yield (
                ("populations", name, "reload"),
                f"{name} signs with no access key; a chain with from: access_key, or a user that signs, needs one",
            )


def _signers(scenario: Scenario, population: str) -> set[str]:
    """Users whose keys a population signs with, directly or for its sessions."""
    return {
        user
        for user in users_of(scenario, population)
        if user in scenario.users and scenario.users[user].key is not None
    }


def _campaign(scenario: Scenario) -> Iterator[Finding]:
    campaign = scenario.rotation
    if campaign is None:
        return
    for index, name in enumerate(campaign.users):
        yield from _has_key(scenario, ("rotation", "users", index), name)
    if not isinstance(campaign.order, str):
        for index, name in enumerate(campaign.order):
            path = ("rotation", "order", index)
            yield from _has_key(scenario, path, name)
            if campaign.users and name not in campaign.users:
                yield path, f"{name} is none of the users whose keys are rotated: {', '.join(campaign.users)}"
    used = {user for name in scenario.populations for user in _signers(scenario, name)}
    if not used & set(campaign.users or scenario.users):
        yield ("rotation",), "nobody signs with a key of these users; there is nothing to rotate"


def _has_key(scenario: Scenario, path: Path, name: str) -> Iterator[Finding]:
    yield from unknown(path, "user", name, scenario.users)
    if name in scenario.users and scenario.users[name].key is None:
        yield path, f"user {name} has no access key to rotate; give users.{name}.key, or leave it out"


def _times(scenario: Scenario) -> Iterator[Finding]:
    campaign, horizon_s = scenario.rotation, scenario.run.horizon_s
    if campaign is None:
        return
    if campaign.at_s >= horizon_s:
        yield ("rotation", "at_s"), f"{campaign.at_s:g} is not before the end of the run (horizon_s {horizon_s:g})"
    if campaign.until_s is not None and campaign.until_s <= campaign.at_s:
        yield ("rotation", "until_s"), f"{campaign.until_s:g} is not after at_s ({campaign.at_s:g}): nothing is rotated"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (_lags, _passwords, _reloads, _campaign, _times)
"""Every rule of this file."""
