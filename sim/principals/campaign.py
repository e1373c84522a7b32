"""Rotation campaigns: many keys replaced in a row, by people, in an order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.spec import Name, NonNegative, Positive, Spec

__all__ = ["Campaign", "Order"]

Order = Literal["age", "population", "exposure"]


class Campaign(Spec):
    """A rotation rehearsal: these keys are rotated, in this order, at this pace; the calls that break are recorded."""

    users: tuple[Name, ...] = ()
    """IAM users whose keys are rotated; every user that signs with a key if empty."""
    at_s: Positive = 60.0
    """Instant at which the first key is replaced; after time 0, so that there is a before."""
    until_s: NonNegative | None = None
    """Nothing is begun from this instant on; keys that are left keep their age. To the end if absent."""
    keys: Annotated[int, Field(ge=1)] | None = None
    """How many keys are rotated, the first ones in the order; all if absent."""
    order: Annotated[Order | tuple[Name, ...], Field(union_mode="left_to_right")] = "age"
    """Which key comes first: `age` (the oldest), `population` (populations as the scenario lists them), `exposure`
    (most age x copies for a minute of toil: what rotating it removes), or a list of users; then by age."""
    people: Annotated[int, Field(ge=1, le=10_000)] = 1
    """People who rotate keys at the same time."""
    per_h: Positive | None = None
    """Rotations that each of them begins in an hour; as many as the toil of the keys allows if absent."""
    overlap_s: NonNegative | None = None
    """How long both keys are active; what the key's own rotation says if absent."""
    confirm_s: NonNegative | None = None
    """Time between deactivation and deletion of the old key; what the key's own rotation says if absent."""
