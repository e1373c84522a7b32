"""Which account's buckets the requests draw from, strategy by strategy."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.charts import axes as ax
from analysis.charts.base import Chart, Summary, new_figure
from analysis.charts.estimates import Estimate, Estimates
from analysis.load import Results
from analysis.style import INK, looks, number

__all__ = ["CHART"]

_METRIC = "requests.peak_rps"
_LEAST_ACCOUNTS = 3


def _applies(results: Results, summary: Summary) -> bool:
    return len(_accounts(results, summary)) >= _LEAST_ACCOUNTS


def _accounts(results: Results, summary: Summary) -> list[str]:
    """Accounts whose bucket for signed requests is drawn from in some strategy, in the scenario's order."""
    charged = {
        (row["selector"] or {}).get("account")
        for row in summary["metrics"]
        if row["metric"] == _METRIC and (row["selector"] or {}).get("quota_group") == "signed" and row["mean"]
    }
    return [name for name in results.scenario(results.strategies[0])["accounts"] if name in charged]


def _draw(results: Results, summary: Summary) -> Figure:
    accounts, names = _accounts(results, summary), list(results.strategies)
    styles = looks({name: results.scenario(name) for name in names})
    figures = Estimates(summary)
    figure = new_figure(7.6, 0.9 + (0.26 * len(names) + 0.2) * len(accounts))
    axes = figure.subplots()
    height = 0.8 / len(names)
    for index, name in enumerate(names):
        found = [figures.one(_METRIC, name, account=account, quota_group="signed") for account in accounts]
        at = np.arange(len(accounts)) - 0.4 + height * (index + 0.5)
        look = styles[name]
        values = [_mean(one) for one in found]
        axes.barh(at, values, height * 0.9, facecolor=look.face, edgecolor=look.colour, hatch=look.hatch, label=name)
        for place, value in zip(at, values, strict=True):
            if not value:
                continue  # no bar, so nothing to read off
            axes.annotate(f" {number(value)}/s", (value, place), va="center", fontsize=7.5, color=INK)
    for index, quota in enumerate(_quotas(results, accounts)):
        if quota is not None:
            axes.plot([quota, quota], [index - 0.45, index + 0.45], color=INK, lw=1.4, ls="--")
    axes.set_yticks(range(len(accounts)), accounts)
    axes.invert_yaxis()
    axes.grid(False, axis="y")
    axes.margins(x=0.12)
    axes.set_xlim(0, None)
    axes.set_xlabel("Most signed requests in one second, charged to the account (requests/s)")
    ax.count_axis(axes, "x")
    handles, labels = axes.get_legend_handles_labels()
    entries = dict(zip(labels, handles, strict=True))
    ax.legend_below(figure, entries | {"quota of the account": Line2D([], [], color=INK, lw=1.4, ls="--")})
    return figure


def _mean(found: Estimate | None) -> float:
    return found.mean if found is not None and found.mean is not None else 0.0


def _quotas(results: Results, accounts: list[str]) -> list[float | None]:
    quotas = {
        entry["account"]: float(entry["rps"])
        for entry in results.manifest["quotas"]
        if entry["quota_group"] == "signed"
    }
    return [quotas.get(account) for account in accounts]


CHART = Chart(
    name="load-by-account",
    title="Who pays the quota?",
    caption="Requests that STS charges to each account, in the busiest second, one bar per strategy; mean over "
    "replications. AssumeRole is charged to the account of the caller, not to that of the role. Dashed: the refill "
    "rate of the account's bucket; what lies beyond is refused once the burst is spent.",
    applies=_applies,
    draw=_draw,
    order=10,
)
