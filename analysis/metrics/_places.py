"""How many places of a kind there are for thieves to look at, and when: the same in every strategy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from analysis.load import Results
from analysis.metrics._sweep import Steps
from analysis.metrics.base import Selector, sel

__all__ = [
    "PER_HOST",
    "SHARED",
    "THIEVES",
    "all_places",
    "lives_of",
    "place_count",
    "places_of",
    "weighed",
    "while_there",
]

THIEVES = ("copy", "mint", "foothold")
"""Thieves side by side, never averaged."""

SHARED = frozenset({"repository", "image", "backup", "ci", "host", "broker"})
"""Kinds of place of which a population has one, however many copies lie there."""

PER_HOST = frozenset({"imds", "agent", "file"})
"""Kinds of place of which every host has one."""

Scenario = Mapping[str, Any]
T = TypeVar("T")


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


def lives_of(scenario: Scenario, lives: pd.DataFrame, population: str, place: str) -> pd.DataFrame | None:
    """When the places of a kind are there, where they come and go with their clients.

    Args:
        scenario: Resolved scenario of the strategy.
        lives: The table `lives`.
        population: Name of the population.
        place: Name of the place.

    Returns:
        Rows of client (host, at places of hosts), from_s, to_s, disjoint for each; None where all are there throughout.
    """
    spec = scenario["populations"][population]
    if not spec.get("arrivals") or place in SHARED:
        return None
    mine = lives.loc[lives["population"] == population, ["client", "from_s", "to_s"]]
    return _of_hosts(mine, int(spec["per_host"])) if place in PER_HOST else mine


def _of_hosts(lives: pd.DataFrame, per_host: int) -> pd.DataFrame:
    """When a host is there: while any of its clients is."""
    rows = lives.assign(client=lives["client"] // per_host).sort_values(["client", "from_s"], kind="stable")
    reached = rows.groupby("client")["to_s"].cummax()
    before = reached.groupby(rows["client"]).shift(fill_value=-math.inf)
    stay = (rows["from_s"] > before).groupby(rows["client"]).cumsum()
    found = rows.assign(stay=stay).groupby(["client", "stay"]).agg(from_s=("from_s", "min"), to_s=("to_s", "max"))
    return found.reset_index()[["client", "from_s", "to_s"]]


def while_there(steps: Steps, lives: pd.DataFrame, window_s: float) -> tuple[Steps, float]:
    """The steps cut to the times at which their place is there, and the mean number of such places.

    Args:
        steps: Until when a theft at t yields something, for each client.
        lives: When the places are there, as from `lives_of`.
        window_s: Thefts fall in [0, window), s.
    """
    there = lives.assign(to_s=np.minimum(lives["to_s"], window_s))
    there = there[there["to_s"] > there["from_s"]]
    columns = {"client": steps.client, "start": steps.start, "stop": steps.stop, "until": steps.until}
    both = pd.DataFrame(columns).merge(there, on="client")
    client, start, stop, until, from_s, to_s = (both[name].to_numpy() for name in (*columns, "from_s", "to_s"))
    start, stop = np.maximum(start, from_s), np.minimum(stop, to_s)
    kept = start < stop
    cut = Steps(client[kept], start[kept], stop[kept], until[kept])
    return cut, float((there["to_s"] - there["from_s"]).sum()) / window_s


def weighed(
    found: Mapping[Selector, T], weights: Mapping[str, Mapping[str, float]]
) -> Iterator[tuple[Selector, list[T], tuple[float, ...]]]:
    """What was found at the places of a population, and the shares with which they make its total.

    Args:
        found: Something for each population, place and thief.
        weights: `theft.places`: population -> place -> weight.

    Returns:
        Population and thief, what was found at each place, the places' shares; only where every place has something.
    """
    for population, places in weights.items():
        whole = sum(places.values())
        shares = tuple(weight / whole for weight in places.values()) if whole > 0 else ()
        for thief in THIEVES:
            about = [sel(population=population, place=place, thief=thief) for place in places]
            if shares and all(one in found for one in about):
                yield sel(population=population, thief=thief), [found[one] for one in about], shares


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


def places_of(results: Results, strategy: str) -> dict[tuple[str, str], int]:
    """(population, place) -> number of such places. Without `theft.places`: every place where anything ever lay."""
    return all_places(results)[strategy]


def all_places(results: Results) -> dict[str, dict[tuple[str, str], int]]:
    """The places of every strategy. What lay where is read from all strategies and replications: once, here."""
    scenarios = {name: results.scenario(name) for name in results.strategies}
    everywhere = list(scenarios.values())
    listed = [(population, place) for population, places in listed_places(everywhere).items() for place in places]
    wanted = listed or _seen(results)
    return {
        strategy: {
            (population, place): place_count(everywhere, own, population, place)
            for population, place in wanted
            if population in own["populations"]
        }
        for strategy, own in scenarios.items()
    }


def _seen(results: Results) -> list[tuple[str, str]]:
    table = "holdings" if results.has("holdings") else "probes"
    seen: set[tuple[str, str]] = set()
    for strategy in results.strategies:
        for replication in range(results.replications):
            rows = results.table(table, strategy, replication, ("population", "place")).drop_duplicates()
            seen |= set(zip(rows["population"], rows["place"], strict=True))
    return sorted(seen)
