"""Speed and memory against the naive SimPy model, in the same run; writes RESULTS.md.

    python tests/bench/bench_engine.py [runs]

Every measurement is a process of its own; the median of the runs counts. Memory is the peak of the
run without analysis; with workers at most the parent's and each worker's peak together.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LEVELS = ("credentials", "summary")
WORKERS = (1, 2)
WANTED = {"credentials": 6.0, "summary": 10.0}
"""How many times faster than the naive model the engine has to be on two workers."""


def engine(level: str, workers: int) -> dict[str, float]:
    """One run of the fleet at one level."""
    sys.path.insert(0, str(ROOT))
    from sim import runner
    from sim.loading import scenario_file
    from sim.plan import Plan

    loaded = scenario_file.load(HERE / "fleet.yaml", {"run.record": level})
    run = loaded.base.run
    plan = Plan(loaded.base.name, loaded.strategies, run.seed, run.replications, run.record)
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        runner.run(plan, Path(name), workers, lambda _share: None)
        spent_s = time.perf_counter() - began
        requests = rows(Path(name), "requests_per_second", "requests")
        calls = rows(Path(name), "calls", "calls")
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    kib = usage[0] if workers == 1 else usage[0] + workers * usage[1]
    return {"day_s": spent_s, "issued": requests, "calls": calls, "peak_mib": kib / 1024}


def rows(folder: Path, table: str, column: str) -> int:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    files = sorted(folder.glob(f"tables/*/r*/{table}.s*.parquet"))
    return sum(pc.sum(pq.read_table(file)[column]).as_py() or 0 for file in files)


def measured(words: list[str], runs: int) -> dict[str, float]:
    """Median of several fresh processes, by figure."""
    found: list[dict[str, Any]] = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True, cwd=ROOT)
        found.append(json.loads(done.stdout))
    return {key: statistics.median(one[key] for one in found) for key in found[0]}


def warm_up() -> None:
    """Compile what numba caches, so that no measurement pays for it."""
    subprocess.run([sys.executable, __file__, "--engine", "summary", "1"], capture_output=True, check=True, cwd=ROOT)


def processor() -> str:
    for line in (
        Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else ()
    ):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def page(naive: dict[str, float], ours: dict[tuple[str, int], dict[str, float]], runs: int) -> str:
    lines = [
        "# Benchmark",
        "",
        "Made by `make bench`: 20,000 role clients, one call a minute, sessions of 1 h, 24 h (`fleet.yaml`).",
        "The naive model (`naive.py`) runs two virtual hours after one of warm-up, scaled to 24 h. Fresh processes,",
        f"wall time, median of {runs}. Requests are fetches of a credential at an issuer.",
        "",
        "| model | a day takes, s | times faster | calls/s | requests/s | peak memory, MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        row("naive SimPy", naive, 1.0, 12.0),
        *(
            row(f"credflow, level `{level}`, workers: {workers}", one, naive["day_s"] / one["day_s"], 1.0)
            for (level, workers), one in ours.items()
        ),
        "",
        f"Machine: {processor()}; {platform.system()} {platform.machine()}; Python {platform.python_version()}.",
        "",
    ]
    return "\n".join(lines)


def row(name: str, one: dict[str, float], ratio: float, scale: float) -> str:
    calls, issued = (scale * one[key] / one["day_s"] for key in ("calls", "issued"))
    return f"| {name} | {one['day_s']:.1f} | {ratio:.1f} | {calls:,.0f} | {issued:,.0f} | {one['peak_mib']:,.0f} |"


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--engine"]:
        print(json.dumps(engine(arguments[1], int(arguments[2]))))
        return 0
    runs = int(arguments[0]) if arguments else 3
    warm_up()
    naive = measured([str(HERE / "naive.py")], runs)
    ours = {
        (level, workers): measured([__file__, "--engine", level, str(workers)], runs)
        for level in LEVELS
        for workers in WORKERS
    }
    text = page(naive, ours, runs)
    print(text)
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8")
    slow = [level for level in LEVELS if naive["day_s"] / ours[level, 2]["day_s"] < WANTED[level]]
    if slow:
        print(f"slower than wanted at level {', '.join(slow)}: {WANTED}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
