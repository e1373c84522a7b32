"""When is an action allowed? Policies that change, and conditions that name a time, as a function of the instant.

Nothing here happens in a run: what a session may do, and until when, is known the moment it is issued.
A revocation is a stage whose policies deny what `aws:TokenIssueTime` is older than.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from sim.policies.authorization import decide
from sim.policies.authorization_conditions import seconds_of
from sim.policies.authorization_match import as_list
from sim.policies.authorization_statement import Policy, statements

__all__ = ["Attached", "Permit", "Stage", "Target"]

_CLOCK: Final = frozenset({"aws:currenttime", "aws:epochtime"})
_ISSUE: Final = frozenset({"aws:tokenissuetime"})


@dataclass(frozen=True, slots=True)
class Attached:
    """All policies that bear on one principal.

    Attributes:
        identity: Its own policies and those of its groups.
        boundary: Its permissions boundary, if it has one.
        session: Policies passed when its session was made, if any were.
        scps: Service control policies of its account, by level, if it is in an organisation.
        resource: Policy of the resource that is asked for, if it has one.
        rcps: Resource control policies of the resource's account.
    """

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    scps: tuple[tuple[Policy, ...], ...] = ()
    resource: Policy | None = None
    rcps: tuple[Policy, ...] = ()

    def documents(self) -> tuple[Policy, ...]:
        """Every document."""
        own = tuple(one for one in (self.boundary, self.resource) if one is not None)
        levels = (document for level in self.scps for document in level)
        return (*self.identity, *own, *(self.session or ()), *levels, *self.rcps)


@dataclass(frozen=True, slots=True)
class Target:
    """Who asks for what, where policies of resources have to know.

    Attributes:
        principal: ARN of who asks; None where only its own policies matter.
        behind: ARN of the role or user behind a session.
        arn: ARN of the resource.
        account: Account of the resource, as ARNs write it.
    """

    principal: str | None = None
    behind: str | None = None
    arn: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Policies from an instant on, until the next stage.

    Attributes:
        from_s: Instant from which they act (change and propagation); -inf for the first.
        attached: The policies.
    """

    from_s: float
    attached: Attached


@dataclass(slots=True)
class Permit:
    """What one principal may do over time, for one action.

    Attributes:
        stages: Its policies in order of time; the first from -inf.
        action: IAM action.
        epoch_s: Unix seconds of time 0.
        context: Further condition keys of its requests.
        target: Who asks for what.
    """

    stages: Sequence[Stage]
    action: str
    epoch_s: float
    context: Mapping[str, Any] = field(default_factory=dict)
    target: Target = Target()
    _issue_cuts: list[float] = field(init=False)
    _clock_cuts: list[float] = field(init=False)
    _known: dict[tuple[int, int] | None, tuple[tuple[float, bool], ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        documents = [document for stage in self.stages for document in stage.attached.documents()]
        self._issue_cuts = sorted(set(_instants(documents, _ISSUE)))
        starts = {stage.from_s for stage in self.stages if math.isfinite(stage.from_s)}
        self._clock_cuts = sorted(starts | {at - self.epoch_s for at in _instants(documents, _CLOCK)})

    @property
    def issue_cuts(self) -> tuple[float, ...]:
        """Unix seconds at which the policies tell sessions apart by the time of their issue, ascending."""
        return tuple(self._issue_cuts)

    def pieces(self, issued_at_s: float | None) -> tuple[tuple[float, bool], ...]:
        """Whether the action is allowed, as (until, allowed) in order; the last piece lasts for ever.

        Args:
            issued_at_s: Instant at which the session was issued; None for a long-term key, whose requests
                carry no aws:TokenIssueTime.

        Returns:
            Pieces with alternating answers; each holds up to, not including, its instant.
        """
        between = None
        if issued_at_s is not None and self._issue_cuts:
            stamp = issued_at_s + self.epoch_s
            between = bisect_left(self._issue_cuts, stamp), bisect_right(self._issue_cuts, stamp)
        elif issued_at_s is not None:
            between = 0, 0
        if between not in self._known:
            self._known[between] = tuple(self._merged(issued_at_s))
        return self._known[between]

    def _merged(self, issued_at_s: float | None) -> Iterator[tuple[float, bool]]:
        ends = [*self._clock_cuts, math.inf]
        answers = [self._at(instant, issued_at_s) for instant in _inside(ends)]
        for place, (end, answer) in enumerate(zip(ends, answers, strict=True)):
            if place == len(ends) - 1 or answers[place + 1] is not answer:
                yield end, answer

    def _at(self, instant: float, issued_at_s: float | None) -> bool:
        attached = next(stage.attached for stage in reversed(self.stages) if stage.from_s <= instant)
        now = instant + self.epoch_s
        context = {**self.context, "aws:CurrentTime": now, "aws:EpochTime": now}
        if issued_at_s is not None:
            context["aws:TokenIssueTime"] = issued_at_s + self.epoch_s
        return decide(
            self.action,
            self.target.arn,
            principal=self.target.principal,
            context=context,
            identity=attached.identity,
            boundary=attached.boundary,
            session=attached.session,
            resource_policy=attached.resource,
            scps=attached.scps,
            rcps=attached.rcps,
            resource_account=self.target.account,
            session_of=self.target.behind,
        ).allowed


def _inside(ends: Sequence[float]) -> Iterator[float]:
    """An instant inside each piece; conditions on a time change at the ends only."""
    if len(ends) == 1:
        yield 0.0
        return
    yield ends[0] - 1.0
    for start, end in pairwise(ends[:-1]):
        yield (start + end) / 2
    yield ends[-2] + 1.0


def _instants(documents: Sequence[Policy], keys: frozenset[str]) -> Iterator[float]:
    """Instants that conditions on the given keys name, Unix seconds; what is no instant changes nothing."""
    for document in documents:
        for statement in statements(document):
            for tests in statement.get("Condition", {}).values():
                for key, wanted in tests.items():
                    if key.lower() in keys:
                        yield from _readable(wanted)


def _readable(wanted: object) -> Iterator[float]:
    for value in as_list(wanted):
        try:
            yield seconds_of(value)
        except ValueError:
            continue
