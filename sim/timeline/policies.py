"""Roles, users and permission sets over time: who may assume what, and do what, once the timeline changed it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from typing import Any, NamedTuple

from sim.aws import quarantine
from sim.faults.delete_role import DeleteRole
from sim.faults.policy import PolicyChange
from sim.faults.quarantine import Quarantine
from sim.faults.remove_trust import RemoveTrust
from sim.principals.role import Trust
from sim.scenario import Scenario
from sim.spec import Spec
from sim.timeline.timeline import Timeline

__all__ = ["epochs"]


class _Edit(NamedTuple):
    """A change that holds in [from_s, to_s)."""

    from_s: float
    to_s: float
    apply: Callable[[Scenario], Scenario]


def epochs(timeline: Timeline) -> tuple[tuple[float, Scenario], ...]:
    """The scenario as it stands from each change of a policy on, in order of time.

    Returns:
        (instant, scenario from then on); empty if the timeline leaves all policies as they are.
    """
    edits = list(_edits(timeline))
    instants = sorted({at for edit in edits for at in edit[:2] if math.isfinite(at)})
    return tuple((at, _edited(timeline.scenario, edits, at)) for at in instants)


def _edited(scenario: Scenario, edits: list[_Edit], at: float) -> Scenario:
    for edit in edits:
        if edit.from_s <= at < edit.to_s:
            scenario = edit.apply(scenario)
    return scenario


def _edits(timeline: Timeline) -> Iterator[_Edit]:
    for fault in timeline.faults:
        match fault:
            case RemoveTrust(remove_trust=role):
                start = timeline.effect_s(fault)
                yield _Edit(start, start + (fault.for_s or math.inf), _role(role, {"trust": Trust()}))
            case DeleteRole(delete_role=role):
                start = timeline.effect_s(fault)
                back = start + (fault.recreated_after_s or math.inf)
                gone = {"trust": Trust(), "allow": (), "deny": (), "policies": ()}
                yield _Edit(start, back, _role(role, gone))
                yield _Edit(start, math.inf, partial(_distrusted, role))
            case PolicyChange():
                start = timeline.effect_s(fault)
                yield _Edit(start, start + (fault.for_s or math.inf), partial(_with_policy, fault))
            case Quarantine(quarantine=user):
                denied = {"Effect": "Deny", "Action": list(quarantine.QUARANTINE_DENIES.value), "Resource": "*"}
                policy = {"Version": "2012-10-17", "Statement": [denied]}
                yield _Edit(timeline.effect_s(fault), math.inf, partial(_attached, f"user/{user}", policy))


def _role(name: str, words: Mapping[str, Any]) -> Callable[[Scenario], Scenario]:
    return lambda scenario: _changed(scenario, f"role/{name}", words)


def _attached(principal: str, policy: dict[str, Any], scenario: Scenario) -> Scenario:
    return _changed(scenario, principal, {"policies": (*_found(scenario, principal).policies, policy)})


def _with_policy(fault: PolicyChange, scenario: Scenario) -> Scenario:
    """The principal with the new policies in place of the old, or beside them."""
    old = _found(scenario, fault.policy)
    said = {key: getattr(fault, key) for key in ("allow", "deny", "policies")}
    words: dict[str, Any] = {}
    if any(value is not None for value in said.values()):
        new = {key: value or () for key, value in said.items()}
        words = {key: (*getattr(old, key), *value) for key, value in new.items()} if fault.adds else new
    if fault.trust is not None:
        words["trust"] = fault.trust
    return _changed(scenario, fault.policy, words)


def _distrusted(role: str, scenario: Scenario) -> Scenario:
    """Trust policies that named a role which was deleted hold its old unique id: nobody has it any more."""
    return reduce(partial(_without, role), scenario.roles, scenario)


def _without(role: str, scenario: Scenario, name: str) -> Scenario:
    trust = scenario.roles[name].trust
    if not isinstance(trust, Trust):
        return scenario
    named = (trust.role,) if isinstance(trust.role, str) else trust.role
    kept = tuple(one for one in named if one != role)
    return _changed(scenario, f"role/{name}", {"trust": trust.model_copy(update={"role": kept})})


def _found(scenario: Scenario, principal: str) -> Any:
    kind, _, name = principal.partition("/")
    if kind == "permission_set":
        issuer, _, name = name.partition("/")
        return getattr(scenario.issuers[issuer], "permission_sets")[name]  # noqa: B009
    return scenario.roles[name] if kind == "role" else scenario.users[name]


def _changed(scenario: Scenario, principal: str, words: Mapping[str, Any]) -> Scenario:
    """The scenario with other words at one principal."""
    kind, _, name = principal.partition("/")
    new: Spec = _found(scenario, principal).model_copy(update=dict(words))
    if kind != "permission_set":
        block = "roles" if kind == "role" else "users"
        return scenario.model_copy(update={block: {**getattr(scenario, block), name: new}})
    issuer, _, name = name.partition("/")
    spec = scenario.issuers[issuer]
    sets = {**getattr(spec, "permission_sets"), name: new}  # noqa: B009
    return scenario.model_copy(
        update={"issuers": {**scenario.issuers, issuer: spec.model_copy(update={"permission_sets": sets})}}
    )
