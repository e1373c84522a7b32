"""What a stationary population holds at time 0."""

from __future__ import annotations

from sim.caches.host_caches import shared_by_several
from sim.caches.stationary import imds_fetched_at, session_age
from sim.chains.chains import Chains
from sim.clients.client import Client
from sim.hosts.endpoints import Reach, reach_of
from sim.hosts.host import Host
from sim.issuers.spec import Endpoint, Local
from sim.world import World

__all__ = ["hold_at_start"]


def hold_at_start(world: World, chains: Chains, made: Client) -> None:
    """A stationary population holds at 0 what it has held for a while.

    Args:
        world: What the clients meet.
        chains: The population's chains.
        made: One of its clients.
    """
    cache, asker, spec = made.cache, made.cache.asker, chains.population
    cache.keep_provider()
    step = chains.steps(spec.credentials)[0]
    issuer = world.scenario.issuers.get(step.from_)
    if step.from_ in {"anonymous", "presigned"} or (isinstance(issuer, Local) and not isinstance(issuer, Endpoint)):
        return  # nothing to hold, or two caches in a row
    if isinstance(issuer, Endpoint):
        host = chains.host(step.from_, asker.holder.client)
        if isinstance(host, Host) and reach_of(issuer, spec.hops) is not Reach.NOTHING:
            at = imds_fetched_at(cache, host)
            made.hold(host.offered(at), at)
        return
    shared = chains.shared(spec.credentials, 0, asker.holder.client) if shared_by_several(step) else None
    if shared is not None and shared.credential is not None:
        made.hold(shared.credential, shared.held_from_s)
        return
    gap = 1.0 / sum(1.0 / calls.mean_gap_s() for calls in spec.calls)
    at = -session_age(shared or cache, chains.session_s(spec.credentials), gap / spec.threads)
    held = chains.mint((shared or cache).asker, spec.credentials, at)
    if shared is not None:
        shared.adopt(held, at)
    made.hold(held, at)
