"""What a run was: manifest.json, the same for the same inputs; run.json, where and how long."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from sim.aws import session_lengths
from sim.aws.error_names import names_of
from sim.aws.quotas import QUOTA_PROFILES
from sim.aws.used import facts_used
from sim.plan import Plan, Written
from sim.records import SCHEMA_VERSION
from sim.scenario import Scenario
from sim.world import quota_of

__all__ = ["write_manifest", "write_run_info"]

_PACKAGES: Final = ("credflow", "simpy", "numpy", "numba", "scipy", "pydantic", "pyarrow", "ruamel.yaml")


def _plain(scenario: Scenario) -> dict[str, Any]:
    plain: dict[str, Any] = scenario.model_dump(mode="json", by_alias=True, exclude={"strategies"})
    return plain


def quotas_of(scenario: Scenario) -> list[dict[str, Any]]:
    """The token buckets in force, with the basis of their numbers."""
    rows = []
    for account, spec in scenario.accounts.items():
        for group, quota in spec.quotas.items():
            numbers = quota_of(quota)
            profile = QUOTA_PROFILES.get(quota) if isinstance(quota, str) else None
            rows.append(
                {
                    "account": account,
                    "quota_group": group,
                    "rps": numbers.rps,
                    "burst": numbers.burst,
                    "basis": profile.basis if profile else "given",
                    "source": profile.source if profile else "scenario",
                }
            )
    return rows


def _facts(scenarios: Iterable[dict[str, Any]]) -> list[dict[str, object]]:
    rows = {str(row["name"]): row for scenario in scenarios for row in facts_used(scenario)}
    return [rows[name] for name in sorted(rows)]


def write_manifest(folder: Path, plan: Plan, written: Iterable[Written]) -> None:
    """Write manifest.json: everything that determines the tables, and their hashes."""
    scenarios = {strategy: plan.scenario(strategy) for strategy in plan.strategies}
    plain = {strategy: _plain(scenario) for strategy, scenario in scenarios.items()}
    base = next(iter(scenarios.values()))
    manifest = {
        "schema": SCHEMA_VERSION,
        "scenario": plan.name,
        "question": base.question,
        "seed": plan.seed,
        "replications": plan.replications,
        "level": plan.level,
        "horizon_s": base.run.horizon_s,
        "start": base.run.start.isoformat(),
        "baseline": base.baseline or next(iter(scenarios)),
        "strategies": {
            strategy: {"title": _title(scenario, strategy), "scenario": plain[strategy]}
            for strategy, scenario in scenarios.items()
        },
        "facts": _facts(plain.values()),
        "quotas": quotas_of(base),
        "session_lengths": session_lengths.rows(),
        "error_names": {service: names_of(service) for service in _services(scenarios.values())},
        "packages": {name: version(name) for name in _PACKAGES},
        "tables": [file._asdict() for file in written],
    }
    _write(folder / "manifest.json", manifest)


def _services(scenarios: Iterable[Scenario]) -> list[str]:
    """Services that somebody calls, by the prefix of the actions."""
    populations = (population for scenario in scenarios for population in scenario.populations.values())
    return sorted({calls.action.partition(":")[0] for population in populations for calls in population.calls})


def _title(scenario: Scenario, strategy: str) -> str:
    found = scenario.strategies.get(strategy)
    return found.title if found is not None else ""


def write_run_info(folder: Path, *, wall_s: float, jobs: int, peak_rss_kib: int) -> None:
    """Write run.json: what may differ between two runs of the same inputs."""
    info = {
        "wall_s": round(wall_s, 3),
        "jobs": jobs,
        "peak_rss_mb": round(peak_rss_kib / 1024, 1),
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "cpu_features": _cpu_features(),
        "git": _git(),
    }
    _write(folder / "run.json", info)


def _cpu_features() -> list[str]:
    """Features in force in numpy: log and exp may differ in the last place between them."""
    umath = import_module("numpy._core._multiarray_umath")
    return sorted(name for name, present in umath.__cpu_features__.items() if present)


def _git() -> str | None:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
