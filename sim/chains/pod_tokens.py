"""The tokens that vouch for a population's pods: one file a pod and identity provider, renewed by its kubelet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from sim.aws import eks
from sim.chains.fetching import Asker
from sim.credentials import Origin
from sim.hosts.tokens import Pod, ProjectedToken, ReadOnce, TokenFile
from sim.policies.kubelet import renewed_after_s
from sim.providers.step import Step
from sim.streams import Purpose
from sim.world import World

__all__ = ["PodTokens"]

_SLOT: Final = 4093
"""Slot of a pod as the holder of its projected tokens."""


class PodTokens:
    """The tokens in the files of a population's pods, each made when somebody reads it first.

    Args:
        world: What the shard's clients meet.
        population: Name of the population.
        before: What lies there already from processes before an upgrade.
    """

    def __init__(self, world: World, population: str, before: PodTokens | None = None) -> None:
        self._world = world
        self._name = population
        self._files: dict[tuple[str | None, int], ProjectedToken] = before._files if before else {}

    def __iter__(self) -> Iterator[ProjectedToken]:
        """All files."""
        return iter(self._files.values())

    def shown(self, step: Step, asker: Asker, role: Origin, longest_s: float) -> TokenFile:
        """The token that a process shows: what lies in the pod's file, or what it read there first."""
        token = self._token(step, asker, role, longest_s)
        return token if step.rereads_token else ReadOnce(token, asker)

    def _token(self, step: Step, asker: Asker, role: Origin, longest_s: float) -> ProjectedToken:
        """The token in a pod's file, which all its processes and threads read; it yields sessions so long at most."""
        client = asker.holder.client
        if (step.idp, client) not in self._files:
            self._files[step.idp, client] = self._make(str(step.idp), client, role, longest_s)
        return self._files[step.idp, client]

    def _make(self, idp: str, client: int, role: Origin, longest_s: float) -> ProjectedToken:
        world, spec = self._world, self._world.idp(idp).spec
        oldest_s = float(eks.KUBELET_REFRESH_MAX_S.value)
        every_s = renewed_after_s(spec.token_s, spec.token_renewed_at or 1.0, oldest_s)
        spans = world.lifetimes(self._name).present(client)
        first_at_s = spans[0][0] if spans else math.inf
        if math.isinf(first_at_s):
            first_at_s = -every_s * world.stream(self._name).uniform(Purpose.TOKEN_PHASE, client)
        origin = Origin(role.principal, role.account, role.provider, idp, "TokenRequest", role.mints_s + longest_s)
        pod = world.asker(world.holder(self._name, client, _SLOT, f"{self._name}-{client:06d}"))
        times = Pod(spec.token_s, every_s, first_at_s, spans, world.horizon_s)
        return ProjectedToken(pod, origin, times, world.place("process", self._name, client), world.recorder)
