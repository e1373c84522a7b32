"""The slice of a rehearsal as a scenario of its own: the players' populations, without what no real client plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sim.faults.outage import Outage
from sim.issuers.spec import Broker, Endpoint, IdentityProvider
from sim.principals.population import Population
from sim.principals.user import AccessKey
from sim.providers.step import Step
from sim.records import Level
from sim.scenario import Scenario
from sim.sdk_words import Retry
from sim.sts_calls import operation_of
from sim.threats.theft import Theft
from sim.verify.rehearsal_links import played_as
from sim.verify.rehearsal_parts import Player
from sim.verify.trace import Spans

__all__ = ["sliced"]

_ONCE: Final = Retry.model_validate({"attempts": 1, "backoff": "none"})
_AT_ONCE: Final = {"attention_s": 0.0, "types_twice": 0.0}
_WORK: Final = "s3:GetObject"


def sliced(scenario: Scenario, players: tuple[Player, ...], failing: Mapping[str, Spans], horizon: float) -> Scenario:
    """The scenario that the simulator runs.

    Args:
        scenario: The whole one.
        players: The clients, each of which becomes a population.
        failing: Spans in which an issuer answers nobody.
        horizon: Its length, s.
    """
    outages = [
        Outage(at_s=start, outage=issuer, for_s=stop - start)
        for issuer, spans in failing.items()
        for start, stop in spans
    ]
    bare: dict[str, Any] = {"quotas": {}, "password_policy": None}
    plain = {
        "run": scenario.run.model_copy(update={"horizon_s": horizon, "record": Level.CALLS, "replications": 1}),
        "accounts": {name: one.model_copy(update=bare) for name, one in scenario.accounts.items()},
        "issuers": dict(_issuers(scenario)),
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


def _issuers(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Issuers that answer at once; what a broker asks is an issuer of its own, which no outage meets."""
    for name, spec in scenario.issuers.items():
        found = _at_once(spec)
        if isinstance(spec, Broker):
            issuer, _, operation = spec.upstream.from_.partition(".")
            yield f"{name}-asks", _at_once(scenario.issuers[issuer])
            asks = spec.upstream.model_copy(update={"from_": f"{name}-asks.{operation}"})
            found = found.model_copy(update={"upstream": asks})
        yield name, found


def _at_once(spec: Any) -> Any:
    """An issuer that answers at once, and as often as it is asked; a broker of its own on every host."""
    changes: dict[str, Any] = {"latency_s": 0.0} if hasattr(spec, "latency_s") else {}
    if isinstance(spec, Endpoint):
        changes |= {"rps": None, "burst": None}
    if isinstance(spec, Broker):
        changes |= {"per": "node"}
    if isinstance(spec, IdentityProvider):
        changes |= {"service_s": 0.0, "keys": None, "room": None}
    return spec.model_copy(update=changes)


def _plain(step: Step) -> Step:
    """A step with the SDK's own rules, which is asked once; a login takes no time."""
    own = {name: Step.model_fields[name].get_default() for name in ("refresh", "negative_cache_s", "place")}
    own |= {"login": step.login.model_copy(update=_AT_ONCE), "session_policy": None, "retry": _ONCE}
    return step.model_copy(update={**own, "cache": step.cache if step.cache == "none" else None})


def _alone(scenario: Scenario, player: Player) -> Population:
    """A population of one process, or one person, on a host of its own, which starts with nothing held."""
    spec = scenario.populations[player.name.partition("/")[0]]
    action = spec.calls[0].action
    return Population.model_validate(
        {
            "count": 1,
            "people": spec.people,
            "sdk": played_as(spec, player.link),
            "credentials": spec.credentials,
            "calls": {"kind": "trace", "at_s": player.calls, "action": _WORK if operation_of(action) else action},
            "start": {"at_s": 0.0},
            "new_provider_per": _anew(player),
        }
    )


def _anew(player: Player) -> dict[str, float] | None:
    """How often a program builds a new provider."""
    if player.new_every_s and player.link.way != "function":
        return {"every_s": player.new_every_s}
    return {"calls": player.new_every} if player.new_every else None
