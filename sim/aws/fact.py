"""What a fact is: a value with its unit, its public source, the day it was read and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

__all__ = ["READ", "Basis", "Fact", "Resolves", "assumed", "documented", "measured", "second_hand"]

T = TypeVar("T")
Resolves = Literal["once", "each_fetch"]
"""When an SDK goes through its chain of providers."""

Basis = Literal["documented", "measured", "second-hand", "assumed"]
"""`documented`: stated by AWS, or read in the SDK's own source. `measured`: by running that code.
`second-hand`: published by others, or read in a copy. `assumed`: nobody published it."""

READ: Final = "2026-11-23"
"""Day on which the collection was read; a fact that is read again carries its own day."""


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One fact about AWS or an SDK.

    Attributes:
        value: The value, in `unit`.
        unit: Unit; empty for names, codes and plain counts of nothing.
        source: Public source: page, package version with file and symbol, or repository thread.
        read: Day it was read, ISO 8601.
        basis: How far to trust it.
        note: What a reader has to know beside the name.
        span: Lowest and highest plausible value of an assumed fact, or the spread of observations.
        uses: Features of a scenario to which the fact matters (see `sim.aws.used`).
    """

    value: T
    unit: str
    source: str
    read: str
    basis: Basis
    note: str = ""
    span: tuple[float, float] | None = None
    uses: tuple[str, ...] = ()

    def row(self, name: str) -> dict[str, object]:
        """The fact as a row of the manifest; the span stands in the note."""
        span = "" if self.span is None else f"range {self.span[0]:,g} to {self.span[1]:,g}"
        return {
            "name": name,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "unit": self.unit,
            "source": self.source,
            "read": self.read,
            "basis": self.basis,
            "note": "; ".join(part for part in (self.note, span) if part),
        }


def documented(
    value: T, unit: str, source: str, note: str = "", *, uses: tuple[str, ...] = (), read: str = READ
) -> Fact[T]:
    """A fact that AWS states, or that stands in the SDK's source."""
    return Fact(value, unit, source, read, "documented", note, None, uses)


def measured(
    value: T, unit: str, source: str, note: str = "", *, uses: tuple[str, ...] = (), read: str = READ
) -> Fact[T]:
    """A fact measured by running the code against a stub or on a virtual clock."""
    return Fact(value, unit, source, read, "measured", note, None, uses)


def second_hand(
    value: T,
    unit: str,
    source: str,
    note: str = "",
    *,
    span: tuple[float, float] | None = None,
    uses: tuple[str, ...] = (),
    read: str = READ,
) -> Fact[T]:
    """A fact published by others than AWS, or read in a copy."""
    return Fact(value, unit, source, read, "second-hand", note, span, uses)


def assumed(
    value: T,
    unit: str,
    note: str,
    *,
    span: tuple[float, float] | None = None,
    source: str = "no published number found",
    uses: tuple[str, ...] = (),
    read: str = READ,
) -> Fact[T]:
    """A value that nobody published: remembered, inferred, or a gap with a range."""
    return Fact(value, unit, source, read, "assumed", note, span, uses)
