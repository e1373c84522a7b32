"""How many places of a kind there are for thieves to look at: the same in every strategy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["PER_HOST", "SHARED", "listed_places", "place_count"]

SHARED = frozenset({"repository", "image", "backup", "ci", "host", "broker"})
"""Kinds of place of which a population has one, however many copies lie there."""

PER_HOST = frozenset({"imds", "agent"})
"""Kinds of place of which every host has one."""

Scenario = Mapping[str, Any]


def listed_places(scenarios: Iterable[Scenario]) -> dict[str, dict[str, float]]:
    """Population -> place -> weight, as the strategies' `theft.places` say (the first to name a place wins)."""
    found: dict[str, dict[str, float]] = {}
    for scenario in scenarios:
        for population, places in scenario["theft"]["places"].items():
            for place, weight in places.items():
                found.setdefault(population, {}).setdefault(place, float(weight))
    return found


def place_count(scenarios: Iterable[Scenario], own: Scenario, population: str, place: str) -> int:
    """How many places of this name the population has.

    A shared kind of place is one place, unless some strategy puts each client's own key there.

    Args:
        scenarios: Resolved scenarios of all strategies.
        own: The one of the strategy in question (for the population's size).
        population: Name of the population.
        place: Name of the place.
    """
    number = _most_clients(own, population)
    if place in PER_HOST:
        return math.ceil(number / int(own["populations"][population]["per_host"]))
    if place in SHARED and not any(place in _own_copies(scenario, population) for scenario in scenarios):
        return 1
    return number


def _most_clients(scenario: Scenario, population: str) -> int:
    """The most clients a population has at some time; the place of one that is not there holds nothing."""
    scales = [int(fault["count"]) for fault in scenario.get("timeline") or () if fault.get("scale") == population]
    return max(int(scenario["populations"][population]["count"]), *scales, 0)


def _own_copies(scenario: Scenario, population: str) -> set[str]:
    """Places where copies of the keys lie that each client of the population has to itself."""
    if population not in scenario["populations"]:
        return set()
    users = (scenario["users"][name] for name in _users(scenario, scenario["populations"][population]["credentials"]))
    return {place for user in users if user["per"] == "client" and user["key"] for place in user["key"]["copies"]}


def _users(scenario: Scenario, chain: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    if chain in seen or chain not in scenario["credentials"]:
        return
    for step in scenario["credentials"][chain]:
        if step.get("user") in scenario["users"]:
            yield step["user"]
        if step.get("source"):
            yield from _users(scenario, step["source"], seen | {chain})
