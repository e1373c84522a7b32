"""The timeline of one replication, resolved before the run: what holds when, as functions of the instant.

A response plan counts from the detection of its incident. That instant is a draw of the replication, so
the steps of a plan become entries of the timeline before anything happens.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Final, TypeVar

from sim.aws import iam
from sim.credentials import Ending
from sim.faults import FaultSpec
from sim.faults.base import IamChange
from sim.faults.deactivate_key import DeactivateKey
from sim.faults.delete_role import DeleteRole
from sim.faults.disable_user import DisableUser
from sim.faults.remove_trust import RemoveTrust
from sim.faults.revoke import Revoke
from sim.issuers.spec import Iam
from sim.laws import draw
from sim.principals.user import principal_of
from sim.records import Kind
from sim.scenario import Scenario
from sim.streams import Purpose, Stream
from sim.threats.incident import Incident

__all__ = ["Timeline", "detected_at", "first_used_at", "resolved", "unanswered"]

_PROPAGATION_S: Final = float(iam.PROPAGATION_S.value)
_SESSIONS: Final = frozenset({Kind.SESSION})
_PORTAL_TOKENS: Final = frozenset({Kind.SSO_TOKEN})
F = TypeVar("F", bound=FaultSpec)


def detected_at(incident: Incident, name: str, seed: int, replication: int) -> float:
    """Instant at which an incident is detected; inf if never."""
    if incident.detected_after_s is None:
        return math.inf
    stream = Stream.of(seed, replication, f"incident/{name}")
    return incident.at_s + max(draw(stream, incident.detected_after_s, Purpose.DETECTION, 0), 0.0)


def first_used_at(incident: Incident, name: str, seed: int, replication: int) -> float:
    """Instant at which the thief first uses what leaked."""
    stream = Stream.of(seed, replication, f"incident/{name}")
    return incident.at_s + max(draw(stream, incident.first_use_s, Purpose.FIRST_ABUSE, 0), 0.0)


def resolved(scenario: Scenario, replication: int) -> Scenario:
    """The scenario with the steps of its response plans in the timeline, at the instants of this replication."""
    steps = tuple(_responses(scenario, replication))
    return scenario.model_copy(update={"timeline": (*scenario.timeline, *steps)}) if steps else scenario


def unanswered(scenario: Scenario) -> Scenario | None:
    """The scenario in which incidents happen and nobody responds; None if nobody does anyway.

    Its plans stay, so that it is cut into the same shards.
    """
    incidents = scenario.theft.incidents
    if not any(scenario.theft.plans[one.plan] for one in incidents.values() if one.plan is not None):
        return None
    ignored = {name: one.model_copy(update={"plan": None}) for name, one in incidents.items()}
    theft = scenario.theft.model_copy(update={"incidents": ignored})
    return scenario.model_copy(update={"theft": theft})


def _responses(scenario: Scenario, replication: int) -> Iterator[FaultSpec]:
    for name, incident in scenario.theft.incidents.items():
        detected = detected_at(incident, name, scenario.run.seed, replication)
        if incident.plan is not None and math.isfinite(detected):
            yield from (step.fault(detected) for step in scenario.theft.plans[incident.plan])


class Timeline:
    """What the verbs of a resolved scenario do.

    Args:
        scenario: A scenario without response plans left to resolve.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.faults = tuple(sorted(scenario.timeline, key=lambda fault: fault.at_s))

    def of_kind(self, kind: type[F]) -> list[F]:
        """The entries of one verb, in order of time."""
        return [fault for fault in self.faults if isinstance(fault, kind)]

    def about(self, kind: type[F], target: str) -> list[tuple[int, F]]:
        """The entries of one verb about one target, in order of time, each with the number that keys its draws.

        The number is its place among them in the scenario: an entry about anybody else moves none of the draws, and
        neither does one that is added behind.
        """
        mine = [one for one in self.scenario.timeline if isinstance(one, kind) and one.target == target]
        return sorted(enumerate(mine), key=lambda numbered: numbered[1].at_s)

    @cached_property
    def _propagation_s(self) -> float:
        found = [issuer.propagation_s for issuer in self.scenario.issuers.values() if isinstance(issuer, Iam)]
        return found[0] if found else _PROPAGATION_S

    def effect_s(self, change: IamChange) -> float:
        """Instant from which a change in IAM acts everywhere."""
        return change.at_s + (self._propagation_s if change.propagation_s is None else change.propagation_s)

    def unassumable(self, role: str) -> list[tuple[float, float]]:
        """When nobody may assume a role at all: its trust is removed, or it is deleted."""
        found = []
        for fault in self.faults:
            match fault:
                case RemoveTrust(remove_trust=name) if name == role:
                    found.append((self.effect_s(fault), self.effect_s(fault) + (fault.for_s or math.inf)))
                case DeleteRole(delete_role=name) if name == role:
                    found.append((self.effect_s(fault), self.effect_s(fault) + (fault.recreated_after_s or math.inf)))
        return found

    def disabled_at(self, population: str, client: int) -> float:
        """From when on a person may not sign in to Identity Center any more; inf if never."""
        found = [f for f in self.of_kind(DisableUser) if f.disable_user == population and f.client in (None, client)]
        return min((fault.at_s for fault in found), default=math.inf)

    def portal_endings(self, population: str) -> tuple[Ending, ...]:
        """What ends the portal tokens of a population's people early."""
        return tuple(
            Ending(fault.at_s + fault.cached_s, math.inf, "deactivation", _PORTAL_TOKENS, fault.client)
            for fault in self.of_kind(DisableUser)
            if fault.disable_user == population
        )

    def endings(self, principal: str) -> tuple[Ending, ...]:
        """What ends credentials of `role/NAME`, `user/NAME`, `root/ACCOUNT` or `permission_set/ISSUER/NAME` early."""
        return tuple(self._endings(principal))

    def _endings(self, principal: str) -> Iterator[Ending]:
        for fault in self.faults:
            match fault:
                case Revoke(revoke=target) if target == principal.replace("federated/", "user/"):
                    yield Ending(self.effect_s(fault), fault.at_s, "revocation", _SESSIONS)
                case DeleteRole(delete_role=role) if f"role/{role}" == principal:
                    effect = self.effect_s(fault)
                    yield Ending(effect, effect + (fault.recreated_after_s or math.inf), "deletion", _SESSIONS)
                case DeactivateKey(deactivate_key=user) if self._is(user, principal):
                    keys = frozenset({Kind.ACCESS_KEY})
                    yield Ending(self.effect_s(fault), fault.at_s, "deactivation", keys, fault.client)

    def _is(self, user: str, principal: str) -> bool:
        """Whether a user of the scenario is the principal."""
        found = self.scenario.users.get(user)
        return found is not None and principal_of(user, found) == principal
