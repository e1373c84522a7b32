"""What a chart is, and how it is saved: same input, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from analysis.load import Results
from analysis.style import RC

__all__ = ["DPI", "Chart", "Summary", "new_figure", "save"]

DPI = 150
"""Resolution of the PNG files, dots per inch."""

_PAD_IN = 0.06
"""Room around every panel and its labels, inches."""

Summary = Mapping[str, Any]
"""The content of summary.json."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: the question it answers, how to read it, when it applies, how it is drawn."""

    name: str
    """File name without its ending."""
    title: str
    """The question it answers."""
    caption: str
    """How to read it."""
    applies: Callable[[Results, Summary], bool]
    """Whether the run has what it shows."""
    draw: Callable[[Results, Summary], Figure]
    """Draws it; called under the settings of `analysis.style.RC`."""
    order: int = 100
    """Place on the page, ascending."""
    turn: Callable[[Results], int] = lambda _: 0
    """-1 where the run was made for this chart's very question, which then comes first; 1 where nobody asked it."""


def new_figure(width_in: float, height_in: float) -> Figure:
    """A figure without global state, its panels laid out to fit; sizes in inches.

    It is laid out at the resolution at which it is saved: letters are hinted to whole pixels, and laid out at
    another one the longest labels would be cut off at the edge.
    """
    engine = ConstrainedLayoutEngine(w_pad=_PAD_IN, h_pad=_PAD_IN)
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, layout=engine)
    FigureCanvasAgg(figure)
    return figure


def save(chart: Chart, results: Results, summary: Summary, folder: Path) -> tuple[Path, Path]:
    """Draw a chart and save it as SVG and PNG without dates or versions in the files.

    Returns:
        Paths of the SVG and of the PNG file.
    """
    with rc_context(RC):
        figure = chart.draw(results, summary)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # laid out once, not again for every file
        svg, png = folder / f"{chart.name}.svg", folder / f"{chart.name}.png"
        figure.savefig(svg, metadata={"Date": None, "Creator": "credflow", "Title": chart.title})
        figure.savefig(png, dpi=DPI, metadata={"Software": None, "Title": chart.title})
    return svg, png
