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
    used = [(title, name) for title, name in _COSTS if any((each, name) in costs for each in strategies)]
    rows = [[each, *(_figure(costs.get((each, name))) for _, name in used)] for each in strategies]
    show_table("Mean per run ± 95 % simulation noise", ["strategy", *(title for title, _ in used)], rows)
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
    rows = [[row, *(_figure(found.get(each), 3600.0) for each in strategies)] for row, found in sorted(places.items())]
    if rows:
        title = "Hours usable after a theft, thief copy, capped at 365 days, by population and place"
        show_table(title, ["place", *strategies], rows)


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
