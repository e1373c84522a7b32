"""Where labels beside markers find room: none upon another, and no leader line through one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Box", "Labels", "Spot"]

Box = tuple[float, float, float, float]
"""A rectangle in pixels: x0, y0, x1, y1."""

_STEPS: Final = sorted(range(-24, 25), key=lambda step: (abs(step), -step))
"""Half heights of a label by which it is moved up or down, the nearest first."""
_DOTS_PX: Final = 2.0
"""Distance of the dots as which a leader line is held against labels."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a label.

    Attributes:
        box: Where it lies.
        to_left: Whether it stands to the left of its marker.
        moved: Whether it needs a leader line to it.
    """

    box: Box
    to_left: bool
    moved: bool


@dataclass(slots=True)
class Labels:
    """The labels of one panel, placed one after the other.

    Attributes:
        panel: The panel.
        marks: Markers and error bars.
        gap: Room between a marker's middle and its label, px.
    """

    panel: Box
    marks: Sequence[Box]
    gap: float
    _boxes: list[Box] = field(default_factory=list)
    _leaders: list[Box] = field(default_factory=list)

    def place(self, x: float, y: float, wide: float, high: float) -> Spot:
        """The nearest place beside the marker at (x, y) where the label covers nothing.

        Where error bars fill the panel it may cover those, then leader lines, but no other label.
        """
        spots = list(self._spots(x, y, wide, high))
        told = self._boxes + self._leaders
        tried = ([*told, *self.marks], told, self._boxes)
        free = (spot for taken in tried for spot in spots if self._fits(spot, (x, y), taken))
        beside = Spot((x + self.gap, y - high / 2, x + self.gap + wide, y + high / 2), to_left=False, moved=False)
        found = next(free, beside)
        self._boxes.append(found.box)
        self._leaders += _leader(found, (x, y))
        return found

    def _spots(self, x: float, y: float, wide: float, high: float) -> Iterator[Spot]:
        """Places within the panel, the nearest first: to the right, or to the left where that would be out of it."""
        x0, y0, x1, y1 = self.panel
        lefts = {False: x + self.gap, True: x - self.gap - wide}
        usual = lefts[False] + wide > x1
        sides = [usual, *(side for side in (not usual,) if x0 <= lefts[side] <= x1 - wide)]
        for step in _STEPS:
            low = y - high / 2 + step * high / 2
            for side in sides:
                if y0 <= low <= y1 - high:
                    yield Spot((lefts[side], low, lefts[side] + wide, low + high), side, abs(step) > 1)

    def _fits(self, spot: Spot, marker: tuple[float, float], taken: Sequence[Box]) -> bool:
        return not _hits(spot.box, taken) and not any(_hits(dot, self._boxes) for dot in _leader(spot, marker))


def _leader(spot: Spot, marker: tuple[float, float]) -> list[Box]:
    """The line from a label's near end to its marker, as dots; nothing where there is none."""
    if not spot.moved:
        return []
    x0, y0, x1, y1 = spot.box
    start = (x1 if spot.to_left else x0, (y0 + y1) / 2)
    number = math.ceil(math.dist(start, marker) / _DOTS_PX)
    shares = [n / number for n in range(1, number)]
    dots = [(start[0] + s * (marker[0] - start[0]), start[1] + s * (marker[1] - start[1])) for s in shares]
    return [(x - 0.5, y - 0.5, x + 0.5, y + 0.5) for x, y in dots]


def _hits(box: Box, taken: Sequence[Box]) -> bool:
    left, low, right, high = box
    return any(left < x1 and right > x0 and low < y1 and high > y0 for x0, y0, x1, y1 in taken)
