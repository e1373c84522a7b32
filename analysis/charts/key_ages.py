"""How old the long-term access keys are when the run begins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.load import Results
from analysis.style import GREY, INK, SHARED, duration, looks, number

__all__ = ["CHART"]

_YEAR_S = 31_557_600.0
_COLUMNS = ["population", "kind", "credential", "issued_at_s", "held_from_s"]
_FEW = 10
"""Up to this many keys of a population are drawn as lines, not as a histogram."""


def _ages(results: Results, strategy: str) -> pd.DataFrame:
    """One row per key that existed at time 0: population and age in seconds."""
    table = results.table("credentials", strategy, 0, _COLUMNS)
    keys = table[(table["kind"] == "access_key") & (table["issued_at_s"] <= 0)]
    keys = keys.drop_duplicates("credential")
    return pd.DataFrame({"population": keys["population"].astype(str), "age_s": -keys["issued_at_s"]})


def _applies(results: Results, _: Summary) -> bool:
    return results.manifest.get("level") != "summary" and any(
        _ages(results, strategy)["age_s"].nunique() > 1 for strategy in results.strategies
    )


def _policies(results: Results, strategy: str) -> list[float]:
    """Rotation periods of the strategy's keys, in seconds."""
    users = (results.scenario(strategy).get("users") or {}).values()
    rules = [((user.get("key") or {}).get("rotation") or {}).get("period_s") for user in users]
    return sorted({float(rule) for rule in rules if rule})


def _panel(axes: Axes, ages: pd.DataFrame, colour: str, edges: NDArray[np.float64], unit_s: float) -> None:
    many = ages.groupby("population")["age_s"].transform("size") > _FEW
    axes.hist(
        ages.loc[many, "age_s"] / unit_s,
        bins=edges.tolist(),
        color=colour,
        alpha=0.85,
        edgecolor="white",
        linewidth=0.4,
    )
    for population, rows in ages[~many].groupby("population"):
        for age in rows["age_s"]:
            axes.axvline(age / unit_s, color=INK, lw=1.2)
        text = f"{population}: {duration(float(rows['age_s'].max()))}"
        axes.annotate(
            text,
            (float(rows["age_s"].max()) / unit_s, 0.6),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=7,
            bbox={"facecolor": "white", "alpha": 0.85, "lw": 0, "pad": 1.0},
        )
    if many.any():
        middle = float(ages.loc[many, "age_s"].median())
        ax.note(axes, f"{number(float(many.sum()))} keys, median age {duration(middle)}")


def _alike(results: Results, frames: dict[str, pd.DataFrame]) -> dict[str, list[str]]:
    """The first strategy with each set of ages and of policies, and all that share them."""
    found: dict[object, list[str]] = {}
    for name, frame in frames.items():
        ages = frame.sort_values(["population", "age_s"]).to_numpy().tolist()
        found.setdefault(str((ages, _policies(results, name))), []).append(name)
    return {names[0]: names for names in found.values()}


def _draw(results: Results, _: Summary) -> Figure:
    frames = {name: frame for name in results.strategies if len(frame := _ages(results, name))}
    alike = _alike(results, frames)
    frames = {name: frames[name] for name in alike}
    figure = new_figure(7.6, 0.6 + 2.0 * len(frames))
    grid = figure.subplots(len(frames), 1, squeeze=False)
    styles = looks({name: results.scenario(name) for name in results.strategies})
    legend: dict[str, Any] = {}
    for row, (name, frame) in enumerate(frames.items()):
        axes = grid[row][0]
        longest = float(frame["age_s"].max())
        unit_s, unit = (_YEAR_S, "years") if longest > 2 * _YEAR_S else (86_400.0, "days")
        edges = np.linspace(0, max(longest, 1.0) * 1.001 / unit_s, 49)
        own = styles[name] if len(alike[name]) == 1 else None
        _panel(axes, frame, own.colour if own else SHARED, edges, unit_s)
        for period in _policies(results, name):
            axes.axvline(period / unit_s, color=GREY, ls="--", lw=1)
            legend["rotation period of a policy"] = Line2D([], [], color=GREY, ls="--", lw=1)
        ax.panel_title(axes, ax.shared_title(alike[name], len(results.strategies)), own.ink if own else None, 90)
        ax.count_axis(axes)
        axes.set_ylabel("keys")
        axes.set_ylim(0, max(1.0, axes.get_ylim()[1]))
        axes.set_xlim(0, None)
        axes.set_xlabel(f"Age of the key at the start ({unit})")
    ax.legend_below(figure, legend)
    return figure


CHART = Chart(
    name="key-ages",
    title="How old are the access keys?",
    caption="Ages of long-term access keys at the start of the run, one row per strategy that has any, those with the "
    "same keys together and grey; the axes differ. A population with few keys is drawn as labelled lines. Dashed: the "
    "age at which a policy asks for a new key; what lies to its right is overdue. First replication.",
    applies=_applies,
    draw=_draw,
    order=40,
)
