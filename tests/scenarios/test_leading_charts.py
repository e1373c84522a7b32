"""Every drill's report begins with the chart that answers its question, and the index of scenarios says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.charts import CHARTS
from analysis.load import Results
from analysis.summary import summarise
from sim import runner
from sim.loading.scenario_file import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL: dict[str, tuple[str, str, dict[str, Any]]] = {
    "sts-outage": ("still-working", "who still works", {"run.horizon_s": 5000, "populations.*.count": 1}),
    "imds-stuck": ("still-working", "who still works", {"run.horizon_s": 18_000, "populations.*.count": 1}),
    "idp-at-nine": ("working-over-time", "who cannot work", {"populations.people.count": 12}),
    "hub-account": ("load-by-account", "by the account that pays", {"populations.*.count": 40}),
    "who-am-i": ("requests-over-time", "over time against the quota", {"run.horizon_s": 40}),
    "deploy-20k": (
        "served",
        "how soon all are served",
        {"populations.pods.count": 200, "accounts.cluster.quotas.signed": {"rps": 6, "burst": 6}},
    ),
    "login-burden": (
        "login-burden",
        "asks of people",
        {"run.horizon_s": 172_800, "populations.people-cli.count": 6, "populations.people-console.count": 6},
    ),
    "quarter-end-rotation": (
        "key-ranking",
        "which keys to rotate first",
        {"populations.people.count": 20, "populations.services.count": 6, "populations.legacy.count": 4},
    ),
    "robbed-ci": ("privilege", "what stolen credentials open", {"run.horizon_s": 20_000}),
    "leaked-key": ("containment", "containment against collateral", {"populations.services.count": 2}),
    "leaked-root-key": ("containment", "containment against collateral", {}),
    "mass-revocation": ("containment", "containment against collateral", {"populations.batch.count": 8}),
    "disabled-user": ("containment", "containment against collateral", {"populations.people.count": 4}),
}
"""Drill -> chart, words of the index about it, and what makes the drill small."""


def test_every_drill_is_here() -> None:
    assert set(SMALL) == {path.stem for path in (SCENARIOS / "drills").glob("*.yaml")}


@pytest.mark.parametrize("name", sorted(SMALL))
def test_the_chart_that_answers_leads(name: str, tmp_path: Path) -> None:
    chart, words, settings = SMALL[name]
    loaded = load(SCENARIOS / "drills" / f"{name}.yaml", {"run.replications": 1, **settings})
    names = [*loaded.strategies]
    few = [loaded.base.baseline or names[0]] + ([] if chart == "still-working" else names[-1:])
    plan = runner.Plan(name, {one: loaded.strategies[one] for one in few}, 1, 1, loaded.base.run.record)
    runner.run(plan, tmp_path, 1, lambda _: None)
    summary, results = summarise(tmp_path, 1), Results(tmp_path)
    applying = [one for one in CHARTS if one.applies(results, summary)]
    assert min(applying, key=lambda one: one.turn(results)).name == chart
    index = (SCENARIOS / "README.md").read_text(encoding="utf-8")
    row = next(line for line in index.splitlines() if f"drills/{name}.yaml" in line)
    assert words in row.rsplit("|", 2)[1]
