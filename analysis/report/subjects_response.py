"""What a page compares of incidents and their response: containment against collateral, and the surge at STS."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.charts.estimates import Estimates
from analysis.report.ranking import Subject

__all__ = ["main_response", "response_subjects"]

_THIEVES = ("copy", "mint", "foothold")


def response_subjects(figures: Estimates) -> Iterator[Subject]:
    """Containment of every incident and thief, and what the response costs everybody else."""
    yield from _containment(figures, "containment, {incident}, thief {thief}")
    if figures.has("collateral_calls"):
        yield Subject("calls that fail because of the response", "collateral_calls", {}, "fewest", zero=True)
        yield Subject(
            "clients cut off by the response, mean", "collateral_mean_s", {}, "shortest", "longest", zero=True
        )
    for account in figures.values("account", "surge_rps"):
        selector = {"account": account, "quota_group": "signed"}
        label = f"busiest second from the detection on, account {account}"
        yield Subject(label, "surge_rps", selector, "lowest", "highest", unit="requests/s", zero=True)


def _containment(figures: Estimates, label: str) -> Iterator[Subject]:
    seen = figures.values("thief", "containment_s")
    for incident in figures.values("incident", "containment_s"):
        for thief in (one for one in _THIEVES if one in seen):
            selector = {"incident": incident, "thief": thief}
            yield Subject(
                label.format(**selector), "containment_s", selector, "shortest", "longest", zero=True,
                what=f"{incident} · thief {thief}",
            )  # fmt: skip


def main_response(figures: Estimates) -> list[Subject]:
    """The columns of the table of strategies: the table of plans."""
    if not figures.has("containment_s"):
        return []
    surges = [
        Subject(
            "Surge",
            "surge_rps",
            {"account": account, "quota_group": "signed"},
            zero=True,
            what=f"/s, {account}",
        )
        for account in figures.values("account", "surge_rps")
    ]
    return [
        *_containment(figures, "Containment"),
        Subject("Collateral calls", "collateral_calls", {}, zero=True, what="failed because of the response"),
        Subject("Clients cut off", "collateral_s", {}, zero=True, what="the longest"),
        Subject("Clients cut off", "collateral_mean_s", {}, zero=True, what="mean over all"),
        *surges[:2],
    ]
