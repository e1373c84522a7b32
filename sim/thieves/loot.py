"""What lay at a place, as a thief who stays there would find it."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.credentials import Credential

__all__ = ["PER_HOST", "SHARED", "Laid", "Loot", "places_of"]

PER_HOST: Final = frozenset({"imds", "agent", "file"})
"""Kinds of place of which every host has one."""

SHARED: Final = frozenset({"repository", "image", "backup", "ci", "host", "broker"})
"""Kinds of place of which a population has one."""


def places_of(place: str, clients: int, per_host: int) -> int:
    """How many places of a kind a population has: one, one per host, or one per client."""
    if place in SHARED:
        return 1
    return -(-clients // per_host) if place in PER_HOST else clients


class Laid(NamedTuple):
    """A credential that lay at a place in [from_s, to_s)."""

    credential: Credential
    from_s: float
    to_s: float


class Loot:
    """Remembers what lies at one place of one client; whoever holds it there says so when it is gone.

    Attributes:
        laid: What lay here, in the order in which it was gone.
    """

    __slots__ = ("laid",)

    def __init__(self) -> None:
        self.laid: list[Laid] = []

    def lay(self, credential: Credential, from_s: float, to_s: float) -> None:
        """Remember that a credential lay here in [from_s, to_s)."""
        self.laid.append(Laid(credential, from_s, to_s))

    def at(self, instant: float) -> list[Laid]:
        """What lay here at an instant."""
        return [one for one in self.laid if one.from_s <= instant < one.to_s]

    def within(self, from_s: float, to_s: float) -> list[Laid]:
        """What lay here at some time in [from_s, to_s)."""
        return [one for one in self.laid if one.from_s < to_s and one.to_s > from_s]
