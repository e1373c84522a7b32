"""Who survives a fault: the share of clients that still work when it ends, by SDK and session length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.metrics.working import latest
from analysis.style import INK, duration, ellipsis, looks, number, wrap
from sim.records import Level

__all__ = ["CHART", "surface"]

_COLUMNS = ["population", "client", "verdict", "from_s", "to_s"]
_SHADES = "cividis"
_LEAST_SDKS = 3
_KEY = "static keys"

Cell = tuple[str, str]
"""Row and column of the surface: an SDK (or static keys), and a session length."""


def _applies(results: Results, _: Summary) -> bool:
    if results.level == Level.SUMMARY:
        return False
    every = [results.scenario(name) for name in results.strategies]
    return all(_end_s(one) is not None for one in every) and all(len(_rows(one)) > _LEAST_SDKS for one in every)


def _end_s(scenario: Mapping[str, Any]) -> float | None:
    """When the strategy's fault of an issuer ends: the last one that has an end within the run."""
    faults = [fault for fault in scenario["timeline"] if fault.get("outage") or fault.get("imds_stuck")]
    ends = [float(fault["at_s"]) + float(fault["for_s"]) for fault in faults if fault.get("for_s")]
    return max((end for end in ends if end < float(scenario["run"]["horizon_s"])), default=None)


def _cell(scenario: Mapping[str, Any], population: Mapping[str, Any]) -> Cell:
    step = scenario["credentials"][population["credentials"]][0]
    if (step.get("from") or step.get("from_")) == "access_key":
        return _KEY, ""
    sdk = population["sdk"]
    length = step.get("session_s")
    return str(sdk if isinstance(sdk, str) else sdk["preset"]), "" if length is None else duration(float(length))


def _rows(scenario: Mapping[str, Any]) -> list[str]:
    """SDKs in the scenario's order; static keys, the reference, below them."""
    if any(population["people"] for population in scenario["populations"].values()):
        return []
    found = dict.fromkeys(_cell(scenario, population)[0] for population in scenario["populations"].values())
    return [*(name for name in found if name != _KEY), *([_KEY] if _KEY in found else [])]


def _lengths(scenario: Mapping[str, Any]) -> list[str]:
    found = dict.fromkeys(_cell(scenario, population)[1] for population in scenario["populations"].values())
    return [length for length in found if length] or [""]


def surface(results: Results, strategy: str) -> dict[Cell, float]:
    """Share of the clients of each SDK and session length that work when the fault ends, over all replications."""
    scenario = results.scenario(strategy)
    at_s = _end_s(scenario)
    assert at_s is not None
    works: dict[Cell, list[float]] = {}
    for replication in range(results.replications):
        now = latest(results.table("calls", strategy, replication, _COLUMNS), at_s)
        for name, rows in now.groupby("population", observed=True):
            works.setdefault(_cell(scenario, scenario["populations"][str(name)]), []).extend(
                rows["works"].astype(float)
            )
    return {cell: float(np.mean(values)) for cell, values in works.items()}


def _draw(results: Results, _: Summary) -> Figure:
    scenario = results.scenario(results.strategies[0])
    rows, lengths, names = _rows(scenario), _lengths(scenario), list(results.strategies)
    found = {name: surface(results, name) for name in names}
    by_length = len(lengths) > 1
    panels = (
        [[(name, length) for length in lengths] for name in names] if by_length else [[(name, "") for name in names]]
    )
    figure = new_figure(7.6, 1.3 + 0.3 * len(rows))
    grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, columns in zip(grid, panels, strict=True):
        _paint(axes, rows, [[_share(found[name], row, length) for name, length in columns] for row in rows])
        labels = [length if by_length else wrap(name, 10, 2) for name, length in columns]
        axes.set_xticks(range(len(columns)), labels)
        if by_length:
            name = columns[0][0]
            ax.panel_title(axes, ellipsis(name, 20), looks({one: {} for one in names})[name].ink)
        if _KEY in rows:
            axes.axhline(rows.index(_KEY) - 0.5, color=INK, lw=1.4)
    grid[0].set_yticks(range(len(rows)), rows)
    figure.supxlabel("Session length" if by_length else "Fault", fontsize=8.5)
    return figure


def _share(found: Mapping[Cell, float], row: str, length: str) -> float:
    """The share in a cell; static keys have no length, so theirs stands in every column."""
    return found.get((row, "" if row == _KEY else length), float("nan"))


def _paint(axes: Axes, rows: list[str], shares: list[list[float]]) -> None:
    axes.imshow(np.array(shares), cmap=_SHADES, vmin=0, vmax=1, aspect="auto")
    for row in range(len(rows)):
        for column, share in enumerate(shares[row]):
            ink = INK if share > 0.55 else "white"
            axes.text(column, row, f"{number(round(100 * share))} %", ha="center", va="center", fontsize=7, color=ink)
    axes.grid(False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


CHART = Chart(
    name="still-working",
    title="Who still works when the fault ends?",
    caption="Share of the clients whose latest call ended ok at the end of the fault, by SDK, session length and "
    "strategy; all replications together. Bright: everybody works on. Dark: nobody does. Below the line: static keys, "
    "which need no issuer. The latest call may lie a little before the end, and one that waits for a retry counts with "
    "how it ends.",
    applies=_applies,
    draw=_draw,
    order=8,
)
