"""Labels beside markers: none upon another, and no leader line through one."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from analysis.charts import load_by_account, tradeoff
from analysis.charts.labels import Box, Labels, Spot
from analysis.load import Results
from analysis.style import RC

PANEL = (0.0, 0.0, 400.0, 300.0)
WIDE, HIGH = 80.0, 12.0
EXAMPLE = Path(__file__).parents[2] / "results" / "example"


def crosses(start: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    """Whether a line passes through a box, looked at in small steps."""
    at = (n / 500 for n in range(501))
    points = ((start[0] + s * (end[0] - start[0]), start[1] + s * (end[1] - start[1])) for s in at)
    return any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in points)


def upon(one: Box, other: Box) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def leader(spot: Spot) -> tuple[float, float]:
    """The near end of a label, where its line begins."""
    return (spot.box[2] if spot.to_left else spot.box[0], (spot.box[1] + spot.box[3]) / 2)


def test_a_label_gives_way_to_a_line_that_is_there() -> None:
    """A marker at the right end whose label had to go up past a bar; the next label stands on its line's other side."""
    bar = (298.0, 0.0, 302.0, 60.0)
    labels = Labels(PANEL, [bar], 9.0)
    first = labels.place(340.0, 10.0, WIDE, HIGH)
    assert (first.to_left, first.moved) == (True, True)
    second = labels.place(300.0, 40.0, WIDE, HIGH)
    assert not crosses(leader(first), (340.0, 10.0), second.box)
    assert second.to_left
    assert not second.moved


@pytest.mark.parametrize("many", [2, 5, 9])
def test_markers_upon_each_other_have_labels_of_their_own(many: int) -> None:
    labels = Labels(PANEL, [(95.0, 145.0, 105.0, 155.0)], 9.0)
    spots = [labels.place(100.0, 150.0, WIDE, HIGH) for _ in range(many)]
    assert not any(upon(one.box, other.box) for one, other in itertools.combinations(spots, 2))
    for one, other in itertools.permutations(spots, 2):
        assert not (one.moved and crosses(leader(one), (100.0, 150.0), other.box))


def test_a_panel_without_room_still_shows_the_label() -> None:
    labels = Labels((0.0, 0.0, 60.0, 8.0), [], 9.0)
    assert labels.place(30.0, 4.0, WIDE, HIGH).box[2] > 0


def _lines(figure: Figure) -> list[tuple[Annotation, tuple[float, float], tuple[float, float]]]:
    """(label, near end, marker) of every leader line, in pixels."""
    found = []
    for axes in figure.axes:
        for text in axes.texts:
            if isinstance(text, Annotation) and text.arrow_patch is not None:
                box = text.get_window_extent()
                marker = tuple(axes.transData.transform(text.xy))
                near = box.x1 if text.get_ha() == "right" else box.x0
                found.append((text, (near, (box.y0 + box.y1) / 2), marker))
    return found


def test_no_line_of_the_example_s_trade_off_passes_through_a_label() -> None:
    summary = json.loads((EXAMPLE / "summary.json").read_text(encoding="utf-8"))
    with rc_context(RC):
        figure = tradeoff.CHART.draw(Results(EXAMPLE), summary)
        figure.canvas.draw()
    lines = _lines(figure)
    assert lines
    labels = [text for axes in figure.axes for text in axes.texts]
    for own, start, end in lines:
        others = [text.get_window_extent().extents for text in labels if text is not own]
        assert not any(crosses(start, end, tuple(box)) for box in others), own.get_text()


class _Hub:
    """Two strategies; in the first one account pays nothing."""

    strategies = ("hub", "spokes")

    def __init__(self) -> None:
        self.manifest: dict[str, Any] = {"quotas": []}

    def scenario(self, name: str) -> dict[str, Any]:
        return {"accounts": {"hub": {}, "one": {}, "two": {}}, "credentials": {name: []}}


def test_an_account_that_pays_nothing_has_no_bar_and_no_figure() -> None:
    peaks = {("hub", "hub"): 40.0, ("hub", "one"): 0.0, ("spokes", "one"): 20.0, ("spokes", "two"): 21.0}
    rows = [
        {"metric": "requests.peak_rps", "strategy": one, "mean": mean,
         "selector": {"account": account, "quota_group": "signed"}}
        for (one, account), mean in peaks.items()
    ]  # fmt: skip
    with rc_context(RC):
        figure = load_by_account.CHART.draw(_Hub(), {"metrics": rows})  # type: ignore[arg-type]
        figure.canvas.draw()
    assert sorted(text.get_text().strip() for text in figure.axes[0].texts) == ["20/s", "21/s", "40/s"]
