"""Memory does not grow with the horizon: 5 days against 50 days, each in a process of its own.

Rows wait in buffers of a fixed size. Here the buffers are small, so that even 5 days of a small population fill
them; with the buffers of a real run the same holds from larger populations on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from sim.records import TABLES
from sim.scenario import Scenario
from tests.support.columns import Tables, read
from tests.support.laws import assert_conserved
from tests.support.zoo import BURSTS, ON_OFF, STAFF, document, fleet

ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400.0
# VmHWM, not ru_maxrss: what a forked child inherits from a large pytest counts towards the latter.
_CHILD = """
import json, sys
from pathlib import Path
from sim import recorder
from sim.clock import Clock
from sim.engine import simulate
from sim.records import TABLES
from sim.scenario import Scenario

recorder.GROUP_ROWS = 2048
Clock.until.__defaults__ = (2000,)
scenario = Scenario.model_validate(json.loads(Path(sys.argv[1]).read_text()))
folder = Path(sys.argv[2])
simulate(scenario, 0, {table: folder / f"{table}.parquet" for table in TABLES})
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def _peak_kib(days: int, folder: Path) -> tuple[int, int]:
    """Peak resident memory of a run and the rows of its largest table."""
    folder.mkdir()
    chain = [{"from": "sts.AssumeRole", "role": "app", "user": "robot", "session_s": 900}]
    populations = {
        "busy": fleet("always", {"kind": "poisson", "rps": 0.005}),  # every call asks for a new session
        "nodes": fleet("node"),
        "staff": {**STAFF, "credentials": "sso", "calls": [ON_OFF, BURSTS], "count": 2},
    }
    words = document(populations, horizon_s=days * DAY)
    words["credentials"] = {**words["credentials"], "always": chain}
    (folder / "scenario.json").write_text(json.dumps(words), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder / "scenario.json"), str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    scenario = Scenario.model_validate(words)
    assert_conserved(scenario, Tables([read({table: folder / f"{table}.parquet" for table in TABLES})]), 0)
    return int(done.stdout), pq.read_metadata(folder / "requests.parquet").num_rows


def test_memory_does_not_grow_with_the_horizon(tmp_path: Path) -> None:
    short, few = _peak_kib(5, tmp_path / "short")
    long, many = _peak_kib(50, tmp_path / "long")
    assert many > 9 * few > 80_000
    assert long <= 1.2 * short, (short, long)
