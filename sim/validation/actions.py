"""Actions of policies and of calls: they are written as AWS writes them, and exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from sim.aws.actions import actions_of, services
from sim.faults.policy import PolicyChange
from sim.faults.throttle import Throttle
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.policies.authorization_match import as_list
from sim.problems import did_you_mean, nearest, shorten
from sim.scenario import Scenario
from sim.validation.policies import documents
from sim.validation.timeline import entries

__all__ = ["RULES"]

_ACTION: Final = re.compile(r"\*|[a-zA-Z0-9-]+:[A-Za-z0-9*?]+")
_REFERENCE: Final = "see the Service Authorization Reference"
Said = Iterator[tuple[Path, object]]


def _actions(scenario: Scenario) -> Iterator[Finding]:
    """An action is a service's prefix and a name, or `*`; wildcards stand in the name only, and match something."""
    for told in (_short_forms, _of_documents, _done):
        for path, action in told(scenario):
            text = _wrong(action)
            if text:
                yield path, text


def _short_forms(scenario: Scenario) -> Said:
    holders: list[tuple[Path, Any]] = [
        ((block, name), holder)
        for block in ("roles", "users", "groups")
        for name, holder in getattr(scenario, block).items()
    ]
    holders += [(path, fault) for path, fault in entries(scenario) if isinstance(fault, PolicyChange)]
    for name, issuer in scenario.issuers.items():
        sets = getattr(issuer, "permission_sets", {})
        holders += [(("issuers", name, "permission_sets", title), one) for title, one in sets.items()]
    for path, holder in holders:
        for key in ("allow", "deny"):
            for number, action in enumerate(getattr(holder, key, None) or ()):
                yield (*path, key, number), action


def _of_documents(scenario: Scenario) -> Said:
    for path, document, _ in documents(scenario):
        listed = isinstance(document.get("Statement"), list | tuple)
        for number, statement in enumerate(as_list(document.get("Statement"))):
            for key in ("Action", "NotAction"):
                place = (*path, "Statement", number, key) if listed else (*path, "Statement", key)
                for action in as_list(statement.get(key)) if isinstance(statement, Mapping) else ():
                    yield place, action


def _done(scenario: Scenario) -> Said:
    """What clients and thieves do, and what is throttled of it."""
    for name, population in scenario.populations.items():
        path: Path = ("populations", name, "calls")
        for number, calls in enumerate(population.calls):
            place = (*path, number, "action") if len(population.calls) > 1 else (*path, "action")
            yield place, calls.action
    yield from (((*path, "action"), fault.action) for path, fault in entries(scenario) if isinstance(fault, Throttle))
    yield from ((("theft", "actions", action), action) for action in scenario.theft.actions or ())
    for name, incident in scenario.theft.incidents.items():
        yield from ((("theft", "incidents", name, "actions", action), action) for action in incident.actions or ())


def _wrong(action: object) -> str | None:
    if not isinstance(action, str) or not _ACTION.fullmatch(action):
        return f"{shorten(action)} is no action; write service:Operation, such as s3:GetObject or s3:Get*, or *"
    prefix, _, name = action.partition(":")
    service = prefix.lower()
    if action == "*" or _matches(service, name):
        return None
    if service not in services():
        return f"{shorten(action)} is no action: AWS has no service {prefix}; {did_you_mean(service, services())}"
    told = "matches no action" if "*" in name or "?" in name else "is no action"
    return f"{shorten(action)} {told} of {service}; {_instead(service, name)}"


def _matches(service: str, pattern: str) -> bool:
    lower = pattern.lower()  # fnmatch never goes back over a star, however many a pattern has
    return any(fnmatchcase(name.lower(), lower) for name in actions_of(service))


def _instead(service: str, name: str) -> str:
    """What may have been meant: the nearest name, or the longest beginning of a pattern that matches something."""
    if "*" in name or "?" in name:
        begin = re.split(r"[*?]", name)[0]
        meant = next((f"{begin[:n]}*" for n in range(len(begin), 0, -1) if _matches(service, f"{begin[:n]}*")), None)
    else:
        known = {one.lower(): one for one in actions_of(service)}
        meant = known.get(str(nearest(name, known)))
    return f"did you mean {service}:{meant}?" if meant else _REFERENCE


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (_actions,)
"""Every rule of this file."""
