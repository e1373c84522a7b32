"""A rotation campaign before it begins: which keys, in which order, when each one's turn is.

Everything it needs is a draw that is known beforehand (ages, copies, toil), so the plan stands before the clock runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from heapq import heapify, heapreplace
from typing import Any

from sim.keys.keys import KeyOwner
from sim.principals.campaign import Campaign

__all__ = ["schedule"]


def schedule(campaign: Campaign, owners: Iterable[KeyOwner]) -> None:
    """Give every key of a campaign its turn.

    Args:
        campaign: What is rotated, and how.
        owners: The users of the shard, populations in the scenario's order.
    """
    chosen = [owner for owner in owners if not campaign.users or owner.user in campaign.users]
    ordered = sorted(enumerate(chosen), key=_rank(campaign, chosen))[: campaign.keys]
    free = [campaign.at_s] * campaign.people
    heapify(free)
    for _, owner in ordered:
        at = free[0]
        if at >= (math.inf if campaign.until_s is None else campaign.until_s):
            return
        busy = 60.0 * owner.rotation.toil_min if campaign.per_h is None else 3600.0 / campaign.per_h
        heapreplace(free, at + busy)
        steps = owner.rotation
        overlap_s = steps.overlap_s if campaign.overlap_s is None else campaign.overlap_s
        confirm_s = steps.confirm_s if campaign.confirm_s is None else campaign.confirm_s
        owner.extra.append((at, "campaign", overlap_s, confirm_s))
        owner.extra.sort(key=lambda turn: turn[0])


def _rank(campaign: Campaign, chosen: list[KeyOwner]) -> Callable[[tuple[int, KeyOwner]], tuple[Any, ...]]:
    """What keys are sorted by; equal ones stay in the order of populations and clients."""
    age = [campaign.at_s - owner.lives.created_before(campaign.at_s) for owner in chosen]
    order = campaign.order
    if order == "age":
        return lambda one: (-age[one[0]],)
    if order == "population":
        return lambda one: (one[0],)
    if order == "exposure":
        return lambda one: (-age[one[0]] * one[1].copies / max(one[1].rotation.toil_min, 1e-9),)
    places = {name: place for place, name in enumerate(order)}
    return lambda one: (places.get(one[1].user, len(places)), -age[one[0]])
