"""A small slice of a scenario for real clients to play: what is taken, what is left out, what the simulator says."""

from __future__ import annotations

import importlib.util
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from sim.chains.local_providers import AGENT_SLOT
from sim.engine import simulate
from sim.faults.outage import Outage
from sim.problems import Problem, ScenarioError
from sim.records import TABLES
from sim.scenario import Scenario
from sim.verify.guard import run_sealed
from sim.verify.rehearsal_left_out import left_out
from sim.verify.rehearsal_links import obstacle
from sim.verify.rehearsal_parts import AGENTS, Player, Seen
from sim.verify.rehearsal_players import enough_s, player_of, share_of
from sim.verify.rehearsal_slice import sliced
from sim.verify.trace import Spans

__all__ = ["Slice", "observed", "simulated", "slice_of", "why_not"]

_NEEDS: Final = ("boto3", "moto", "flask", "flask_cors", "time_machine")
_MOST_IN_ALL: Final = 20_000
_MANY_CALLS: Final = 800
_MANY_IN_ALL: Final = 4_000
"""Where nobody says how long: calls of a client, and of all of them."""
_NOT_FAILED: Final = ("ok", "Unfinished")
_ASKED: Final = {
    **dict.fromkeys(("imds", "container", *AGENTS), ("GetCredentials",)),
    **dict.fromkeys(("key", "presigned", "login"), ()),
    "function": ("AssumeRole",),
    "sso": ("GetRoleCredentials", "CreateToken"),
}
"""What is asked of whoever issues by a link; of STS the operation that the link is called after."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What is rehearsed.

    Attributes:
        scenario: The part of the scenario that the simulator runs: a population for each client.
        players: The clients.
        failing: Spans in which an issuer answers nobody, by issuer.
        refused: Populations that real clients cannot play, and why.
        left_out: What the scenario says beyond the slice.
    """

    scenario: Scenario
    players: tuple[Player, ...]
    failing: Mapping[str, Spans]
    refused: Mapping[str, str]
    left_out: tuple[str, ...]

    @property
    def populations(self) -> list[str]:
        """Populations that take part."""
        return list(dict.fromkeys(player.name.partition("/")[0] for player in self.players))


def why_not() -> str | None:
    """What is missing for a rehearsal, or None."""
    missing = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    return f"a rehearsal runs real clients: {', '.join(missing)} not installed; pip install -e '.[rehearse]'"


def slice_of(scenario: Scenario, population: str | None, clients: int, hours: float | None = None) -> Slice:
    """The part of a scenario that real clients can play.

    Args:
        scenario: A strategy, or the base.
        population: Whose clients; all that can be played if None.
        clients: How many of each population.
        hours: How long, from time 0; if None, six hours of every population's first client, and so many calls of each
            client as are made in a minute or two.

    Raises:
        ScenarioError: No population can be played, or the one that was named cannot, and why; nobody calls.
    """
    asked = list(scenario.populations) if population is None else [population]
    told = {name: obstacle(scenario, name) for name in asked}
    refused = {name: why for name, why in told.items() if why is not None}
    taken = [name for name in asked if name not in refused]
    if not taken:
        problems = [Problem(f"{name} cannot be rehearsed: {why}", "--population") for name, why in refused.items()]
        raise ScenarioError(problems)
    horizon = enough_s(scenario, taken) if hours is None else min(hours * 3600.0, scenario.run.horizon_s)
    who = [(name, client) for name in taken for client in range(min(clients, scenario.populations[name].count))]
    most = None if hours is not None else min(_MANY_CALLS, _MANY_IN_ALL // len(who))
    made = [player_of(scenario, name, client, horizon, most) for name, client in who]
    players = tuple(player for player in made if player.calls)
    _check(players, horizon)
    failing = _failing(scenario, {name for player in players for link in player.link.links() for name in link.issuers})
    others = [name for name in scenario.populations if name not in taken and name not in refused]
    told_out = [*left_out(scenario, taken, others, set(failing)), *_cut(players, most)]
    return Slice(sliced(scenario, players, failing, horizon), players, failing, refused, tuple(told_out))


def _check(players: tuple[Player, ...], horizon: float) -> None:
    """Refuse a slice in which nobody calls, or that takes too long."""
    if not players:
        raise ScenarioError([Problem(f"nobody calls in the first {horizon / 3600:g} h; give more", "--hours")])
    in_all = sum(len(player.calls) for player in players)
    if in_all > _MOST_IN_ALL:
        many = f"{in_all:,} calls of {len(players)} clients in {horizon / 3600:g} h; at most {_MOST_IN_ALL:,}"
        raise ScenarioError([Problem(f"{many}, so give fewer --hours, fewer --clients, or a --population", "--hours")])


def _cut(players: tuple[Player, ...], most: int | None) -> Iterator[str]:
    """What was cut short, where nobody said how long."""
    if most is None:
        return
    cut = [player for player in players if len(player.calls) == share_of(most, player.commands)]
    if cut:
        names = sorted({player.name.partition("/")[0] for player in cut})
        longest = max(len(player.calls) for player in cut)
        yield f"later calls of {', '.join(names)}: the first {longest:,}; give --hours for more"


def _failing(scenario: Scenario, issuers: set[str]) -> dict[str, Spans]:
    outages = [each for each in scenario.timeline if isinstance(each, Outage) and each.outage in issuers]
    return {
        issuer: tuple(
            (float(each.at_s), float(each.at_s + each.for_s)) for each in outages if each.outage == issuer
        )
        for issuer in sorted({each.outage for each in outages})
    }  # fmt: skip


# --- What both say -------------------------------------------------------------------------------------------------


_Rows = list[dict[str, Any]]


def simulated(part: Slice) -> list[Seen]:
    """What the engine says of each client."""
    tables = _run(part, "requests", "calls", "credentials", "logins")
    return [_told(player, *(_of(player, rows) for rows in tables)) for player in part.players]


def _run(part: Slice, *names: str) -> list[_Rows]:
    """Tables of the slice's run."""
    with tempfile.TemporaryDirectory(prefix="credflow-") as folder:
        paths = {table: Path(folder) / f"{table}.s00.parquet" for table in TABLES}
        simulate(part.scenario, 0, paths)
        return [pq.read_table(paths[name]).to_pylist() for name in names]


def _of(player: Player, rows: _Rows) -> _Rows:
    """A client's rows, and not those of the agent of its host."""
    return [row for row in rows if row["population"] == player.population and row["slot"] != AGENT_SLOT]


def _told(player: Player, requests: _Rows, calls: _Rows, credentials: _Rows, logins: _Rows) -> Seen:
    links = list(player.link.links())
    asked = {name for link in links for name in _ASKED.get(link.way, (link.way,))}
    # Signed once and refused later is what AccessDenied says of a URL; of all else, that a policy denies the work.
    unheard = _NOT_FAILED if player.link.way == "presigned" else (*_NOT_FAILED, "AccessDenied")
    issued = [row["at_s"] for row in requests if row["outcome"] == "ok" and row["operation"] in asked]
    if player.link.way == "login":
        issued += [row["held_from_s"] for row in credentials if row["kind"] == "session"]
    return Seen(
        issued=_whole(issued),
        failed_attempts=_whole([row["at_s"] for row in requests if row["outcome"] != "ok"]),
        failed_calls=_whole([row["from_s"] for row in calls if row["verdict"] not in unheard]),
        logins=_whole([row["at_s"] for row in logins]),
    )


def _whole(instants: list[float]) -> list[float]:
    """Whole seconds, ascending: calls happen at them, and what a person does about one follows at once."""
    return sorted(float(math.floor(at)) for at in instants)


def _lent(part: Slice) -> dict[str, tuple[tuple[float, float], ...]]:
    """What the simulated agents of the clients' hosts had to hand out, by population: when they got it, and its end."""
    if not any(link.way in AGENTS for player in part.players for link in player.link.links()):
        return {}
    (credentials,) = _run(part, "credentials")
    held = [row for row in credentials if row["slot"] == AGENT_SLOT]
    return {
        player.population: tuple(
            sorted((row["issued_at_s"], row["expires_at_s"]) for row in held if row["population"] == player.population)
        )
        for player in part.players
    }


def observed(part: Slice) -> list[Seen]:
    """What real clients did at a real server, in a sealed process."""
    lent = _lent(part)
    players = [replace(player, lent=lent.get(player.population, ())) for player in part.players]
    payload = {"players": [player.plain() for player in players], "failing": dict(part.failing)}
    told = run_sealed("sim.verify.rehearsal_clients:live", payload, timeout_s=900)
    return [Seen(**trace) for trace in told]
