"""The terms of a population's steps over time: what the timeline makes of them, worked out once a step."""

from __future__ import annotations

import math
from dataclasses import replace

from sim.chains.terms import Terms, Writer
from sim.issuers.api import Downtime
from sim.providers.step import Step
from sim.sdks import Sdk
from sim.world import World

__all__ = ["LastingTerms"]


class LastingTerms:
    """Terms with the endings of credentials and the policies that change.

    Args:
        world: What the shard's clients meet.
        sdk: The population's SDK.
    """

    def __init__(self, world: World, sdk: Sdk) -> None:
        self._world = world
        self._sdk = sdk
        self._writer = Writer(world.scenario, world.access, sdk)
        self._known: dict[tuple[str, int], Terms] = {}

    def at(self, chain: str, number: int) -> Terms:
        """Terms of a step of a chain."""
        key = (chain, number)
        if key not in self._known:
            self._known[key] = self.of(chain, self._world.scenario.credentials[chain][number])
        return self._known[key]

    def of(self, chain: str, step: Step) -> Terms:
        """Terms of a step as if it stood in a chain."""
        terms = self._writer.terms(chain, step)
        request = terms.request
        later = [(at, Writer(one.scenario, one, self._sdk).terms(chain, step)) for at, one in self._world.access.later]
        if later:
            starts = [(-math.inf, terms), *later]
            ends = [*(at for at, _ in later), math.inf]
            pieces = zip(starts, ends, strict=True)
            refused = Downtime([(at, end) for (at, then), end in pieces if not then.request.allowed])
            request = replace(request, allowed=True, refused=refused)
        endings = self._world.timeline.endings(terms.origin.principal)
        return Terms(request, replace(terms.origin, endings=endings), terms.session_s)
