"""Which calls a rotation breaks: refused because the new key was not known yet, or the old one inactive already."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.style import GREY, INK, ellipsis, looks, number

__all__ = ["CHART"]

_BROKEN = "rotation.broken_calls"
_CAUSES = {"propagation": "signed with the new key, not known yet", "deactivation": "signed with the old key, inactive"}


def _applies(results: Results, summary: Summary) -> bool:
    figures = Estimates(summary)
    begun = any(one.mean for name in results.strategies for one in figures.all("rotation.begun", name))
    rehearsed = any(results.scenario(name).get("rotation") for name in results.strategies)
    return begun and results.level != "summary" and (rehearsed or bool(figures.values("cause", _BROKEN)))


def _draw(results: Results, summary: Summary) -> Figure:
    figures = Estimates(summary)
    names = list(results.strategies)
    styles = looks({name: results.scenario(name) for name in names})
    figure = new_figure(7.6, 1.35 + 0.36 * len(names))
    axes = figure.subplots()
    for row, name in enumerate(names):
        whole = figures.one(_BROKEN, name)
        left = 0.0
        for cause in _CAUSES:
            one = figures.one(_BROKEN, name, cause=cause)
            width = one.mean if one is not None and one.mean is not None else 0.0
            early = cause == "propagation"
            face, hatch = ("white", "////") if early else (styles[name].colour, None)
            axes.barh(row, width, left=left, height=0.62, facecolor=face, edgecolor=styles[name].colour, hatch=hatch)
            left += width
        if whole is not None and whole.mean is not None:
            low, high = whole.errors
            if low or high:
                axes.errorbar(left, row, xerr=[[low], [high]], color=INK, lw=1, capsize=2.5)
            axes.annotate(
                number(whole.mean), (left + high, row), xytext=(5, 0), textcoords="offset points", va="center"
            )
    axes.set_yticks(range(len(names)), [ellipsis(name, 30) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, max(1.18 * axes.get_xlim()[1], 1.0))
    axes.set_xlabel("Calls that a rotation broke, in a run")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.count_axis(axes, "x")
    axes.grid(axis="y", visible=False)
    legend = {
        _CAUSES["propagation"]: Patch(facecolor="white", edgecolor=GREY, hatch="////"),
        _CAUSES["deactivation"]: Patch(color=GREY),
    }
    ax.legend_below(figure, legend, columns=2)
    return figure


CHART = Chart(
    name="broken-calls",
    title="Which calls does the rotation break?",
    caption="Calls refused because of a rotation. Hatched: the client signed with the new key before IAM had made it "
    "known everywhere. Filled: it still signed with the old key after its deactivation. Mean over replications; bars "
    "are 95 % intervals (simulation noise only).",
    applies=_applies,
    draw=_draw,
    order=18,
)
