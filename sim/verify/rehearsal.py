"""A small slice of a scenario for real clients to play: what is taken, what is left out, what the simulator says."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sim.calendar import Calendar
from sim.faults.outage import Outage
from sim.issuers.spec import Sts
from sim.problems import Problem, ScenarioError
from sim.scenario import Scenario
from sim.streams import Stream
from sim.verify.cases import Case
from sim.verify.engine_clock import play
from sim.verify.guard import run_sealed
from sim.verify.trace import Trace
from sim.workloads.base import Caller

__all__ = ["SDK", "Slice", "observed", "simulated", "slice_of", "why_not"]

SDK: Final = "botocore-1.44"
"""The preset of the SDK that is installed with the extra."""
_NEEDS: Final = ("boto3", "moto", "flask", "flask_cors", "time_machine")
_MOST_CALLS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Slice:
    """What is rehearsed: clients that assume one role with a user's key.

    Attributes:
        population: Its name.
        clients: One case per client: its calls in whole seconds, session length, outages of STS.
        left_out: What the scenario says beyond it.
    """

    population: str
    clients: tuple[Case, ...]
    left_out: tuple[str, ...]


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
        population: Whose clients; the first that fits if None.
        clients: How many of them.
        hours: How long, from time 0.

    Raises:
        ScenarioError: No population fits, or the one that was named does not, and why.
    """
    if population is None:
        population = next((name for name in scenario.populations if _obstacle(scenario, name) is None), None)
    if population is None:
        told = "; ".join(f"{name}: {_obstacle(scenario, name)}" for name in scenario.populations)
        raise ScenarioError([Problem(f"no population can be rehearsed ({told})", "--population")])
    obstacle = _obstacle(scenario, population)
    if obstacle is not None:
        raise ScenarioError([Problem(f"{population} cannot be rehearsed: {obstacle}", "--population")])
    spec, horizon = scenario.populations[population], min(hours * 3600.0, scenario.run.horizon_s)
    made = tuple(_case(scenario, population, client, horizon) for client in range(min(clients, spec.count)))
    return Slice(population, tuple(case for case in made if case.calls), tuple(_left_out(scenario, population)))


def _obstacle(scenario: Scenario, population: str) -> str | None:
    """Why real clients cannot play a population, or None."""
    spec = scenario.populations[population]
    steps = scenario.credentials[spec.credentials]
    if len(steps) != 1 or steps[0].from_.partition(".")[2] != "AssumeRole" or steps[0].user is None:
        return "its chain must be one AssumeRole step that a user's key signs"
    if spec.sdk != SDK:
        return f"its sdk is {spec.sdk}, real clients are {SDK}; add --set populations.{population}.sdk={SDK}"
    return None


def _case(scenario: Scenario, population: str, client: int, horizon: float) -> Case:
    spec = scenario.populations[population]
    step = scenario.credentials[spec.credentials][0]
    sts = step.from_.partition(".")[0]
    session = int(step.session_s or 3600)
    outages = [each for each in scenario.timeline if isinstance(each, Outage) and each.outage == sts]
    failing = tuple((float(each.at_s), float(each.at_s + each.for_s)) for each in outages)
    calls = tuple(sorted(set(_calls(scenario, population, client, horizon))))
    if len(calls) > _MOST_CALLS:
        text = (
            f"{len(calls):,} calls of a client in {horizon / 3600:g} h; at most {_MOST_CALLS:,}, so give fewer --hours"
        )
        raise ScenarioError([Problem(text, "--hours")])
    return Case(f"{population}/{client}", "sts", (calls,), session_s=session, failing=failing)


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


def _left_out(scenario: Scenario, population: str) -> Iterator[str]:
    """What real clients do not play."""
    others = [name for name in scenario.populations if name != population]
    if others:
        yield f"populations {', '.join(others)}"
    if any(account.quotas for account in scenario.accounts.values()):
        yield "quotas (the server has none)"
    if any(isinstance(issuer, Sts) and issuer.latency_s for issuer in scenario.issuers.values()):
        yield "latency, and with it retries: every request is tried once"
    if scenario.populations[population].arrives_after_s:
        yield "the way of a call: it arrives when it is signed"
    if any(not isinstance(each, Outage) for each in scenario.timeline):
        yield "verbs of the timeline other than outages of STS"


def simulated(part: Slice) -> list[Trace]:
    """What the engine says of each client."""
    return [play(case, SDK) for case in part.clients]


def observed(part: Slice) -> list[Trace]:
    """What real clients did at a real server, in a sealed process."""
    told = run_sealed("sim.verify.rehearsal_clients:live", [case.plain() for case in part.clients], timeout_s=900)
    return [Trace(**trace) for trace in told]
