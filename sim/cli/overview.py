"""The one screen at the end of `compare`: strategies side by side, exposure by place, checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.checks import Outcome
from sim.cli.screen import number, show_table

__all__ = ["show_checks", "show_overview"]

Entry = Mapping[str, Any]

_COSTS = (
    ("requests", "requests"),
    ("peak/s", "requests.peak_rps"),
    ("throttled", "requests.throttled"),
    ("calls failed", "calls.failed"),
    ("calls wait, s", "calls.wait_s"),
    ("logins typed", "logins.interactive"),
    ("toil, min", "rotation.toil_min"),
)
"""Columns of the first table, and the metric of each."""

_SHOWN = 1e-3
"""An interval narrower than this share of its mean is not worth a place on the screen."""


def show_overview(summary: Mapping[str, Any], strategies: Sequence[str]) -> None:
    """Print what each strategy costs and, by population and place, how long a theft stays usable.

    Args:
        summary: Content of summary.json.
        strategies: Their names in the scenario's order.
    """
    entries = summary["metrics"]
    costs = {(entry["strategy"], entry["metric"]): entry for entry in entries if not entry["selector"]}
    known = {title: [costs.get((each, name)) for each in strategies] for title, name in _COSTS}
    columns = {title: [_figure(one) for one in found] for title, found in known.items() if any(found)}
    used = {title: cells for title, cells in columns.items() if set(cells) != {"0"}}
    rows = [[each, *(cells[row] for cells in used.values())] for row, each in enumerate(strategies)]
    show_table("Mean per run ± 95 % simulation noise", ["strategy", *used], rows)
    if absent := [title for title in columns if title not in used]:
        print(f"0 in every strategy: {', '.join(title.partition(',')[0] for title in absent)}")
    _show_exposure(entries, strategies)


def show_checks(outcomes: Sequence[Outcome]) -> None:
    """Print every check with its value; nothing if the scenario has none."""
    if not outcomes:
        return
    rows = [
        [
            "ok" if one.passed else "FAILED",
            one.strategy,
            f"{one.check} {one.when}".strip(),
            _range(one),
            one.reason or number(one.value),
        ]
        for one in outcomes
    ]
    show_table("Checks", ["", "strategy", "check", "expected", "value"], rows, left=3)


def _show_exposure(entries: Sequence[Entry], strategies: Sequence[str]) -> None:
    """Hours a copied credential stays usable: the mean, its interval, and the share that never ends."""
    places: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        selector = entry["selector"] or {}
        if entry["metric"] == "exposure.mean_s" and selector.get("thief") == "copy" and "place" in selector:
            row = f"{selector.get('population', 'all')}: {selector['place']}"
            places.setdefault(row, {})[entry["strategy"]] = entry
    if not places:
        return
    title = "Hours usable after a theft, thief copy, capped at 365 days, by population and place"
    cells = {row: [_figure(found.get(each), 3600.0) for each in strategies] for row, found in sorted(places.items())}
    if len(strategies) > len(places):
        turned = [[each, *(found[row] for found in cells.values())] for row, each in enumerate(strategies)]
        show_table(title, ["strategy", *cells], turned)
    else:
        show_table(title, ["place", *strategies], [[row, *found] for row, found in cells.items()])


def _figure(entry: Entry | None, unit: float = 1.0) -> str:
    if entry is None:
        return "-"
    if entry["mean"] is None:
        return "never" if entry.get("never_share") else "-"
    mean = entry["mean"] / unit
    if entry["low"] is None or entry["high"] is None:
        return number(mean)
    half = (entry["high"] - entry["low"]) / 2 / unit
    return f"{number(mean)} ± {number(half)}" if half > _SHOWN * abs(mean) else number(mean)


def _range(outcome: Outcome) -> str:
    low = "-inf" if outcome.low is None else number(outcome.low)
    return f"{low} to {'inf' if outcome.high is None else number(outcome.high)}"
