"""How soon processes that start together hold credentials: the share of them that AWS would serve, over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.metrics._sweep import Floats
from analysis.metrics.identity import own
from analysis.style import GREY, duration, looks
from sim.records import Level

__all__ = ["CHART", "share_served"]

_COLUMNS = ["population", "client", "slot", "credential", "from_s", "to_s", "valid_until_s"]
_POINTS = 600


def _started(results: Results) -> dict[str, int]:
    """Populations of processes with a cold start, and how many processes each has."""
    populations = results.scenario(results.strategies[0])["populations"]
    return {
        name: int(about["count"])
        for name, about in populations.items()
        if about.get("start") and not about["people"] and not about.get("lifetime_s")
    }


def _applies(results: Results, _: Summary) -> bool:
    """Whether processes start together, and not every request of theirs is answered at once."""
    return results.level != Level.SUMMARY and bool(_started(results)) and _anybody_refused(results)


def _anybody_refused(results: Results) -> bool:
    outcomes = (results.table("requests_per_second", name, 0, ["outcome"])["outcome"] for name in results.strategies)
    return any(bool((one != "ok").any()) for one in outcomes)


def share_served(holdings: pd.DataFrame, count: int, at_s: Floats) -> Floats:
    """Share of processes that hold a credential which AWS accepts, at each instant.

    Args:
        holdings: What the processes in question sign with, as `analysis.metrics.identity.own` returns it.
        count: How many processes there are.
        at_s: Instants, s, ascending.
    """
    begin = holdings["from_s"].to_numpy(dtype=np.float64)
    end = holdings[["to_s", "valid_until_s"]].to_numpy(dtype=np.float64).min(axis=1)
    spans = holdings.assign(begin=begin, end=np.maximum(begin, end)).sort_values(["population", "client", "begin"])
    reach = spans.groupby(["population", "client"], observed=True)["end"].cummax()
    before = reach.groupby([spans["population"], spans["client"]], observed=True).shift(fill_value=-np.inf)
    fresh = np.maximum(spans["begin"].to_numpy(), np.asarray(before, dtype=np.float64))
    until = np.maximum(spans["end"].to_numpy(), fresh)
    begun = np.searchsorted(np.sort(fresh), at_s, side="right")
    ended = np.searchsorted(np.sort(until), at_s, side="right")
    return np.asarray((begun - ended) / count, dtype=np.float64)


def _draw(results: Results, _: Summary) -> Figure:
    names, started = list(results.strategies), _started(results)
    styles = looks({name: results.scenario(name) for name in names})
    frames = {name: _holdings(results, name, started) for name in names}
    span = _span_s(results, frames, sum(started.values()))
    figure = new_figure(7.6, 3.4)
    axes = figure.subplots()
    unit_s = ax.clock_axis(axes, span)
    legend: dict[str, Any] = ax.mark_faults(axes, results, names[0], unit_s)
    at_s = np.linspace(0.0, span, _POINTS, endpoint=False)  # at the horizon itself nobody holds anything any more
    for place, name in enumerate(names):
        shares = share_served(frames[name], sum(started.values()), at_s)
        line = ax.marked_line(axes, at_s / unit_s, 100 * shares, styles[name], place, len(names))
        within = np.flatnonzero(shares >= 0.99)
        said = f"99 % after {duration(float(at_s[within[0]]))}" if len(within) else "never 99 %"
        legend[f"{name}: {said}"] = line
    axes.axhline(100, color=GREY, lw=0.8)
    axes.set_ylim(0, 103)
    axes.set_ylabel("Processes that AWS would serve (%)")
    ax.legend_below(figure, legend, columns=3)
    return figure


def _holdings(results: Results, strategy: str, started: dict[str, int]) -> pd.DataFrame:
    known = results.table("credentials", strategy, 0, ["credential", "principal", "provider"])
    scenario = results.scenario(strategy)
    rows = own(results.table("holdings", strategy, 0, _COLUMNS), known, scenario)
    rows = rows[rows["population"].isin(list(started))]
    intended = rows["population"].astype(str).map(_intended(scenario, started))
    return rows[intended.isna() | (rows["principal"] == intended)]


def _intended(scenario: Mapping[str, Any], started: Iterable[str]) -> dict[str, str]:
    """Population -> the principal that it is meant to be, where the scenario says so."""
    roles = {name: scenario["populations"][name].get("intended_role") for name in started}
    return {name: f"role/{role}" for name, role in roles.items() if role}


def _span_s(results: Results, frames: dict[str, pd.DataFrame], count: int) -> float:
    """Until the slowest strategy has served all it will, and a little more."""
    firsts = [
        rows.groupby(["population", "client"])["from_s"].min().to_numpy(dtype=np.float64) for rows in frames.values()
    ]
    has_faults = bool(results.scenario(results.strategies[0])["timeline"])
    if has_faults or any(len(first) < count for first in firsts):
        return results.horizon_s
    return min(results.horizon_s, 1.15 * max(float(first.max()) for first in firsts))


CHART = Chart(
    name="served",
    title="How soon are all that start together served?",
    caption="Share of the processes that hold a credential which AWS accepts, of the intended role where the scenario "
    "names one, from the start on; first replication. The curve further to the left is served sooner. A full bucket "
    "makes processes wait for their retries; those whose retries are spent are missing for good.",
    applies=_applies,
    draw=_draw,
    order=12,
)
