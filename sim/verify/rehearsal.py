"""A small slice of a scenario for real clients to play: what is taken, what is left out, what the simulator says."""

from __future__ import annotations

import importlib.util
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from sim.calendar import Calendar
from sim.engine import simulate
from sim.faults.outage import Outage
from sim.issuers.spec import Endpoint, IdentityProvider
from sim.principals.population import Population
from sim.principals.program import PerCalls
from sim.principals.user import AccessKey
from sim.problems import Problem, ScenarioError
from sim.providers.step import Step
from sim.records import TABLES, Level
from sim.scenario import Scenario
from sim.sdk_words import Retry
from sim.streams import Purpose, Stream, index_of
from sim.threats.theft import Theft
from sim.verify.guard import run_sealed
from sim.verify.rehearsal_left_out import left_out
from sim.verify.rehearsal_parts import Link, Offered, Player, link_of, obstacle, operation_of, played_as
from sim.verify.trace import Spans, Trace
from sim.workloads.base import Caller

__all__ = ["Slice", "observed", "simulated", "slice_of", "why_not"]

_NEEDS: Final = ("boto3", "moto", "flask", "flask_cors", "time_machine")
_MOST_CALLS: Final = 5_000
_MOST_IN_ALL: Final = 20_000
_ONCE: Final = Retry.model_validate({"attempts": 1, "backoff": "none"})
_NOT_FAILED: Final = ("ok", "Unfinished")


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


def slice_of(scenario: Scenario, population: str | None, clients: int, hours: float) -> Slice:
    """The part of a scenario that real clients can play.

    Args:
        scenario: A strategy, or the base.
        population: Whose clients; all that can be played if None.
        clients: How many of each population.
        hours: How long, from time 0.

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
    horizon = min(hours * 3600.0, scenario.run.horizon_s)
    made = [
        _player(scenario, name, client, horizon)
        for name in taken
        for client in range(min(clients, scenario.populations[name].count))
    ]
    players = tuple(player for player in made if player.calls)
    if not players:
        raise ScenarioError([Problem(f"nobody calls in the first {horizon / 3600:g} h; give more", "--hours")])
    in_all = sum(len(player.calls) for player in players)
    if in_all > _MOST_IN_ALL:
        many = f"{in_all:,} calls of {len(players)} clients in {horizon / 3600:g} h; at most {_MOST_IN_ALL:,}"
        raise ScenarioError([Problem(f"{many}, so give fewer --hours, fewer --clients, or a --population", "--hours")])
    failing = _failing(scenario, {link.issuer for player in players for link in player.link.links()})
    others = [name for name in scenario.populations if name not in taken and name not in refused]
    told_out = tuple(left_out(scenario, taken, others, set(failing)))
    return Slice(_sliced(scenario, players, failing, horizon), players, failing, refused, told_out)


def _failing(scenario: Scenario, issuers: set[str]) -> dict[str, Spans]:
    outages = [each for each in scenario.timeline if isinstance(each, Outage) and each.outage in issuers]
    return {
        issuer: tuple(
            (float(each.at_s), float(each.at_s + each.for_s)) for each in outages if each.outage == issuer
        )
        for issuer in sorted({each.outage for each in outages})
    }  # fmt: skip


# --- One client ----------------------------------------------------------------------------------------------------


def _player(scenario: Scenario, population: str, client: int, horizon: float) -> Player:
    spec = scenario.populations[population]
    link, own = link_of(scenario, spec.credentials), f"{population}-{client}"
    calls = tuple(sorted(set(_calls(scenario, population, client, horizon))))
    if len(calls) > _MOST_CALLS:
        many = f"{population}: {len(calls):,} calls of a client in {horizon / 3600:g} h"
        raise ScenarioError([Problem(f"{many}; at most {_MOST_CALLS:,}, so give fewer --hours", "--hours")])
    offered = _offered(scenario, own, link)
    stream = Stream.of(scenario.run.seed, 0, own)
    draws = tuple(stream.uniform(Purpose.EXTENSION, index_of(0), n) for n in range(len(calls) + 2)) if offered else ()
    commands = played_as(spec, link).startswith("aws-cli")
    return Player(f"{population}/{client}", own, calls, link, _new_every(spec), commands, offered, draws)


def _new_every(spec: Population) -> int:
    """Calls after which a program builds a new provider, with all that it asks."""
    if spec.new_provider_per == "call":
        return 1
    return spec.new_provider_per.calls if isinstance(spec.new_provider_per, PerCalls) else 0


def _offered(scenario: Scenario, own: str, link: Link) -> Offered | None:
    """What the simulator's endpoint offers on the client's host."""
    found = [scenario.issuers[each.issuer] for each in link.links() if each.issuer]
    endpoint = next((spec for spec in found if isinstance(spec, Endpoint)), None)
    if endpoint is None:
        return None
    stream = Stream.of(scenario.run.seed, 0, own)
    phase = -endpoint.offered_every_s * stream.uniform(Purpose.IMDS_PHASE, 0)
    return Offered(phase, endpoint.offered_every_s, endpoint.life_s)


def _calls(scenario: Scenario, population: str, client: int, horizon: float) -> Iterator[float]:
    """The client's calls as the simulator draws them, in UTC and in whole seconds, as a server issues sessions."""
    spec = scenario.populations[population]
    stream = Stream.of(scenario.run.seed, 0, population)
    calendar = Calendar.of(scenario.run.start, 0.0, spec.workday)
    for number, process in enumerate(spec.calls):
        calls = process.calls_of(Caller(stream, client, 0, 1, number, calendar))
        at = calls.first(0.0)
        while at < horizon:
            yield float(math.floor(at))
            at = calls.first(math.nextafter(at, math.inf))


# --- The slice as a scenario ---------------------------------------------------------------------------------------


def _sliced(scenario: Scenario, players: tuple[Player, ...], failing: Mapping[str, Spans], horizon: float) -> Scenario:
    """The scenario that the simulator runs: the players' own populations, and nothing that no real client plays."""
    outages = [
        Outage(at_s=start, outage=issuer, for_s=stop - start)
        for issuer, spans in failing.items()
        for start, stop in spans
    ]
    plain = {
        "run": scenario.run.model_copy(update={"horizon_s": horizon, "record": Level.CALLS, "replications": 1}),
        "accounts": {name: one.model_copy(update={"quotas": {}}) for name, one in scenario.accounts.items()},
        "issuers": {name: _at_once(spec) for name, spec in scenario.issuers.items()},
        "users": {
            name: one.model_copy(update={"key": None if one.key is None else AccessKey()})
            for name, one in scenario.users.items()
        },
        "credentials": {name: (_plain(chain[0]),) for name, chain in scenario.credentials.items()},
        "populations": {player.population: _alone(scenario, player) for player in players},
        "timeline": tuple(outages),
        "rotation": None,
        "theft": Theft(),
        "checks": (),
    }
    return scenario.model_copy(update=plain)


def _at_once(spec: Any) -> Any:
    """An issuer that answers at once, and as often as it is asked."""
    changes: dict[str, Any] = {"latency_s": 0.0} if hasattr(spec, "latency_s") else {}
    if isinstance(spec, Endpoint):
        changes |= {"rps": None, "burst": None}
    if isinstance(spec, IdentityProvider):
        changes |= {"service_s": 0.0, "keys": None, "room": None}
    return spec.model_copy(update=changes)


def _plain(step: Step) -> Step:
    """A step with the SDK's own rules, which is asked once."""
    own = {name: Step.model_fields[name].get_default() for name in ("refresh", "negative_cache_s", "place")}
    cache = step.cache if step.cache == "none" else None
    return step.model_copy(update={**own, "cache": cache, "retry": _ONCE, "session_policy": None})


def _alone(scenario: Scenario, player: Player) -> Population:
    """A population of one process on a host of its own, which starts with nothing held."""
    spec = scenario.populations[player.name.partition("/")[0]]
    return Population.model_validate(
        {
            "count": 1,
            "sdk": played_as(spec, player.link),
            "credentials": spec.credentials,
            "calls": {"kind": "trace", "at_s": player.calls, "action": "sts:GetCallerIdentity"},
            "start": {"at_s": 0.0},
            "new_provider_per": {"calls": player.new_every} if player.new_every else None,
        }
    )


# --- What both say -------------------------------------------------------------------------------------------------


def simulated(part: Slice) -> list[Trace]:
    """What the engine says of each client."""
    with tempfile.TemporaryDirectory(prefix="credflow-") as folder:
        paths = {table: Path(folder) / f"{table}.s00.parquet" for table in TABLES}
        simulate(part.scenario, 0, paths)
        requests, calls = (pq.read_table(paths[name]).to_pylist() for name in ("requests", "calls"))
    return [_told(player, requests, calls) for player in part.players]


def _told(player: Player, requests: list[dict[str, Any]], calls: list[dict[str, Any]]) -> Trace:
    asked = {operation_of(link.way) for link in player.link.links()}
    mine, made = ([row for row in rows if row["population"] == player.population] for rows in (requests, calls))
    return Trace(
        issued=sorted(row["at_s"] for row in mine if row["outcome"] == "ok" and row["operation"] in asked),
        failed_attempts=sorted(row["at_s"] for row in mine if row["outcome"] != "ok"),
        failed_calls=sorted(row["from_s"] for row in made if row["verdict"] not in _NOT_FAILED),
    )


def observed(part: Slice) -> list[Trace]:
    """What real clients did at a real server, in a sealed process."""
    payload = {"players": [player.plain() for player in part.players], "failing": dict(part.failing)}
    told = run_sealed("sim.verify.rehearsal_clients:live", payload, timeout_s=900)
    return [Trace(**trace) for trace in told]
