"""How many people can work while their identity provider is down, and when the last one is back."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.style import looks
from sim.records import Level

__all__ = ["CHART", "stuck_over_time"]

_COLUMNS = ["population", "client", "verdict", "from_s", "to_s"]
_ORDER = ["population", "client", "from_s", "to_s"]
_DAY_S: Final = 86_400.0
_POINTS: Final = 400


def _people(results: Results) -> list[str]:
    populations = results.scenario(results.strategies[0])["populations"]
    return [name for name, about in populations.items() if about["people"]]


def _provider_down(results: Results) -> bool:
    scenario = results.scenario(results.strategies[0])
    providers = {name for name, about in scenario["issuers"].items() if about["kind"] == "idp"}
    return any(fault.get("outage") in providers for fault in scenario["timeline"])


def _applies(results: Results, _: Summary) -> bool:
    one_day = results.level != Level.SUMMARY and results.horizon_s <= _DAY_S
    return one_day and bool(_people(results)) and _provider_down(results)


def stuck_over_time(calls: pd.DataFrame, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many clients' latest call failed, at each instant.

    Args:
        calls: Rows of `calls`.
        at_s: Instants, s, ascending.
    """
    told = calls[calls["verdict"] != "Unfinished"].sort_values(
        ["population", "client", "from_s", "to_s"], kind="stable"
    )
    failed = (told["verdict"] != "ok").to_numpy()
    who = told.groupby(["population", "client"], observed=True).ngroup().to_numpy()
    first = np.concatenate([[True], who[1:] != who[:-1]]) if len(who) else np.zeros(0, dtype=bool)
    before = np.concatenate([[False], failed[:-1]]) & ~first if len(who) else failed
    from_s = told["from_s"].to_numpy(dtype=np.float64)
    begun = np.searchsorted(np.sort(from_s[failed & ~before]), at_s, side="right")
    ended = np.searchsorted(np.sort(from_s[~failed & before]), at_s, side="right")
    return np.asarray(begun - ended, dtype=np.float64)


def _from_s(results: Results) -> float:
    """An hour before the first fault, or the start."""
    timeline = results.scenario(results.strategies[0])["timeline"]
    return max(min(float(fault["at_s"]) for fault in timeline) - 3600.0, 0.0)


def _draw(results: Results, _: Summary) -> Figure:
    names, people = list(results.strategies), _people(results)
    styles = looks({name: results.scenario(name) for name in names})
    figure = new_figure(7.6, 3.4)
    axes = figure.subplots()
    unit_s = ax.clock_axis(axes, results.horizon_s)
    axes.set_xlim(_from_s(results) / unit_s, None)
    legend: dict[str, Any] = {}
    at_s = np.linspace(_from_s(results), results.horizon_s, _POINTS)
    for place, name in enumerate(names):
        legend |= ax.mark_faults(axes, results, name, unit_s) if place == 0 else {}
        calls = results.table("calls", name, 0, _COLUMNS)
        stuck = stuck_over_time(calls[calls["population"].isin(people)], at_s)
        line = ax.marked_line(axes, at_s / unit_s, stuck, styles[name], place, len(names))
        legend[f"{name}: {stuck.max():.0f} at most"] = line
    axes.set_ylim(0, None)
    axes.margins(y=0.1)
    axes.set_ylabel("People whose latest command failed")
    ax.count_axis(axes)
    ax.legend_below(figure, legend, columns=3)
    return figure


CHART = Chart(
    name="working-over-time",
    title="Who cannot work while the identity provider is down?",
    caption="People whose latest command failed, over the day; first replication. Shaded: the provider is down. "
    "Whoever had no reason to log in goes on working; whoever has not begun yet is not counted. After its end people "
    "come back as they run the next command. Hollow markers: with long-term keys.",
    applies=_applies,
    draw=_draw,
    order=9,
)
