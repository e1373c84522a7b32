"""What the timeline does to single clients and hosts: wrong clocks, stuck metadata services, inactive keys."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.authority import Authority, BusyService, Clocked, Correction, Judge, Mistyped, allowed_off_s
from sim.faults.deactivate_key import DeactivateKey
from sim.faults.imds_stuck import ImdsStuck
from sim.faults.skew import Skew
from sim.faults.throttle import Throttle
from sim.issuers.api import Downtime, WrongClock
from sim.issuers.spec import Sts
from sim.keys.lives import Cause
from sim.providers.step import Step
from sim.records import Verdict
from sim.streams import Purpose, Stream
from sim.timeline.timeline import Timeline

__all__ = ["ClientTimeline"]

_Span = tuple[float, float]


class ClientTimeline:
    """The timeline as one client or one host meets it.

    Args:
        timeline: The timeline.
        streams: Draws of every population: which hosts a fault hits.
    """

    def __init__(self, timeline: Timeline, streams: Mapping[str, Stream]) -> None:
        self._timeline = timeline
        self._streams = streams
        self._per_host = {name: spec.per_host for name, spec in timeline.scenario.populations.items()}

    def judge(
        self,
        authority: Authority,
        population: str,
        client: int,
        arrives_after_s: float = 0.0,
        correction: Correction | None = None,
    ) -> Judge:
        """Who judges the calls of a client: AWS, which looks at the time of a signature before all else.

        Args:
            authority: AWS.
            population: The client's population.
            client: Its number.
            arrives_after_s: How long its calls are on their way.
            correction: How its SDK corrects a wrong clock, if it does.
        """
        skews, busy = self._skews(population, client), self._busy(population, client)
        judge: Judge = BusyService(authority, busy) if busy else authority
        wrong = self._mistyped(population)
        judge = judge if wrong is None else Mistyped(judge, wrong)
        if not skews and not arrives_after_s:
            return judge
        return Clocked(judge, skews, arrives_after_s, correction)

    def signing(self, population: str, client: int, step: Step) -> tuple[Downtime | None, WrongClock | None]:
        """Why signed requests of a client are refused whatever they ask: a key that is unknown at times, its clock."""
        if step.idp is not None or step.service is not None:
            return None, None
        issuer = self._timeline.scenario.issuers.get(step.from_.partition(".")[0])
        skews = self._skews(population, client)
        clock = WrongClock(skews, allowed_off_s("sts" if isinstance(issuer, Sts) else "")) if skews else None
        if step.mistyped in {"secret", "key_id"}:
            return Downtime([(-math.inf, math.inf)]), clock
        spans = [] if step.user is None else self._inactive(step.user, client)
        return Downtime(spans) if spans else None, clock

    def frozen(self, population: str, host: int, issuer: str, role: str) -> Downtime:
        """When a host's metadata service offers no new set: it is stuck, or its role cannot be assumed."""
        spans = [
            (fault.at_s, fault.at_s + (fault.for_s or math.inf))
            for number, fault in self._timeline.about(ImdsStuck, issuer)
            if self._streams[population].uniform(Purpose.IMDS_STUCK, host, number) < fault.share
        ]
        return Downtime([*spans, *self._timeline.unassumable(role)])

    def _inactive(self, user: str, client: int) -> list[_Span]:
        faults = [f for f in self._timeline.of_kind(DeactivateKey) if f.deactivate_key == user]
        return [
            (self._timeline.effect_s(f), math.inf if f.replaced_after_s is None else f.at_s + f.replaced_after_s)
            for f in faults
            if f.client in (None, client)
        ]

    def replaced(self, user: str, client: int) -> list[tuple[float, Cause, float, float]]:
        """When a user's deactivated keys are replaced by new ones, as turns of its key owner."""
        faults = [f for f in self._timeline.of_kind(DeactivateKey) if f.deactivate_key == user]
        return [
            (f.at_s + f.replaced_after_s, "emergency", 0.0, 0.0)
            for f in faults
            if f.client in (None, client) and f.replaced_after_s is not None
        ]

    def _mistyped(self, population: str) -> str | None:
        """What is wrong in the credential that a population's clients sign their calls with."""
        scenario = self._timeline.scenario
        step = scenario.credentials[scenario.populations[population].credentials][0]
        signs = step.mistyped == "session_token" or step.from_ == "access_key"  # else STS refuses the key
        return step.mistyped if signs else None

    def _busy(self, population: str, client: int) -> tuple[tuple[float, float, str, Verdict], ...]:
        """When services refuse calls of a client that are allowed."""
        return tuple(
            (fault.at_s, fault.at_s + (fault.for_s or math.inf), fault.action, Verdict(fault.answer))
            for number, fault in self._timeline.about(Throttle, population)
            if self._streams[population].uniform(Purpose.SERVICE_BUSY, client, number) < fault.share
        )

    def _skews(self, population: str, client: int) -> tuple[tuple[float, float, float], ...]:
        """How far the clock of a client's host is off: (from, to, seconds ahead)."""
        host = client // self._per_host[population]
        return tuple(
            (fault.at_s, fault.at_s + (fault.for_s or math.inf), fault.off_s)
            for number, fault in self._timeline.about(Skew, population)
            if self._streams[population].uniform(Purpose.SKEW, host, number) < fault.share
        )
