"""Requests at issuers over time, against the quota where one is known."""

from __future__ import annotations

from dataclasses import dataclass

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
from analysis.metrics._refused import refused_by_bucket
from analysis.style import INK, THROTTLED, Look, looks, number, wrap

__all__ = ["CHART"]

_COLUMNS = ["second", "issuer", "quota_group", "account", "outcome", "requests"]
_MOST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class _Bucket:
    """What shares one bucket: a quota group of an account, or an issuer without buckets."""

    account: str
    group: str
    issuer: str
    rps: float | None

    @property
    def label(self) -> str:
        parts = (self.issuer, "free") if self.group == "free" else (self.issuer, self.group, self.account)
        return " · ".join({part.replace("_", "-"): part for part in parts}.values())


def _applies(results: Results, _: Summary) -> bool:
    return any(len(results.table("requests_per_second", strategy, 0, ["second"])) for strategy in results.strategies)


def _load(results: Results, strategy: str) -> pd.DataFrame:
    table = results.table("requests_per_second", strategy, 0, _COLUMNS)
    table = table.assign(throttled=table["requests"].where(refused_by_bucket(table, results.scenario(strategy)), 0))
    keys = ["account", "quota_group", "issuer", "second"]
    return table.groupby(keys, observed=True, as_index=False)[["requests", "throttled"]].sum()


def _buckets(results: Results, frames: dict[str, pd.DataFrame]) -> list[_Bucket]:
    """The buckets worth a column: those with a quota, then the busiest."""
    quotas = {(row["account"], row["quota_group"]): float(row["rps"]) for row in results.manifest.get("quotas", ())}
    together = pd.concat(list(frames.values()))
    totals = together.groupby(["account", "quota_group", "issuer"], observed=True, as_index=False)["requests"].sum()
    names = zip(*(totals[column].astype(str) for column in ("account", "quota_group", "issuer")), strict=True)
    buckets = {
        _Bucket(account, group, issuer, quotas.get((account, group))): float(total)
        for (account, group, issuer), total in zip(names, totals["requests"], strict=True)
    }
    ranked = sorted(buckets, key=lambda item: (item.rps is None, item.group == "free", -buckets[item], item.label))
    charged = [bucket for bucket in ranked if bucket.group != "free"]
    return (charged or ranked)[:_MOST_GROUPS]


def _of(frame: pd.DataFrame, bucket: _Bucket) -> pd.DataFrame:
    """The seconds of one bucket."""
    return frame[
        (frame["account"] == bucket.account)
        & (frame["quota_group"] == bucket.group)
        & (frame["issuer"] == bucket.issuer)
    ]


def _peaks(frame: pd.DataFrame, bucket: _Bucket, width: int, bins: int) -> tuple[NDArray[np.float64], ...]:
    """Per bin the busiest second's attempts, and how many of those were throttled."""
    mine = _of(frame, bucket)
    total, throttled = np.zeros(bins), np.zeros(bins)
    at = np.minimum(mine["second"].to_numpy() // width, bins - 1)
    busiest = mine.assign(bin=at).sort_values("requests", kind="stable").groupby("bin").tail(1)
    total[busiest["bin"]] = busiest["requests"]
    throttled[busiest["bin"]] = busiest["throttled"]
    return total, throttled


def _panel(axes: Axes, edges: NDArray[np.float64], peaks: tuple[NDArray[np.float64], ...], look: Look) -> None:
    total, throttled = peaks
    axes.stairs(total - throttled, edges, fill=True, color=look.colour, alpha=0.85, lw=0)
    if throttled.any():
        axes.stairs(total, edges, baseline=total - throttled, fill=True, color=THROTTLED, lw=0)


def _note(bucket: _Bucket, peak: float) -> str:
    load = f"peak {number(peak)}/s"
    if bucket.rps is not None:
        return f"{load}, quota {number(bucket.rps)}/s"
    return f"{load}, free of quota" if bucket.group == "free" else f"{load}, no published quota"


def _head(axes: Axes, bucket: _Bucket, absent: list[str]) -> None:
    """The column's name, and who never asks there."""
    never = "\n" + wrap(f"no request: {', '.join(absent)}", 36, 3) if absent else ""
    axes.annotate(
        wrap(bucket.label, 34) + never,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 30),
        textcoords="offset points",
        va="bottom",
        color=INK,
    )


def _scale(axes: Axes, bucket: _Bucket, highest: float) -> None:
    """The quota line, and an axis on which both it and the load can be seen."""
    if bucket.rps is None:
        axes.set_ylim(0, max(1.0, highest) * 1.08)
        return
    axes.axhline(bucket.rps, color=INK, lw=1, ls="--")
    axes.set_ylim(0, max(bucket.rps, highest) * 1.12)
    ax.log_where_hidden(axes, highest, bucket.rps)


def _draw(results: Results, _: Summary) -> Figure:
    every = {strategy: _load(results, strategy) for strategy in results.strategies}
    shown = _buckets(results, every)
    asking = {bucket: [name for name, frame in every.items() if len(_of(frame, bucket))] for bucket in shown}
    frames = {name: frame for name, frame in every.items() if any(name in names for names in asking.values())}
    rows = max(len(names) for names in asking.values())
    figure = new_figure(max(7.6, 1.2 + 2.6 * len(shown)), 1.3 + 1.45 * rows)
    grid = figure.subplots(rows, len(shown), sharex=True, sharey="col", squeeze=False)
    styles = looks({name: results.scenario(name) for name in every})
    legend: dict[str, object] = {}
    for column, (bucket, names) in zip(grid.T, asking.items(), strict=True):
        legend |= _column(list(column), results, bucket, {name: frames[name] for name in names}, styles)
        _head(column[0], bucket, [name for name in frames if name not in names])
    if spared := [name for name in every if name not in frames]:
        figure.suptitle(
            wrap(f"No request to any of these: {', '.join(spared)}", 100, 3), x=0.01, ha="left", fontsize=8.5
        )
    if any(bucket.rps for bucket in shown):
        legend["quota (refill rate)"] = Line2D([], [], color=INK, lw=1, ls="--")
    if any(frame["throttled"].any() for frame in frames.values()):
        legend["throttled"] = Patch(facecolor=THROTTLED)
    ax.legend_below(figure, legend)
    return figure


def _column(
    panels: list[Axes], results: Results, bucket: _Bucket, frames: dict[str, pd.DataFrame], styles: dict[str, Look]
) -> dict[str, object]:
    """One bucket's panels from the top, one for each strategy that asks; gives the faults' legend entries."""
    width = ax.bin_width_s(results.horizon_s)
    bins = max(1, int(np.ceil(results.horizon_s / width)))
    edges = np.minimum(np.arange(bins + 1) * width, results.horizon_s)
    peaks = {name: _peaks(frame, bucket, width, bins) for name, frame in frames.items()}
    highest = max(float(total.max()) for total, _ in peaks.values())
    legend: dict[str, object] = {}
    for axes, name in zip(panels, frames, strict=False):
        unit_s = ax.clock_axis(axes, results.horizon_s, label=name == list(frames)[-1])
        axes.tick_params(labelbottom=name == list(frames)[-1])
        ax.panel_title(axes, name, styles[name].ink, 34, pad=14)
        ax.note(axes, _note(bucket, float(peaks[name][0].max())), left=True)
        ax.count_axis(axes)
        _scale(axes, bucket, highest)
        legend |= ax.mark_faults(axes, results, name, unit_s)
        _panel(axes, edges / unit_s, peaks[name], styles[name])
        axes.set_ylabel("requests/s")
    for axes in panels[len(frames) :]:
        axes.set_visible(False)
    return legend


CHART = Chart(
    name="requests-over-time",
    title="How many requests reach each issuer, and does a quota stand in the way?",
    caption="One column per issuer and quota group (at most three), one panel for each strategy that asks there, on a "
    "shared axis. Each step is the busiest second of its bin, refused attempts included; the dark part was throttled. "
    "The dashed line is the quota where AWS documents one or the scenario sets one; what reaches beyond it is refused "
    "once the burst is spent. No line means that no number is published. First replication.",
    applies=_applies,
    draw=_draw,
    order=20,
)
