"""The command `rehearse`: a slice of a scenario, simulated and played by real clients at a real server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from sim.cli.loading import load
from sim.cli.names import one_of
from sim.cli.parser import Arguments
from sim.cli.screen import show_table
from sim.loading.scenario_file import Loaded
from sim.problems import Problem, ScenarioError
from sim.verify import rehearsal
from sim.verify.rehearsal_links import obstacle
from sim.verify.rehearsal_parts import Player, Seen

__all__ = ["rehearse"]

_WORDS: Final = {
    "issued": "issue",
    "failed_attempts": "failed attempt",
    "failed_calls": "failed call",
    "logins": "login",
}
_SHOWN: Final = 6
"""Renewals of a client whose instants are shown."""


def rehearse(arguments: Arguments) -> int:
    """Play a slice both ways and print the two side by side.

    Returns:
        0 if they agree instant by instant, else 1.

    Raises:
        ScenarioError: Problems of the scenario, a population that cannot be rehearsed, or a missing extra.
    """
    missing = rehearsal.why_not()
    if missing is not None:
        raise ScenarioError([Problem(missing)])
    loaded = load(arguments)
    scenario = loaded.base
    if arguments.strategy:
        scenario = loaded.strategies[one_of("strategy", arguments.strategy, loaded.strategies)]
    chosen = arguments.population
    population = one_of("population", chosen, scenario.populations) if chosen else None
    try:
        part = rehearsal.slice_of(scenario, population, arguments.clients, arguments.hours)
    except ScenarioError as error:
        raise ScenarioError([*error.problems, *_elsewhere(loaded, population)]) from error
    pairs = list(zip(part.players, rehearsal.simulated(part), rehearsal.observed(part), strict=True))
    rows = [_row(player, ours, real) for player, ours, real in pairs]
    if arguments.json:
        clients = [_told(*one) for one in zip(rows, pairs, strict=True)]
        about = {"populations": part.populations, "refused": dict(part.refused), "left_out": part.left_out}
        print(json.dumps({**about, "clients": clients}, indent=2))
    else:
        _show(part, rows)
    return int(any(row["first_difference"] for row in rows))


def _elsewhere(loaded: Loaded, population: str | None) -> Iterator[Problem]:
    """Strategies under which somebody can be played where nobody can in the base."""
    if any(obstacle(loaded.base, name) is None for name in loaded.base.populations if population in {None, name}):
        return
    played = [
        name
        for name, scenario in loaded.strategies.items()
        if any(obstacle(scenario, one) is None for one in scenario.populations if population in {None, one})
    ]
    if played:
        yield Problem(f"real clients can play it under {', '.join(played)}", "--strategy")


def _told(row: dict[str, Any], pair: tuple[Player, Seen, Seen]) -> dict[str, Any]:
    """A row with every instant."""
    _, ours, real = pair
    return {**row, "simulated": asdict(ours), "observed": asdict(real)}


def _row(player: Player, ours: Seen, real: Seen) -> dict[str, Any]:
    return {
        "client": player.name,
        "by": player.link.title,
        "calls": len(player.calls),
        "issues": _pair(ours.issued, real.issued),
        "failed_attempts": _pair(ours.failed_attempts, real.failed_attempts),
        "failed_calls": _pair(ours.failed_calls, real.failed_calls),
        "logins": _pair(ours.logins, real.logins),
        "renewed": " ".join(f"{at:,.0f}" for at in real.issued[:_SHOWN])
        + (" ..." if len(real.issued) > _SHOWN else ""),
        "first_difference": _first(ours, real),
    }


def _pair(ours: list[float], real: list[float]) -> str:
    return f"{len(ours):,} / {len(real):,}"


def _first(ours: Seen, real: Seen) -> str:
    """Where the two part, or nothing."""
    for name, word in _WORDS.items():
        one, other = Counter(getattr(ours, name)), Counter(getattr(real, name))
        if one != other:
            return f"{word} at {min((one - other) + (other - one)):,.0f} s"
    return ""


def _show(part: rehearsal.Slice, rows: list[dict[str, Any]]) -> None:
    header = (
        "client",
        "credentials",
        "calls",
        "issues",
        "failed attempts",
        "failed calls",
        "logins",
        "observed issues, s",
        "all",
    )
    keys = ("client", "by", "calls", "issues", "failed_attempts", "failed_calls", "logins", "renewed")
    cells = [[*(str(row[key]) for key in keys), row["first_difference"] or "equal"] for row in rows]
    show_table("simulated / observed at a moto server by real boto3; all: every instant", header, cells)
    for name, why in part.refused.items():
        print(f"not played: {name}: {why}")
    for told in part.left_out:
        print(f"left out: {told}")
    parted = sum(bool(row["first_difference"]) for row in rows)
    print(f"\n{len(rows)} clients: {len(rows) - parted} as simulated, {parted} otherwise")
