"""What a strategy asks of people: typed logins per person and working day, beside the silent renewals."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.style import INK, looks, number

__all__ = ["CHART"]

_PANELS = {"interactive": "Typed (password and MFA)", "silent": "Renewed silently"}


def _people(results: Results) -> list[str]:
    populations = results.scenario(results.strategies[0])["populations"]
    return [name for name, population in populations.items() if population["people"]]


def _applies(results: Results, _: Summary) -> bool:
    return bool(_people(results)) and any(
        len(results.table("logins", strategy, 0, ["at_s"])) for strategy in results.strategies
    )


def _draw(results: Results, summary: Summary) -> Figure:
    names, people, figures = list(results.strategies), _people(results), Estimates(summary)
    styles = looks({name: results.scenario(name) for name in names})
    figure = new_figure(7.6, 0.8 + 0.26 * len(names) * len(people) + 0.3 * len(people))
    grid = figure.subplots(len(people), len(_PANELS), sharey=True, sharex="col", squeeze=False)
    for row, population in enumerate(people):
        for column, (kind, title) in enumerate(_PANELS.items()):
            axes = grid[row][column]
            metric = f"logins.{kind}_per_person_day"
            found = [figures.one(metric, name, population=population) for name in names]
            values = [one.mean if one is not None and one.mean is not None else 0.0 for one in found]
            places = np.arange(len(names))
            axes.barh(
                places,
                values,
                0.75,
                color=[styles[name].colour for name in names],
                hatch=[styles[name].hatch or "" for name in names],
            )
            for place, value in zip(places, values, strict=True):
                axes.annotate(f" {number(value)}", (value, place), va="center", fontsize=7.5, color=INK)
            axes.set_yticks(places, names)
            axes.grid(False, axis="y")
            axes.margins(x=0.18)
            axes.set_xlim(0, None)
            ax.panel_title(axes, f"{population}: {title[0].lower()}{title[1:]}")
            if row == len(people) - 1:
                axes.set_xlabel("Logins per person and working day")
    grid[0][0].invert_yaxis()
    return figure


CHART = Chart(
    name="login-burden",
    title="What does a strategy ask of people?",
    caption="Logins per person and working day, by population and strategy; mean over replications. Left: a person "
    "typed a password and an MFA code. Right: renewed without a person's doing while a session of the identity "
    "provider or of the portal was alive; it costs a request, not attention.",
    applies=_applies,
    draw=_draw,
    order=16,
)
