"""What a strategy asks of people: typed logins per person and working day, beside the silent renewals."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.style import INK, ellipsis, looks, number

__all__ = ["CHART"]

_PANELS = {"interactive": "typed (password and MFA)", "silent": "renewed silently"}
_LEAST = 0.001
"""Logins per person and day below which a number is not told, nor a difference between strategies."""


def _people(results: Results) -> list[str]:
    populations = results.scenario(results.strategies[0])["populations"]
    return [name for name, population in populations.items() if population["people"]]


def _values(results: Results, figures: Estimates, kind: str, population: str) -> list[float]:
    """Logins of this kind per person and working day, by strategy; 0 where there are none."""
    metric = f"logins.{kind}_per_person_day"
    found = [figures.one(metric, name, population=population) for name in results.strategies]
    return [one.mean if one is not None and one.mean is not None else 0.0 for one in found]


def _applies(results: Results, summary: Summary) -> bool:
    """Whether anybody logs in, and not equally often under every strategy."""
    figures = Estimates(summary)
    rows = [_values(results, figures, kind, name) for kind in _PANELS for name in _people(results)]
    differs = any(max(row) - min(row) > _LEAST for row in rows)
    return any(any(row) for row in rows) and (differs or len(results.strategies) == 1)


def _turn(results: Results) -> int:
    """First where there are people only, whom nothing befalls."""
    scenarios = [results.scenario(name) for name in results.strategies]
    people = set(_people(results))
    calm = not any(one["timeline"] or (one.get("theft") or {}).get("incidents") for one in scenarios)
    return -1 if calm and all(set(one["populations"]) == people for one in scenarios) else 0


def _draw(results: Results, summary: Summary) -> Figure:
    people, figures = _people(results), Estimates(summary)
    found = {kind: {name: _values(results, figures, kind, name) for name in people} for kind in _PANELS}
    kinds = [kind for kind, rows in found.items() if any(any(row) for row in rows.values())]
    figure = new_figure(7.6, 0.8 + 0.26 * len(results.strategies) * len(people) + 0.3 * len(people))
    grid = figure.subplots(len(people), len(kinds), sharey=True, sharex="col", squeeze=False)
    for column, kind in zip(grid.T, kinds, strict=True):
        for axes, (population, values) in zip(column, found[kind].items(), strict=True):
            _bars(axes, results, values)
            ax.panel_title(axes, f"{population}: {_PANELS[kind]}")
        column[-1].set_xlabel("Logins per person and working day")
        most = max(value for row in found[kind].values() for value in row)
        column[0].set_xlim(0, 1.22 * most)  # room for the numbers beside the bars
    grid[0][0].invert_yaxis()
    return figure


def _bars(axes: Axes, results: Results, values: list[float]) -> None:
    styles = looks({name: results.scenario(name) for name in results.strategies})
    for place, (look, value) in enumerate(zip(styles.values(), values, strict=True)):
        axes.barh(place, value, 0.75, facecolor=look.face, edgecolor=look.colour, hatch=look.hatch)
        words = f" < {_LEAST}" if 0 < value < _LEAST else f" {number(value)}"
        axes.annotate(words, (value, place), va="center", fontsize=7.5, color=INK)
    axes.set_yticks(range(len(styles)), [ellipsis(name, 30) for name in styles])
    axes.grid(False, axis="y")


CHART = Chart(
    name="login-burden",
    title="What does a strategy ask of people?",
    caption="Logins per person and working day, by population and strategy; mean over replications. Left: a person "
    "typed a password and an MFA code. Right, if there are any: renewed without a person's doing while a session of "
    "the identity provider or of the portal was alive; it costs a request, not attention.",
    applies=_applies,
    draw=_draw,
    order=16,
    turn=_turn,
)
