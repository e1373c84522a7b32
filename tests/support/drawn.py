"""What stands in a drawn figure, and which of it lies upon what."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.figure import Figure
from matplotlib.text import Text

__all__ = ["cut_off", "overlapping", "texts"]

_SLACK = 1.5
"""Pixels by which two boxes may meet: a box is a little larger than its letters."""


def texts(figure: Figure) -> list[Text]:
    """Every text that can be seen, once the figure is laid out."""
    figure.canvas.draw()
    hidden = {label for axes in figure.axes for label in _hidden(axes)}
    found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text not in hidden]
    return [text for text in found if text.get_text().strip() and text.get_visible()]


def _hidden(axes: Axes) -> Iterable[Text]:
    """Texts of a panel that is not drawn, and labels of ticks outside the panel's limits."""
    if not axes.get_visible():
        return axes.findobj(Text)
    axis = (axes.xaxis, axes.yaxis)
    drawn = {label for one in axis for label in _labels(one._update_ticks())}  # type: ignore[attr-defined]
    every = {label for one in axis for label in _labels([*one.get_major_ticks(), *one.get_minor_ticks()])}
    return every - drawn


def _labels(ticks: Iterable[Tick]) -> list[Text]:
    return [label for tick in ticks for label in (tick.label1, tick.label2)]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts of which one covers part of the other; lines from a label to its mark do not count."""
    boxes = [(text.get_text(), Text.get_window_extent(text).padded(-_SLACK)) for text in texts(figure)]
    return [(one, two) for (one, a), (two, b) in combinations(boxes, 2) if a.overlaps(b)]


def cut_off(figure: Figure) -> list[str]:
    """Texts that touch or cross an edge of the figure, tick labels among them."""
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts(figure)]
    whole = figure.bbox.padded(-1)
    return [told for told, box in boxes if not (whole.contains(box.x0, box.y0) and whole.contains(box.x1, box.y1))]
