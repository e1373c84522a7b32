"""What a scenario says beyond the slice that real clients play, each with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.faults.outage import Outage
from sim.issuers.spec import Broker, Endpoint, IdentityCenter, IdentityProvider, PodIdentity
from sim.principals.population import Population
from sim.principals.program import PerTime
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.sdk_words import RefreshWords
from sim.sts_calls import operation_of
from sim.verify.rehearsal_links import steps_of

__all__ = ["left_out"]


def left_out(scenario: Scenario, taken: list[str], others: list[str], issuers: set[str]) -> Iterator[str]:
    """What real clients do not play.

    Args:
        scenario: The scenario.
        taken: Populations that take part.
        others: Populations that were not asked for.
        issuers: Issuers whose outages are played.
    """
    if others:
        yield f"populations {', '.join(others)}: not asked for"
    populations = [scenario.populations[name] for name in taken]
    yield from _of_server(scenario)
    yield from _of_populations(scenario, populations)
    yield from _of_steps([step for spec in populations for step in steps_of(scenario, spec.credentials)])
    verbs = {each.verb for each in scenario.timeline if not isinstance(each, Outage) or each.outage not in issuers}
    if verbs:
        yield f"the timeline's {', '.join(sorted(verbs))}: of it, outages of what these clients ask are played"


def _of_server(scenario: Scenario) -> Iterator[str]:
    if any(account.quotas for account in scenario.accounts.values()):
        yield "quotas: the server has none"
    slow = [issuer for issuer in scenario.issuers.values() if getattr(issuer, "latency_s", 0.0)]
    if slow:
        yield "latency, and with it retries: the clock stands during a request, and every request is tried once"
    if any(isinstance(issuer, Endpoint) and issuer.rps for issuer in scenario.issuers.values()):
        yield "limits of endpoints: the stub of an endpoint has none"
    if any(isinstance(issuer, IdentityProvider) for issuer in scenario.issuers.values()):
        yield "identity providers: tokens lie in files, logins take no time, and the servers believe both"
    if any(isinstance(issuer, Broker | PodIdentity) for issuer in scenario.issuers.values()):
        yield "what agents and brokers ask: it always answers them, and they hand out what the simulated ones had"
    if any(isinstance(issuer, IdentityCenter) for issuer in scenario.issuers.values()):
        yield "requests with a login that has ended, which real tools may send before they ask for one: not counted"
    if any(
        isinstance(issuer, IdentityCenter) and issuer.access_token_s is None for issuer in scenario.issuers.values()
    ):
        yield "requests for access tokens that last as long as the portal's session: the simulator makes none"
    if any(user.key is not None and user.key.rotation is not None for user in scenario.users.values()):
        yield "rotation of keys: the server accepts every key"


_Test = Callable[[Population], object]
_OF_POPULATIONS: Final[tuple[tuple[_Test, str], ...]] = (
    (lambda spec: spec.start is None, "what is held at time 0: every client starts with nothing"),
    (lambda spec: spec.start is not None and (spec.start.at_s or spec.start.spread_s), "starts: all at time 0"),
    (lambda spec: spec.per_host > 1, "shared hosts: every client has one of its own"),
    (lambda spec: spec.profiles != 1.0, "profiles: one each"),
    (lambda spec: spec.time_zones, "time zones: UTC"),
    (lambda spec: spec.hops > 1, "hops to the metadata service: the stub answers at any distance"),
    (lambda spec: spec.arrivals or spec.lifetime_s, "arrivals and lives: every client is there all the time"),
    (lambda spec: spec.arrives_after_s, "the way of a call: it arrives when it is signed"),
    (lambda spec: spec.work, "the work of a closed loop: its calls come when they would without waiting"),
    (lambda spec: spec.on_error, "what programs do about errors: they go on"),
    (
        lambda spec: (
            isinstance(spec.new_provider_per, PerTime) and not isinstance(spec.new_provider_per.every_s, float)
        ),
        "new providers after a drawn time: one for all calls",
    ),
    (
        lambda spec: any(operation_of(calls.action) for calls in spec.calls),
        "what meets calls to STS as work: they are real GetCallerIdentity requests, without quota and outage",
    ),
    (lambda spec: not isinstance(spec.sdk, str), "changes to the SDK's preset: real clients have its own values"),
    (lambda spec: any(calls.resource for calls in spec.calls), "resources: every call is a GetCallerIdentity"),
)


def _of_populations(scenario: Scenario, populations: list[Population]) -> Iterator[str]:
    yield from (text for test, text in _OF_POPULATIONS if any(test(spec) for spec in populations))
    alone = any(
        spec.threads > 1 and scenario.credentials[spec.credentials][0].cache == "thread" for spec in populations
    )
    if alone:
        yield "threads with providers of their own: the calls of the first one"
    longer = sorted({spec.credentials for spec in populations if len(scenario.credentials[spec.credentials]) > 1})
    if longer:
        yield f"further steps of {', '.join(longer)}: real clients have the first one alone"


_OF_STEPS: Final[tuple[tuple[Callable[[Step], object], str], ...]] = (
    (lambda step: step.cache in {"thread", "host", "file"}, "shared caches: every client has one of its own"),
    (lambda step: step.refresh != RefreshWords(), "refresh windows other than the preset's"),
    (lambda step: step.negative_cache_s, "remembered failures: botocore remembers none"),
    (lambda step: step.mfa, "MFA codes: the server believes every one"),
    (lambda step: step.login.keeps_assertion, "kept assertions: every person has one profile, and shows a new one"),
    (lambda step: step.session_policy, "session policies: the server judges no policy"),
)


def _of_steps(steps: list[Step]) -> Iterator[str]:
    yield from (text for test, text in _OF_STEPS if any(test(step) for step in steps))
