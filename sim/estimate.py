"""How large a run will be, roughly, before it is started."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from sim.aws import roles_anywhere
from sim.chains.local_providers import refresh_of
from sim.clients.reactions import answers_of
from sim.issuers.spec import Attached, Broker, Endpoint, IdentityCenter, PodIdentity, RolesAnywhere
from sim.laws import mean_of
from sim.loading.scenario_file import Loaded
from sim.policies.refresh import advisory_at
from sim.policies.retry import RetryRule
from sim.principals.population import Population
from sim.problems import Problem, ScenarioError
from sim.providers.step import Step
from sim.records import Level
from sim.scenario import Scenario
from sim.sdk_choice import sdk_of
from sim.sts_calls import operation_of, served_by
from sim.timeline.lifetimes import mean_life_s, number_of_clients
from sim.timeline.timeline import unanswered
from sim.validation.chains import issuer_of
from sim.workloads.on_off import OnOff

__all__ = ["AFFORDABLE_EVENTS", "Estimate", "estimate", "estimate_scenario", "require_affordable"]

AFFORDABLE_EVENTS: Final = 50_000_000
"""Above this many events a run asks for `--yes`."""

_DAY_S: Final = 86400.0
_EVENTS_PER_RENEWAL: Final = 4
_ROWS_PER_RENEWAL: Final = 6
_EVENTS_PER_CALL_TO_STS: Final = 2
_ROWS_PER_CALL_TO_STS: Final = 1
_EVENTS_PER_SECOND: Final = 60_000.0
"""Events a second on one core; between 30,000 and 140,000 in runs of the shipped scenarios."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Rough size of a run.

    Attributes:
        events: Events of the simulation.
        rows: Rows of all tables.
        seconds: Seconds on one core.
        clients: Clients that it makes; those that arrive follow from the arrivals of the first replication.
    """

    events: float
    rows: float
    seconds: float
    clients: int = 0

    def times(self, factor: float) -> Estimate:
        """The size of so many runs."""
        return Estimate(self.events * factor, self.rows * factor, self.seconds * factor, round(self.clients * factor))


def estimate(loaded: Loaded) -> dict[str, Estimate]:
    """Rough size of each strategy, all replications together."""
    return {
        name: _simulated(scenario, estimate_scenario(scenario)).times(scenario.run.replications)
        for name, scenario in loaded.strategies.items()
    }


def _simulated(scenario: Scenario, once: Estimate) -> Estimate:
    """What a replication takes: where somebody responds to an incident, it runs once more as if nobody did.

    Of that run few tables are kept, so it adds events and no rows.
    """
    if scenario.run.record is Level.SUMMARY or unanswered(scenario) is None:
        return once
    return replace(once, events=2 * once.events, seconds=2 * once.seconds)


def require_affordable(loaded: Loaded, advice: str = "add --yes to run it") -> None:
    """Refuses a run that is so large that it may be a mistake.

    Args:
        loaded: The scenario.
        advice: What to do who wants it all the same.

    Raises:
        ScenarioError: If the strategies together need more than `AFFORDABLE_EVENTS` events.
    """
    sizes = estimate(loaded).values()
    events, seconds = sum(size.events for size in sizes), sum(size.seconds for size in sizes)
    if events > AFFORDABLE_EVENTS:
        text = (
            f"about {events / 1e6:,.0f} million events, {seconds / 3600:,.1f} h on one core; {advice}, "
            "or take fewer replications, a shorter horizon or record: credentials"
        )
        raise ScenarioError([Problem(text, loaded.base.name)])


def estimate_scenario(scenario: Scenario) -> Estimate:
    """Rough size of one replication of one resolved scenario."""
    events = rows = 0.0
    clients = 0
    for name, population in scenario.populations.items():
        number = number_of_clients(scenario, name)
        clients += number
        caches = number * population.threads * max(mean_of(population.profiles), 1.0)
        active_s, calls = _activity(population, mean_life_s(scenario, name))
        renewals = caches * (1 + _renewals(scenario, population, active_s, calls))
        renewals += caches * _asked_again(scenario, population, calls)
        singly = caches * calls if scenario.run.record is Level.CALLS else 0.0
        sent = caches * calls * _share_to_sts(scenario, population)
        events += _EVENTS_PER_RENEWAL * renewals + singly + _EVENTS_PER_CALL_TO_STS * sent
        rows += _ROWS_PER_RENEWAL * renewals + singly + _ROWS_PER_CALL_TO_STS * sent
    return Estimate(events, rows, events / _EVENTS_PER_SECOND, clients)


def _activity(population: Population, horizon_s: float) -> tuple[float, float]:
    """Seconds in which one cache is in use, and its calls, per life of `horizon_s`."""
    active_s = calls = 0.0
    for process in population.calls:
        used_s = horizon_s
        if isinstance(process, OnOff) and population.workday is not None:
            days = horizon_s / _DAY_S * len(set(population.workday.days)) / 7 * population.workday.present
            used_s = min(days * process.per_day * mean_of(process.length_s), horizon_s)
        active_s = max(active_s, used_s)
        calls += used_s / max(process.mean_gap_s(), 1e-9)
    return active_s, calls if population.work is None else float(population.work.calls)


def _share_to_sts(scenario: Scenario, population: Population) -> float:
    """Share of a population's calls that are requests to STS, each an event."""
    if served_by(scenario, population) is None:
        return 0.0
    rates = [(1.0 / max(one.mean_gap_s(), 1e-9), operation_of(one.action)) for one in population.calls]
    return sum(rate for rate, operation in rates if operation) / sum(rate for rate, _ in rates)


def _renewals(scenario: Scenario, population: Population, active_s: float, calls: float) -> float:
    """Renewals of one cache: as often as its credential's usable life asks, at most one per call."""
    steps = scenario.credentials[population.credentials]
    if population.new_provider_per == "call" or steps[0].cache == "none":
        return calls
    usable_s = [_usable_s(scenario, population, step) for step in steps]
    shortest = min(usable_s)
    return min(calls, active_s / shortest) if shortest > 1e-3 else calls  # "just after" the fetch is every call


def _asked_again(scenario: Scenario, population: Population, calls: float) -> float:
    """What a program's reactions to errors may add for one cache.

    Nobody knows beforehand which calls fail: at most all while the timeline's faults last, or throughout the run where
    it has none. A process that starts anew waits for its next call; a program that asks again does not.
    """
    troubled_s = _troubled_s(scenario)
    most = 0.0
    for answer in answers_of(population.on_error).values():
        if answer.does in ("again", "restart"):
            tries = min(troubled_s / max(_pause_s(answer.backoff), 1e-9), answer.times)
            most = max(most, tries if answer.does == "again" else min(tries, calls))
    return most


def _pause_s(rule: RetryRule) -> float:
    """Pause between two tries, once there were many."""
    longest_s = rule.transient_base_s if rule.law == "fixed" else rule.cap_s
    return {"none": 0.0, "full_jitter": 0.5 * longest_s, "equal_jitter": 0.75 * longest_s}.get(rule.law, longest_s)


def _troubled_s(scenario: Scenario) -> float:
    horizon_s = scenario.run.horizon_s
    lasting = [min(fault.lasts_s, horizon_s - fault.at_s) for fault in scenario.timeline]
    return min(sum(lasting), horizon_s) if lasting else horizon_s


def _usable_s(scenario: Scenario, population: Population, step: Step) -> float:
    """Time from a fetch to the next, of a cache in steady use."""
    sdk, issuer = sdk_of(population.sdk), scenario.issuers.get(issuer_of(step))
    if issuer is None or not step.renewed:
        return math.inf
    if isinstance(issuer, Attached):  # a set is half an offer old on average when it is fetched
        old_s = issuer.offered_every_s / 2 if isinstance(issuer, Endpoint) else 0.0
        return max(advisory_at(refresh_of(issuer, sdk), 0.0, issuer.life_s - old_s, 0.5), 60.0)
    if isinstance(issuer, PodIdentity):  # an entry is half its time old on average
        return max(advisory_at(refresh_of(issuer, sdk), 0.0, 0.75 * issuer.life_s, 0.5), 60.0)
    if isinstance(issuer, Broker):
        old_s = (issuer.upstream.session_s - issuer.cache.renew_when_left_s) / 2
        return max(advisory_at(sdk.imds, 0.0, issuer.upstream.session_s - old_s, 0.5), 1e-3)
    default_s = float(roles_anywhere.SESSION_DEFAULT_S.value)
    life_s = step.session_s or (default_s if isinstance(issuer, RolesAnywhere) else sdk.default_session_s)
    if isinstance(issuer, IdentityCenter) and step.permission_set is not None:
        life_s = issuer.permission_sets[step.permission_set].session_s
    return advisory_at(sdk.sts, 0.0, life_s, 0.5)
