"""What a few principals held, and for how long it stayed valid after they dropped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.style import GREY, INK, SHARED, ellipsis, looks

__all__ = ["CHART"]

_COLUMNS = ["population", "place", "client", "slot", "credential", "kind", "from_s", "to_s", "valid_until_s"]
_CACHE = ["population", "client", "slot", "credential"]
_DAY_S = 86_400.0
_LONGEST_S = 3 * _DAY_S
_MOST_ROWS = 8
_TELLABLE = 350
"""Ticks that can be told apart over the width of a panel."""


def _applies(results: Results, _: Summary) -> bool:
    if results.manifest.get("level") == "summary":
        return False
    frames = {name: table for name in results.strategies if len(table := _held(results, name))}
    return bool(frames) and bool(_chosen(frames, *_window(results)))


def _held(results: Results, strategy: str) -> pd.DataFrame:
    """What the clients themselves hold, once per cache: not what a host's metadata service offers them."""
    table = results.table("holdings", strategy, 0, _COLUMNS)
    table = table[(table["kind"] != "password") & (table["place"] != "imds")]
    ends = {"kind": "first", "from_s": "min", "to_s": "max", "valid_until_s": "max"}
    return table.groupby(_CACHE, observed=True, sort=False, as_index=False).agg(ends)


def _window(results: Results) -> tuple[float, float]:
    """The part of the run that is drawn: all of it, or three days from the day of the first fault."""
    if results.horizon_s <= _LONGEST_S:
        return 0.0, results.horizon_s
    faults = [
        float(fault["at_s"])
        for name in results.strategies
        for fault in results.scenario(name).get("timeline") or ()
        if 0 <= float(fault["at_s"]) < results.horizon_s
    ]
    first = _DAY_S * (min(faults, default=0.0) // _DAY_S)
    low = min(first, results.horizon_s - _LONGEST_S)
    return low, low + _LONGEST_S


def _chosen(frames: Mapping[str, pd.DataFrame], low: float, high: float) -> list[tuple[str, int]]:
    """The same clients for every strategy: per population the one with a typical number of credentials."""
    together = pd.concat(list(frames.values()))
    seen = together[(together["valid_until_s"] > low) & (together["from_s"] < high)]
    counts = seen.groupby(["population", "client"], observed=True).size()
    populations = _touched(frames)
    per_population = max(1, min(2, _MOST_ROWS // max(1, len(populations))))
    return [
        (str(name), int(client))
        for name in populations
        if name in counts.index.get_level_values(0)
        for client in _typical(counts.loc[[name]].droplevel(0), per_population)
    ][:_MOST_ROWS]


def _touched(frames: Mapping[str, pd.DataFrame]) -> list[str]:
    """Populations whose credentials differ between the strategies; all of them, if none do."""
    counts = pd.DataFrame({name: frame["population"].value_counts() for name, frame in frames.items()}).fillna(0)
    names = list(dict.fromkeys(str(name) for frame in frames.values() for name in frame["population"].unique()))
    changed = [name for name in names if counts.loc[name].nunique() > 1]
    return changed or names


def _rows_of(frame: pd.DataFrame, population: str, client: int) -> pd.DataFrame:
    """The client's rows; those of the population's shared key, which lies with client 0, if it has none."""
    mine = frame[frame["population"] == population]
    own = mine[mine["client"] == client]
    return own if len(own) else mine[(mine["client"] == 0) & (mine["kind"] == "access_key")]


def _typical(counts: pd.Series[int], number: int) -> list[int]:
    ordered = counts.sort_values(kind="stable")
    places = np.linspace(0, 1, number + 2)[1:-1] * (len(ordered) - 1)
    return list(dict.fromkeys(int(ordered.index[round(float(place))]) for place in places))


@dataclass(frozen=True, slots=True)
class _Lane:
    """A bar's place in a panel whose x axis begins at `low` and ends at `high` (s)."""

    axes: Axes
    low: float
    high: float
    unit_s: float
    colour: str

    def spans(self, place: tuple[float, float], rows: pd.DataFrame, until: pd.Series[float], alpha: float) -> None:
        """Draws bars from `from_s` to `until` at a place (y, height), joined and cut to the axis."""
        left = np.clip(rows["from_s"].to_numpy(dtype=np.float64), self.low, self.high)
        right = np.clip(until.to_numpy(dtype=np.float64), self.low, self.high)
        bars = [
            ((start - self.low) / self.unit_s, (stop - start) / self.unit_s) for start, stop in _joined(left, right)
        ]
        self.axes.broken_barh(bars, place, facecolors=self.colour, alpha=alpha, lw=0)

    def marks(self, place: tuple[float, float], at_s: pd.Series[float]) -> None:
        """Draws a tick for each instant, those too near to tell apart only once."""
        inside = at_s[(at_s >= self.low) & (at_s < self.high)].to_numpy(dtype=np.float64)
        step = (self.high - self.low) / _TELLABLE
        first = np.unique(np.floor((inside - self.low) / step), return_index=True)[1]
        self.axes.vlines((inside[first] - self.low) / self.unit_s, place[0], sum(place), color=INK, lw=0.6)


def _joined(start: NDArray[np.floating[Any]], stop: NDArray[np.floating[Any]]) -> list[tuple[float, float]]:
    """The union of the intervals, in order."""
    kept = stop > start
    order = np.argsort(start[kept], kind="stable")
    start, stop = start[kept][order], stop[kept][order]
    if not len(start):
        return []
    reach = np.maximum.accumulate(stop)
    begins = np.flatnonzero(np.concatenate([[True], start[1:] > reach[:-1]]))
    ends = np.append(begins[1:] - 1, len(start) - 1)
    return list(zip(start[begins].tolist(), reach[ends].tolist(), strict=True))


def _bars(lane: _Lane, row: int, mine: pd.DataFrame) -> None:
    slots = sorted(mine["slot"].unique())
    height = 0.72 / max(1, len(slots))
    for index, slot in enumerate(slots):
        rows = mine[mine["slot"] == slot]
        place = (row - 0.36 + index * height, height * 0.9)
        end, valid = rows["to_s"].fillna(np.inf), rows["valid_until_s"].fillna(np.inf)
        lane.spans(place, rows, valid, 0.22)
        lane.spans(place, rows, end.where(end < valid, valid), 1.0)
        lane.marks(place, rows["from_s"])


def _alike(frames: Mapping[str, pd.DataFrame], clients: list[tuple[str, int]]) -> dict[str, list[str]]:
    """The first strategy under which the clients hold the same at the same times, and all others."""
    found: dict[object, list[str]] = {}
    for name, frame in frames.items():
        rows = [_rows_of(frame, *client)[["slot", "from_s", "to_s", "valid_until_s"]] for client in clients]
        found.setdefault(tuple(str(part.round(1).to_numpy().tolist()) for part in rows), []).append(name)
    return {names[0]: names for names in found.values()}


def _draw(results: Results, _: Summary) -> Figure:
    frames = {name: table for name in results.strategies if len(table := _held(results, name))}
    low, high = _window(results)
    clients = _chosen(frames, low, high)
    alike = _alike(frames, clients)
    figure = new_figure(7.6, 0.9 + (0.42 + 0.24 * len(clients)) * len(alike))
    grid = figure.subplots(len(alike), 1, sharex=True, squeeze=False)
    styles = looks({name: results.scenario(name) for name in results.strategies})
    legend: dict[str, Any] = {}
    for (axes,), (name, names) in zip(grid, alike.items(), strict=True):
        unit_s = ax.clock_axis(axes, high - low, label=False)
        legend |= ax.mark_faults(axes, results, name, unit_s, low)
        own = styles[name] if len(names) == 1 else None
        for row, (population, client) in enumerate(clients):
            lane = _Lane(axes, low, high, unit_s, own.colour if own else SHARED)
            _bars(lane, row, _rows_of(frames[name], population, client))
        axes.set_yticks(range(len(clients)), [f"{ellipsis(name, 24)} {client}" for name, client in clients])
        axes.set_ylim(len(clients) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        ax.panel_title(axes, ax.shared_title(names, len(results.strategies)), own.ink if own else None, 90)
    unit_s, unit = ax.time_unit(high - low)
    origin = "the start" if low == 0 else f"day {low / _DAY_S:.0f}"
    grid[-1][0].set_xlabel(f"Time since {origin} ({unit})")
    legend["held by its client"] = Patch(color=GREY)
    legend["dropped, still accepted"] = Patch(color=GREY, alpha=0.22)
    legend["obtained"] = Line2D([], [], color=INK, lw=0, marker="|", ms=8)
    ax.legend_below(figure, legend)
    return figure


CHART = Chart(
    name="credential-timelines",
    title="What does one person or process hold, and what outlives its use?",
    caption="The same few clients under every strategy, one row each; strategies under which they hold the same share "
    "a panel, in grey. Solid: held by its client. Pale: dropped, but "
    "AWS would still accept it. Ticks: a credential was obtained; too many to tell apart make a black row. Several "
    "caches of a client lie one above the other. Keys run on past both edges. First replication, at most three days.",
    applies=_applies,
    draw=_draw,
    order=50,
)
